"""Fixed answers of the API, shaped as its document says, for what a running server cannot be brought to on demand."""

import json
from typing import Any

from playwright.sync_api import Page, Route

AT = "2026-03-02T10:00:00+00:00"
ARTICLE = {"type": "article", "id": "a1", "version": 3, "title": "Exporting data", "quote": "Open Settings."}
RECORD = {"type": "record", "id": "r1", "version": None, "title": "Case 00001017", "quote": ""}

EVERY_KIND_OF_PART: tuple[dict[str, Any], ...] = (
    {"kind": "empathy", "text": "I am sorry that this took so long.", "sources": []},
    {"kind": "answer", "text": "An export holds every record.", "sources": [ARTICLE]},
    {"kind": "answer", "text": "It needs the Business plan.", "sources": [ARTICLE]},
    {"kind": "step", "text": "Open Settings.", "sources": [ARTICLE]},
    {"kind": "code", "text": "curl https://api.example.com/exports", "sources": [ARTICLE]},
    {"kind": "step", "text": "Choose Export.", "sources": [ARTICLE]},
    {"kind": "result", "text": "Case 00001017 is open.", "sources": [RECORD]},
    {"kind": "notice", "text": "Your message was long; I read its beginning.", "sources": []},
    {"kind": "handoff", "text": "A colleague takes over.", "sources": []},
    {"kind": "question", "text": "Is there anything else? See https://example.com/help.", "sources": []},
)


def agent_message(parts: tuple[dict[str, Any], ...], expects: str | None = None) -> tuple[str, dict[str, Any]]:
    text = " ".join(part["text"] for part in parts)
    awaited = {"kind": expects, "slot": None} if expects else None
    data: dict[str, Any] = {
        "id": "m1",
        "from": "agent",
        "text": text,
        "parts": parts,
        "quick_replies": [],
        "expects": awaited,
        "at": AT,
    }
    return "message", data


def conversation_of(page: Page, question: str, *answers: tuple[str, dict[str, Any]]) -> None:
    """The next conversation on this page consists of this question of the customer's and these events."""
    asked: dict[str, Any] = {
        "id": "own",
        "from": "customer",
        "text": question,
        "parts": [],
        "quick_replies": [],
        "expects": None,
        "at": AT,
    }
    frames = [
        f"id: {number}\nevent: {name}\ndata: {json.dumps(data)}\n\n"
        for number, (name, data) in enumerate((("message", asked), *answers), 1)
    ]
    page.route(
        "**/v1/conversations",
        lambda route: answer(route, {"id": "0192", "token": "ct_fixed"}, status=201),
    )
    page.route("**/v1/conversations/*/messages", lambda route: answer(route, {"message_id": "own"}, status=202))
    page.route(
        "**/v1/conversations/*/events",
        lambda route: route.fulfill(status=200, content_type="text/event-stream", body="".join(frames)),
    )


def answer(route: Route, body: object, status: int = 200) -> None:
    route.fulfill(status=status, content_type="application/json", body=json.dumps(body))


def problem(route: Route, status: int, detail: str, retry_after: int | None = None) -> None:
    body = {"type": "/problems/for-a-test", "title": "A problem", "status": status, "detail": detail}
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    route.fulfill(status=status, headers=headers, content_type="application/problem+json", body=json.dumps(body))
