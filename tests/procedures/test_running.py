from collections.abc import Mapping

import pytest

from casewright.kit.principal import Assurance
from casewright.procedures.errors import NotAtStep, UnknownSlot
from casewright.procedures.loading import load_text
from casewright.procedures.models import (
    ActionDefinition,
    ActionOutcome,
    ActionStatus,
    AnswerQuestion,
    Ask,
    Finish,
    HandOff,
    Labelled,
    Procedure,
    Progress,
    RequireAssurance,
    RunAction,
    Say,
    Surroundings,
    Want,
)
from casewright.procedures.running import (
    advance,
    begin,
    decline,
    fill,
    is_settled,
    met,
    misunderstood,
    record,
    reject,
)

RAISE = """
name: raise_it
title: {en: raise a priority}
slots:
  number:
    type: case_number
    ask: {en: "Which case?", de: "Welcher Fall?"}
    invalid: {en: "Not a number. Which case?"}
  priority:
    type: choice
    ask: {en: "Which priority?"}
    options:
      - {value: High, label: {en: High, de: Hoch}}
      - {value: Critical, label: {en: Critical, de: Kritisch}}
  note: {ask: {en: "A note?"}, optional: true}
steps:
  - {id: verify, verify: verified}
  - {id: number, collect: number}
  - id: read
    action: look_up
    arguments: {number: "{slots.number}"}
    save_as: case
    on: {not_found: number}
  - {id: priority, collect: priority}
  - {id: note, collect: note}
  - id: change
    action: change
    arguments: {number: "{slots.number}", priority: "{slots.priority}", note: "{slots.note}"}
    confirm:
      en: "Set {slots.number} ({results.case.subject}) to {slots.priority}?"
      de: "{slots.number} auf {slots.priority} setzen?"
    approve: {en: A colleague decides.}
    declined: left
    rejected: refused
    save_as: changed
    on: {already: nothing}
  - {id: told, say: {en: Done.}, source: changed}
  - {id: asked, answer: {en: "What does {slots.priority} mean?"}}
  - {id: done, end: resolved}
  - {id: left, end: cancelled}
  - {id: refused, end: unresolved}
  - {id: nothing, hand_off: already}
"""
SIGNED_IN = Surroundings(assurance=Assurance.VERIFIED)
FOUND = ActionOutcome(status=ActionStatus.SUCCEEDED, code="done", values={"subject": "Export stops"})
DONE = ActionOutcome(status=ActionStatus.SUCCEEDED, code="done")


@pytest.fixture(scope="module")
def procedure(actions: Mapping[str, ActionDefinition]) -> Procedure:
    return load_text(RAISE, source="raise.yaml", actions=actions)


def want(procedure: Procedure, progress: Progress, surroundings: Surroundings = SIGNED_IN) -> Want:
    return advance(procedure, progress, surroundings).want


def up_to_change(procedure: Procedure) -> Progress:
    """Everything given, the case read, waiting to be allowed to change it."""
    progress = begin(procedure, SIGNED_IN)
    progress = fill(procedure, fill(procedure, progress, "number", "00001001"), "priority", "High")
    progress = advance(procedure, progress, SIGNED_IN).progress
    progress = record(procedure, progress, "read", FOUND)
    progress = advance(procedure, progress, SIGNED_IN).progress
    assert progress.step == "change"
    return progress


def test_it_waits_until_the_customer_is_sure_enough_and_then_goes_on_by_itself(procedure: Procedure) -> None:
    progress = begin(procedure, Surroundings())
    anonymous = advance(procedure, progress, Surroundings())
    assert anonymous.want == RequireAssurance(step="verify", assurance=Assurance.VERIFIED)
    assert isinstance(want(procedure, anonymous.progress), Ask)
    assert met(procedure, anonymous.progress, anonymous.want).step == "number"


def test_a_question_is_asked_in_the_customers_language(procedure: Procedure) -> None:
    german = SIGNED_IN.model_copy(update={"locale": "de-AT"})
    asked = want(procedure, begin(procedure, german), german)
    assert isinstance(asked, Ask)
    assert (asked.slot, asked.text) == ("number", "Welcher Fall?")


def test_what_was_given_is_not_asked_again(procedure: Procedure) -> None:
    progress = fill(procedure, begin(procedure, SIGNED_IN), "priority", "High")
    progress = record(
        procedure, advance(procedure, fill(procedure, progress, "number", "1"), SIGNED_IN).progress, "read", FOUND
    )
    assert isinstance(want(procedure, progress), RunAction)


