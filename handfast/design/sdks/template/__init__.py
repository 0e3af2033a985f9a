"""Templates of what goes around generated SDKs."""
