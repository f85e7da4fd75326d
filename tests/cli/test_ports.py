"""Ports that can be listened on, and what is said about one that cannot."""

import asyncio
import socket

import pytest

from casewright.cli.ports import PortUnusable, free_port, require_free_port

HOST = "127.0.0.1"


def _listener() -> socket.socket:
    return socket.create_server((HOST, 0))


async def test_a_taken_port_is_reported_with_what_to_do() -> None:
    with _listener() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortUnusable, match=rf"Port {port} on {HOST} is taken.*--port \d+.*CASEWRIGHT_PORT=\d+"):
            await require_free_port(HOST, port)


async def test_a_port_that_is_about_to_be_free_is_waited_for() -> None:
    taken = _listener()
    port = taken.getsockname()[1]
    asyncio.get_running_loop().call_later(0.05, taken.close)
    assert await require_free_port(HOST, port, patience=30) == port


async def test_an_address_that_is_not_ours_is_reported() -> None:
    with pytest.raises(PortUnusable, match="CASEWRIGHT_HOST"):
        await require_free_port("192.0.2.1", 8765)


async def test_port_zero_stands_for_any_free_one() -> None:
    assert await require_free_port(HOST, 0) > 0


def test_another_port_is_found_when_the_preferred_one_is_taken() -> None:
    with _listener() as taken:
        port = taken.getsockname()[1]
        assert free_port(HOST, port) != port
    assert free_port(HOST, port) == port