def test_known_identity_prefills_a_slot(actions: Mapping[str, ActionDefinition]) -> None:
    text = """
name: it
title: {en: it}
slots:
  email: {type: email, identity: true, prefill: identity.email, ask: {en: "Which address?"}}
steps:
  - {id: email, collect: email}
  - {id: told, say: {en: "{slots.email}"}}
"""
    procedure = load_text(text, source="it.yaml", actions=actions)
    unknown = begin(procedure, Surroundings())
    assert isinstance(want(procedure, unknown, Surroundings()), Ask)
    known = Surroundings(identity_email="[EMAIL_1]")
    assert begin(procedure, known).slots == {"email": "[EMAIL_1]"}
    assert want(procedure, unknown, known) == Say(step="told", text="[EMAIL_1]")


def test_an_action_gets_its_arguments_and_its_question(procedure: Procedure) -> None:
    running = want(procedure, up_to_change(procedure))
    assert running == RunAction(
        step="change",
        action="change",
        arguments={"number": "00001001", "priority": "High"},
        confirm="Set 00001001 (Export stops) to High?",
        approve="A colleague decides.",
        rests_on=(
            Labelled(name="number", label="Which case?"),
            Labelled(name="priority", label="Which priority?"),
            Labelled(name="note", label="A note?"),
        ),
    )


def test_a_choice_is_spoken_by_its_label_and_passed_by_its_value(procedure: Procedure) -> None:
    german = SIGNED_IN.model_copy(update={"locale": "de"})
    running = want(procedure, up_to_change(procedure), german)
    assert isinstance(running, RunAction)
    assert running.confirm == "00001001 auf Hoch setzen?"
    assert running.arguments["priority"] == "High"


def test_an_optional_slot_is_not_asked_for_but_used_when_given(procedure: Procedure) -> None:
    progress = fill(procedure, up_to_change(procedure), "note", "urgent")
    running = want(procedure, progress)
    assert isinstance(running, RunAction)
    assert running.arguments["note"] == "urgent"


def test_success_goes_on_and_what_is_said_is_left_behind(procedure: Procedure) -> None:
    progress = record(procedure, up_to_change(procedure), "change", DONE)
    said = advance(procedure, progress, SIGNED_IN)
    assert said.want == Say(step="told", text="Done.", source="changed")
    assert said.progress.step == "asked"
    assert met(procedure, progress, said.want) == said.progress
    assert met(procedure, said.progress, said.want) == said.progress
    answered = advance(procedure, said.progress, SIGNED_IN)
    assert answered.want == AnswerQuestion(step="asked", question="What does High mean?")
    assert want(procedure, answered.progress) == Finish(step="done", outcome="resolved")


def test_an_outcome_goes_where_its_code_leads(procedure: Procedure) -> None:
    already = ActionOutcome(status=ActionStatus.FAILED, code="already")
    assert want(procedure, record(procedure, up_to_change(procedure), "change", already)) == HandOff(
        step="nothing", reason="already"
    )


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (ActionStatus.FAILED, "action_failed"),
        (ActionStatus.NOT_SENT, "action_failed"),
        (ActionStatus.UNCERTAIN, "action_uncertain"),
    ],
)
def test_an_unforeseen_end_of_an_action_brings_a_person(
    status: ActionStatus, reason: str, procedure: Procedure
) -> None:
    ended = record(procedure, up_to_change(procedure), "change", ActionOutcome(status=status, code="org_unavailable"))
    handed_over = want(procedure, ended)
    assert isinstance(handed_over, HandOff)
    assert handed_over.reason == reason


def test_failed_catches_other_failures_and_uncertain_other_doubts(actions: Mapping[str, ActionDefinition]) -> None:
    text = RAISE.replace("{already: nothing}", "{already: nothing, failed: refused, uncertain: left}")
    procedure = load_text(text, source="raise.yaml", actions=actions)
    for status, step in ((ActionStatus.FAILED, "refused"), (ActionStatus.UNCERTAIN, "left")):
        outcome = ActionOutcome(status=status, code="org_unavailable")
        assert record(procedure, up_to_change(procedure), "change", outcome).step == step


def test_a_no_leads_where_the_step_says(procedure: Procedure) -> None:
    assert want(procedure, decline(procedure, up_to_change(procedure), "change")) == Finish(
        step="left", outcome="cancelled"
    )
    assert want(procedure, reject(procedure, up_to_change(procedure), "change")) == Finish(
        step="refused", outcome="unresolved"
    )


def test_a_no_without_a_step_for_it_cancels(actions: Mapping[str, ActionDefinition]) -> None:
    text = RAISE.replace("    declined: left\n", "").replace("  - {id: left, end: cancelled}\n", "")
    procedure = load_text(text, source="raise.yaml", actions=actions)
    finished = want(procedure, decline(procedure, up_to_change(procedure), "change"))
    assert isinstance(finished, Finish)
    assert finished.outcome == "cancelled"


