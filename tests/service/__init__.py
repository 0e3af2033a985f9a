"""The publishing service through its front door: requests in, answers and the state of a real database out."""
