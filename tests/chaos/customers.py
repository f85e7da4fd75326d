"""Customers, and the operator who helps them, who get on with their affairs whatever breaks: each request is made again,
by any server, under its key, until it is acknowledged; sometimes they hang up before the answer."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx2

from tests.live.api import bearer

QUESTIONS = ("When are you open?", "Where do I find you?", "Are you open on Sunday?")
ADDRESSES = tuple(f"visitor{number}@post.example" for number in range(12))
"""Of users in the org."""
HANGS_UP_AFTER = (None, None, None, None, None, 0.02, 0.2)
PATIENCE_SECONDS = 120.0


@dataclass
class Affair:
    """What somebody knows of one conversation: ids of messages that were acknowledged, and what was asked for in the org."""

    id: str
    token: str
    acknowledged: list[str] = field(default_factory=list)
    by_operator: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)
    """Subjects of problems."""
    resets: list[str] = field(default_factory=list)
    """Addresses."""


class Gone(Exception):
    """The customer has no more time, or the conversation took another course than this affair wants."""


class Customer(Thread):
    """`urls`: of the servers."""

    def __init__(self, urls: Sequence[str], tenant: SimpleNamespace, seed: float) -> None:
        super().__init__(daemon=True)
        self.affairs: list[Affair] = []
        self.problem: Exception | None = None
        self._urls = urls
        self._tenant = tenant
        self._chance = random.Random(seed)
        self._over = Event()
        self._http = httpx2.Client(trust_env=False)

    def run(self) -> None:
        try:
            while not self._over.is_set():
                made = self._ask("POST", "/v1/conversations", self._tenant.publishable_key, {}, until_over=True)
                self.affairs.append(Affair(made["id"], made["token"]))
                what: Callable[[Affair], None] = self._chance.choice(
                    (self._questions, self._interruption, self._report, self._report, self._reset, self._hand_over)
                )
                try:
                    what(self.affairs[-1])
                except Gone:
                    continue
        except Gone:
            pass
        except Exception as error:
            self.problem = error
        finally:
            self._http.close()

    def stop(self) -> None:
        """What is on its way is still acknowledged."""
        self._over.set()

    # --- affairs ---

    def _questions(self, affair: Affair) -> None:
        for question in self._chance.sample(QUESTIONS, self._chance.randint(1, 3)):
            said = self._say(affair, question)
            if self._chance.random() < 0.6:
                self._reply(affair, said)

    def _report(self, affair: Affair) -> None:
        asked = self._reply(affair, self._say(affair, "I want to report a problem"))
        subject = f"The handle is loose {uuid4().hex}"
        values = {"what": subject, "urgency": "High", "email": self._chance.choice(ADDRESSES)}
        if {one["slot"] for one in asked["fields"]} != values.keys():
            raise Gone
        confirm = self._reply(affair, self._say(affair, "", form=values))
        affair.reported.append(subject)
        self._confirm(affair, confirm)

    def _reset(self, affair: Affair) -> None:
        self._reply(affair, self._say(affair, "I forgot my password"))
        address = self._chance.choice(ADDRESSES)
        confirm = self._reply(affair, self._say(affair, address))
        affair.resets.append(address)
        self._confirm(affair, confirm)

    def _confirm(self, affair: Affair, reply: dict[str, Any]) -> None:
        if (reply["expects"] or {}).get("kind") != "confirmation":
            raise Gone
        said = self._say(affair, "yes")
        if self._chance.random() < 0.3:
            said = self._say(affair, "yes")
        self._reply(affair, said)

    def _hand_over(self, affair: Affair) -> None:
        said = self._say(affair, QUESTIONS[0])
        path = f"/v1/conversations/{affair.id}"
        if self._chance.random() < 0.5:
            self._say(affair, "I want to talk to a person please")
        else:
            self._ask("POST", f"{path}/handoff", affair.token)
        self._reply(affair, said)
        self._until_mode(affair, "human")
        operator = self._tenant.operator_key
        key, text = str(uuid4()), "This is Kim. It is taken care of."
        affair.by_operator.append(self._ask("POST", f"{path}/replies", operator, {"text": text}, key)["message_id"])
        self._say(affair, "Thank you, Kim")
        self._ask("POST", f"{path}/mode", operator, {"mode": "agent"})
        self._until_mode(affair, "agent")
        self._reply(affair, self._say(affair, QUESTIONS[1]))

    def _interruption(self, affair: Affair) -> None:
        """The operator takes over just when the agent is about to answer."""
        path, operator = f"/v1/conversations/{affair.id}/mode", self._tenant.operator_key
        for question in QUESTIONS[:2]:
            self._say(affair, question)
            time.sleep(self._chance.uniform(0, 0.2))
            self._ask("POST", path, operator, {"mode": "human"})
            self._say(affair, "Hello?")
            self._ask("POST", path, operator, {"mode": "agent"})
            self._until_mode(affair, "agent")
        self._reply(affair, self._say(affair, QUESTIONS[2]))

    # --- what they do ---

    def _say(self, affair: Affair, text: str, form: dict[str, str] | None = None) -> str:
        """The acknowledged message's id."""
        if self._over.is_set():
            raise Gone
        time.sleep(self._chance.uniform(0, 0.4))
        body = {"text": text} if form is None else {"form": form}
        path = f"/v1/conversations/{affair.id}/messages"
        message: str = self._ask("POST", path, affair.token, body, str(uuid4()))["message_id"]
        affair.acknowledged.append(message)
        return message

    def _reply(self, affair: Affair, message: str) -> dict[str, Any]:
        """The agent's first words after it."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            messages = self._transcript(affair)["messages"]
            place = next(index for index, one in enumerate(messages) if one["id"] == message)
            for one in messages[place:]:
                if one["from"] == "agent":
                    found: dict[str, Any] = one
                    return found
            self._pause()
        raise AssertionError(f"{affair.id}: no reply to {message}")

    def _until_mode(self, affair: Affair, mode: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while self._transcript(affair)["mode"] != mode:
            assert time.monotonic() < until, f"{affair.id} never came to the mode {mode}"
            self._pause()

    def _transcript(self, affair: Affair) -> dict[str, Any]:
        return self._ask("GET", f"/v1/conversations/{affair.id}/transcript", affair.token)

    def _pause(self) -> None:
        if self._over.is_set():
            raise Gone
        time.sleep(0.2)

    def _ask(
        self,
        method: str,
        path: str,
        token: str,
        body: dict[str, Any] | None = None,
        key: str | None = None,
        *,
        until_over: bool = False,
    ) -> dict[str, Any]:
        """The answer, of whichever server gives one; what is no answer but "later" is asked again."""
        headers = {**bearer(token), **({"Idempotency-Key": key} if key else {})}
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if until_over and self._over.is_set():
                raise Gone
            url = f"{self._chance.choice(self._urls)}{path}"
            patience = self._chance.choice(HANGS_UP_AFTER) or 10.0
            try:
                answer = self._http.request(method, url, json=body, headers=headers, timeout=patience)
            except httpx2.HTTPError:
                time.sleep(0.1)
                continue
            if answer.status_code in (429, 503):
                assert int(answer.headers["Retry-After"]) >= 1
                time.sleep(0.3)
                continue
            assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
            found: dict[str, Any] = answer.json()
            return found
        raise AssertionError(f"{method} {path} was never answered")
