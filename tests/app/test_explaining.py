"""A turn's report in plain words."""

from datetime import UTC, datetime
from typing import Any

from casewright.conversations.models import ActionView, CheckView, MaskedValue, Mood, StateChange, TopicView
from casewright.conversations.schemas import TurnView
from casewright.explaining import in_plain_words
from casewright.kit.ids import new_id
from casewright.procedures.models import RecordReference


def told(**report: Any) -> dict[str, list[str]]:
    turn = TurnView.model_validate(
        {
            "id": new_id(), "conversation_id": new_id(), "at": datetime.now(UTC), "trigger": "message",
            "result": "replied", "message_ids": (), "reply_id": None, "replaced": (), "stages": (), "total_ms": 1.0,
            "configuration_digest": "", "masked_text": "I am [EMAIL_1]", **report,
        }
    )  # fmt: skip
    return dict(in_plain_words(turn))


def test_what_was_masked_is_told_without_the_value() -> None:
    lines = told(masked=(MaskedValue(token="[TAX_NUMBER_1]", kind="tax_number"),))["What came in"]
    assert "Masked: [TAX_NUMBER_1] (tax number)" in lines


def test_an_action_is_told_with_its_grounds_arguments_and_result() -> None:
    action = ActionView(
        action="create_credit", status="succeeded", code="done", ms=12.3, effect="write", step="create", attempts=2,
        arguments={"amount": "50"}, values={"number": "CR-1"}, confirmed=True, approved=True,
        records=(RecordReference(type="Credit__c", id="a00", label="CR-1"),),
    )  # fmt: skip
    assert told(actions=(action,))["What was done"] == [
        "create_credit (write, succeeded, done) in 12 ms",
        "  rested on the customer's yes and an operator's yes",
        "  tried or looked for 2 times",
        "  with amount = 50",
        "  gave number = CR-1",
        "  records Credit__c CR-1",
    ]


def test_topics_tell_why_they_moved_who_waits_for_them_and_their_order() -> None:
    first = TopicView(id="t1", kind="procedure", name="a", title="a credit", status="paused", reason="another came")
    second = TopicView(
        id="t2", kind="procedure", name="b", title="prove it", status="active", reason="identity needed", parent="t1"
    )
    assert told(topics=(first, second), stack=("t1", "t2"))["Topics"] == [
        "a credit: new → paused (another came)",
        'prove it: new → active (identity needed); "a credit" waits for it',
        "One upon the other, the active one last: a credit, prove it",
    ]


def test_the_emotion_curve_is_told_from_the_second_message_on() -> None:
    curve = (
        Mood(label="anger", valence=-0.6, intensity=0.7, frustration=0.3),
        Mood(label="neutral", valence=0, intensity=0, frustration=0.25),
    )
    segments = [{"start": 0, "end": 1, "text": "x"}]
    assert "Feeling so far: anger 30% → neutral 25%" in told(emotions=curve, segments=segments)["What was understood"]


def test_what_changed_in_the_state_is_told_from_before_to_after() -> None:
    changes = (
        StateChange(what="who talks", before="agent", after="human"),
        StateChange(what="case", before="", after="00001001"),
    )
    assert told(changes=changes)["What changed in the state"] == [
        "who talks: agent → human",
        "case: nothing → 00001001",
    ]


def test_checks_are_told_by_what_they_found_and_how_often() -> None:
    checks = (
        CheckView(part=0, check="agrees with its source", passed=True),
        CheckView(part=1, check="agrees with its source", passed=True),
        CheckView(part=2, check="agrees with its source", passed=False),
    )
    assert told(checks=checks)["Checks"] == [
        "3 checks of what was said, 1 failed",
        "2 × agrees with its source",
        "part 3: not true that it agrees with its source; repaired before it went out",
    ]
