"""Random contracts and random requests: what the runtime says of them, and what an independent oracle does."""
