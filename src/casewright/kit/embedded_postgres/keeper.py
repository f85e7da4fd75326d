"""The process between the owners and PostgreSQL: `python -m casewright.kit.embedded_postgres.keeper DATA_DIRECTORY`.

An owner holds a connection to the keeper's socket. However the owner ends, the operating system closes it; when the
last one is closed, PostgreSQL is shut down and the keeper ends.
"""

import asyncio
import fcntl
import logging
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from casewright.kit.embedded_postgres import cluster, postmaster
from casewright.kit.embedded_postgres.errors import DatabaseDidNotStart
from casewright.kit.embedded_postgres.identity import Identity, choose_identity
from casewright.kit.embedded_postgres.layout import Layout, keeper_socket
from casewright.kit.embedded_postgres.postmaster import Postmaster
from casewright.kit.embedded_postgres.protocol import LOCK_IS_HELD, Report, State

_log: Final = logging.getLogger("casewright.embedded_postgres.keeper")

_LOCK_SECONDS: Final = 20.0
_FIRST_OWNER_SECONDS: Final = 3.0
_RECOVERY_SECONDS: Final = 120.0
_FIRST_START_SECONDS: Final = 15.0
"""How long a server that ends at once is started again; the children of a killed one need a moment to notice."""
_LONGEST_PAUSE: Final = 5.0


class Keeper:
    def __init__(self, layout: Layout, socket_directory: Path) -> None:
        self._layout = layout
        self._socket_directory = socket_directory
        self._report = Report(State.STARTING)
        self._owners: set[asyncio.StreamWriter] = set()
        self._first_owner = asyncio.Event()
        self._stop = asyncio.Event()
        self._stopped = asyncio.Event()
        self._postmaster: Postmaster | None = None

    async def run(self) -> None:
        """Serve owners until the last has let go, or a termination signal comes."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        path = keeper_socket(self._socket_directory)
        server = await asyncio.start_unix_server(self._welcome, path=path)
        path.chmod(0o600)
        try:
            await asyncio.wait_for(self._first_owner.wait(), _FIRST_OWNER_SECONDS)
            await self._serve_until_stopped()
        except TimeoutError:
            _log.info("no owner came")
        finally:
            server.close()
            path.unlink(missing_ok=True)
            self._stopped.set()

    async def _serve_until_stopped(self) -> None:
        running = asyncio.create_task(self._keep_running())
        stop = asyncio.create_task(self._stop.wait())
        await asyncio.wait((running, stop), return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if running.done():
            self._tell(Report(State.FAILED, self._reason(running.exception())))
        else:
            running.cancel()
            await asyncio.wait((running,))
            self._tell(Report(State.STOPPING))
        if self._postmaster is not None:
            await postmaster.stop(self._postmaster)
            _log.info("stopped")

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._stop.is_set():
            writer.write(Report(State.STOPPING).to_line())
        else:
            writer.write(self._report.to_line())
            self._owners.add(writer)
            self._first_owner.set()
            try:
                await reader.read()
            except ConnectionError:
                _log.info("an owner was lost")
            self._owners.discard(writer)
            if not self._owners:
                self._stop.set()
                await self._stopped.wait()
        writer.close()

    def _reason(self, error: BaseException | None) -> str:
        if isinstance(error, DatabaseDidNotStart):
            return error.message
        _log.error("the keeper failed", exc_info=error)
        return f"The database's keeper failed. The reason is in {self._layout.keeper_log}."

    def _tell(self, report: Report) -> None:
        self._report = report
        for owner in self._owners:
            owner.write(report.to_line())

    async def _keep_running(self) -> None:
        """Bring the server up again whenever it ends; raises `DatabaseDidNotStart` if it never came up at all."""
        identity = await asyncio.to_thread(choose_identity, cluster.binaries() / "postgres")
        await asyncio.to_thread(cluster.initialize, self._layout, identity)
        identity.own(self._layout.cluster)
        give_up_at = time.monotonic() + _FIRST_START_SECONDS
        pause = 0.1
        while True:
            came_up = await self._bring_up(identity)
            if came_up is None:
                if self._report.state is State.STARTING and time.monotonic() > give_up_at:
                    raise DatabaseDidNotStart(
                        f"The database did not start. The reason is in {self._layout.server_log}."
                    )
            else:
                if self._report.state is not State.READY:
                    await cluster.ensure_objects(self._layout)
                self._tell(Report(State.READY))
                ready_at = time.monotonic()
                await came_up.wait()
                _log.warning("the server ended by itself")
                if time.monotonic() - ready_at > 60:
                    pause = 0.1
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _bring_up(self, identity: Identity) -> Postmaster | None:
        """A postmaster that answers, adopted or new; `None` if it ended before it did."""
        left_behind = postmaster.find_left_behind(self._layout)
        if left_behind is not None:
            self._postmaster = left_behind
            if await cluster.wait_until_it_answers(self._layout, seconds=10):
                _log.info("adopted a running server")
                return left_behind
            await postmaster.stop(left_behind, patience=5)
        postmaster.remove_stale_locks(self._layout, self._socket_directory)
        child = await postmaster.launch(self._layout, identity, self._socket_directory)
        self._postmaster = child
        answers = asyncio.create_task(cluster.wait_until_it_answers(self._layout, _RECOVERY_SECONDS))
        ended = asyncio.create_task(child.wait())
        try:
            await asyncio.wait((answers, ended), return_when=asyncio.FIRST_COMPLETED)
            if answers.done() and answers.result():
                return child
            if not child.has_ended:
                await postmaster.stop(child, patience=5)
            return None
        finally:
            answers.cancel()
            ended.cancel()


@asynccontextmanager
async def _only_keeper(layout: Layout) -> AsyncIterator[bool]:
    """Hold the lock; yields `False` if another keeper held it all the time."""
    with layout.keeper_lock.open("w") as lock:
        give_up_at = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > give_up_at:
                    yield False
                    return
                await asyncio.sleep(0.05)
            else:
                yield True
                return


async def keep(layout: Layout) -> int:
    """Run a keeper to its end and return its exit code."""
    async with _only_keeper(layout) as alone:
        if not alone:
            return LOCK_IS_HELD
        await Keeper(layout, layout.prepare_socket_directory()).run()
        layout.clear_socket_directory()
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    sys.exit(asyncio.run(keep(Layout(Path(sys.argv[1])))))
