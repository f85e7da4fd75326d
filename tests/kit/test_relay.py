"""Words between processes: by Redis, where there is a server for the tests (PostgreSQL's are in `test_losing_the_database`)."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from casewright.kit.relay import RedisRelay, Relay
from tests.clusters import free_port

pytest.importorskip("redis", reason="the client for Redis is not installed: pip install 'casewright[redis]'")

LONG = 30.0
SERVER = shutil.which("redis-server") or shutil.which("valkey-server")


class Redis:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        assert SERVER
        command = [SERVER, "--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(10)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    if SERVER is None:
        pytest.skip("there is no Redis server: apt install redis-server")
    server = Redis(tmp_path)
    server.start()
    yield server
    server.kill()


class Listener:
    """One process's end."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.heard: list[str] = []
        self.connections = 0
        relay.start(self.heard.extend, self._connected)

    def _connected(self) -> None:
        self.connections += 1


async def until(condition: object) -> None:
    async with asyncio.timeout(LONG):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.02)


async def test_a_word_reaches_the_other_processes_and_not_its_own(redis: Redis) -> None:
    here, there = Listener(RedisRelay(redis.url)), Listener(RedisRelay(redis.url))
    try:
        await until(lambda: here.connections and there.connections)
        here.relay.tell("one")
        here.relay.tell("one")
        here.relay.tell("two")
        await until(lambda: len(there.heard) == 2)
        there.relay.tell("three")
        await until(lambda: here.heard)
        assert (here.heard, there.heard) == (["three"], ["one", "two"])
    finally:
        await here.relay.stop()
        await there.relay.stop()


async def test_when_redis_was_away_both_are_connected_again(redis: Redis) -> None:
    here, there = Listener(RedisRelay(redis.url)), Listener(RedisRelay(redis.url))
    try:
        await until(lambda: here.connections and there.connections)
        redis.kill()
        await asyncio.sleep(0.5)
        redis.start()
        await until(lambda: here.connections > 1 and there.connections > 1)
        here.relay.tell("word")
        await until(lambda: there.heard == ["word"])
    finally:
        await here.relay.stop()
        await there.relay.stop()


async def test_a_relay_that_has_never_been_connected_keeps_words_and_stops(tmp_path: Path) -> None:
    relay = RedisRelay(f"redis://127.0.0.1:{free_port()}/0")
    listener = Listener(relay)
    relay.tell("word")
    await asyncio.sleep(0.1)
    await relay.stop()
    assert listener.connections == 0
