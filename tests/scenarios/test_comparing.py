from typing import Any

import pytest

from casewright.scenarios.comparing import (
    Observed,
    closed_mismatches,
    field_value,
    inbox_mismatches,
    mail_mismatches,
    record_mismatches,
    reply_mismatches,
    transcript_mismatches,
)
from casewright.scenarios.expectations import (
    ClosedExpectation,
    InboxExpectation,
    MailExpectation,
    ReplyExpectation,
    TranscriptExpectation,
)
from casewright.scenarios.models import OrgQuery
from casewright.scenarios.schemas import Closed, InboxItem, Mail, Message, Transcript, Turn

MESSAGE = Message.model_validate(
    {
        "id": "m1",
        "from": "agent",
        "text": "Open Settings, then choose  Export.\nDoes that help?",
        "parts": [
            {
                "text": "Open Settings, then choose Export.",
                "kind": "step",
                "sources": [{"type": "article", "id": "a1", "version": 1, "title": "Export your data", "quote": "…"}],
            },
            {"text": "Does that help?", "kind": "question", "sources": []},
        ],
        "quick_replies": [{"label": "Yes, thank you", "text": "Yes"}],
        "expects": {"kind": "choice", "slot": None},
    }
)
TURN = Turn.model_validate(
    {
        "id": "t1",
        "language": "en",
        "masked_text": "mail me at [EMAIL_1]",
        "segments": [{"text": "…", "ranking": [{"name": "export_data", "probability": 0.9}]}],
        "accepted": [{"command": "AnswerFromKnowledge", "query": "…"}],
        "topics": [{"name": "password_reset", "status": "paused", "slots": {"email": "[EMAIL_1]"}}],
        "actions": [{"action": "read_case", "status": "succeeded", "code": "done"}],
    }
)
OBSERVED = Observed(mode="agent", status="replied", message=MESSAGE, turn=TURN)


def expectations_missed(observed: Observed = OBSERVED, **expected: Any) -> list[str]:
    return [one.expectation for one in reply_mismatches(ReplyExpectation.model_validate(expected), observed)]


@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"status": "replied", "mode": "agent"},
        {"contains": ["settings, THEN", "choose export"], "contains_any": ["Import", "Export"], "excludes": ["Import"]},
        {"sources": ["export your"], "grounded": True, "quick_replies": ["thank"], "expects": "choice"},
        {"kinds": ["step", "question"], "max_parts": 2},
        {"commands": ["AnswerFromKnowledge"], "intents": ["export_data"], "language": "en"},
        {"topics": [{"name": "password_reset", "status": "paused", "slots": {"email": "[EMAIL_1]"}}]},
        {"actions": [{"action": "read_case", "code": "done"}]},
        {"masked_text": {"contains": ["[EMAIL_1]"], "excludes": ["@"]}},
    ],
)
def test_what_holds_gives_no_mismatch(expected: dict[str, Any]) -> None:
    assert expectations_missed(**expected) == []


@pytest.mark.parametrize(
    ("expected", "missed"),
    [
        ({"status": "pending"}, "status is pending"),
        ({"mode": "human"}, "mode is human"),
        ({"contains": ["Settings", "Import"]}, "the reply contains 'Import'"),
        ({"contains_any": ["Import", "Delete"]}, "the reply contains one of Import, Delete"),
        ({"excludes": ["settings"]}, "the reply does not contain 'settings'"),
        ({"sources": ["billing"]}, "a source is 'billing'"),
        ({"grounded": False}, "nothing is stated from knowledge"),
        ({"quick_replies": ["person"]}, "a quick reply offers 'person'"),
        ({"expects": "nothing"}, "the agent waits for nothing"),
        ({"kinds": ["handoff"]}, "a part is of the kind handoff"),
        ({"max_parts": 1}, "the reply has at most 1 parts"),
        ({"commands": ["StartProcedure"]}, "the turn accepts StartProcedure"),
        ({"intents": ["import_data"]}, "a segment's likeliest intent is import_data"),
        ({"language": "de"}, "the language is de"),
        ({"topics": [{"name": "password_reset", "status": "active"}]}, "topic password_reset is active"),
        (
            {"topics": [{"name": "password_reset", "slots": {"email": "x"}}]},
            "topic password_reset with email x",
        ),
        ({"actions": [{"action": "read_case", "code": "not_found"}]}, "the turn does action read_case, code not_found"),
        ({"masked_text": {"excludes": ["mail me"]}}, "the masked text does not contain 'mail me'"),
    ],
)
def test_what_does_not_hold_is_named(expected: dict[str, Any], missed: str) -> None:
    assert expectations_missed(**expected) == [missed]


def test_a_statement_without_a_source_is_not_grounded() -> None:
    bare = MESSAGE.model_copy(update={"parts": (MESSAGE.parts[0].model_copy(update={"sources": ()}),)})
    assert expectations_missed(Observed(mode="agent", message=bare), grounded=True)
    assert expectations_missed(Observed(mode="agent", message=None), grounded=True)


