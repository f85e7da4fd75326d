"""Where webhooks may go, and where not."""

import asyncio
import socket
from typing import Any

import httpx2
import pytest

from casewright.integrations.webhooks.addresses import AddressRule, GuardedTransport
from casewright.integrations.webhooks.errors import AddressRefused
from tests.integrations.webhooks.conftest import LOOPBACK, Receiver

PUBLIC, PRIVATE = AddressRule(), AddressRule(private=True)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "0x7f000001", "2130706433", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.1",
        "169.254.169.254", "224.0.0.1", "255.255.255.255", "localhost", "[::]", "[::1]", "[fe80::1]", "[fd00::1]", "[ff02::1]",
        "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::1]",
    ],
)  # fmt: skip
async def test_no_address_inside_is_reached(host: str) -> None:
    with pytest.raises(AddressRefused):
        await PUBLIC.check(f"https://{host}/hooks")


@pytest.mark.parametrize("host", ["8.8.8.8", "[2001:4860:4860::8888]", "[64:ff9b::808:808]"])
async def test_the_public_internet_is(host: str) -> None:
    await PUBLIC.check(f"https://{host}:8443/hooks?team=support")


async def test_without_tls_only_where_nobody_can_listen_in() -> None:
    with pytest.raises(AddressRefused, match="must begin with https"):
        await PRIVATE.check("http://8.8.8.8/hooks")
    await LOOPBACK.check("http://127.0.0.1:9000/hooks")
    await PRIVATE.check("http://10.0.0.1/hooks")
    await PRIVATE.check("http://127.0.0.1/hooks")


async def test_a_rehearsal_reaches_this_machine_and_no_private_network() -> None:
    with pytest.raises(AddressRefused, match="private networks"):
        await LOOPBACK.check("https://10.0.0.1/hooks")


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "0.0.0.0", "224.0.0.1"])
async def test_what_no_receiver_can_be_is_refused_even_where_private_networks_are_allowed(host: str) -> None:
    with pytest.raises(AddressRefused):
        await PRIVATE.check(f"https://{host}/latest/meta-data")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://8.8.8.8/hooks", "must begin with https"),
        ("https:///hooks", "name a host"),
        ("https://[::1/hooks", "is not an address"),
        ("https://8.8.8.8:99999999/hooks", "they go up to 65535"),
        ("https://name:password@8.8.8.8/hooks", "neither a name and password"),
        ("https://8.8.8.8/hooks#here", "neither a name and password"),
        (f"https://8.8.8.8/{'x' * 2000}", "longer than 2000"),
        ("https://nowhere.invalid/hooks", "cannot be found"),
    ],
)
async def test_what_is_wrong_with_an_address_is_said(url: str, says: str) -> None:
    with pytest.raises(AddressRefused, match=says):
        await PUBLIC.check(url)


async def test_a_name_that_leads_inside_by_one_of_its_addresses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _name_means(monkeypatch, "8.8.8.8", "10.0.0.1")
    with pytest.raises(AddressRefused, match="private networks"):
        await PUBLIC.check("https://hooks.example/")


async def test_a_name_is_checked_again_when_it_is_called(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    port = httpx2.URL(receiver.url).port
    _name_means(monkeypatch, "8.8.8.8")
    await PUBLIC.check(f"https://hooks.example:{port}/")
    _name_means(monkeypatch, "127.0.0.1")
    async with httpx2.AsyncClient(transport=GuardedTransport(PUBLIC)) as client:
        with pytest.raises(AddressRefused):
            await client.post(f"https://hooks.example:{port}/")
    assert receiver.received == []


async def test_what_was_checked_is_what_is_called_under_its_own_name(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    port = httpx2.URL(receiver.url).port
    _name_means(monkeypatch, "127.0.0.1")
    async with httpx2.AsyncClient(transport=GuardedTransport(LOOPBACK)) as client:
        answer = await client.post(f"http://hooks.example:{port}/", content=b"hello")
    assert (answer.status_code, answer.content) == (204, b"")
    assert receiver.received[0].headers["host"] == f"hooks.example:{port}"


async def test_the_next_address_of_a_name_is_tried_where_one_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    port = httpx2.URL(receiver.url).port
    _name_means(monkeypatch, "::1", "127.0.0.1")
    async with httpx2.AsyncClient(transport=GuardedTransport(LOOPBACK)) as client:
        assert (await client.post(f"http://hooks.example:{port}/")).status_code == 204


def _name_means(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    async def look_up(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
