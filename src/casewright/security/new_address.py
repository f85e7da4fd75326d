"""Proving that an address which a customer wants to be reached at is theirs, by a one-time code sent to it.

The customer is known; the address may be anyone's. So what is limited is how many codes one address gets and how many
one customer may ask for, within all conversations. Code length, life and number of tries follow NIST SP 800-63B, 5.1.3.
"""

import hmac
import re
from datetime import timedelta
from hashlib import sha256
from typing import Final, Literal

from casewright.kit.clock import Clock, SystemClock
from casewright.kit.database import Database
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.security import repository
from casewright.security.repository import NewAddressCode
from casewright.security.verification import LIFE, MOST_ATTEMPTS, REPLAY, WINDOW, code_mail, new_code

MOST_SENT: Final = 5
"""Codes sent to one address, and codes asked for by one customer, within `WINDOW`."""
PROVED_FOR: Final = timedelta(minutes=30)
_ACTOR: Final = "new address"


class NewAddressCodes:
    """`key`: at least 32 secret bytes; codes and addresses are kept only as HMACs under it. Raises `DatabaseUnavailable`."""

    def __init__(self, database: Database, key: bytes, clock: Clock = SystemClock()) -> None:
        self._database = database
        self._key = key
        self._clock = clock

    async def issue(
        self, tenant_id: TenantId, conversation_id: str, contact_id: str, email: str, locale: str
    ) -> tuple[str, str] | None:
        """Subject and body of the mail with a code that counts instead of an earlier one; None when too many were asked for.
        Asking again buys no more guesses."""
        code, now, address = new_code(), self._clock.now(), self._address(tenant_id, email)
        async with self._database.begin(system(tenant_id, _ACTOR)) as tx:
            await repository.lock_new_addresses(tx, tenant_id)
            await repository.delete_old_new_address_codes(tx, tenant_id, before=now - WINDOW - LIFE - PROVED_FOR)
            counts = await repository.new_address_codes_sent(tx, tenant_id, address, contact_id, since=now - WINDOW)
            if max(counts) >= MOST_SENT:
                return None
            earlier = await repository.lock_new_address_code(tx, tenant_id, conversation_id, address)
            if earlier and earlier.created_at < now - WINDOW:
                earlier = None
            issued = NewAddressCode(
                contact_id=contact_id,
                code_digest=self._digest("code", tenant_id, conversation_id, address.hex(), code),
                sent=earlier.sent + 1 if earlier else 1,
                attempts=earlier.attempts if earlier else 0,
                expires_at=now + LIFE,
                created_at=earlier.created_at if earlier else now,
            )
            await repository.save_new_address_code(tx, tenant_id, conversation_id, address, issued)
        return code_mail(code, locale)

    async def check(
        self, tenant_id: TenantId, conversation_id: str, contact_id: str, email: str, code: str
    ) -> Literal["done", "wrong", "expired", "too_many"]:
        now, address = self._clock.now(), self._address(tenant_id, email)
        entered = re.sub(r"\D", "", code)
        digest = self._digest("code", tenant_id, conversation_id, address.hex(), entered)
        async with self._database.begin(system(tenant_id, _ACTOR)) as tx:
            issued = await repository.lock_new_address_code(tx, tenant_id, conversation_id, address)
            if issued is None or issued.contact_id != contact_id:
                return "expired"
            if issued.attempts >= MOST_ATTEMPTS:
                return "too_many"
            if issued.expires_at <= now:
                return "expired"
            is_right = hmac.compare_digest(issued.code_digest, digest)
            after = (
                {"proved_until": now + PROVED_FOR, "expires_at": min(issued.expires_at, now + REPLAY)}
                if is_right
                else {"attempts": issued.attempts + 1}
            )
            await repository.save_new_address_code(
                tx, tenant_id, conversation_id, address, issued.model_copy(update=after)
            )
        if is_right:
            return "done"
        return "too_many" if issued.attempts + 1 >= MOST_ATTEMPTS else "wrong"

    async def is_proved(self, tenant_id: TenantId, conversation_id: str, contact_id: str, email: str) -> bool:
        """Whether this customer has entered the right code for this very address in this conversation lately."""
        address = self._address(tenant_id, email)
        async with self._database.begin(system(tenant_id, _ACTOR)) as tx:
            issued = await repository.lock_new_address_code(tx, tenant_id, conversation_id, address)
        if issued is None or issued.contact_id != contact_id or issued.proved_until is None:
            return False
        return issued.proved_until > self._clock.now()

    def _address(self, tenant_id: TenantId, email: str) -> bytes:
        return self._digest("address", tenant_id, email.strip().casefold())

    def _digest(self, purpose: str, *parts: object) -> bytes:
        text = "\0".join((purpose, *(str(part) for part in parts)))
        return hmac.digest(self._key, text.encode(), sha256)
