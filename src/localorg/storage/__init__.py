"""The one SQLite file of an org."""
