from casewright.conversations.schemas import MessageView
from casewright.terminal.choices import choices_of
from tests.terminal.messages import a_field, a_message, options, part


def confirmation() -> MessageView:
    return a_message(
        part("Shall I?", "question"),
        quick_replies=[{"label": "Yes", "text": "yes"}],
        expects={"kind": "confirmation"},
        fields=[a_field("amount", "money", value="40 USD")],
    )


def test_quick_replies_are_numbered() -> None:
    message = a_message(part("Which?", "question"), quick_replies=options("csv", "json"))
    assert [(one.mark, one.text) for one in choices_of(message, "Edit")] == [("1", "csv"), ("2", "json")]


def test_where_a_figure_is_asked_for_letters_mark_the_choices() -> None:
    question = a_message(
        part("How many?", "question"), quick_replies=options("none"), fields=[a_field("count", "number")]
    )
    assert [one.mark for one in choices_of(question, "Edit")] == ["a"]


def test_what_a_confirmation_rests_on_can_be_edited() -> None:
    assert [(one.mark, one.label, one.text) for one in choices_of(confirmation(), "Edit")] == [
        ("1", "Yes", "yes"),
        ("2", "Edit", None),
    ]


def test_without_a_word_for_it_editing_is_not_offered() -> None:
    assert [one.label for one in choices_of(confirmation(), None)] == ["Yes"]
