"""Messages as the server tells them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from casewright.conversations.models import FormField
from casewright.conversations.schemas import MessageView

ARTICLE = {"type": "article", "id": "a1", "title": "Export your data", "version": 3}
ACTION = {"type": "action", "id": "x1", "title": "reset_password"}


def part(text: str, kind: str = "answer", *sources: dict[str, Any]) -> dict[str, Any]:
    return {"text": text, "kind": kind, "sources": list(sources)}


def a_message(*parts: dict[str, Any], **fields: Any) -> MessageView:
    told = {"id": uuid4(), "from": "agent", "text": "", "at": datetime(2026, 11, 22, tzinfo=UTC), "parts": parts}
    return MessageView.model_validate({**told, **fields})


def a_field(slot: str, kind: str = "text", **more: Any) -> FormField:
    return FormField.model_validate({"slot": slot, "type": kind, "label": slot.capitalize(), **more})


def options(*values: str) -> list[dict[str, str]]:
    return [{"label": value.capitalize(), "text": value} for value in values]
