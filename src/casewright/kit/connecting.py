"""Connecting to one of several hosts, when one of them may be silent.

asyncpg asks the hosts of a URL one after the other, all within one time limit: a frozen first one would use it up. Here
each host has a head start on the next, and the first that answers as `target_session_attrs` wants is taken.
"""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import asyncpg

HEAD_START_SECONDS = 0.3

CONNECTION_ERRORS = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TransactionTimeoutError,
    asyncpg.InternalClientError,
    asyncio.TimeoutError,
)
"""Of a database that is away, is lost in mid-sentence, has no room left, or gave us up for dead."""


async def connect(dsn: str, *, timeout: float, **options: Any) -> asyncpg.Connection:
    """A connection to the first fitting host, within `timeout` seconds for each. Raises what asyncpg raises."""
    addresses = _one_host_each(dsn)
    if len(addresses) == 1:
        return await asyncpg.connect(dsn, timeout=timeout, **options)
    attempts = [
        asyncio.create_task(_attempt(address, place * HEAD_START_SECONDS, timeout, options))
        for place, address in enumerate(addresses)
    ]
    connection, refusals = None, []
    try:
        for attempt in asyncio.as_completed(attempts):
            try:
                connection = await attempt
                return connection
            except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
                refusals.append(error)
        raise refusals[-1]
    finally:
        for one in attempts:
            one.cancel()
            one.add_done_callback(lambda ended: _let_go(ended, connection))


async def _attempt(dsn: str, delay: float, timeout: float, options: dict[str, Any]) -> asyncpg.Connection:
    await asyncio.sleep(delay)
    return await asyncpg.connect(dsn, timeout=timeout, **options)


def _let_go(attempt: asyncio.Task[Any], chosen: object) -> None:
    """Two may have answered at the same moment."""
    if not attempt.cancelled() and attempt.exception() is None and attempt.result() is not chosen:
        attempt.result().terminate()


def _one_host_each(dsn: str) -> list[str]:
    parts = urlsplit(dsn)
    login, at, hosts = parts.netloc.rpartition("@")
    return [parts._replace(netloc=f"{login}{at}{host}").geturl() for host in hosts.split(",")]
