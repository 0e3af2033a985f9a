"""What designers of a contract use: the linter and its reports."""
