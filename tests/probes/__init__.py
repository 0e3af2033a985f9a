"""Requests that no client should send, derived from a contract operation by operation, and their answers."""
