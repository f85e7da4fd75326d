"""What can go wrong with the embedded PostgreSQL; each message says what to do."""

from casewright.kit.errors import SetupError


class DatabaseVersionMismatch(SetupError):
    """The data was written by another major version of PostgreSQL."""


class DatabaseDidNotStart(SetupError):
    """PostgreSQL or its keeper ended, or did not get ready in time."""


class DatabaseNotRunning(SetupError):
    """Nobody runs a server on this data directory, so there is nothing to attach to."""
