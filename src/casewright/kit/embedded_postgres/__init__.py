"""A real PostgreSQL that belongs to the process which started it: no daemon, no port, no installation.

    owner process ──lifeline (Unix socket)──▶ keeper process ──child──▶ postgres

The keeper starts PostgreSQL for its first owner, starts it again if it crashes, and stops it when the last owner lets
go or dies. Several owners of one data directory share one server.
"""

from casewright.kit.embedded_postgres.errors import (
    DatabaseDidNotStart,
    DatabaseNotRunning,
    DatabaseVersionMismatch,
)
from casewright.kit.embedded_postgres.layout import Role
from casewright.kit.embedded_postgres.server import EmbeddedPostgres

__all__ = ["DatabaseDidNotStart", "DatabaseNotRunning", "DatabaseVersionMismatch", "EmbeddedPostgres", "Role"]