def test_a_question_come_back_to_is_asked_again_in_other_words(procedure: Procedure) -> None:
    progress = advance(procedure, fill(procedure, begin(procedure, SIGNED_IN), "number", "9"), SIGNED_IN).progress
    missing = ActionOutcome(status=ActionStatus.FAILED, code="not_found")
    asked = want(procedure, record(procedure, progress, "read", missing))
    assert isinstance(asked, Ask)
    assert asked.text == "Not a number. Which case?"


def test_three_useless_answers_bring_a_person(procedure: Procedure) -> None:
    progress = advance(procedure, begin(procedure, SIGNED_IN), SIGNED_IN).progress
    for _ in range(3):
        assert isinstance(want(procedure, progress), Ask)
        progress = misunderstood(procedure, progress, "number")
    assert want(procedure, progress) == HandOff(step="number", reason="no_usable_answer")


def test_three_refuted_answers_bring_a_person(procedure: Procedure) -> None:
    progress = begin(procedure, SIGNED_IN)
    missing = ActionOutcome(status=ActionStatus.FAILED, code="not_found")
    for number in ("7", "8", "9"):
        progress = advance(procedure, fill(procedure, progress, "number", number), SIGNED_IN).progress
        progress = record(procedure, progress, "read", missing)
    assert want(procedure, progress) == HandOff(step="number", reason="no_usable_answer")


def test_a_correction_goes_back_to_the_first_use_and_forgets_what_followed(procedure: Procedure) -> None:
    corrected = fill(procedure, up_to_change(procedure), "number", "00001002")
    assert (corrected.step, corrected.results) == ("number", {})
    assert corrected.slots == {"number": "00001002", "priority": "High"}
    running = want(procedure, corrected)
    assert isinstance(running, RunAction)
    assert (running.step, running.arguments) == ("read", {"number": "00001002"})


def test_a_correction_keeps_the_results_it_does_not_touch(procedure: Procedure) -> None:
    corrected = fill(procedure, up_to_change(procedure), "priority", "Critical")
    assert corrected.results["case"]["subject"] == "Export stops"
    running = want(procedure, corrected)
    assert isinstance(running, RunAction)
    assert running.confirm == "Set 00001001 (Export stops) to Critical?"


def test_the_same_value_again_changes_nothing(procedure: Procedure) -> None:
    progress = up_to_change(procedure)
    assert fill(procedure, progress, "number", "00001001") == progress


def test_what_a_write_rests_on_cannot_be_changed_afterwards(procedure: Procedure) -> None:
    assert not is_settled(procedure, up_to_change(procedure), "priority")
    written = record(procedure, up_to_change(procedure), "change", DONE)
    assert is_settled(procedure, written, "priority")
    assert fill(procedure, written, "priority", "Critical") == written


def test_a_doubtful_write_counts_as_written_and_a_failed_one_does_not(procedure: Procedure) -> None:
    for status, settled in ((ActionStatus.UNCERTAIN, True), (ActionStatus.FAILED, False)):
        ended = record(procedure, up_to_change(procedure), "change", ActionOutcome(status=status, code="already"))
        assert is_settled(procedure, ended, "priority") is settled


def test_an_outcome_for_a_step_left_behind_is_refused(procedure: Procedure) -> None:
    with pytest.raises(NotAtStep, match='stands at "change", not at an action "read"'):
        record(procedure, up_to_change(procedure), "read", FOUND)


def test_an_unknown_slot_is_refused_with_those_there_are(procedure: Procedure) -> None:
    with pytest.raises(UnknownSlot, match="number, priority, note"):
        fill(procedure, begin(procedure, SIGNED_IN), "colour", "red")


def test_a_progress_of_another_version_is_noticed(procedure: Procedure) -> None:
    with pytest.raises(NotAtStep, match='no step "gone"'):
        want(procedure, Progress(step="gone"))


def test_progress_survives_being_stored_as_json(procedure: Procedure) -> None:
    progress = record(procedure, up_to_change(procedure), "change", DONE)
    assert Progress.model_validate_json(progress.model_dump_json()) == progress


# --- several slots at once, and alternatives ---

FORM = """
name: form
title: {en: a form}
slots:
  email: {type: email, prefill: identity.email, label: {en: Address}, ask: {en: "Which address?"}}
  number: {type: case_number, attempts: 2, ask: {en: "Which case?"}, invalid: {en: "Not a number."}}
  note: {optional: true, label: {en: Note}, ask: {en: "A note?"}}
steps:
  - id: details
    collect: [email, number, note]
    instead:
      - {value: cannot_say, label: {en: I cannot say}, go: person}
      - {value: start_over, label: {en: From the start}, go: details, most: 1}
  - id: read
    action: look_up
    arguments: {number: "{slots.number}"}
    on: {not_found: details}
  - {id: done, end: resolved}
  - {id: person, hand_off: cannot_say}
"""
MISSING = ActionOutcome(status=ActionStatus.FAILED, code="not_found")


