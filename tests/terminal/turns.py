"""Turns as the server reports them, with only what a test is about."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from casewright.conversations.schemas import TurnView


def a_turn(**report: Any) -> TurnView:
    nothing: dict[str, Any] = {
        "id": uuid4(),
        "conversation_id": uuid4(),
        "at": datetime(2026, 11, 22, tzinfo=UTC),
        "trigger": "message",
        "result": "replied",
        "message_ids": [],
        "reply_id": None,
        "replaced": [],
        "stages": [],
        "total_ms": 0.0,
        "configuration_digest": "d1",
    }
    return TurnView.model_validate({**nothing, **report})
