"""The procedures we ship: loaded as an installation loads them."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from casewright.procedures.loading import load_builtin, load_directory
from casewright.procedures.models import ActionDefinition, Procedure, Texts
from casewright.procedures.steps import texts_of
from casewright.salesforce.definitions import DEFINITIONS
from casewright.security.verification import CHECK, SEND

EXAMPLES = Path(__file__).parents[2] / "examples"
ACTIONS: Mapping[str, ActionDefinition] = {**DEFINITIONS, SEND.name: SEND, CHECK.name: CHECK}
COMPANIES = {"aurora": "en", "brueckner": "de"}


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
        *(slot.invalid for slot in slots if slot.invalid),
        *(option.label for slot in slots for option in slot.options),
        *(texts for step in procedure.steps for key, texts in texts_of(step) if key != "answer"),
    ]


@pytest.mark.parametrize("company", COMPANIES)
def test_every_procedure_passes_every_check(company: str) -> None:
    assert {procedure.name for procedure in procedures_of(company)} >= {"case_status", "verify_identity"}


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
