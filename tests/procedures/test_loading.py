from collections.abc import Mapping
from pathlib import Path

import pytest

from casewright.procedures.errors import ProcedureInvalid
from casewright.procedures.loading import digest_of, load_directory, load_file, load_text
from casewright.procedures.models import ActionDefinition, ActionStep, Procedure

Actions = Mapping[str, ActionDefinition]

GOOD = """
name: raise_it
title: {en: raise a priority}
slots:
  number: {type: case_number, ask: {en: 'Which case?'}}
  priority:
    type: choice
    ask: {en: 'Which priority?'}
    options:
      - {value: High, label: {en: High}}
steps:
  - id: number
    collect: number
  - id: priority
    collect: priority
  - id: change
    action: change
    arguments: {number: "{slots.number}", priority: "{slots.priority}"}
    confirm: {en: "Shall I set {slots.number} to {slots.priority}?"}
    declined: left
    save_as: changed
    on: {already: left}
  - id: told
    say: {en: "{results.changed.number} is {slots.priority} now."}
    source: changed
  - id: done
    end: resolved
  - id: left
    end: cancelled
"""


def load(text: str, actions: Actions, *, builtin: bool = False) -> Procedure:
    return load_text(text, source="raise_it.yaml", actions=actions, builtin=builtin)


def problems(text: str, actions: Actions) -> str:
    with pytest.raises(ProcedureInvalid) as caught:
        load(text, actions)
    return caught.value.message


def test_a_good_file_becomes_a_procedure_with_its_digest(actions: Actions) -> None:
    procedure = load(GOOD, actions)
    assert [step.id for step in procedure.steps] == ["number", "priority", "change", "told", "done", "left"]
    assert procedure.digest == digest_of(procedure)
    assert len(procedure.digest) == 64


def test_on_is_a_word_and_not_a_truth_value(actions: Actions) -> None:
    change = load(GOOD, actions).steps[2]
    assert isinstance(change, ActionStep)
    assert change.on == {"already": "left"}


