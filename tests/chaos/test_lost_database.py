"""Every way of losing the database, under load, with two servers and two workers.

What holds in each: nothing acknowledged is missing, nothing is answered twice or out of order; while there is no database every
message is refused with 503 and a time to come back; when there is one, everything is answered."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.chaos.installation import Installation, installed
from tests.chaos.traffic import Traffic
from tests.live.test_crash import eventually
from tests.losable import LosablePostgres

pytestmark = pytest.mark.slow

AWAY_SECONDS = 5.0
BACK_WITHIN_SECONDS = 30.0
TOLD_WITHIN_SECONDS = 6.0
"""What is aimed at is 2 s; the machine that runs tests may be busy."""
ROOM = "600m"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system that can be full; an ordinary folder for who may not mount one."""
    with folder_that_can_be_full(tmp_path_factory.mktemp("primary")) as folder:
        yield folder


@pytest.fixture(scope="module")
def primary(room: Path) -> Iterator[LosablePostgres]:
    with LosablePostgres.running(room / "server") as server:
        yield server


@pytest.fixture(scope="module")
def standby(primary: LosablePostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LosablePostgres]:
    with primary.standby(tmp_path_factory.mktemp("standby") / "server") as server:
        yield server


@pytest.fixture(scope="module")
def installation(
    primary: LosablePostgres, standby: LosablePostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    # At the end the primary is gone, and nothing can be removed from it.
    with suppress(psycopg.OperationalError), primary.given.database() as made:
        hosts = (f"127.0.0.1:{primary.port}", f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}")
        addresses = {
            name: f"{address.replace(*hosts)}?target_session_attrs=primary"
            for name, address in made.environment().items()
        }
        with installed(tmp_path_factory.mktemp("installation"), addresses) as running:
            yield running


@pytest.fixture
def traffic(installation: Installation) -> Iterator[Traffic]:
    traffic = Traffic(installation.servers)
    traffic.start(customers=6)
    time.sleep(3)
    yield traffic
    traffic.stop()


def test_killed(primary: LosablePostgres, traffic: Traffic) -> None:
    with lost(traffic, "killed"):
        primary.kill()
        time.sleep(AWAY_SECONDS)
        primary.start()


def test_frozen(primary: LosablePostgres, traffic: Traffic) -> None:
    with lost(traffic, "frozen"):
        primary.freeze()
        time.sleep(AWAY_SECONDS)
        primary.thaw()


def test_restarted(primary: LosablePostgres, traffic: Traffic) -> None:
    with lost(traffic, "restarted", must_refuse=False):
        primary.restart()


def test_connections_cut_again_and_again(primary: LosablePostgres, traffic: Traffic) -> None:
    with lost(traffic, "cut", must_refuse=False):
        for _ in range(8):
            primary.cut_connections()
            time.sleep(0.6)


def test_disk_full(primary: LosablePostgres, traffic: Traffic, room: Path) -> None:
    if not room.is_mount():
        pytest.skip("a file system of its own for the database, which only root may mount here")
    ballast = room / "ballast"
    with lost(traffic, "full"):
        with ballast.open("wb", buffering=0) as file:
            fill(file)
            until = time.monotonic() + AWAY_SECONDS
            while time.monotonic() < until:
                time.sleep(0.5)
                fill(file)
        ballast.unlink()
        if not primary.runs:
            primary.start()  # As its service manager would.


def test_standby_promoted_in_place_of_a_frozen_primary(
    primary: LosablePostgres, standby: LosablePostgres, traffic: Traffic
) -> None:
    primary.commit_on_standby_too()
    time.sleep(1)
    with lost(traffic, "promoted"):
        primary.freeze()
        time.sleep(AWAY_SECONDS)
        primary.kill()  # Whoever promotes makes sure that the old one never comes back.
        standby.promote()


@contextmanager
def lost(traffic: Traffic, how: str, *, must_refuse: bool = True) -> Iterator[None]:
    """Inside, the database is lost and comes back; afterwards all that must hold is checked."""
    began = time.monotonic()
    yield
    returned = time.monotonic()
    eventually(lambda: any(at > returned for at in traffic.acknowledged_at), BACK_WITHIN_SECONDS)
    back_after = min(at for at in traffic.acknowledged_at if at > returned) - returned
    time.sleep(2)
    traffic.stop()
    refused = [one for one in traffic.refusals if one.at > began]
    slowest = max((one.seconds for one in refused), default=0.0)
    count = sum(map(len, traffic.acknowledged.values()))
    print(
        f"\n{how}: {count} acknowledged, {len(refused)} refused, the slowest after {slowest:.2f} s;"
        f" back {back_after:.2f} s after the database"
    )
    assert {(one.status, one.kind) for one in refused} <= {(503, "/problems/database-unavailable")}
    assert slowest < TOLD_WITHIN_SECONDS
    assert bool(refused) or not must_refuse
    eventually(traffic.is_settled, 60)


@contextmanager
def folder_that_can_be_full(folder: Path) -> Iterator[Path]:
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield folder
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)


def fill(file: object) -> None:
    """To the last byte."""
    for size in (1 << 20, 1 << 12):
        try:
            while True:
                file.write(bytes(size))  # type: ignore[attr-defined]
        except OSError:
            continue
