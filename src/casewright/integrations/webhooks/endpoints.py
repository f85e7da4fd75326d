"""Webhooks over HTTP: for operators with their key."""

from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from casewright.integrations.webhooks.delivering import Deliverer
from casewright.integrations.webhooks.models import Delivery, DeliveryId, DeliveryState, Webhook, WebhookId
from casewright.integrations.webhooks.schemas import (
    DeliveryList,
    DeliveryView,
    NewWebhookView,
    WebhookList,
    WebhookRequest,
    WebhookView,
)
from casewright.integrations.webhooks.service import Webhooks
from casewright.kit.ids import TenantId
from casewright.kit.principal import Principal
from casewright.kit.web import Problem, bearer
from casewright.tenants.models import ApiKeyKind


class Gate(Protocol):
    async def authenticate(self, key: str, kind: ApiKeyKind) -> Principal: ...
    async def admit(self, tenant_id: TenantId) -> None: ...


def router(webhooks: Webhooks, deliverer: Deliverer, gate: Gate) -> APIRouter:
    api = APIRouter(prefix="/v1/webhooks", responses={code: {"model": Problem} for code in (401, 404, 422, 429, 503)})

    async def operator(request: Request) -> Principal:
        principal = await gate.authenticate(bearer(request), ApiKeyKind.OPERATOR)
        await gate.admit(principal.tenant_id)
        return principal

    Operator = Annotated[Principal, Depends(operator)]

    @api.get("", summary="Who outside is told of what (operator key)")
    async def all_webhooks(principal: Operator) -> WebhookList:
        return WebhookList(items=tuple(map(_view, await webhooks.all(principal))))

    @api.post(
        "", status_code=201, summary="Add a webhook; its secret is told once (operator key)",
        responses={409: {"model": Problem}},
    )  # fmt: skip
    async def add(principal: Operator, body: WebhookRequest) -> NewWebhookView:
        added = await webhooks.add(principal, body.url, body.kinds)
        return NewWebhookView(**dict(added.webhook), secret=added.secret.get_secret_value())

    # Before the paths with an id, of which "deliveries" would be taken for one.
    @api.get("/deliveries", summary="What was sent, is on its way, or is dead (operator key)")
    async def deliveries(
        principal: Operator, webhook_id: UUID | None = None, state: DeliveryState | None = None
    ) -> DeliveryList:
        found = await webhooks.deliveries(principal, WebhookId(webhook_id) if webhook_id else None, state)
        return DeliveryList(items=tuple(map(_delivery_view, found)))

    @api.post(
        "/deliveries/{delivery_id}/retry", summary="Have a dead delivery tried again (operator key)",
        responses={409: {"model": Problem}},
    )  # fmt: skip
    async def retry(principal: Operator, delivery_id: UUID) -> DeliveryView:
        return _delivery_view(await webhooks.retry(principal, DeliveryId(delivery_id)))

    @api.get("/{webhook_id}", summary="One webhook (operator key)")
    async def webhook(principal: Operator, webhook_id: UUID) -> WebhookView:
        return _view(await webhooks.get(principal, WebhookId(webhook_id)))

    @api.put("/{webhook_id}", summary="Change a webhook; its secret stays (operator key)")
    async def change(principal: Operator, webhook_id: UUID, body: WebhookRequest) -> WebhookView:
        return _view(await webhooks.change(principal, WebhookId(webhook_id), body.url, body.kinds))

    @api.delete("/{webhook_id}", status_code=204, summary="Remove a webhook (operator key)")
    async def remove(principal: Operator, webhook_id: UUID) -> None:
        await webhooks.remove(principal, WebhookId(webhook_id))

    @api.post("/{webhook_id}/test", summary="Send a test at once, and tell how it ended (operator key)")
    async def test(principal: Operator, webhook_id: UUID) -> DeliveryView:
        return _delivery_view(await deliverer.send_test(principal, WebhookId(webhook_id)))

    return api


def _view(webhook: Webhook) -> WebhookView:
    return WebhookView(**dict(webhook))


def _delivery_view(delivery: Delivery) -> DeliveryView:
    return DeliveryView(**dict(delivery))
