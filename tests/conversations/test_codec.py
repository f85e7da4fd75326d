"""What was written by an earlier version still reads, and what is personal is sealed."""

import orjson

from casewright.conversations import codec
from casewright.conversations.models import MessageReceived, ReplySent, TurnFinished
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