@pytest.fixture(scope="module")
def form(actions: Mapping[str, ActionDefinition]) -> Procedure:
    return load_text(FORM, source="form.yaml", actions=actions)


def fields(form: Procedure, progress: Progress, surroundings: Surroundings = SIGNED_IN) -> list[str]:
    asked = want(form, progress, surroundings)
    assert isinstance(asked, Ask)
    return [asked.slot, *(field.name for field in asked.fields)]


def test_what_is_missing_is_asked_together_and_first_by_the_first(form: Procedure) -> None:
    asked = want(form, begin(form, SIGNED_IN))
    assert isinstance(asked, Ask)
    assert (asked.slot, asked.text) == ("email", "Which address?")
    assert [field.label for field in asked.fields] == ["Address", "Which case?", "Note"]
    assert [one.label for one in asked.instead] == ["I cannot say", "From the start"]


def test_what_is_known_is_not_asked_in_a_form(form: Procedure) -> None:
    known = Surroundings(identity_email="[EMAIL_1]")
    assert fields(form, begin(form, known), known) == ["number", "number", "note"]
    later = begin(form, Surroundings())
    assert fields(form, later, known) == ["number", "number", "note"]


def test_an_optional_slot_alone_holds_no_form_up(form: Procedure) -> None:
    progress = fill(form, fill(form, begin(form, SIGNED_IN), "email", "[EMAIL_1]"), "number", "5")
    assert isinstance(want(form, progress), RunAction)


def test_what_could_not_be_used_is_asked_first_and_in_other_words(form: Procedure) -> None:
    progress = misunderstood(form, begin(form, SIGNED_IN), "number")
    asked = want(form, progress)
    assert isinstance(asked, Ask)
    assert (asked.slot, asked.text) == ("number", "Not a number.")


def test_an_optional_value_that_cannot_be_used_is_asked_for_until_the_attempts_are_over(form: Procedure) -> None:
    progress = fill(form, fill(form, begin(form, SIGNED_IN), "email", "[EMAIL_1]"), "number", "5")
    progress = misunderstood(form, progress, "note")
    assert fields(form, progress) == ["note", "note"]
    for _ in range(2):
        progress = misunderstood(form, progress, "note")
    assert isinstance(want(form, progress), RunAction)


def test_too_many_useless_values_for_one_field_bring_a_person(form: Procedure) -> None:
    progress = misunderstood(form, misunderstood(form, begin(form, SIGNED_IN), "number"), "number")
    assert want(form, progress) == HandOff(step="details", reason="no_usable_answer")


def test_a_form_come_back_to_keeps_what_was_given_to_be_seen_but_not_to_be_used(form: Procedure) -> None:
    progress = fill(form, fill(form, begin(form, SIGNED_IN), "email", "[EMAIL_1]"), "number", "5")
    progress = record(form, advance(form, progress, SIGNED_IN).progress, "read", MISSING)
    assert (progress.slots, progress.earlier) == ({}, {"email": "[EMAIL_1]", "number": "5"})
    assert fields(form, progress, Surroundings(identity_email="[EMAIL_1]")) == ["email", "email", "number", "note"]


def test_a_correction_of_one_field_keeps_the_others(form: Procedure) -> None:
    progress = fill(form, fill(form, begin(form, SIGNED_IN), "email", "[EMAIL_1]"), "number", "5")
    corrected = fill(form, advance(form, progress, SIGNED_IN).progress, "number", "6")
    assert corrected.slots == {"email": "[EMAIL_1]", "number": "6"}
    running = want(form, corrected)
    assert isinstance(running, RunAction)
    assert running.arguments == {"number": "6"}


def test_an_alternative_leads_elsewhere_and_fills_nothing(form: Procedure) -> None:
    turned = fill(form, begin(form, SIGNED_IN), "email", "cannot_say")
    assert turned.slots == {}
    assert want(form, turned) == HandOff(step="person", reason="cannot_say")


def test_an_alternative_that_is_wanted_too_often_brings_a_person(form: Procedure) -> None:
    once = fill(form, begin(form, SIGNED_IN), "email", "start_over")
    assert isinstance(want(form, once), Ask)
    assert want(form, fill(form, once, "email", "start_over")) == HandOff(step="$unanswered", reason="no_usable_answer")


def test_an_alternative_counts_only_while_its_question_is_open(form: Procedure) -> None:
    progress = fill(form, fill(form, begin(form, SIGNED_IN), "email", "[EMAIL_1]"), "number", "5")
    at_action = advance(form, progress, SIGNED_IN).progress
    assert fill(form, at_action, "email", "cannot_say").slots["email"] == "cannot_say"


def test_a_value_left_out_on_purpose_is_no_argument(procedure: Procedure) -> None:
    running = want(procedure, fill(procedure, up_to_change(procedure), "note", ""))
    assert isinstance(running, RunAction)
    assert "note" not in running.arguments
