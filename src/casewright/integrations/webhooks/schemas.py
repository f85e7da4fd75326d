"""The wire's shapes for webhooks."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from casewright.integrations.webhooks.addresses import MOST_CHARACTERS
from casewright.integrations.webhooks.models import DeliveryState, EventKind
from casewright.kit.model import Model


class WebhookRequest(Model):
    """`url`: https, on the public internet unless the installation allows more. `kinds`: what it is told of."""

    url: str = Field(min_length=9, max_length=MOST_CHARACTERS, pattern="^https?://")
    kinds: tuple[EventKind, ...] = Field(min_length=1)


class WebhookView(Model):
    id: UUID
    url: str
    kinds: tuple[EventKind, ...]
    created_at: datetime
    created_by: str


class NewWebhookView(WebhookView):
    """`secret`: what receivers verify signatures with (Standard Webhooks). It is shown here and never again."""

    secret: str


class WebhookList(Model):
    items: tuple[WebhookView, ...]


class DeliveryView(Model):
    """`id` is sent as `webhook-id`, the same in every attempt. `ended_with`: how the last attempt ended: `delivered`,
    `status_` and a number, `not_reached`, `no_answer`, `address_refused`, or nothing before the first. `due_at`: of the next
    attempt, while it is waiting."""

    id: UUID
    webhook_id: UUID
    kind: str
    state: DeliveryState
    attempts: int
    due_at: datetime
    ended_with: str
    created_at: datetime
    settled_at: datetime | None


class DeliveryList(Model):
    items: tuple[DeliveryView, ...]
