"""For the tests of applications that are bound to a contract."""
