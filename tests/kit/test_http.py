"""The HTTP client against a real loopback server that answers, hesitates and hangs up as told."""

import asyncio
import email.utils
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from casewright.kit.clock import ManualClock
from casewright.kit.http import Failing, HttpClient, NotSent, OutgoingError, Refused, Retries, TooLarge, Uncertain
from casewright.kit.resilience import CallLimit, CircuitBreaker

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
QUICK = Retries(attempts=3, first_wait=0.001, longest_wait=0.05)


def answer(status: int, body: object = None, **headers: str) -> bytes:
    content = json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(content)}", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


HANG_UP = b""
SAY_NOTHING = None


class Service:
    """Plays its answers one by one, the last again and again, and counts requests."""

    def __init__(self, *answers: bytes | None) -> None:
        self._answers = list(answers)
        self.requests: list[str] = []
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Service"]:
        self._over = asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield self
        self._over.set()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.requests.append(head.decode().split("\r\n")[0])
                length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if b"content-length" in line), 0)
                await reader.readexactly(length)
                reply = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
                if reply is SAY_NOTHING:
                    await self._over.wait()
                if not reply:
                    break
                writer.write(reply)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


@asynccontextmanager
async def service(*answers: bytes | None) -> AsyncIterator[Service]:
    async with Service(*answers).running() as running:
        yield running


def client(url: str, **options: object) -> HttpClient:
    arguments: dict[str, object] = {"retries": QUICK, "clock": ManualClock(NOON), **options}
    return HttpClient("Billing", url, **arguments)  # type: ignore[arg-type]


async def test_an_answer_comes_back_whole() -> None:
    async with service(answer(200, {"id": 7})) as billing, client(billing.url) as http:
        response = await http.request("GET", "/invoices", params={"q": "open"})
        assert response.json() == {"id": 7}
        assert billing.requests == ["GET /invoices?q=open HTTP/1.1"]


async def test_reading_is_tried_again_until_it_works() -> None:
    async with service(answer(503), HANG_UP, answer(200, "ok")) as billing, client(billing.url) as http:
        assert (await http.request("GET", "/")).json() == "ok"
        assert len(billing.requests) == 3


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_writing_is_tried_once_unless_the_caller_says_otherwise(method: str) -> None:
    async with service(answer(503)) as billing, client(billing.url) as http:
        with pytest.raises(Failing):
            await http.request(method, "/", json={"amount": 5})
        assert len(billing.requests) == 1
        with pytest.raises(Failing):
            await http.request(method, "/", json={"amount": 5}, retry=True)
        assert len(billing.requests) == 4


async def test_a_refusal_carries_status_and_body_but_does_not_repeat_the_body() -> None:
    body = [{"errorCode": "NOT_FOUND", "message": "no dana@example.com"}]
    async with service(answer(404, body)) as billing, client(billing.url) as http:
        with pytest.raises(Refused, match=r"Billing refused the request \(status 404\)") as caught:
            await http.request("GET", "/")
        assert (caught.value.status_code, caught.value.body) == (404, body)
        assert "dana" not in str(caught.value)
        assert len(billing.requests) == 1


async def test_several_choices_are_a_refusal_whose_body_names_them() -> None:
    async with service(answer(300, ["/a", "/b"])) as billing, client(billing.url) as http:
        with pytest.raises(Refused) as caught:
            await http.request("PATCH", "/")
        assert caught.value.body == ["/a", "/b"]


async def test_a_refusal_says_where_else_to_ask() -> None:
    async with service(answer(301, Location="/elsewhere")) as billing, client(billing.url) as http:
        with pytest.raises(Refused) as caught:
            await http.request("GET", "/")
        assert caught.value.location == "/elsewhere"


async def test_an_answer_beyond_what_was_asked_for_is_not_read_to_its_end() -> None:
    async with service(answer(200, "a" * 100)) as billing, client(billing.url) as http:
        assert (await http.request("GET", "/", most_bytes=102)).json() == "a" * 100
        with pytest.raises(TooLarge):
            await http.request("GET", "/", most_bytes=101)
        assert len(billing.requests) == 2


