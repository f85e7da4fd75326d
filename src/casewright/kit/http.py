"""The one way to call another service over HTTP: time limits, retries, a limit on calls, a circuit breaker.

    OutgoingError
    ├── NotSent      certain that nothing was executed
    │   └── Untrusted    its certificate is none that is trusted here
    ├── Uncertain    sent, and no answer came: it may have been executed
    ├── Refused      the service understood and said no (3xx, 4xx): the same request will not do better
    └── Failing      the service is in trouble (5xx) or has too much to do (429), after all retries

Their messages hold neither bodies nor addresses: those may carry customers' data or secrets.
"""

import asyncio
import email.utils
import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self

import httpx2
import stamina
from pydantic import JsonValue

from casewright.kit.clock import Clock, SystemClock
from casewright.kit.errors import CasewrightError, TryLater
from casewright.kit.resilience import CallLimit, CircuitBreaker, CircuitOpen, LimitReached
from casewright.kit.telemetry import outgoing_call

_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_NOTHING_WAS_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)


class OutgoingError(CasewrightError):
    """Base of what a call to another service can end with; `service` is the client's name."""

    status = HTTPStatus.BAD_GATEWAY
    title = "An outside service did not do what was asked"

    def __init__(self, service: str, message: str) -> None:
        super().__init__(message)
        self.service = service


