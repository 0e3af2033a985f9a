"""The preview: one page that shows a contract as it is saved, what is wrong with it, what changed, and a mock of it."""
