"""What was written by an earlier version still reads, and what is personal is sealed."""

import orjson

from casewright.conversations import codec
from casewright.conversations.models import EVENT_KINDS, ActionFinished, MessageReceived, ReplySent, TurnFinished
from casewright.kit.ids import new_id

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


def test_an_action_from_before_reads_told_their_arguments_is_upcast() -> None:
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


def test_of_an_event_of_a_newer_version_what_is_known_is_read() -> None:
    newer = MessageReceived.version + 1
    event = codec.join("message_received", newer, {"message_id": MESSAGE, "mood": "new"}, b'{"text": "Hello"}')
    assert isinstance(event, MessageReceived)
    assert event.text == "Hello"


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
