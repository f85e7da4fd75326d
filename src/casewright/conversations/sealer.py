"""Sealing for conversations: what is personal is bound to its tenant, its conversation and its place there."""

import hmac

from casewright.conversations.models import ConversationKey, Person, PersonId
from casewright.kit.database import Record
from casewright.kit.ids import TenantId
from casewright.kit.sealing import KeyEncryptionKey, PersonKey, associated_data, open_sealed, seal


class Sealer:
    """Seals under persons' keys, which it unwraps from their rows."""

    def __init__(self, key_encryption_key: KeyEncryptionKey) -> None:
        self._key_encryption_key = key_encryption_key

    def wrap(self, tenant_id: TenantId, person_id: PersonId, key: PersonKey) -> bytes:
        return self._key_encryption_key.wrap(key, associated_data(tenant_id, person_id))

    def person(self, row: Record) -> Person:
        """The person of a row that has `tenant_id`, `person_id` and `wrapped_key`."""
        wrapped = row["wrapped_key"]
        place = associated_data(row["tenant_id"], row["person_id"])
        key = self._key_encryption_key.unwrap(wrapped, place) if wrapped else None
        return Person(id=PersonId(row["person_id"]), key=key)

    def identity_digest(self, tenant_id: TenantId, kind: str, value: str) -> bytes:
        """By which an identity is found again without being readable."""
        secret = self._key_encryption_key.derive("identities")
        return hmac.digest(secret, associated_data(tenant_id, kind, value.strip().casefold()), "sha256")

    def seal(self, person: Person, key: ConversationKey, place: object, plain: bytes) -> bytes | None:
        """None where the person was erased: nothing new is kept of them either."""
        return seal(person.key, plain, _place(key, place)) if person.key else None

    def open(self, person: Person, key: ConversationKey, place: object, sealed: bytes | None) -> bytes | None:
        if sealed is None or person.key is None:
            return None
        return open_sealed(person.key, sealed, _place(key, place))


def _place(key: ConversationKey, place: object) -> bytes:
    return associated_data(key.tenant_id, key.conversation_id, place)
