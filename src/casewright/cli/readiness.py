"""Starting in any order: `serve` and `worker` wait for the database, for its schema and for the right to use it."""

import asyncio
import logging
import time
from importlib.resources import files
from typing import Final

import asyncpg

from casewright.kit.database import Database, DatabaseUnavailable, DatabaseUnusable
from casewright.settings import Settings

_PAUSE: Final = 1.0
_REPEATED_AFTER: Final = 30.0
"""Seconds after which what is waited for is said again, though it has not changed."""

logger: Final = logging.getLogger(__name__)


def newest_revision() -> str:
    """The schema's version that this code is written for, read from the migrations' names."""
    versions = files("casewright") / "migrations" / "versions"
    return max(file.name[:4] for file in versions.iterdir() if file.name[:4].isdecimal())


async def wait_for_database(settings: Settings) -> None:
    """Return when the database at `database_url` has this version's schema or a newer one; at once when it is embedded.

    A database that is missing, refuses us or lags behind is waited for, however long: someone may be about to mend it."""
    if settings.database_url is None:
        return
    through_pooler = settings.database_direct_url is not None
    database = Database(settings.database_url.get_secret_value(), pool_size=1, through_pooler=through_pooler)
    said, said_at = "", 0.0
    try:
        while missing := await _missing(database):
            # What is connecting may take a cancellation for a connection that failed.
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError
            if missing != said or time.monotonic() - said_at > _REPEATED_AFTER:
                logger.warning("waiting for the database: %s", missing)
                said, said_at = missing, time.monotonic()
            await asyncio.sleep(_PAUSE)
        if said:
            logger.info("the database is ready")
    finally:
        await database.close()


async def _missing(database: Database) -> str:
    """What keeps us from starting, in a sentence; nothing if nothing does."""
    try:
        await database.open()
        async with database.control() as tx:
            found = await tx.fetchval("select max(version_num) from control.alembic_version")
    except (DatabaseUnavailable, DatabaseUnusable) as error:
        return error.message
    except asyncpg.PostgresError:
        found = None
    wanted = newest_revision()
    if found is None or found < wanted:
        return (
            f"Its schema is at version {found or 'none'}, this Casewright needs {wanted}. Run `casewright db upgrade`."
        )
    return ""
