"""A museum: handlers for one of everything that a contract can have."""
