"""Where webhooks may go. Whoever may add one names any address, so that without a check it could reach what only our own network
should: a database, a cloud's metadata."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

import httpx2

from casewright.integrations.webhooks.errors import AddressRefused

Address = IPv4Address | IPv6Address

RESOLVED_WITHIN: Final = 5.0
MOST_CHARACTERS: Final = 2000
HTTPS_PORT, HTTP_PORT, MOST_PORT = 443, 80, 65_535
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class AddressRule:
    """Public addresses over https; `loopback`: also this machine; `private`: also private networks and this machine. These two
    also without TLS."""

    loopback: bool = False
    private: bool = False

    async def check(self, url: str) -> None:
        """Raises `AddressRefused` unless a webhook may go there as things stand now."""
        if len(url) > MOST_CHARACTERS:
            raise AddressRefused(f"`url` is longer than {MOST_CHARACTERS} characters.")
        try:
            parsed = httpx2.URL(url)
        except httpx2.InvalidURL:
            raise AddressRefused("`url` is not an address such as https://example.com/hooks.") from None
        if not 0 < (parsed.port or HTTPS_PORT) <= MOST_PORT:
            raise AddressRefused(f"The port of `url` is none; they go up to {MOST_PORT}.")
        if parsed.userinfo or parsed.fragment:
            raise AddressRefused("`url` must hold neither a name and password nor a #fragment.")
        await self.addresses(parsed)

    async def addresses(self, url: httpx2.URL) -> tuple[Address, ...]:
        """What the host stands for now, all of it allowed. Raises `AddressRefused`."""
        if url.scheme not in ("https", "http") or not url.host:
            raise AddressRefused("`url` must begin with https:// and name a host.")
        found = await _resolved(url)
        if not all(self._allows(one) for one in found):
            raise AddressRefused(
                "The host of `url` is not on the public internet, and webhooks may not go to private networks here."
            )
        if url.scheme == "http" and not all(self._allows_without_tls(one) for one in found):
            raise AddressRefused("`url` must begin with https://.")
        return found

    def _allows(self, address: Address) -> bool:
        inner = _embedded(address)
        if inner.is_multicast or inner.is_unspecified or inner.is_link_local:
            return False
        return inner.is_global or self._allows_without_tls(inner)

    def _allows_without_tls(self, address: Address) -> bool:
        inner = _embedded(address)
        return (inner.is_loopback and (self.loopback or self.private)) or (self.private and not inner.is_global)


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Looks a host up, checks what it stands for, and connects to just that, so that a name cannot mean one thing when it is
    checked and another when it is called. Of an answer it reads the status and Retry-After only, and it asks no proxy.

    Raises `AddressRefused`, and the errors of httpx2."""

    def __init__(self, rule: AddressRule) -> None:
        self._rule = rule
        self._inner = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url, addresses = request.url, await self._rule.addresses(request.url)
        for place, address in enumerate(addresses, 1):
            request.url = url.copy_with(host=str(address))
            request.extensions = {**request.extensions, "sni_hostname": url.raw_host.decode("ascii")}
            try:
                answer = await self._inner.handle_async_request(request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                if place == len(addresses):
                    raise
            else:
                await answer.aclose()
                wanted = {name: value for name, value in answer.headers.items() if name.lower() == "retry-after"}
                return httpx2.Response(answer.status_code, headers=wanted)
        raise AssertionError("the last address answers or raises")

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _resolved(url: httpx2.URL) -> tuple[Address, ...]:
    host, port = url.raw_host.decode("ascii"), url.port or (HTTPS_PORT if url.scheme == "https" else HTTP_PORT)
    try:
        async with asyncio.timeout(RESOLVED_WITHIN):
            found = await asyncio.get_running_loop().getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        raise AddressRefused("The host of `url` cannot be found.") from None
    return tuple(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
