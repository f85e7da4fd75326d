"""A thousand customers who have the chat page open: what the server needs for them, and how soon each hears the reply."""

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx2
import orjson

from bench.turn.measuring import WrongOutcome
from bench.turn.mix import Mix, Said
from bench.turn.processes import usage
from bench.turn.stack import Stack

REPLY_SECONDS: Final = 30.0
AT_ONCE: Final = 20
"""Streams that are opened at the same time."""

Report = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Held:
    """With so many streams open. `seconds`: from each message to its reply on the stream."""

    streams: int
    rate: float
    server_before: int
    server_with_streams: int
    server_after: int
    seconds: list[float]


@dataclass
class Listener:
    """One conversation, whose stream is read all the time."""

    id: str
    token: str
    replies: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def listen(self, http: httpx2.AsyncClient, opened: asyncio.Event) -> None:
        async with http.stream("GET", f"/v1/conversations/{self.id}/events", headers=self.headers) as stream:
            async for line in stream.aiter_lines():
                opened.set()
                if line.startswith("data: ") and '"from":"agent"' in line and '"parts"' in line:
                    self.replies.put_nowait(line.removeprefix("data: "))


async def measure(stack: Stack, streams: int, messages: int, rate: float, report: Report) -> Held:
    """`messages` in random conversations of those whose streams are open, `rate` of them a second. Raises `WrongOutcome`."""
    before = usage(stack.pid).memory["serve"]
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    async with (
        httpx2.AsyncClient(base_url=stack.connection.url, timeout=60, limits=limits, trust_env=False) as http,
        _listening(http, stack.connection.tenants[0].publishable_key, streams, report) as listeners,
    ):
        with_streams = usage(stack.pid).memory["serve"]
        seconds = await _write(http, listeners, messages, rate, report)
        after = usage(stack.pid).memory["serve"]
    return Held(streams, rate, before, with_streams, after, seconds)


@asynccontextmanager
async def _listening(
    http: httpx2.AsyncClient, publishable_key: str, streams: int, report: Report
) -> AsyncIterator[list[Listener]]:
    listeners: list[Listener] = []
    tasks: list[asyncio.Task[None]] = []
    places = asyncio.Semaphore(AT_ONCE)

    async def open_one() -> None:
        async with places:
            headers = {"Authorization": f"Bearer {publishable_key}"}
            answer = await http.post("/v1/conversations", json={}, headers=headers)
            answer.raise_for_status()
            listener, opened = Listener(answer.json()["id"], answer.json()["token"]), asyncio.Event()
            tasks.append(asyncio.create_task(listener.listen(http, opened)))
            await asyncio.wait_for(opened.wait(), REPLY_SECONDS)
            listener.replies.get_nowait()  # The greeting.
            listeners.append(listener)
            report(len(listeners))

    try:
        await asyncio.gather(*(open_one() for _ in range(streams)))
        yield listeners
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _write(
    http: httpx2.AsyncClient, listeners: list[Listener], messages: int, rate: float, report: Report
) -> list[float]:
    """Messages come at the given rate, whether or not those before are answered."""
    chance = random.Random(1)
    said = (one for dialogue in Mix(1, ()).answers() for one in dialogue.turns)
    chosen = list(itertools.islice(itertools.cycle(chance.sample(listeners, len(listeners))), messages))
    seconds: list[float] = []

    async def ask(listener: Listener, one: Said, due: float) -> None:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        seconds.append(await _reply_seconds(http, listener, one))
        report(len(seconds))

    began = time.perf_counter()
    await asyncio.gather(*(ask(listener, next(said), began + number / rate) for number, listener in enumerate(chosen)))
    return seconds


async def _reply_seconds(http: httpx2.AsyncClient, listener: Listener, said: Said) -> float:
    headers = {**listener.headers, "Idempotency-Key": f"{listener.id}-{said.text}"[:200]}
    began = time.perf_counter()
    sent = await http.post(f"/v1/conversations/{listener.id}/messages", json={"text": said.text}, headers=headers)
    sent.raise_for_status()
    heard = orjson.loads(await asyncio.wait_for(listener.replies.get(), REPLY_SECONDS))
    took = time.perf_counter() - began
    titles = " ".join(source["title"] for part in heard["parts"] for source in part["sources"])
    if said.source.casefold() not in titles.casefold():
        raise WrongOutcome(f"{said.text}: no source is about {said.source!r}; the reply: {heard['text']}")
    return took
