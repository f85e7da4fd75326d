"""Fixed answers of the API, shaped as its document says, for what a running server cannot be brought to on demand."""

import json
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page, Route

AT = "2026-03-02T10:00:00+00:00"
ARTICLE = {"type": "article", "id": "a1", "version": 3, "title": "Exporting data", "quote": "Open Settings."}
PASSAGE = {
    "type": "article",
    "id": "a2",
    "version": 1,
    "title": "Schedule an export",
    "section": "How often it may run",
    "quote": "An export runs once a week at most. With the Business plan it may run every day, at an hour that you choose, and it goes on after an interruption.",
    "url": "https://help.example.com/exports",
    "checked_on": "2026-02-01",
}
RECORD = {"type": "record", "id": "r1", "version": None, "title": "Case 00001017", "quote": ""}

Part = dict[str, Any]
Field = dict[str, Any]
Event = tuple[str, dict[str, Any]]

EVERY_KIND_OF_PART: tuple[Part, ...] = (
    {"kind": "empathy", "text": "I am sorry that this took so long.", "sources": []},
    {"kind": "answer", "text": "An export holds every record.", "sources": [ARTICLE]},
    {"kind": "answer", "text": "It needs the Business plan.", "sources": [ARTICLE]},
    {"kind": "step", "text": "Open Settings.", "sources": [ARTICLE]},
    {"kind": "code", "text": "curl https://api.example.com/exports", "sources": [ARTICLE]},
    {"kind": "step", "text": "Choose Export.", "sources": [ARTICLE]},
    {"kind": "result", "text": "Case 00001017 is open.", "sources": [RECORD]},
    {"kind": "notice", "text": "Your message was long; I read its beginning.", "sources": []},
    {"kind": "suggestion", "text": "Schedule an export", "sources": [PASSAGE]},
    {"kind": "suggestion", "text": "Exporting files", "sources": [{**ARTICLE, "title": "Exporting files", "id": "a3"}]},
    {"kind": "handoff", "text": "A colleague takes over.", "sources": []},
    {"kind": "question", "text": "Is there anything else? See https://example.com/help.", "sources": []},
)


# --- what the agent says ---


def agent_message(
    parts: Sequence[Part],
    expects: str | None = None,
    fields: Sequence[Field] = (),
    replies: Sequence[str] = (),
    message_id: str = "m1",
) -> Event:
    data: dict[str, Any] = {
        "id": message_id,
        "from": "agent",
        "text": " ".join(part["text"] for part in parts),
        "parts": parts,
        "quick_replies": [{"label": reply, "text": reply} for reply in replies],
        "expects": {"kind": expects, "slot": None} if expects else None,
        "fields": fields,
        "at": AT,
    }
    return "message", data


def customer_message(text: str, message_id: str = "own") -> Event:
    return "message", {
        "id": message_id,
        "from": "customer",
        "text": text,
        "parts": [],
        "quick_replies": [],
        "expects": None,
        "fields": [],
        "at": AT,
    }


def question(text: str) -> Part:
    return {"kind": "question", "text": text, "sources": []}


def field(
    kind: str, label: str, value: str | None = None, options: Sequence[str] = (), optional: bool = False
) -> Field:
    """A field whose slot is its label in lower case, like its options' values."""
    return {
        "slot": label.lower(),
        "type": kind,
        "label": label,
        "value": value,
        "options": [{"label": option, "text": option.lower()} for option in options],
        "optional": optional,
    }


def piece(index: int, part: Part) -> Event:
    return "part", {"reply_id": "m1", "index": index, "part": part, "at": AT}


def person_awaited(position: int, waiting: int) -> tuple[Event, Event]:
    mode: Event = "mode", {"mode": "human", "reason": "requested", "at": AT}
    return mode, ("queue", {"position": position, "waiting": waiting})


# --- what the server answers ---


def conversation_of(page: Page, asked: str, *answers: Event) -> None:
    """The next conversation on this page consists of this message of the customer's and these events."""
    events = (customer_message(asked), *answers)
    frames = [_frame(number, name, data) for number, (name, data) in enumerate(events, 1)]
    page.route("**/v1/conversations", lambda route: answer(route, {"id": "0192", "token": "ct_fixed"}, status=201))
    page.route("**/v1/conversations/*/messages", lambda route: answer(route, {"message_id": "own"}, status=202))
    page.route(
        "**/v1/conversations/*/events",
        lambda route: route.fulfill(status=200, content_type="text/event-stream", body="".join(frames)),
    )


def _frame(number: int, name: str, data: dict[str, Any]) -> str:
    place = "" if name == "queue" else f"id: {number}\n"
    return f"{place}event: {name}\ndata: {json.dumps(data)}\n\n"


def site_with(page: Page, **changes: object) -> None:
    """The company as the server describes it, with these changes."""

    def handle(route: Route) -> None:
        answer(route, route.fetch().json() | changes)

    page.route("**/v1/site?*", handle)


def answer(route: Route, body: object, status: int = 200) -> None:
    route.fulfill(status=status, content_type="application/json", body=json.dumps(body))


def problem(route: Route, status: int, detail: str, retry_after: int | None = None) -> None:
    body = {"type": "/problems/for-a-test", "title": "A problem", "status": status, "detail": detail}
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    route.fulfill(status=status, headers=headers, content_type="application/problem+json", body=json.dumps(body))
