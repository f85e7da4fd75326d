"""Taking back what was done: which steps may, what is wrong with those that may not, and in which order it happens."""

from collections.abc import Mapping

import pytest

from casewright.kit.principal import Assurance
from casewright.procedures.errors import ProcedureInvalid
from casewright.procedures.loading import load_text
from casewright.procedures.models import (
    ActionDefinition,
    ActionOutcome,
    ActionStatus,
    Compensate,
    Finish,
    HandOff,
    Procedure,
    Progress,
    RunAction,
    Surroundings,
    Want,
)
from casewright.procedures.running import advance, begin, cancel, decline, fill, record

Actions = Mapping[str, ActionDefinition]
SURROUNDINGS = Surroundings(assurance=Assurance.VERIFIED)

TWO_CHANGES = """
name: two_changes
title: {en: two changes}
slots:
  number: {type: number, ask: {en: 'Which?'}}
steps:
  - {id: who, verify: verified}
  - {id: number, collect: number}
  - id: first
    action: change
    arguments: {number: "{slots.number}", priority: High}
    confirm: {en: "First?"}
    save_as: first
    compensate:
      action: change
      arguments: {number: "{results.first.number}", priority: Low}
      say: {en: "{results.first.number} is Low again."}
  - id: second
    action: change
    arguments: {number: "2", priority: High}
    confirm: {en: "Second?"}
    compensate: {action: send_link, arguments: {email: "{slots.number}"}, say: {en: The second is undone.}}
  - {id: third, action: change, arguments: {number: "3", priority: High}, confirm: {en: "Third?"}}
  - {id: done, end: resolved}
"""

DONE = ActionOutcome(status=ActionStatus.SUCCEEDED, code="done", values={"number": "7"})
FAILED = ActionOutcome(status=ActionStatus.FAILED, code="refused")


@pytest.fixture(scope="module")
def procedure(actions: Actions) -> Procedure:
    return load_text(TWO_CHANGES, source="two_changes.yaml", actions=actions)


def want(procedure: Procedure, progress: Progress) -> Want:
    return advance(procedure, progress, SURROUNDINGS).want


def after(procedure: Procedure, *outcomes: ActionOutcome) -> Progress:
    """After the first actions have ended so."""
    progress = fill(procedure, begin(procedure, SURROUNDINGS), "number", "1")
    for outcome in outcomes:
        step = advance(procedure, progress, SURROUNDINGS)
        assert isinstance(step.want, RunAction)
        progress = record(procedure, step.progress, step.want.step, outcome)
    return progress


def taken_back(procedure: Procedure, progress: Progress, *outcomes: ActionOutcome) -> tuple[list[str], Want]:
    """What was said as each was taken back, and what is wanted then."""
    said: list[str] = []
    for outcome in outcomes or (DONE,) * 9:
        wanted = want(procedure, progress)
        if not isinstance(wanted, Compensate):
            break
        said.append(wanted.say)
        progress = record(procedure, progress, wanted.step, outcome)
    return said, want(procedure, progress)


def test_the_last_is_taken_back_first_and_then_it_ends(procedure: Procedure) -> None:
    said, then = taken_back(procedure, cancel(procedure, after(procedure, DONE, DONE)))
    assert said == ["The second is undone.", "7 is Low again."]
    assert isinstance(then, Finish)
    assert then.outcome == "cancelled"


def test_the_arguments_are_those_of_the_moment_it_was_done(procedure: Procedure) -> None:
    wanted = want(procedure, cancel(procedure, after(procedure, DONE)))
    assert isinstance(wanted, Compensate)
    assert (wanted.action, wanted.arguments) == ("change", {"number": "7", "priority": "Low"})


def test_a_failure_takes_back_before_a_person_is_brought_in(procedure: Procedure) -> None:
    said, then = taken_back(procedure, after(procedure, DONE, FAILED))
    assert said == ["7 is Low again."]
    assert isinstance(then, HandOff)


def test_what_was_not_done_or_may_not_have_been_is_not_taken_back(procedure: Procedure) -> None:
    uncertain = ActionOutcome(status=ActionStatus.UNCERTAIN, code="uncertain")
    assert isinstance(want(procedure, after(procedure, FAILED)), HandOff)
    assert isinstance(want(procedure, after(procedure, uncertain)), HandOff)


def test_a_no_takes_back_where_it_cancels(procedure: Procedure) -> None:
    progress = decline(procedure, after(procedure, DONE), "second")
    assert isinstance(want(procedure, progress), Compensate)


def test_after_one_that_cannot_be_taken_back_a_person_sees_to_the_rest(procedure: Procedure) -> None:
    said, then = taken_back(procedure, cancel(procedure, after(procedure, DONE, DONE)), FAILED)
    assert said == ["The second is undone."]
    assert isinstance(then, HandOff)
    assert then.reason == "not_compensated"


def test_a_resolved_procedure_takes_nothing_back(procedure: Procedure) -> None:
    then = want(procedure, after(procedure, DONE, DONE, DONE))
    assert isinstance(then, Finish)
    assert then.outcome == "resolved"


def test_what_can_be_taken_back_is_stored_with_the_progress(procedure: Procedure) -> None:
    kept = after(procedure, DONE)
    assert kept.compensable
    assert Progress.model_validate_json(kept.model_dump_json()) == kept


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("action: send_link, arguments: {email", "action: send_lnk, arguments: {email", 'did you mean "send_link"?'),
        ("action: send_link, arguments: {email", "action: look_up, arguments: {number", '"look_up" only reads'),
        ('{email: "{slots.number}"}', "{}", '"compensate" the action "send_link" needs the argument "email"'),
        ("{slots.number}", "{slots.nummer}", '"compensate arguments email" names the unknown slot "nummer"'),
        ("{slots.number}", "{identity.email}", "name slots and results only"),
        ("say: {en: The second is undone.}", "say: {de: Zurück.}", '"compensate say" has no text'),
        (", say: {en: The second is undone.}", "", '"compensate.say" is missing'),
        ("say: {en: The second", "sya: {en: The second", 'did you mean "say"?'),
        ("{slots.number}", "{results.third.number}", "names results.third, which no action saves"),
    ],
)
def test_a_mistake_in_taking_back_is_named(actions: Actions, written: str, instead: str, told: str) -> None:
    head, tail = TWO_CHANGES.split("compensate: {action: send_link")
    tail = "compensate: {action: send_link" + tail
    assert written in tail
    with pytest.raises(ProcedureInvalid) as caught:
        load_text(head + tail.replace(written, instead, 1), source="two.yaml", actions=actions)
    assert told in str(caught.value)


def test_what_only_reads_has_nothing_to_take_back(actions: Actions) -> None:
    text = TWO_CHANGES.replace(
        "{id: done, end: resolved}",
        '{id: look, action: look_up, arguments: {number: "1"}, '
        "compensate: {action: send_link, arguments: {email: x}, say: {en: x}}}",
    )
    with pytest.raises(ProcedureInvalid, match="takes back what changes something"):
        load_text(text, source="two.yaml", actions=actions)


def test_who_may_not_take_it_back_may_not_come_to_it(actions: Actions) -> None:
    """`send_link` needs a claimed customer, `change` anyone."""
    with pytest.raises(ProcedureInvalid, match="needs a claimed customer"):
        load_text(TWO_CHANGES.replace("  - {id: who, verify: verified}\n", ""), source="two.yaml", actions=actions)