def test_the_digest_depends_on_the_content_and_not_on_its_layout(actions: Actions) -> None:
    relaid = GOOD.replace(
        "{type: case_number, ask: {en: 'Which case?'}}", "{ask: {en: Which case\\x3f}, type: case_number}"
    )
    relaid = relaid.replace("Which case\\x3f", '"Which case\\x3f"')
    assert relaid != GOOD
    assert load(relaid, actions).digest == load(GOOD, actions).digest
    assert load(GOOD.replace("Which case?", "Which one?"), actions).digest != load(GOOD, actions).digest


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "declined: left",
            "declined: lft",
            'step "change": "declined" leads to the unknown step "lft"; steps: number, ',
        ),
        ("{already: left}", "{already: nowhere}", 'step "change": "on already" leads to the unknown step "nowhere"'),
        ("collect: priority", "collect: [priority, priority]", 'step "priority": "collect" names a slot twice'),
        ("collect: priority", "collect: []", 'step "priority": "collect" is empty; name a slot'),
        ("collect: priority", "collect: [priority, colour]", 'step "priority": collects the unknown slot "colour"'),
        (
            "collect: priority",
            "collect: priority\n    instead: [{value: no, label: {en: No}, go: nowhere}]",
            'step "priority": "instead no" leads to the unknown step "nowhere"',
        ),
        (
            "collect: priority",
            "collect: priority\n    instead: [{value: no, label: {en: No}, go: change}]",
            'step "change": "slots.priority" may not be known here yet: collect priority on every way to it',
        ),
        (
            "collect: priority",
            "collect: priority\n    instead: [{value: No!, label: {de: Nein}, go: left, most: 0}]",
            '"instead No!" has no text for the default locale "en"',
        ),
        (
            "    collect: priority",
            "    collect: prioritty",
            'step "priority": collects the unknown slot "prioritty"; slots: number',
        ),
        (
            "to {slots.priority}?",
            "to {slots.urgency}?",
            '"confirm" names the unknown slot "urgency"; slots: number, priority',
        ),
        (
            "{results.changed.number} is",
            "{results.change.number} is",
            '"say" names results.change, which no action saves',
        ),
        (
            "{results.changed.number} is",
            "{customer.name} is",
            '"say" names the unknown value "customer.name"; known: slots.<name>',
        ),
        (
            "source: changed",
            "source: elsewhere",
            'step "told": "source" names "elsewhere", which no action saves; saved: changed',
        ),
        ("action: change", "action: chnge", 'calls the unknown action "chnge"; did you mean "change"?'),
        ("action: change", "action: mend", 'calls the unknown action "mend"; actions: change, look_up'),
        (', priority: "{slots.priority}"}', "}", 'step "change": the action "change" needs the argument "priority"'),
        (
            'priority: "{slots.priority}"}',
            'priority: "{slots.priority}", colour: red}',
            'takes no argument "colour"; it takes: number, priority, note',
        ),
        (
            "{already: left}",
            "{locked_out: left}",
            '"on" names "locked_out", with which "change" never ends; it ends with: done, already',
        ),
        (
            '    confirm: {en: "Shall I set {slots.number} to {slots.priority}?"}\n    declined: left\n',
            "",
            '"change" changes something: it needs "confirm"',
        ),
        (
            "    declined: left\n",
            "    approve: {en: Please wait.}\n    declined: left\n",
            'with "approve" it needs "rejected"',
        ),
        ("    declined: left\n", "    rejected: left\n", '"rejected" without "approve" is never used'),
        ("{en: 'Which case?'}", "{de: Welcher Fall}", 'slot "number": "ask" has no text for the default locale "en"'),
        ("{en: raise a priority}", "{de: erhöhen}", '"title" has no text for the default locale "en"'),
        ("title: {en: raise a priority}", "title: raise a priority", '"title" must be a mapping, texts by locale'),
        ("confirm:", "confrim:", 'step "change": unknown key "confrim"; did you mean "confirm"?'),
        ("type: case_number", "type: casenumber", "slots.number.type"),
        ("    options:\n      - {value: High, label: {en: High}}\n", "", 'a slot with options has the type "choice"'),
        ("  - id: left\n", "  - id: done\n", 'step "done": another step has this id already'),
        ("  - id: left\n", "  - id: Left!\n", "its id must be lower-case letters"),
        (
            "    end: cancelled",
            "    finish: cancelled",
            'step "left": must have exactly one of: collect, verify, action',
        ),
        ("    end: cancelled", "    end: cancelled\n    say: {en: Bye}", 'step "left": must have exactly one of'),
        ("    end: cancelled", "    end: whenever", 'step "left": "end": Input should be \'resolved\''),
        ("name: raise_it", "name: Raise It", 'the name "Raise It" must be lower-case letters'),
        ("name: raise_it", "name: raise_it\nname: again", 'the key "name" stands here twice (line 3'),
        ("name: raise_it", "name: [raise_it", "is not valid YAML"),
        ("name: raise_it", "digest: abc\nname: raise_it", 'unknown key "digest"'),
        ("on: {already: left}", "next: done", 'step "told": cannot be reached'),
    ],
)
def test_a_mistake_is_named_with_its_step_and_what_would_be_right(
    old: str, new: str, message: str, actions: Actions
) -> None:
    assert old in GOOD
    said = problems(GOOD.replace(old, new), actions)
    assert "raise_it.yaml: " in said
    assert message in said


def test_all_mistakes_are_told_at_once(actions: Actions) -> None:
    said = problems(GOOD.replace("declined: left", "declined: lft").replace("source: changed", "source: x"), actions)
    assert len(said.splitlines()) == 2


def test_a_loop_that_waits_for_nobody_is_refused(actions: Actions) -> None:
    looping = GOOD.replace("  - id: done\n    end: resolved", "  - id: done\n    say: {en: Again.}\n    next: told")
    looping = looping.replace("source: changed", "next: done")
    assert "goes round in circles without waiting for an answer (done, told)" in problems(looping, actions)


