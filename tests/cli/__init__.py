"""The command line, the furniture of the repository, and the arrows between its packages."""