async def test_nothing_was_sent_when_nobody_listens() -> None:
    async with service(answer(200)) as billing:
        url = billing.url
    async with client(url) as http:
        with pytest.raises(NotSent, match="could not be reached"):
            await http.request("POST", "/")


@pytest.mark.parametrize("silence", [HANG_UP, SAY_NOTHING])
async def test_a_request_without_an_answer_is_uncertain(silence: bytes | None) -> None:
    async with service(silence) as billing, client(billing.url, timeout=0.2) as http:
        with pytest.raises(Uncertain, match="did not answer"):
            await http.request("POST", "/", json={"amount": 5})


async def test_a_dripping_answer_ends_at_the_time_limit() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b".")
            await asyncio.sleep(0.02)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout=0.2) as http:
        with pytest.raises(Uncertain):
            await http.request("POST", "/")
    server.close()


async def test_an_earlier_attempt_that_may_have_worked_is_not_forgotten() -> None:
    attempts = 0

    def vanish(request: httpx2.Request) -> httpx2.Response:
        nonlocal attempts
        attempts += 1
        raise httpx2.ReadTimeout("slow") if attempts == 1 else httpx2.ConnectError("gone")

    async with client("http://billing.example", transport=httpx2.MockTransport(vanish)) as http:
        with pytest.raises(Uncertain, match="did not answer an earlier attempt"):
            await http.request("PUT", "/")
    assert attempts == 3


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (email.utils.format_datetime(NOON + timedelta(seconds=90), usegmt=True), 90.0),
        (email.utils.format_datetime(NOON - timedelta(seconds=90), usegmt=True), 0.0),
        ("soon", None),
    ],
)
async def test_retry_after_is_read_in_both_forms(header: str, seconds: float | None) -> None:
    async with service(answer(429, Retry_After=header)) as billing, client(billing.url) as http:
        with pytest.raises(Failing) as caught:
            await http.request("POST", "/")
        assert (caught.value.status_code, caught.value.retry_after) == (429, seconds)


async def test_a_longer_wait_than_ours_is_left_to_the_caller() -> None:
    async with service(answer(429, Retry_After="60"), answer(200)) as billing, client(billing.url) as http:
        with pytest.raises(Failing):
            await http.request("GET", "/")
        assert len(billing.requests) == 1


async def test_a_short_wait_is_waited() -> None:
    async with service(answer(429, Retry_After="0"), answer(200, "ok")) as billing, client(billing.url) as http:
        assert (await http.request("GET", "/")).json() == "ok"


async def test_a_broken_service_is_left_alone_and_that_is_not_retried() -> None:
    breaker = CircuitBreaker("Billing", threshold=3)
    async with service(answer(500)) as billing, client(billing.url, breaker=breaker) as http:
        with pytest.raises(Failing):
            await http.request("GET", "/")
        with pytest.raises(NotSent, match="left alone for a moment") as caught:
            await http.request("POST", "/")
        assert caught.value.retry_after > 0
        assert len(billing.requests) == 3


async def test_refusals_and_too_many_requests_do_not_open_the_circuit() -> None:
    breaker = CircuitBreaker("Billing", threshold=1)
    replies = (answer(400), answer(429), answer(200, "ok"))
    async with service(*replies) as billing, client(billing.url, breaker=breaker) as http:
        for error in (Refused, Failing):
            with pytest.raises(error):
                await http.request("POST", "/")
        assert (await http.request("POST", "/")).json() == "ok"


async def test_a_call_beyond_the_limit_was_not_sent() -> None:
    limit = CallLimit("Billing", concurrent=1, patience=0.01)
    async with service(answer(200)) as billing, client(billing.url, limit=limit) as http:
        async with limit.slot():
            with pytest.raises(NotSent, match="No call to Billing"):
                await http.request("GET", "/")
        assert billing.requests == []


async def test_a_proxy_from_the_environment_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with service(answer(200, "ok")) as billing, client(billing.url) as http:
        assert (await http.request("GET", "/")).json() == "ok"


async def test_every_error_names_the_service_and_is_one_of_four_kinds() -> None:
    async with service(answer(418)) as billing, client(billing.url) as http:
        with pytest.raises(OutgoingError) as caught:
            await http.request("GET", "/")
        assert caught.value.service == "Billing"