def test_a_loop_that_asks_each_time_round_is_allowed(actions: Actions) -> None:
    assert load(GOOD.replace("on: {already: left}", "on: {already: priority}"), actions).digest


def test_an_action_for_verified_customers_needs_a_verify_step_on_every_way_to_it(actions: Actions) -> None:
    reading = """
name: read_it
title: {en: read a case}
slots:
  number: {type: case_number, ask: {en: 'Which case?'}}
steps:
  - id: number
    collect: number
  - id: shortcut
    branch:
      - when: {slot: slots.number, operator: equals, value: "1"}
        go: read
  - id: verify
    verify: verified
  - id: read
    action: look_up_own
    arguments: {number: "{slots.number}"}
"""
    assert 'step "read": needs a verified customer: put a step "verify: verified" before it' in problems(
        reading, actions
    )
    assert load(reading.replace("go: read", "go: verify"), actions).digest


def test_a_claimed_customer_is_one_who_gave_an_identity_slot(actions: Actions) -> None:
    sending = """
name: send_it
title: {en: send a link}
slots:
  email: {type: email, identity: true, ask: {en: 'Which address?'}}
steps:
  - id: email
    collect: email
  - id: send
    action: send_link
    arguments: {email: "{slots.email}"}
    confirm: {en: 'Shall I?'}
"""
    assert load(sending, actions).digest
    assert "collect a slot with identity: true before it" in problems(sending.replace("identity: true, ", ""), actions)


def test_a_value_that_may_not_be_known_yet_is_refused(actions: Actions) -> None:
    said = problems(
        GOOD.replace("{already: left}", "{already: left, failed: told}").replace(
            "    collect: number\n  - id: priority\n", ""
        ),
        actions,
    )
    assert '"slots.number" may not be known here yet: collect number on every way to it' in said
    after_a_no = problems(GOOD.replace("    end: cancelled", "    say: {en: Again.}\n    next: told"), actions)
    assert 'step "told": "results.changed" may not be known here yet' in after_a_no
    early = GOOD.replace(
        "  - id: number\n", "  - id: early\n    say: {en: '{results.changed.number}'}\n  - id: number\n"
    )
    assert (
        'step "early": "results.changed" may not be known here yet: run the action with save_as: changed'
        in problems(early, actions)
    )


def test_an_internal_action_is_open_to_built_in_procedures_only(actions: Actions) -> None:
    sending = "name: it\ntitle: {en: it}\nsteps:\n  - id: send\n    action: send_code\n"
    assert 'unknown action "send_code"' in problems(sending, actions)
    assert load(sending, actions, builtin=True).digest


def test_an_action_that_only_reads_asks_nobody(actions: Actions) -> None:
    reading = """
name: it
title: {en: it}
steps:
  - {id: read, action: look_up, arguments: {number: "1"}, confirm: {en: 'Shall I?'}}
"""
    assert '"look_up" only reads: remove "confirm"' in problems(reading, actions)


def test_a_folder_is_loaded_by_file_name_and_its_names_differ(tmp_path: Path, actions: Actions) -> None:
    (tmp_path / "b.yaml").write_text(GOOD)
    (tmp_path / "a.yaml").write_text(GOOD.replace("name: raise_it", "name: other"))
    assert [procedure.name for procedure in load_directory(tmp_path, actions=actions)] == ["other", "raise_it"]
    (tmp_path / "c.yaml").write_text(GOOD)
    with pytest.raises(ProcedureInvalid, match=r'c\.yaml: another file of this folder has the name "raise_it"'):
        load_directory(tmp_path, actions=actions)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, actions: Actions) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe name")
    with pytest.raises(ProcedureInvalid, match=r"a\.yaml: cannot be read as UTF-8 text"):
        load_file(tmp_path / "a.yaml", actions=actions)


def test_a_procedure_survives_being_stored_as_json(actions: Actions) -> None:
    procedure = load(GOOD, actions)
    stored = procedure.model_dump(mode="json", by_alias=True)
    assert Procedure.model_validate(stored) == procedure
