"""The publishing domain: accounts, articles, comments and tags; it knows neither HTTP nor OpenAPI."""
