"""A company's webhooks: kept, told of what happens, and looked after."""

import os
from base64 import b64encode
from collections.abc import Collection
from typing import Final

from pydantic import SecretStr

from casewright.integrations.webhooks import repository
from casewright.integrations.webhooks.addresses import AddressRule
from casewright.integrations.webhooks.errors import (
    DeliveryNotDead,
    DeliveryNotFound,
    TooManyWebhooks,
    WebhookNotFound,
)
from casewright.integrations.webhooks.models import (
    Delivery,
    DeliveryId,
    DeliveryState,
    Envelope,
    EventKind,
    NewWebhook,
    Webhook,
    WebhookId,
)
from casewright.kit.clock import Clock
from casewright.kit.database import Database, Transaction
from casewright.kit.errors import InvalidInput
from casewright.kit.ids import TenantId, new_id
from casewright.kit.model import Model
from casewright.kit.principal import Principal
from casewright.kit.sealing import KeyEncryptionKey, PersonKey, associated_data

MOST_WEBHOOKS: Final = 20
SHOWN: Final = 200
SECRET_BYTES: Final = 32


class Webhooks:
    def __init__(self, database: Database, key: KeyEncryptionKey, clock: Clock, rule: AddressRule) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        self._rule = rule

    async def add(self, principal: Principal, url: str, kinds: Collection[EventKind]) -> NewWebhook:
        """Raises `AddressRefused`, `InvalidInput`, `TooManyWebhooks`."""
        await self._require(url, kinds)
        webhook = Webhook(
            id=WebhookId(new_id()),
            url=url,
            kinds=_in_order(kinds),
            created_at=self._clock.now(),
            created_by=principal.actor,
        )
        secret = os.urandom(SECRET_BYTES)
        sealed = self._key.wrap(PersonKey(secret), secret_place(principal.tenant_id, webhook.id))
        async with self._database.begin(principal) as tx:
            await repository.lock_all(tx, principal.tenant_id)
            if len(await repository.webhooks(tx, principal.tenant_id)) >= MOST_WEBHOOKS:
                raise TooManyWebhooks(f"There are {MOST_WEBHOOKS} webhooks already; remove one first.")
            await repository.insert(tx, principal.tenant_id, webhook, sealed)
            await self._audit(tx, principal, "add webhook", webhook.id)
        return NewWebhook(webhook, SecretStr(f"whsec_{b64encode(secret).decode()}"))

    async def change(
        self, principal: Principal, webhook_id: WebhookId, url: str, kinds: Collection[EventKind]
    ) -> Webhook:
        """Its secret stays. What is on its way goes to the new address. Raises `WebhookNotFound`, `AddressRefused`,
        `InvalidInput`."""
        await self._require(url, kinds)
        async with self._database.begin(principal) as tx:
            await repository.update(tx, principal.tenant_id, webhook_id, url, _in_order(kinds))
            await self._audit(tx, principal, "change webhook", webhook_id)
            return await self._webhook(tx, principal, webhook_id)

    async def remove(self, principal: Principal, webhook_id: WebhookId) -> None:
        """With all that was on its way to it. Raises `WebhookNotFound`."""
        async with self._database.begin(principal) as tx:
            if not await repository.delete(tx, principal.tenant_id, webhook_id):
                raise WebhookNotFound
            await self._audit(tx, principal, "remove webhook", webhook_id)

    async def all(self, principal: Principal) -> list[Webhook]:
        """Oldest first."""
        async with self._database.begin(principal) as tx:
            return await repository.webhooks(tx, principal.tenant_id)

    async def get(self, principal: Principal, webhook_id: WebhookId) -> Webhook:
        """Raises `WebhookNotFound`."""
        async with self._database.begin(principal) as tx:
            return await self._webhook(tx, principal, webhook_id)

    async def announce(self, tx: Transaction, tenant_id: TenantId, kind: str, payload: Model) -> None:
        """Puts the event on its way to whoever subscribed to its kind; it leaves if the transaction commits. Raises `ValueError`
        on a kind that is no `EventKind`."""
        now = self._clock.now()
        body = Envelope(type=EventKind(kind), timestamp=now, data=payload.model_dump(mode="json")).model_dump_json()
        for webhook_id in await repository.subscribers(tx, tenant_id, kind):
            await repository.insert_delivery(
                tx, tenant_id, id=new_id(), webhook_id=webhook_id, kind=kind, body=body, now=now
            )

    async def deliveries(
        self, principal: Principal, webhook_id: WebhookId | None, state: DeliveryState | None
    ) -> list[Delivery]:
        """The newest `SHOWN`, of one webhook or of all. Raises `WebhookNotFound`."""
        async with self._database.begin(principal) as tx:
            if webhook_id is not None:
                await self._webhook(tx, principal, webhook_id)
            return await repository.deliveries(tx, principal.tenant_id, webhook_id, state, SHOWN)

    async def retry(self, principal: Principal, delivery_id: DeliveryId) -> Delivery:
        """Has a dead one tried again, as often as a new one. Raises `DeliveryNotFound`, `DeliveryNotDead`."""
        async with self._database.begin(principal) as tx:
            revived = await repository.revive(tx, principal.tenant_id, delivery_id, self._clock.now())
            found = await repository.delivery(tx, principal.tenant_id, delivery_id)
        if found is None:
            raise DeliveryNotFound
        if not revived:
            raise DeliveryNotDead(f"It is {found.state}; only what is dead is tried again on request.")
        return found

    async def _require(self, url: str, kinds: Collection[EventKind]) -> None:
        if not kinds:
            raise InvalidInput(f"`kinds` is empty; there are {', '.join(EventKind)}.")
        await self._rule.check(url)

    async def _webhook(self, tx: Transaction, principal: Principal, webhook_id: WebhookId) -> Webhook:
        found = await repository.webhook(tx, principal.tenant_id, webhook_id)
        if found is None:
            raise WebhookNotFound
        return found

    async def _audit(self, tx: Transaction, principal: Principal, action: str, webhook_id: WebhookId) -> None:
        await repository.insert_audit(
            tx,
            principal.tenant_id,
            id=new_id(),
            role=principal.role,
            actor=principal.actor,
            action=action,
            object_id=str(webhook_id),
        )


def secret_place(tenant_id: TenantId, webhook_id: WebhookId) -> bytes:
    """What a webhook's sealed secret is bound to."""
    return associated_data("webhook", tenant_id, webhook_id)


def _in_order(kinds: Collection[EventKind]) -> tuple[EventKind, ...]:
    return tuple(kind for kind in EventKind if kind in kinds)
