import pytest

from casewright.kit.principal import Assurance
from casewright.procedures.models import ActionDefinition, Effect, Repeatable

DEFINITIONS = (
    ActionDefinition(name="look_up", effect=Effect.READ, arguments=("number",), codes=("done", "not_found")),
    ActionDefinition(
        name="look_up_own", effect=Effect.READ, arguments=("number",), assurance=Assurance.VERIFIED, codes=("done",)
    ),
    ActionDefinition(
        name="change",
        effect=Effect.WRITE,
        arguments=("number", "priority"),
        optional_arguments=("note",),
        codes=("done", "already"),
    ),
    ActionDefinition(
        name="send_link", effect=Effect.WRITE, arguments=("email",), assurance=Assurance.CLAIMED, codes=("done",)
    ),
    ActionDefinition(
        name="send_code", effect=Effect.WRITE, repeatable=Repeatable.AT_MOST_ONCE, internal=True, codes=("sent",)
    ),
)


@pytest.fixture(scope="session")
def actions() -> dict[str, ActionDefinition]:
    return {definition.name: definition for definition in DEFINITIONS}
