"""Every step from an empty database to the tables of today, applied when the service starts."""
