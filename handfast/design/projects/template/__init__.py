"""The files of a new project as they are before its names are filled in: package data, and no code."""