class NotSent(OutgoingError, TryLater):
    """Certain that nothing was executed; the same request may be made later, `retry_after` in seconds."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, service: str, message: str, retry_after: float = 1.0) -> None:
        OutgoingError.__init__(self, service, message)
        self.retry_after = retry_after


class Untrusted(NotSent):
    """Whoever answers cannot show that it is the service."""

    def __init__(self, service: str) -> None:
        super().__init__(service, f"{service} showed a certificate that is not trusted here.")


class Uncertain(OutgoingError):
    """It may have been executed: look before doing it again."""

    status = HTTPStatus.GATEWAY_TIMEOUT


class Refused(OutgoingError):
    """The service understood and said no. `body` is its parsed JSON, `None` if it was not JSON. `location`: where else to ask, if
    it named a place."""

    def __init__(self, service: str, status_code: int, body: JsonValue, location: str | None = None) -> None:
        super().__init__(service, f"{service} refused the request (status {status_code}).")
        self.status_code = status_code
        self.body = body
        self.location = location


class TooLarge(OutgoingError):
    """The answer is larger than was asked for, and was not read to its end."""


class Failing(OutgoingError):
    """The service answered that it cannot. A 429 was not executed; a 5xx may have been.

    `retry_after` in seconds, if the service said.
    """

    def __init__(self, service: str, status_code: int, retry_after: float | None) -> None:
        super().__init__(service, f"{service} is in trouble (status {status_code}).")
        self.status_code = status_code
        self.retry_after = retry_after


@dataclass(frozen=True)
class Retries:
    """`attempts` in all, waiting from `first_wait` doubling up to `longest_wait` seconds, plus jitter."""

    attempts: int = 3
    first_wait: float = 0.2
    longest_wait: float = 5.0


class HttpClient:
    """A client for one service. Close it, or use it as `async with`.

    `timeout` is the limit of one attempt in seconds, from connecting to the last byte.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        timeout: float = 30.0,
        retries: Retries = Retries(),
        limit: CallLimit | None = None,
        breaker: CircuitBreaker | None = None,
        headers: Mapping[str, str] | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        clock: Clock = SystemClock(),
    ) -> None:
        self._name = name
        self._timeout = timeout
        self._retries = retries
        self._limit = limit or CallLimit(name)
        self._breaker = breaker or CircuitBreaker(name)
        self._clock = clock
        self._client = httpx2.AsyncClient(
            base_url=base_url,
            headers=dict(headers or {}),
            timeout=httpx2.Timeout(timeout, connect=min(timeout, 5.0)),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=30.0),
            transport=transport,
            trust_env=not _is_loopback(base_url),
            # Without the environment's proxies, its SSL_CERT_FILE would go too.
            verify=httpx2.create_ssl_context() if base_url.startswith("https:") and _is_loopback(base_url) else True,
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: JsonValue = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        retry: bool | None = None,
        timeout: float | None = None,
        most_bytes: int | None = None,
    ) -> httpx2.Response:
        """A response with a status below 300, or 304. Raises `NotSent`, `Uncertain`, `Refused` or `Failing`, and `TooLarge` where
        the answer, unpacked, has more than `most_bytes`.

        Only idempotent methods are retried unless `retry` says otherwise; a Retry-After is honoured up to the longest
        wait, beyond it the error is raised at once.
        """
        request = self._client.build_request(
            method, path, params=params, json=json, data=form, content=content, headers=headers
        )
        retries = self._retries.attempts if (method.upper() in _IDEMPOTENT if retry is None else retry) else 1
        may_have_been_executed = False
        try:
            async for attempt in stamina.retry_context(
                on=self._wait_before_retry,
                attempts=retries,
                timeout=None,
                wait_initial=self._retries.first_wait,
                wait_max=self._retries.longest_wait,
                wait_jitter=self._retries.first_wait,
            ):
                with attempt:
                    try:
                        return await self._attempt(request, timeout or self._timeout, most_bytes)
                    except (Uncertain, Failing):
                        may_have_been_executed = True
                        raise
        except NotSent as error:
            if may_have_been_executed:
                raise Uncertain(self._name, f"{self._name} did not answer an earlier attempt.") from error
            raise
        raise AssertionError("a retry context ends with a result or an error")

    def _wait_before_retry(self, error: Exception) -> bool | float:
        """Stamina's hook: whether to try again and, if the service said when, after how many seconds."""
        if isinstance(error, Failing) and error.retry_after is not None:
            return error.retry_after if error.retry_after <= self._retries.longest_wait else False
        if isinstance(error, NotSent):
            return not isinstance(error, Untrusted) and not isinstance(error.__cause__, CircuitOpen | LimitReached)
        return isinstance(error, Failing | Uncertain)

    async def _attempt(self, request: httpx2.Request, timeout: float, most_bytes: int | None) -> httpx2.Response:
        try:
            async with self._limit.slot(), self._breaker.guard(_is_services_fault):
                with outgoing_call(self._name):
                    return self._accepted(await self._send(request, timeout, most_bytes))
        except (CircuitOpen, LimitReached) as error:
            raise NotSent(self._name, error.message, error.retry_after) from error

    async def _send(self, request: httpx2.Request, timeout: float, most_bytes: int | None) -> httpx2.Response:
        request.extensions["timeout"] = httpx2.Timeout(timeout, connect=min(timeout, 5.0)).as_dict()
        try:
            async with asyncio.timeout(timeout):
                if most_bytes is None:
                    return await self._client.send(request)
                return await self._bounded(await self._client.send(request, stream=True), most_bytes)
        except _NOTHING_WAS_SENT as error:
            if _is_about_a_certificate(error):
                raise Untrusted(self._name) from error
            raise NotSent(self._name, f"{self._name} could not be reached.") from error
        except (TimeoutError, httpx2.RequestError) as error:
            raise Uncertain(self._name, f"{self._name} did not answer.") from error

    async def _bounded(self, response: httpx2.Response, most_bytes: int) -> httpx2.Response:
        content = bytearray()
        try:
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > most_bytes:
                    raise TooLarge(self._name, f"{self._name} answered with more than {most_bytes} bytes.")
        finally:
            await response.aclose()
        plain = [(name, value) for name, value in response.headers.multi_items() if name != "content-encoding"]
        return httpx2.Response(response.status_code, headers=plain, content=bytes(content), request=response.request)

    def _accepted(self, response: httpx2.Response) -> httpx2.Response:
        code = response.status_code
        if code < HTTPStatus.MULTIPLE_CHOICES or code == HTTPStatus.NOT_MODIFIED:
            return response
        if code == HTTPStatus.TOO_MANY_REQUESTS or code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Failing(self._name, code, self._retry_after(response))
        raise Refused(self._name, code, _parsed(response), response.headers.get("location"))

    def _retry_after(self, response: httpx2.Response) -> float | None:
        """Seconds from a Retry-After header in either of its forms (RFC 9110, 10.2.3); `None` without a usable one."""
        value = response.headers.get("retry-after", "").strip()
        if value.isdecimal():
            return float(value)
        try:
            moment = email.utils.parsedate_to_datetime(value)
        except ValueError:
            return None
        return max((moment.replace(tzinfo=moment.tzinfo or UTC) - self._clock.now()).total_seconds(), 0.0)

    async def close(self) -> None:
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _is_services_fault(error: BaseException) -> bool:
    if isinstance(error, Failing):
        return error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, NotSent | Uncertain)


def _is_about_a_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _parsed(response: httpx2.Response) -> JsonValue:
    try:
        body: JsonValue = response.json()
    except ValueError:
        return None
    return body


def _is_loopback(base_url: str) -> bool:
    """A proxy from the environment cannot reach our own machine."""
    host = httpx2.URL(base_url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
