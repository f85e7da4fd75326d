"""What was written by an earlier version still reads, and what is personal is sealed."""

import orjson
import pytest

from casewright.conversations import codec
from casewright.conversations.errors import EventUnreadable
from casewright.conversations.models import (
    EVENT_KINDS,
    ActionFinished,
    ConversationStarted,
    Event,
    MessageReceived,
    Mode,
    ReplySent,
    TopicProgressed,
    TurnFinished,
    TurnReport,
)
from casewright.kit.ids import new_id
from casewright.procedures.models import Progress
from casewright.understanding.models import AnswerFromKnowledge, Clarify, HumanHandoff, Proposal

MESSAGE = str(new_id())


def test_a_message_from_before_there_were_forms_still_reads() -> None:
    event = codec.join("message_received", 1, {"message_id": MESSAGE, "cut_from": None}, b'{"text": "Hello"}')
    assert isinstance(event, MessageReceived)
    assert (event.text, event.form) == ("Hello", {})


def test_a_reply_from_before_there_were_fields_still_reads() -> None:
    data = {"reply_id": MESSAGE, "message_ids": [], "expects": {"kind": "code", "slot": "code"}}
    event = codec.join("reply_sent", 1, data, b'{"parts": [], "quick_replies": []}')
    assert isinstance(event, ReplySent)
    assert event.fields == ()


def test_a_report_from_before_it_told_so_much_still_reads() -> None:
    data = {
        "trigger": "message", "message_ids": [], "reply_id": None, "result": "silent", "mode": "agent", "stages": [],
        "configuration_digest": "",
    }  # fmt: skip
    report = {
        "topics": [{"id": "t1", "kind": "procedure", "name": "gift", "title": "A gift", "status": "active"}],
        "actions": [{"action": "look_up", "status": "succeeded", "code": "done", "ms": 1.0}],
    }
    event = codec.join("turn_finished", 1, data, orjson.dumps({"report": report}))
    assert isinstance(event, TurnFinished)
    assert (event.report.actions[0].attempts, event.report.topics[0].parent) == (1, None)


def test_an_action_from_before_reads_told_their_arguments_still_reads() -> None:
    data = {
        "action_id": "a1", "topic_id": "t1", "step": "look", "action": "look_up", "status": "succeeded", "code": "done",
        "records": [], "milliseconds": 1.0,
    }  # fmt: skip
    event = codec.join("action_finished", 1, data, b'{"values": {"number": "7"}}')
    assert isinstance(event, ActionFinished)
    assert (event.values, event.arguments) == ({"number": "7"}, None)


def test_what_a_read_was_asked_is_sealed() -> None:
    event = ActionFinished(
        action_id="a1", topic_id="t1", step="look", action="look_up", status="succeeded", code="done", values={},
        arguments={"name": "Ann Example"},
    )  # fmt: skip
    data, private = codec.split(event)
    assert "Ann Example" not in str(data)
    assert private is not None
    assert b"Ann Example" in private


def test_what_a_read_was_asked_stands_in_no_field_that_the_version_before_refuses() -> None:
    event = ActionFinished(
        action_id="a1", topic_id="t1", step="look", action="look_up", status="succeeded", code="done",
        values={"number": "7"}, arguments={"name": "Ann Example"},
    )  # fmt: skip
    data, private = codec.split(event)
    assert orjson.loads(private or b"").keys() == {"values"}
    assert codec.join("action_finished", 1, data, private) == event


def test_what_is_as_it_is_by_default_is_not_stored() -> None:
    event = MessageReceived.model_validate({"message_id": MESSAGE, "text": "Hello"})
    assert codec.split(event) == ({"message_id": MESSAGE}, b'{"text":"Hello"}')
    progress = TopicProgressed(topic_id="t1", progress=Progress(step="ask"))
    assert codec.split(progress) == ({"topic_id": "t1"}, b'{"progress":{"step":"ask"}}')


def test_private_fields_that_are_empty_are_not_taken_for_erased_ones() -> None:
    started = ConversationStarted(language="en", time_zone="UTC", channel="web")
    assert read_back(started) == started


def test_commands_in_a_report_are_read_back_by_their_names() -> None:
    handoff, answer = HumanHandoff(), AnswerFromKnowledge(query="How?")
    report = TurnReport(
        proposals=(Proposal(command=answer, confidence=0.5, reason="asks", proposer="intents"),),
        accepted=(handoff, Clarify(kind="vague", about="it")),
    )
    assert read_back(finished(report)) == finished(report)


def test_how_strictly_a_procedure_is_meant_is_not_in_a_report_since_the_version_before_would_refuse_it() -> None:
    _, private = codec.split(finished(TurnReport(accepted=(AnswerFromKnowledge(query="How?", strictly=True),))))
    assert orjson.loads(private or b"")["report"]["accepted"] == [{"command": "AnswerFromKnowledge", "query": "How?"}]


def test_fields_that_a_newer_version_added_are_passed_over_at_any_depth() -> None:
    data = {"reply_id": MESSAGE, "message_ids": [], "mood": "new"}
    source = {"type": "article", "id": "a1", "weight": 3}
    parts = [{"text": "Hello", "kind": "answer", "tone": "warm", "sources": [source]}]
    event = codec.join("reply_sent", ReplySent.version + 1, data, orjson.dumps({"parts": parts}))
    assert isinstance(event, ReplySent)
    assert event.parts[0].text == "Hello"
    assert event.parts[0].sources[0].id == "a1"


def test_a_value_of_a_newer_version_is_named_by_its_place_without_what_stands_there() -> None:
    parts = orjson.dumps({"parts": [{"text": "Hello Ann", "kind": "song"}]})
    with pytest.raises(EventUnreadable, match=r"'reply_sent' whose 'parts\.0\.kind'") as raised:
        codec.join("reply_sent", 1, {"reply_id": MESSAGE, "message_ids": []}, parts)
    assert "Ann" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_a_trigger_of_a_kind_that_is_not_known_yet_is_unreadable() -> None:
    with pytest.raises(EventUnreadable, match="'trigger' whose 'kind'"):
        codec.trigger({"id": MESSAGE, "kind": "sunrise", "seq": 1})


def test_every_version_before_the_newest_has_an_upcaster() -> None:
    older = {(kind, version) for kind, event in EVENT_KINDS.items() for version in range(1, event.version)}
    assert codec.UPCASTERS.keys() == older


def test_what_was_filled_in_is_sealed() -> None:
    event = MessageReceived.model_validate({"message_id": MESSAGE, "text": "a", "form": {"email": "ann@example.com"}})
    data, private = codec.split(event)
    assert "form" not in data
    assert private is not None
    assert b"ann@example.com" in private


def test_of_an_erased_person_nothing_is_left_in_a_form_or_a_reply() -> None:
    message = codec.join("message_received", 1, {"message_id": MESSAGE, "cut_from": None}, None)
    reply = codec.join("reply_sent", 1, {"reply_id": MESSAGE, "message_ids": []}, None)
    assert isinstance(message, MessageReceived)
    assert isinstance(reply, ReplySent)
    assert (message.form, reply.fields) == ({}, ())


def read_back(event: Event) -> Event:
    data, private = codec.split(event)
    return codec.join(event.kind, event.version, data, private)


def finished(report: TurnReport) -> TurnFinished:
    return TurnFinished(
        trigger="message", message_ids=(), reply_id=None, result="silent", mode=Mode.AGENT, stages=(),
        configuration_digest="", report=report,
    )  # fmt: skip
