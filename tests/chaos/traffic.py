"""Customers who go on writing while things break, each message again under its key until it is acknowledged, as the page
does. Afterwards the log is asked what became of them."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import httpx2

from tests.live.api import Customer, bearer
from tests.running import RunningDemo

QUESTIONS = ("When are you open?", "Where do I find you?", "Are you open on Sunday?")
LONGEST_ANSWER_SECONDS = 10.0


@dataclass
class Refusal:
    """`status` 0: no answer at all."""

    status: int
    kind: str
    seconds: float
    at: float


@dataclass
class Traffic:
    """`demos`: the same system, by each of its servers."""

    demos: list[RunningDemo]
    customers: list[Customer] = field(default_factory=list)
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    """Ids of messages, by conversation."""
    refusals: list[Refusal] = field(default_factory=list)
    acknowledged_at: list[float] = field(default_factory=list)
    last_turn_at: float = 0.0
    """Of all turns that were seen, in seconds since 1970."""
    _over: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def start(self, customers: int) -> None:
        for number in range(customers):
            customer = Customer(self.demos[number % len(self.demos)])
            self.customers.append(customer)
            self.acknowledged[customer.id] = []
            thread = Thread(target=self._write, args=(customer, number), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Returns when all that was written is acknowledged."""
        self._over.set()
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive(), "a message was never acknowledged"

    def _write(self, customer: Customer, number: int) -> None:
        with httpx2.Client(timeout=LONGEST_ANSWER_SECONDS) as http:
            while not self._over.is_set():
                key = str(uuid4())
                while (message := self._send(http, customer, number, key)) is None:
                    number += 1  # Another server may be better off.
                    time.sleep(0.2)
                self.acknowledged[customer.id].append(message)
                number += 1
                time.sleep(0.3)

    def _send(self, http: httpx2.Client, customer: Customer, number: int, key: str) -> str | None:
        """The message's id, once it is acknowledged."""
        demo, began = self.demos[number % len(self.demos)], time.monotonic()
        status, kind = 0, ""
        try:
            answer = http.post(
                f"{demo.url}{customer.path}/messages",
                json={"text": QUESTIONS[len(self.acknowledged[customer.id]) % len(QUESTIONS)]},
                headers={**customer.headers, "Idempotency-Key": key},
            )
            status = answer.status_code
            if status == 202:
                self.acknowledged_at.append(time.monotonic())
                message: str = answer.json()["message_id"]
                return message
            kind = answer.json().get("type", "")
        except httpx2.HTTPError as error:
            kind = type(error).__name__
        self.refusals.append(Refusal(status, kind, time.monotonic() - began, began))
        return None

    # --- afterwards ---

    def is_settled(self) -> bool:
        """Whether each acknowledged message was answered, or counted to a newer one, exactly once and in order. Fails at once
        where a message is missing or was answered twice."""
        return all(self._is_settled(customer) for customer in self.customers)

    def _is_settled(self, customer: Customer) -> bool:
        acknowledged = self.acknowledged[customer.id]
        said = [
            one["id"]
            for one in self._get(f"{customer.path}/transcript", customer.token)["messages"]
            if one["from"] == "customer"
        ]
        missing = [one for one in acknowledged if one not in said]
        assert not missing, f"{len(missing)} acknowledged messages are not in the log"
        assert max(Counter(said).values(), default=1) == 1
        operator = self.demos[0].tenants[0].operator_key
        turns = self._get(f"{customer.path}/turns", operator)["items"]
        self.last_turn_at = max(
            [self.last_turn_at, *(datetime.fromisoformat(turn["at"]).timestamp() for turn in turns)]
        )
        answered = [message for turn in turns for message in turn["message_ids"]]
        assert max(Counter(answered).values(), default=1) == 1, "a message was answered twice"
        assert answered == said[: len(answered)], "messages were answered out of order"
        return len(answered) == len(said)

    def _get(self, path: str, key: str) -> dict[str, Any]:
        answer = httpx2.get(f"{self.demos[0].url}{path}", headers=bearer(key), timeout=30)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found