def test_silence_fulfils_nothing_that_must_be_said() -> None:
    silent = Observed(mode="human", status="human")
    assert expectations_missed(silent, status="human", excludes=["anything"]) == []
    assert len(expectations_missed(silent, contains=["a"], commands=["Confirm"], masked_text={"excludes": ["@"]})) == 3


def test_an_agent_that_speaks_while_a_person_is_in_charge_is_told() -> None:
    assert expectations_missed(Observed(mode="human", status="human", message=MESSAGE), status="human") == [
        "the agent is silent"
    ]


def test_what_was_said_instead_is_told() -> None:
    (mismatch,) = reply_mismatches(ReplyExpectation(contains=("Import",)), OBSERVED)
    assert mismatch.found == "“Open Settings, then choose Export. Does that help?”"


def test_a_transcript_is_compared_as_a_whole() -> None:
    transcript = Transcript(id="c1", mode="agent", status="open", language="en", messages=(MESSAGE,))
    held = TranscriptExpectation(mode="agent", status="open", last_from="agent", contains=("agent: Open Settings",))
    missed = TranscriptExpectation(outcome="resolved", last_from="operator", excludes=("Settings",))
    assert list(transcript_mismatches(held, transcript)) == []
    assert len(list(transcript_mismatches(missed, transcript))) == 3


def test_a_closing_is_compared_and_its_absence_told() -> None:
    expected = ClosedExpectation(outcome="resolved", resolution="confirmed")
    assert list(closed_mismatches(expected, Closed(outcome="resolved", resolution="confirmed"))) == []
    (mismatch,) = closed_mismatches(expected, Closed(outcome="resolved", resolution="assumed"))
    assert (mismatch.expectation, mismatch.found) == ("resolution is confirmed", "assumed")
    assert [one.found for one in closed_mismatches(expected, None)] == ["still open"]


def test_an_inbox_line_is_compared_and_its_absence_told() -> None:
    item = InboxItem(conversation_id="c1", mode="human", status="open", reason="requested", pending_approvals=1)
    expected = InboxExpectation(mode="human", reason="requested", has_case=False, pending_approvals=1)
    assert list(inbox_mismatches(expected, item)) == []
    assert [one.found for one in inbox_mismatches(InboxExpectation(has_case=True), item)] == ["False"]
    assert [one.found for one in inbox_mismatches(expected, None)] == ["not there"]


RECORD = {"Priority": "High", "Amount__c": 40.0, "Score": -0.4, "Notes": None, "Owner": {"Name": "Tier 1 Support"}}


def records_missed(records: list[dict[str, Any]], **expected: Any) -> list[str]:
    query = OrgQuery.model_validate({"query": "SELECT Id FROM Case", **expected})
    return [one.expectation for one in record_mismatches(query, records)]


@pytest.mark.parametrize(
    "expected",
    [
        {"Priority": "High", "priority": "High"},
        {"Amount__c": 40, "Notes": None},
        {"Owner.Name": {"contains": ["tier 1"]}},
        {"Score": {"below": 0, "above": -1}, "Priority": {"equals_not": None}},
    ],
)
def test_a_record_with_the_expected_values_gives_no_mismatch(expected: dict[str, Any]) -> None:
    assert records_missed([RECORD], expect=[expected], count=1) == []


@pytest.mark.parametrize(
    ("expected", "missed"),
    [
        ({"Priority": "Low"}, "record 1: Priority is 'Low'"),
        ({"Owner.Name.More": "x"}, "record 1: Owner.Name.More is 'x'"),
        ({"Owner.Name": {"contains": ["Billing"]}}, "record 1: Owner.Name contains 'Billing'"),
        ({"Score": {"below": -0.5}}, "record 1: Score is below -0.5"),
        ({"Notes": {"above": 0}}, "record 1: Notes is above 0"),
        ({"Notes": {"equals_not": None}}, "record 1: Notes is not None"),
    ],
)
def test_a_record_with_another_value_is_named(expected: dict[str, Any], missed: str) -> None:
    assert records_missed([RECORD], expect=[expected]) == [missed]


def test_the_number_of_records_is_compared() -> None:
    assert records_missed([RECORD, RECORD], expect=[{"Priority": "High"}]) == ["the query finds 1 records"]
    assert records_missed([], count=1) == ["the query finds 1 records"]
    assert records_missed([], count=0) == []


def test_a_field_is_found_by_its_path_whatever_its_case() -> None:
    assert field_value(RECORD, "owner.NAME") == "Tier 1 Support"
    assert field_value(RECORD, "Account.Name") is None


MAILS = (
    Mail(id=2, to="a@b.example", subject="Your reset link", body="Follow it."),
    Mail(id=1, to="a@b.example", subject="Welcome", body="Hello."),
)


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        ({}, True),
        ({"contains": ["RESET", "follow"]}, True),
        ({"contains": ["reset", "hello"]}, False),
        ({"count": 2}, True),
        ({"contains": ["reset"], "count": 2}, False),
        ({"contains": ["invoice"], "count": 0}, True),
    ],
)
def test_mail_is_counted_by_what_it_says(expected: dict[str, Any], holds: bool) -> None:
    expectation = MailExpectation.model_validate({"to": "a@b.example", **expected})
    assert (list(mail_mismatches(expectation, MAILS)) == []) is holds
