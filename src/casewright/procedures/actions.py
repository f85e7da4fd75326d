"""Every action there is, whichever source it comes from."""

from collections.abc import Mapping

from casewright.kit.errors import SetupError
from casewright.kit.ids import TenantId
from casewright.procedures.models import ActionCall, ActionDefinition, ActionOutcome
from casewright.procedures.ports import ActionSource


class ActionNameTaken(SetupError):
    """Two sources offer an action of the same name."""


class ActionCatalogue:
    """Several sources as one. Raises `ActionNameTaken` when made from sources that share a name."""

    def __init__(self, *sources: ActionSource) -> None:
        self._sources: dict[str, ActionSource] = {}
        self._definitions: dict[str, ActionDefinition] = {}
        for source in sources:
            for name, definition in source.definitions().items():
                if name in self._sources:
                    raise ActionNameTaken(f'Two sources offer an action "{name}". Rename one of them.')
                self._sources[name], self._definitions[name] = source, definition

    def definitions(self) -> Mapping[str, ActionDefinition]:
        return self._definitions

    async def execute(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        return await self._sources[call.action].execute(tenant_id, call)

    async def reconcile(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        return await self._sources[call.action].reconcile(tenant_id, call)
