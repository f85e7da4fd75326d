"""The owner's side: start or share a server, attach to one, let go."""

import asyncio
import logging
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from casewright.kit.data_directory import require_writable
from casewright.kit.embedded_postgres import cluster
from casewright.kit.embedded_postgres.errors import DatabaseDidNotStart, DatabaseNotRunning
from casewright.kit.embedded_postgres.layout import DATABASE, Layout, Role, keeper_socket
from casewright.kit.embedded_postgres.protocol import LOCK_IS_HELD, Report, State
from casewright.kit.log_file import open_log_file

_log: Final = logging.getLogger(__name__)

_START_SECONDS: Final = 180.0
_STOP_SECONDS: Final = 40.0


class EmbeddedPostgres:
    """`async with EmbeddedPostgres(data_directory) as server:` starts the server, or shares it if it runs already.

    It runs as long as any owner lives. Raises `DataDirectoryUnusable`, `DatabaseVersionMismatch`,
    `DatabaseDidNotStart`; attached only: `DatabaseNotRunning`.
    """

    def __init__(self, data_directory: Path) -> None:
        self._layout = Layout(data_directory.expanduser().resolve())
        self._owns = True
        self._keeper: subprocess.Popen[bytes] | None = None
        self._lifeline: asyncio.StreamWriter | None = None
        self._holding: asyncio.Task[None] | None = None
        self._letting_go = False

    @classmethod
    def attach(cls, data_directory: Path) -> Self:
        """A handle on the server another process owns: `async with` checks that it answers and never stops it."""
        server = cls(data_directory)
        server._owns = False
        return server

    def dsn(self, role: Role, database: str = DATABASE) -> str:
        """A libpq URL over the private socket. It holds a password: never log it."""
        return self._layout.dsn(role, database)

    async def start(self) -> None:
        """Return when a real connection works."""
        if not self._owns:
            await self._require_running()
            return
        await asyncio.to_thread(self._prepare)
        self._letting_go = False
        try:
            reader = await asyncio.wait_for(self._take_hold(), _START_SECONDS)
        except TimeoutError:
            raise DatabaseDidNotStart(
                f"The database was not ready within {_START_SECONDS:.0f} seconds. "
                f"See {self._layout.keeper_log} and {self._layout.server_log}."
            ) from None
        self._holding = asyncio.create_task(self._keep_hold(reader))

    async def stop(self) -> None:
        """Let go, and wait for the server to stop if nobody else holds it. Does nothing if attached only."""
        if self._holding is None:
            return
        self._letting_go = True
        if self._lifeline is None:
            self._holding.cancel()
        else:
            with suppress(OSError):
                self._lifeline.write_eof()
        await asyncio.wait((self._holding,), timeout=_STOP_SECONDS)
        self._holding.cancel()
        if self._lifeline is not None:
            self._lifeline.close()
        self._lifeline = self._holding = None
        if self._keeper is not None:
            self._keeper.poll()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _require_running(self) -> None:
        if self._layout.socket_directory() is None or not await cluster.answers(self._layout):
            raise DatabaseNotRunning(
                f"No database runs on {self._layout.data_directory}. Start `casewright demo` first, or set "
                "CASEWRIGHT_DATA_DIR to the folder of the one that runs."
            )

    def _prepare(self) -> None:
        require_writable(self._layout.data_directory)
        require_writable(self._layout.postgres)
        cluster.require_same_version(self._layout)

    async def _take_hold(self) -> asyncio.StreamReader:
        """Connect to a keeper, started if there is none, and wait until it says that the server is ready."""
        while True:
            connection = await self._connect_to_keeper()
            if connection is None:
                self._ensure_keeper()
                await asyncio.sleep(0.02)
                continue
            reader, writer = connection
            try:
                if await self._becomes_ready(reader):
                    self._lifeline = writer
                    return reader
            finally:
                if self._lifeline is not writer:
                    writer.close()

    async def _connect_to_keeper(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        directory = self._layout.socket_directory()
        if directory is None:
            return None
        try:
            return await asyncio.open_unix_connection(keeper_socket(directory))
        except OSError:
            return None

    def _ensure_keeper(self) -> None:
        if self._keeper is not None and self._keeper.poll() is None:
            return
        if self._keeper is not None and self._keeper.returncode not in (0, LOCK_IS_HELD):
            raise DatabaseDidNotStart(f"The database's keeper ended. The reason is in {self._layout.keeper_log}.")
        with open_log_file(self._layout.keeper_log) as log:
            self._keeper = subprocess.Popen(
                [sys.executable, "-m", "casewright.kit.embedded_postgres.keeper", self._layout.data_directory],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in the terminal is for the owner, who decides when the database goes.
                start_new_session=True,
            )

    async def _becomes_ready(self, reader: asyncio.StreamReader) -> bool:
        """`False` if the keeper is on its way out, so that the next one has to be asked."""
        while line := await _read_line(reader):
            report = Report.from_line(line)
            if report.state is State.READY:
                # It may have crashed since, and be on its way up again.
                return await cluster.wait_until_it_answers(self._layout, seconds=60)
            if report.state is State.FAILED:
                raise DatabaseDidNotStart(report.message)
        return False

    async def _keep_hold(self, reader: asyncio.StreamReader) -> None:
        """Take hold of another keeper, which adopts the server, should ours be killed. Ends when we have let go."""
        while True:
            while await _read_line(reader):
                pass
            if self._letting_go:
                return
            _log.warning("the keeper of the embedded database is gone; starting another")
            self._lifeline = self._keeper = None
            try:
                reader = await self._take_hold()
            except DatabaseDidNotStart as error:
                _log.error("the embedded database is gone: %s", error.message)
                return


async def _read_line(reader: asyncio.StreamReader) -> bytes:
    """Empty when the keeper has closed the connection or died."""
    try:
        return await reader.readline()
    except ConnectionError:
        return b""
