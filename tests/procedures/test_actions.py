from collections.abc import Mapping
from uuid import UUID

import pytest

from casewright.kit.ids import TenantId
from casewright.procedures.actions import ActionCatalogue, ActionNameTaken
from casewright.procedures.models import ActionCall, ActionDefinition, ActionOutcome, ActionStatus, Effect

TENANT = TenantId(UUID(int=1))


class OneAction:
    """A source with one action, whose outcome names the source."""

    def __init__(self, name: str) -> None:
        self.name = name

    def definitions(self) -> Mapping[str, ActionDefinition]:
        return {self.name: ActionDefinition(name=self.name, effect=Effect.READ)}

    async def execute(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        return ActionOutcome(status=ActionStatus.SUCCEEDED, code=f"{self.name}_done")

    async def reconcile(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        return ActionOutcome(status=ActionStatus.FAILED, code=f"{self.name}_not_done")


async def test_each_call_goes_to_the_source_that_offers_it() -> None:
    catalogue = ActionCatalogue(OneAction("a"), OneAction("b"))
    call = ActionCall(action="b", arguments={}, key="k", conversation_id="c")
    assert list(catalogue.definitions()) == ["a", "b"]
    assert (await catalogue.execute(TENANT, call)).code == "b_done"
    assert (await catalogue.reconcile(TENANT, call)).code == "b_not_done"


def test_two_actions_of_one_name_are_refused() -> None:
    with pytest.raises(ActionNameTaken, match='action "a"'):
        ActionCatalogue(OneAction("a"), OneAction("a"))
