"""`casewright chat` as people and scripts use it: in a terminal, and in a pipe."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.browser.connection import newest_code
from tests.browser.severable_line import SeverableLine
from tests.live.api import Desk
from tests.live.pseudo_terminal import CTRL_D, ENTER, PseudoTerminal
from tests.running import RunningDemo

DANA = "dana.whitfield@harborlight.example"
AGENT = "Rory · AI assistant"
PROMPT = "› "
COMMAND = (sys.executable, "-m", "casewright", "chat")


def in_terminal(
    demo: RunningDemo, *options: str, columns: int = 100, environment: Mapping[str, str] = {}
) -> PseudoTerminal:
    known = {"CASEWRIGHT_DATA_DIR": str(demo.data_directory), **environment}
    return PseudoTerminal((*COMMAND, *options), known, columns)


def piped(demo: RunningDemo, lines: str, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CASEWRIGHT_DATA_DIR": str(demo.data_directory)}
    return subprocess.run(
        (*COMMAND, *options), input=lines, env=environment, capture_output=True, text=True, timeout=90, check=False
    )


@pytest.fixture
def chat(live_server: RunningDemo) -> Iterator[PseudoTerminal]:
    """Aurora's, greeted, without the inspector."""
    with in_terminal(live_server, "--no-inspector") as terminal:
        terminal.until("Ctrl-D ends.")
        yield terminal


def newest_conversation(demo: RunningDemo) -> str:
    found: str = Desk(demo).get("/v1/inbox").json()["items"][0]["conversation_id"]
    return found


# --- in a terminal ---


def test_a_question_is_answered_with_sources_and_what_is_behind_it(live_server: RunningDemo, tmp_path: Path) -> None:
    with in_terminal(live_server) as chat:
        greeting = chat.until("Ctrl-D ends.")
        assert "AI" in greeting
        assert "2 How do I export data?" in greeting
        chat.write("2")
        reply = chat.until("casewright explain")
        assert "You: How do I export data?" in reply
        assert " 1. " in reply
        assert "[1] Help article: Export your data" in reply
        for panel in ("Stages", "Understood", "Decided", "Mood", "Sources"):
            assert f"╭─ {panel}" in reply
        chat.until("1 Yes, thank you")

        chat.write("/why")
        explanation = chat.until(" computing\n")
        assert "What was decided" in explanation
        assert "did: AnswerFromKnowledge" in explanation

        chat.write("/frobnicate")
        chat.until("There is no command /frobnicate.")
        chat.write(f"/transcript {tmp_path / 'talk.txt'}")
        chat.until("Saved to")
        assert "You:\nHow do I export data?" in (tmp_path / "talk.txt").read_text()

        chat.write("1")
        assert "You: Yes, thank you" in chat.until("casewright explain")
        chat.write("/quit")
        assert chat.until_end() == 0


def test_on_a_wide_terminal_the_panels_stand_beside_the_reply(live_server: RunningDemo) -> None:
    with in_terminal(live_server, columns=150) as chat:
        chat.until("Ctrl-D ends.")
        chat.write("How do I export data?")
        assert re.search(rf"{AGENT} +╭─ Stages", chat.until("casewright explain"))


def test_the_inspector_is_switched_on_and_off(chat: PseudoTerminal) -> None:
    chat.write("hello")
    chat.until(AGENT)
    assert "╭─" not in chat.until(PROMPT)
    chat.write("/inspect")
    chat.until("The inspector is on.")
    chat.write("hello")
    chat.until("╭─ Decided")
    chat.until("casewright explain")
    chat.write("/inspect perhaps")
    chat.until("Write /inspect on or /inspect off.")


