"""What procedures' actions come from: an org, the verification of identities, later integrations."""

from collections.abc import Mapping
from typing import Protocol

from casewright.kit.ids import TenantId
from casewright.procedures.models import ActionCall, ActionDefinition, ActionOutcome


class ActionSource(Protocol):
    def definitions(self) -> Mapping[str, ActionDefinition]: ...
    async def execute(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome: ...
    async def reconcile(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome: ...
