"""Webhooks: who outside is told of what, and what is on its way to them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from pydantic import JsonValue, SecretStr

from casewright.kit.model import Model

WebhookId = NewType("WebhookId", UUID)
DeliveryId = NewType("DeliveryId", UUID)


class EventKind(StrEnum):
    """What can be subscribed to."""

    KNOWLEDGE_CONFLICT = "knowledge.conflict"
    """Articles were found to contradict each other."""
    KNOWLEDGE_GAP = "knowledge.gap"
    """Enough customers asked for something that no article answers."""


TEST_KIND = "webhook.test"
"""Of what is sent on request only."""


class Webhook(Model):
    """A subscription. `created_by`: an actor."""

    id: WebhookId
    url: str
    kinds: tuple[EventKind, ...]
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """`secret`, with which deliveries are signed, is told here and never again."""

    webhook: Webhook
    secret: SecretStr


class DeliveryState(StrEnum):
    WAITING = "waiting"
    """For its first attempt, or for the next one."""
    DELIVERED = "delivered"
    DEAD = "dead"
    """Given up; an operator may have it tried again."""


class Delivery(Model):
    """One event on its way to one webhook. `id` is the same in every attempt. `ended_with`: how the last attempt ended, as
    `delivered`, `status_404`, `not_reached`, `no_answer` or `address_refused`; "" before the first."""

    id: DeliveryId
    webhook_id: WebhookId
    kind: str
    state: DeliveryState
    attempts: int
    due_at: datetime
    ended_with: str
    created_at: datetime
    settled_at: datetime | None


class Envelope(Model):
    """The body of a delivery."""

    type: str
    timestamp: datetime
    data: dict[str, JsonValue]


class RequestedTest(Model):
    """Of a delivery that an operator asked for."""

    webhook_id: WebhookId