def test_a_form_is_filled_in_field_by_field_and_its_confirmation_edited(
    chat: PseudoTerminal, live_server: RunningDemo
) -> None:
    chat.write("I want to open a case")
    chat.until("Which e-mail address")
    chat.write(DANA)
    chat.until("code › ")
    chat.write("12345")
    chat.until("The code has six digits.")
    chat.write(newest_code(live_server.tenants[0], DANA))
    chat.until("What it is about › ")
    chat.write("")
    chat.until("Please fill this in.")
    chat.write("A chart is emty")
    chat.until("What happens › ")
    chat.write("It shows no bars")
    chat.until("Urgency › ")
    chat.write("nine")
    chat.until("Please choose a number from 1 to 4.")
    chat.write("1")
    chat.until("send › ")
    chat.write("1")
    chat.until("What it is about [A chart is emty] › ")
    chat.write("A chart is empty")
    chat.until("send › ")
    chat.write("")
    question = chat.until("3 Edit")
    assert "Shall I open this case" in question
    assert re.search(r"Urgency +It is a question", question)
    chat.write("edit")
    for prompt, line in ((" › ", ""), (" › ", ""), ("Urgency [It is a question] › ", "2"), ("send › ", "")):
        chat.until(prompt)
        chat.write(line)
    assert re.search(r"Urgency +It is a nuisance", chat.until("3 Edit"))
    chat.write("2")
    chat.until("You: No")


def test_ctrl_c_leaves_a_form_for_words_clears_a_line_and_pressed_twice_ends(
    chat: PseudoTerminal, live_server: RunningDemo
) -> None:
    chat.write("I want to open a case")
    chat.until("Which e-mail address")
    chat.write(DANA)
    chat.until("code › ")
    chat.write(newest_code(live_server.tenants[0], DANA))
    chat.until("What it is about › ")
    chat.interrupt()
    chat.until("The form is left.")
    chat.write("A chart is empty")
    chat.until("since when?")
    assert "What happens" not in chat.until(PROMPT)
    chat.press("never sent")
    chat.interrupt()
    chat.until("Ctrl-C again")
    chat.interrupt()
    assert chat.until_end() == 0
    transcript = Desk(live_server).get(f"/v1/conversations/{newest_conversation(live_server)}/transcript").json()
    assert [one["text"] for one in transcript["messages"] if one["from"] == "customer"][-1] == "A chart is empty"


def test_a_persons_words_come_above_the_line_that_is_being_typed(
    chat: PseudoTerminal, live_server: RunningDemo
) -> None:
    chat.write("/person")
    handed_over = chat.until("stays silent.")
    assert "person" in handed_over
    chat.until(PROMPT)
    chat.press("I am st")
    chat.until("I am st")
    Desk(live_server).post(f"/v1/conversations/{newest_conversation(live_server)}/replies", {"text": "Kim here."})
    chat.until("Support team\nKim here.")
    chat.until("› I am st")
    chat.write("ill here")
    assert "The assistant is writing" not in chat.until(PROMPT)
    chat.press(CTRL_D)
    assert chat.until_end() == 0
    transcript = Desk(live_server).get(f"/v1/conversations/{newest_conversation(live_server)}/transcript").json()
    assert transcript["messages"][-1]["text"] == "I am still here"


def test_a_closed_conversation_can_be_rated(chat: PseudoTerminal, live_server: RunningDemo) -> None:
    chat.write("hello")
    chat.until(AGENT)
    chat.until(PROMPT)
    path = f"/v1/conversations/{newest_conversation(live_server)}/clock"
    Desk(live_server).post(path, {"advance_seconds": 3600})
    chat.until("How was it?")
    chat.write("4")
    chat.until("(optional)")
    chat.write("Quick")
    chat.until("Thank you for your rating.")


def test_what_is_written_while_the_server_is_away_is_kept_and_sent_once(live_server: RunningDemo) -> None:
    tenant = live_server.tenants[0]
    keys = {"CASEWRIGHT_PUBLISHABLE_KEY": tenant.publishable_key, "CASEWRIGHT_OPERATOR_KEY": tenant.operator_key}
    with (
        SeverableLine(live_server.url) as line,
        in_terminal(live_server, "--url", line.url, "--no-inspector", environment=keys) as chat,
    ):
        chat.until("Ctrl-D ends.")
        chat.write("hello")
        chat.until(AGENT)
        chat.until(PROMPT)
        line.cut()
        chat.write("How do I export data?")
        chat.until("The server cannot be reached. What you write is kept")
        line.mend()
        chat.until("The server is back.")
        chat.until("[1] Help article: Export your data")
    transcript = Desk(live_server).get(f"/v1/conversations/{newest_conversation(live_server)}/transcript").json()
    said = [one["text"] for one in transcript["messages"] if one["from"] == "customer"]
    assert said == ["hello", "How do I export data?"]


