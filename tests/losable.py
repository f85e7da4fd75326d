"""A PostgreSQL of one's own that can be lost in every way: killed, frozen, cut off, full, replaced by its standby."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from typing import Self

import psutil
import psycopg

from casewright.kit.embedded_postgres import cluster as embedded
from casewright.kit.embedded_postgres.identity import choose_identity
from casewright.kit.private_file import write_private_file
from tests.clusters import ADMINISTRATOR, GivenCluster, free_port, wait_until_it_answers


@dataclass
class LosablePostgres:
    """In a directory, on a port of loopback."""

    directory: Path
    port: int
    password: str
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @classmethod
    @contextmanager
    def running(cls, directory: Path) -> Iterator[Self]:
        """A new one."""
        server = cls(directory, free_port(), token_urlsafe(16))
        directory.mkdir(parents=True, exist_ok=True)
        write_private_file(directory / "password", server.password.encode())
        server._own()
        server._run(
            *("initdb", "--pgdata", str(server.data), "--username", ADMINISTRATOR, "--encoding", "UTF8", "--no-sync"),
            *("--pwfile", str(directory / "password"), "--auth", "scram-sha-256"),
        )
        server.start()
        try:
            yield server
        finally:
            server.end()

    @contextmanager
    def standby(self, directory: Path) -> Iterator["LosablePostgres"]:
        """A second one that follows this one."""
        other = LosablePostgres(directory, free_port(), self.password)
        directory.mkdir(parents=True)
        other._own()
        source = f"postgresql://{ADMINISTRATOR}:{self.password}@127.0.0.1:{self.port}/postgres?application_name=standby"
        self._run("pg_basebackup", "-D", str(other.data), "-d", source, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        other.start()
        try:
            yield other
        finally:
            other.end()

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def url(self) -> str:
        """Of the superuser."""
        return f"postgresql://{ADMINISTRATOR}:{self.password}@127.0.0.1:{self.port}/postgres"

    @property
    def given(self) -> GivenCluster:
        """To make databases in."""
        return GivenCluster(self.url, self.url)

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "max_wal_size": "64MB",
            "min_wal_size": "32MB",
            "wal_retrieve_retry_interval": "500ms",
        }
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        with (self.directory / "postgres.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._prefix, str(embedded.binaries() / "postgres"), "-D", str(self.data), *options],
                env=embedded.environment(),
                stdout=log,
                stderr=log,
            )
        wait_until_it_answers(self.url)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement.encode())

    def kill(self) -> None:
        """All of it at once, as when its machine loses power."""
        for process in self._processes():
            with suppress(psutil.Error):
                process.kill()
        self._wait()

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def freeze(self) -> None:
        """It keeps its connections and its place, and says nothing any more."""
        for process in self._processes():
            with suppress(psutil.Error):
                process.suspend()

    def thaw(self) -> None:
        for process in self._processes():
            with suppress(psutil.Error):
                process.resume()

    def cut_connections(self) -> None:
        self.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and backend_type = 'client backend'"
        )

    def commit_on_standby_too(self) -> None:
        """From now on nobody hears of a commit that the standby does not have."""
        self.execute("alter system set synchronous_standby_names = 'standby'")
        self.execute("select pg_reload_conf()")

    def restart(self) -> None:
        self.end()
        self.start()

    def promote(self) -> None:
        self.execute("select pg_promote()")

    def end(self) -> None:
        if self._process and self._process.poll() is None:
            self.thaw()
            self._process.send_signal(signal.SIGINT)
            self._wait()

    def _wait(self) -> None:
        if self._process:
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)

    def _processes(self) -> list[psutil.Process]:
        if self._process is None or self._process.poll() is not None:
            return []
        first = psutil.Process(self._process.pid)
        return [first, *first.children(recursive=True)]

    @property
    def _prefix(self) -> tuple[str, ...]:
        return tuple(choose_identity(embedded.binaries() / "postgres").command_prefix)

    def _own(self) -> None:
        choose_identity(embedded.binaries() / "postgres").own(self.directory)

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [*self._prefix, str(embedded.binaries() / program), *words],
            env=embedded.environment(),
            check=True,
            capture_output=True,
        )
