from rich.console import Console, Group

from casewright.conversations.schemas import MessageView
from casewright.terminal.replies import Writer
from casewright.terminal.texts import ENGLISH, GERMAN
from tests.terminal.messages import ACTION, ARTICLE, a_field, a_message, options, part


def shown(message: MessageView, *, plain: bool = False, width: int = 60) -> str:
    console = Console(width=width)
    with console.capture() as capture:
        console.print(Group(*Writer(ENGLISH, plain=plain).message(message)))
    return capture.get()


def test_steps_are_counted_on_over_a_listing_between_them() -> None:
    text = shown(a_message(part("Open it.", "step"), part('{"a": 1}', "code"), part("Save it.", "step")))
    assert "1. Open it." in text
    assert "2. Save it." in text


def test_code_stands_in_a_box_and_through_a_pipe_in_none() -> None:
    message = a_message(part('{"a": 1}', "code"))
    assert shown(message).splitlines()[0].startswith("╭")
    assert shown(message, plain=True) == '    {"a": 1}\n'


def test_a_long_step_goes_on_under_its_words() -> None:
    lines = shown(a_message(part("word " * 20, "step"))).splitlines()
    assert lines[0].startswith(" 1. word")
    assert lines[1].startswith("    word")


def test_sentences_of_an_answer_flow_together() -> None:
    assert shown(a_message(part("One."), part("Two.")), plain=True) == "One. Two.\n"


def test_a_run_of_parts_from_one_source_is_marked_once_and_named_below() -> None:
    text = shown(a_message(part("One.", "answer", ARTICLE), part("Two.", "answer", ARTICLE)), plain=True)
    assert text == "One. Two. [1]\n\n[1] Help article: Export your data, version 3\n"


def test_sources_are_numbered_in_the_order_in_which_they_are_cited() -> None:
    text = shown(a_message(part("Done.", "result", ACTION), part("So.", "answer", ARTICLE)), plain=True)
    assert "✓ Done. [1]" in text
    assert "[1] Action: Reset password" in text
    assert "[2] Help article: Export your data" in text


def test_suggested_articles_are_listed_by_title_section_and_beginning_and_cited_by_no_number() -> None:
    quote = "An export holds every record of the tables that you choose. " * 4
    article = {**ARTICLE, "section": "As a CSV file", "quote": quote}
    message = a_message(
        part("It may stand here:", "notice"),
        part("Export your data", "suggestion", article),
        part("Import data", "suggestion", {**ARTICLE, "id": "a2"}),
        part("Or a person helps.", "notice"),
    )
    text = shown(message, plain=True, width=200)
    assert text.splitlines() == [
        "It may stand here:",
        "- Export your data (As a CSV file)",
        "  “An export holds every record of the tables that you choose. An export holds every record of the tables that you choose.…”",
        "- Import data",
        "",
        "Or a person helps.",
    ]


def test_an_answer_keeps_its_mark_before_a_suggestion_of_the_same_article() -> None:
    text = shown(
        a_message(part("One.", "answer", ARTICLE), part("Export your data", "suggestion", ARTICLE)), plain=True
    )
    assert "One. [1]" in text


def test_what_was_said_while_something_ran_is_over_with_the_next_part() -> None:
    text = shown(a_message(part("One moment.", "progress"), part("Done.", "result")))
    assert "One moment." not in text


def test_a_confirmation_shows_the_values_it_rests_on_by_their_labels() -> None:
    field = a_field("format", "choice", value="csv", options=options("csv", "json"))
    message = a_message(part("Shall I?", "question"), expects={"kind": "confirmation"}, fields=[field])
    assert "Format: Csv" in shown(message, plain=True)


def test_waiting_for_an_approval_is_said() -> None:
    message = a_message(part("A colleague looks at it.", "notice"), expects={"kind": "approval"})
    assert ENGLISH.approval_pending in shown(message, plain=True)


def test_a_persons_words_stand_as_they_are() -> None:
    assert shown(a_message(text="Hello,\nI am Kim.", **{"from": "operator"}), plain=True) == "Hello,\nI am Kim.\n"


def test_brackets_in_words_are_no_markup() -> None:
    assert shown(a_message(part("[bold]Not bold[/bold] [EMAIL_1]")), plain=True).startswith(
        "[bold]Not bold[/bold] [EMAIL_1]"
    )


def test_both_languages_say_everything() -> None:
    assert GERMAN.faults.keys() == ENGLISH.faults.keys()
    assert all(getattr(GERMAN, name) and getattr(ENGLISH, name) for name in ENGLISH.__slots__)
