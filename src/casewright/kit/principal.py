"""Who is asking: the typed argument without which no data can be reached."""

from enum import StrEnum

from casewright.kit.ids import TenantId
from casewright.kit.model import Model


class Assurance(StrEnum):
    """How sure we are of a customer, least first."""

    ANONYMOUS = "anonymous"
    CLAIMED = "claimed"
    VERIFIED = "verified"
    SIGNED = "signed"

    def covers(self, needed: "Assurance") -> bool:
        order = tuple(Assurance)
        return order.index(self) >= order.index(needed)


class Role(StrEnum):
    VISITOR = "visitor"
    CUSTOMER = "customer"
    OPERATOR = "operator"
    SYSTEM = "system"


class Principal(Model):
    """A tenant's actor. `actor` is an id that says nothing personal (a key's or a conversation's id, a process's name)."""

    tenant_id: TenantId
    role: Role
    actor: str
    assurance: Assurance = Assurance.ANONYMOUS


def system(tenant_id: TenantId, actor: str = "engine") -> Principal:
    """The product's own hands: turns, timers, jobs."""
    return Principal(tenant_id=tenant_id, role=Role.SYSTEM, actor=actor)
