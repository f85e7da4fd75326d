from datetime import UTC, datetime
from uuid import uuid4

from casewright.conversations.schemas import Transcript
from casewright.terminal.texts import ENGLISH, GERMAN
from casewright.terminal.transcript import as_text
from tests.terminal.messages import ARTICLE, a_message, part

TALK = Transcript.model_validate(
    {
        "id": uuid4(),
        "mode": "human",
        "status": "open",
        "outcome": None,
        "language": "en",
        "created_at": datetime(2026, 11, 22, tzinfo=UTC),
        "messages": [
            a_message(text="How?\x1b[2J", **{"from": "customer"}),
            a_message(part("So.", "answer", ARTICLE)),
            a_message(text="I help.", **{"from": "operator"}),
        ],
    }
)


def test_a_transcript_says_who_said_what_and_on_what_it_stood() -> None:
    text = as_text(TALK, "Aurora Cloud", "Rory", ENGLISH)
    assert text.startswith("Conversation with Aurora Cloud\n==============================\n")
    assert "Rory:\nSo. [1]\n\n[1] Help article: Export your data, version 3\n" in text
    assert "Support team:\nI help.\n" in text
    assert text.index("You:") < text.index("Rory:") < text.index("Support team:")


def test_a_transcript_does_not_steer_the_terminal_it_is_read_in() -> None:
    assert "You:\nHow?[2J\n" in as_text(TALK, "Aurora Cloud", "Rory", ENGLISH)


def test_a_transcript_speaks_the_conversations_language() -> None:
    assert "Hilfeartikel: Export your data" in as_text(TALK, "Aurora Cloud", "Rory", GERMAN)
