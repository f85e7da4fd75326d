"""PostgreSQL's main process: one we started, or one that a killed keeper left behind."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path
from typing import Protocol

from casewright.kit.embedded_postgres import cluster
from casewright.kit.embedded_postgres.identity import Identity
from casewright.kit.embedded_postgres.layout import PORT, Layout
from casewright.kit.log_file import open_log_file

_FAST_SHUTDOWN = signal.SIGINT
_IMMEDIATE_SHUTDOWN = signal.SIGQUIT


class Postmaster(Protocol):
    def signal(self, number: signal.Signals) -> None: ...

    async def wait(self) -> None:
        """Return when the process has ended."""
        ...


class Child:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def has_ended(self) -> bool:
        return self._process.returncode is not None

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def wait(self) -> None:
        await self._process.wait()


class Adopted:
    def __init__(self, process_id: int, cluster_directory: Path) -> None:
        self._process_id = process_id
        self._cluster_directory = cluster_directory

    def signal(self, number: signal.Signals) -> None:
        try:
            os.kill(self._process_id, number)
        except ProcessLookupError:
            return

    async def wait(self) -> None:
        while True:
            if not _serves(self._process_id, self._cluster_directory):
                return
            await asyncio.sleep(0.1)


async def launch(layout: Layout, identity: Identity, socket_directory: Path) -> Child:
    with open_log_file(layout.server_log) as log:
        process = await asyncio.create_subprocess_exec(
            *cluster.server_command(layout, identity, socket_directory),
            env=cluster.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    return Child(process)


def find_left_behind(layout: Layout) -> Adopted | None:
    """The postmaster of this cluster if one is alive. Its pid file only says where to look."""
    try:
        process_id = int((layout.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return Adopted(process_id, layout.cluster) if _serves(process_id, layout.cluster) else None


def remove_stale_locks(layout: Layout, socket_directory: Path) -> None:
    """Call when no postmaster of this cluster is alive.

    PostgreSQL would take a lock file for valid if its number is now another program's, as happens in containers. Its
    own interlock against leftover children (a shared memory segment found by the cluster's inode) stays in force.
    """
    for lock in (layout.cluster / "postmaster.pid", socket_directory / f".s.PGSQL.{PORT}.lock"):
        lock.unlink(missing_ok=True)


async def stop(postmaster: Postmaster, patience: float = 15) -> None:
    """Roll back what runs, write a checkpoint, end. Out of patience (seconds), end at once: the next start recovers."""
    postmaster.signal(_FAST_SHUTDOWN)
    try:
        await asyncio.wait_for(postmaster.wait(), patience)
    except TimeoutError:
        postmaster.signal(_IMMEDIATE_SHUTDOWN)
        await postmaster.wait()


def _serves(process_id: int, cluster_directory: Path) -> bool:
    """Whether this process lives (a zombie does not) and is the postmaster of that cluster."""
    if Path("/proc/self").exists():
        try:
            arguments = Path(f"/proc/{process_id}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(cluster_directory) in arguments
    listing = subprocess.run(
        ["ps", "-o", "command=", "-p", str(process_id)], capture_output=True, text=True, check=False
    )
    return f"-D {cluster_directory} " in listing.stdout
