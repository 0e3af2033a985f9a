"""Clients that were generated from the contract, against the running service."""