def test_what_is_typed_while_an_answer_is_awaited_is_taken_up_at_the_next_prompt(live_server: RunningDemo) -> None:
    keys = {"CASEWRIGHT_PUBLISHABLE_KEY": live_server.tenants[0].publishable_key}
    with (
        SeverableLine(live_server.url) as line,
        in_terminal(live_server, "--url", line.url, "--no-inspector", environment=keys) as chat,
    ):
        chat.until("Ctrl-D ends.")
        line.cut()
        chat.write("hello")
        chat.until("The server cannot be reached.")
        chat.press("thanks" + ENTER + CTRL_D)
        line.mend()
        chat.until(AGENT)
        chat.until(AGENT)
        assert chat.until_end() == 0
    transcript = Desk(live_server).get(f"/v1/conversations/{newest_conversation(live_server)}/transcript").json()
    assert [one["text"] for one in transcript["messages"] if one["from"] == "customer"] == ["hello", "thanks"]


def test_without_an_operator_key_it_is_said_once_that_there_is_no_inspector(live_server: RunningDemo) -> None:
    keys = {"CASEWRIGHT_PUBLISHABLE_KEY": live_server.tenants[0].publishable_key, "CASEWRIGHT_OPERATOR_KEY": ""}
    with in_terminal(live_server, "--url", live_server.url, environment=keys) as chat:
        assert chat.until("Ctrl-D ends.").count("Without an operator key there is no inspector.") == 1
        chat.write("hello")
        assert "inspector" not in chat.until(AGENT) + chat.until(PROMPT)


def test_another_companys_operator_key_opens_no_inspector(live_server: RunningDemo) -> None:
    ours, theirs = live_server.tenants
    keys = {"CASEWRIGHT_PUBLISHABLE_KEY": ours.publishable_key, "CASEWRIGHT_OPERATOR_KEY": theirs.operator_key}
    with in_terminal(live_server, "--url", live_server.url, environment=keys) as chat:
        chat.until("Ctrl-D ends.")
        chat.write("hello")
        chat.until("The operator key is not accepted")
        chat.until(AGENT)
        assert "╭─" not in chat.until(PROMPT)
        chat.write("hello")
        assert "not accepted" not in chat.until(AGENT) + chat.until(PROMPT)


def test_a_german_company_is_talked_with_in_german(live_server: RunningDemo) -> None:
    with in_terminal(live_server, "--company", "brueckner", "--no-inspector", columns=120) as chat:
        assert "Das fragen andere" in chat.until("Strg-D beendet.")
        chat.write("/frobnicate")
        chat.until("Den Befehl /frobnicate gibt es nicht.")


# --- in a pipe ---


def test_a_piped_question_is_answered_in_plain_words(live_server: RunningDemo) -> None:
    result = piped(live_server, "How do I export data?\n")
    assert (result.returncode, result.stderr) == (0, "")
    assert "\x1b" not in result.stdout
    assert "[1] Help article: Export your data" in result.stdout
    assert not re.search("[─│█]", result.stdout)


def test_a_script_picks_choices_and_asks_why(live_server: RunningDemo) -> None:
    result = piped(live_server, "How do I export data?\n1\n/why\n")
    assert result.returncode == 0
    assert "did: Confirm" in result.stdout


def test_a_script_may_want_the_inspector_too(live_server: RunningDemo) -> None:
    result = piped(live_server, "Welche Umsatzsteuer gilt für den Speicher?\n", "--company", "brueckner", "--inspector")
    assert "╭─ Stages" in result.stdout
    assert "Ja, danke" in result.stdout


def test_what_a_script_asks_wrongly_is_said_beside_the_answers(live_server: RunningDemo) -> None:
    result = piped(live_server, "/form\nHow do I export data?\n")
    assert "Send the answer in words." in result.stderr
    assert "Help article" in result.stdout
