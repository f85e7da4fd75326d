"""The procedures we ship: loaded as an installation loads them."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from casewright.procedures.loading import load_builtin, load_directory
from casewright.procedures.models import ActionDefinition, ActionStep, EndStep, Procedure, SayStep, Texts
from casewright.procedures.steps import following, step_of, texts_of
from casewright.salesforce.definitions import DEFINITIONS
from casewright.security.verification import CHECK, SEND

EXAMPLES = Path(__file__).parents[2] / "examples"
ACTIONS: Mapping[str, ActionDefinition] = {**DEFINITIONS, SEND.name: SEND, CHECK.name: CHECK}
COMPANIES = {"aurora": "en", "brueckner": "de"}
SUCCESSES = {"done", "sent"}
KEPT_OUT_BY_THE_QUESTION = {"unknown_priority", "unknown_type", "unknown_format", "unknown_frequency", "invalid_date"}
"""Codes for values that a choice does not offer."""


def procedures_of(company: str) -> tuple[Procedure, ...]:
    directory = EXAMPLES / company / "procedures"
    own = load_directory(directory, actions=ACTIONS, default_locale=COMPANIES[company])
    return (*own, *load_builtin(ACTIONS))


def every_text(procedure: Procedure) -> list[Texts]:
    """What a customer or an operator may read; the question of an `answer` step is only looked up."""
    slots = procedure.slots.values()
    return [
        procedure.title,
        *(slot.ask for slot in slots),
        *(slot.label for slot in slots if slot.label),
        *(slot.invalid for slot in slots if slot.invalid),
        *(option.label for slot in slots for option in slot.options),
        *(texts for step in procedure.steps for key, texts in texts_of(step) if key != "answer"),
    ]


@pytest.mark.parametrize("company", COMPANIES)
def test_every_procedure_passes_every_check(company: str) -> None:
    assert {procedure.name for procedure in procedures_of(company)} >= {"case_status", "verify_identity"}


def test_a_file_is_called_as_its_procedure() -> None:
    files = sorted(file.stem for file in (EXAMPLES / "aurora" / "procedures").glob("*.yaml"))
    builtin = {procedure.name for procedure in load_builtin(ACTIONS)}
    assert files == sorted(procedure.name for procedure in procedures_of("aurora") if procedure.name not in builtin)


@pytest.mark.parametrize("procedure", procedures_of("aurora"), ids=lambda procedure: procedure.name)
def test_every_code_that_an_action_can_end_with_leads_somewhere(procedure: Procedure) -> None:
    unhandled = {
        f"{step.id}: {code}"
        for step in procedure.steps
        if isinstance(step, ActionStep)
        for code in set(ACTIONS[step.action].codes) - set(step.on) - SUCCESSES - KEPT_OUT_BY_THE_QUESTION
    }
    assert not unhandled


@pytest.mark.parametrize("procedure", procedures_of("aurora"), ids=lambda procedure: procedure.name)
def test_whatever_writes_says_what_a_no_and_a_failing_org_lead_to(procedure: Procedure) -> None:
    writes = [step for step in procedure.steps if isinstance(step, ActionStep) and step.confirm]
    assert [step.id for step in writes if not step.declined or "failed" not in step.on] == []


@pytest.mark.parametrize("procedure", procedures_of("aurora"), ids=lambda procedure: procedure.name)
def test_every_no_ends_as_cancelled(procedure: Procedure) -> None:
    for step in procedure.steps:
        if isinstance(step, ActionStep) and step.declined:
            said = step_of(procedure, step.declined)
            assert isinstance(said, SayStep)
            assert step_of(procedure, following(procedure, said)) == EndStep(
                id=following(procedure, said), end="cancelled"
            )


@pytest.mark.parametrize("company", COMPANIES)
def test_every_text_is_there_in_english_and_german(company: str) -> None:
    missing = [
        (procedure.name, texts)
        for procedure in procedures_of(company)
        for texts in every_text(procedure)
        if not {"en", "de"} <= texts.keys()
    ]
    assert not missing


@pytest.mark.parametrize("company", COMPANIES)
def test_every_intent_leads_to_a_procedure_that_is_there(company: str) -> None:
    intents = yaml.safe_load((EXAMPLES / company / "intents.yaml").read_text(encoding="utf-8"))["intents"]
    wanted = {intent["target"]["procedure"] for intent in intents if "procedure" in intent["target"]}
    assert wanted <= {procedure.name for procedure in procedures_of(company)}
