import pytest

from casewright.understanding.dialogue import reports_done, steer
from casewright.understanding.models import CancelTopic, DialogueContext, TopicReference
from tests.understanding.conftest import EXPORTING, RESETTING, in_short

NOTHING_OPEN = DialogueContext()
IMPORTING = TopicReference(id="t0", name="import_data", title="import data", words="How do I import data?")
BUSY = DialogueContext(active=RESETTING, paused=(EXPORTING, IMPORTING))


def move(text: str, context: DialogueContext = NOTHING_OPEN) -> str:
    made = steer(text, context)
    return in_short(made.command) if made else ""


@pytest.mark.parametrize(
    "text",
    [
        "I want to speak to a manager NOW!",
        "Can I talk to a person please?",
        "human",
        "call me back",
        "get me a human",
        "I don't want to talk to a bot",
        "please connect me with an agent",
        "Ich möchte mit einem Menschen sprechen",
        "verbinden Sie mich bitte mit einem Mitarbeiter",
        "Mitarbeiter bitte",
        "quiero hablar con una persona",
    ],
)
def test_asking_for_a_person_hands_over(text: str) -> None:
    assert move(text) == "HumanHandoff"


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to talk to a person",
        "transfer the records to a colleague",
        "How do I add an agent?",
        "are you a person?",
        "give my manager access",
        "Is there a phone number for support?",
        "my supervisor can't sign in",
    ],
)
def test_people_may_be_mentioned_without_being_asked_for(text: str) -> None:
    assert "HumanHandoff" not in move(text)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("now back to the export", "t1"),
        ("let's continue with the import", "t0"),
        ("Now the export", "t1"),
        ("weiter mit dem Export bitte", "t1"),
        ("continue", "t1"),
        ("where were we", "t1"),
        ("back to my first question", "t0"),
    ],
)
def test_going_back_resumes_the_topic_that_is_named_or_was_last(text: str, topic: str) -> None:
    assert move(text, BUSY) == f"ResumeTopic {topic}"


def test_without_a_paused_topic_there_is_nothing_to_resume() -> None:
    assert move("now back to the export") == ""


def test_going_back_to_what_is_being_done_resumes_nothing() -> None:
    assert move("back to the password", BUSY) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Hello, Olga from the sales team in Cork here.",
        "Hi there, this is Ada Lovelace from Acme",
        "Guten Tag, hier ist Jörg Maier vom Einkauf",
        "Good morning, my name is Bela.",
    ],
)
def test_a_greeting_may_say_who_is_writing(text: str) -> None:
    assert move(text) == "SmallTalk greeting"


@pytest.mark.parametrize(
    "text",
    [
        "Hello, this is broken",
        "Hi, my name is wrong on the invoice",
        "Hi, this is Ada from Acme with a question about invoices",
        "Hello, Salesforce is down here",
    ],
)
def test_a_greeting_before_something_to_do_is_not_all_that_is_said(text: str) -> None:
    assert "SmallTalk" not in move(text)


@pytest.mark.parametrize(
    "text",
    ["never mind", "please cancel that, thanks", "ok forget it", "Vergessen Sie es", "hat sich erledigt", "stop"],
)
def test_taking_back_cancels_the_active_topic(text: str) -> None:
    made = steer(text, BUSY)
    assert made is not None
    assert made.command == CancelTopic()


def test_taking_back_a_named_topic_cancels_that_one() -> None:
    made = steer("cancel the export", BUSY)
    assert made is not None
    assert made.command == CancelTopic(topic="t1")


@pytest.mark.parametrize(
    "text", ["cancel my subscription", "How do I stop a job?", "stop the nightly job", "I forgot it"]
)
def test_cancelling_something_of_ones_own_is_a_request(text: str) -> None:
    assert "CancelTopic" not in move(text, BUSY)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hello Aurora team", "greeting"),
        ("Guten Tag", "greeting"),
        ("Thank you very much for your help", "thanks"),
        ("thanks, that solved it!", "thanks"),
        ("great, it works now", "positive"),
        ("no, that's all", "goodbye"),
        ("Auf Wiedersehen", "goodbye"),
    ],
)
def test_small_talk_is_recognised(text: str, kind: str) -> None:
    assert move(text) == f"SmallTalk {kind}"


@pytest.mark.parametrize(
    "text",
    ["Hi, I forgot my password", "thanks but it is not working", "hello world program fails", "thanks, case 00001234?"],
)
def test_a_message_that_says_more_is_not_small_talk(text: str) -> None:
    assert move(text) == ""


@pytest.mark.parametrize("text", ["help", "I have a question", "Hilfe", "the problem I mentioned yesterday", "fix it"])
def test_a_message_that_says_nothing_of_what_it_is_about_is_vague(text: str) -> None:
    assert move(text) == "CannotHandle vague"


def test_a_reference_is_taken_for_the_last_topic_if_there_is_one() -> None:
    assert move("I need help with the thing I asked about", BUSY) == "ResumeTopic t1"


@pytest.mark.parametrize(
    ("text", "reports"),
    [
        ("Ok password is reset", True),
        ("I have reset my password", True),
        ("is my password reset?", False),
        ("the password is still not reset", False),
        ("reset my password", False),
        ("the invoice is changed", False),
    ],
)
def test_a_report_that_a_topic_is_done_is_told_from_the_request(text: str, reports: bool) -> None:
    assert reports_done(text, BUSY) is reports
