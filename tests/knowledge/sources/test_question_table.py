import pytest

from casewright.knowledge.models import Audience
from casewright.knowledge.sources.errors import DocumentUnreadable
from casewright.knowledge.sources.models import Defaults, Document, Reading
from casewright.knowledge.sources.question_table import read


def reading(text: str, **defaults: str) -> Reading:
    return read(Document("faq.csv", text.encode()), Defaults.model_validate(defaults))


def test_each_answer_is_an_article_and_whoever_asks_otherwise_finds_it_too() -> None:
    table = "question,answer\nHow do I pay?,By card.\nCan I pay by card?,By card.\nWhere are you?,In Graz.\n"
    paid, where = reading(table).drafts
    assert (paid.key, paid.title, paid.body) == ("how-do-i-pay", "How do I pay?", "By card.")
    assert paid.asked_as == {"": ("Can I pay by card?",)}
    assert where.asked_as == {}


def test_columns_say_what_files_say_in_their_front_matter() -> None:
    table = 'Frage;Antwort;Audience;Error codes\n"Was heißt E203?";"Zu warm.";customer;E203, E204\n'
    (draft,) = reading(table, language="de", product="Pump").drafts
    assert (draft.language, draft.product, draft.audience) == ("de", "Pump", Audience.CUSTOMER)
    assert draft.error_codes == ("E203", "E204")


def test_an_answer_may_have_lines_and_quotes() -> None:
    (draft,) = reading('question,answer\nHow?,"Say ""please"":\n\n1. Once\n2. Twice"\n').drafts
    assert draft.body == 'Say "please":\n\n1. Once\n2. Twice'


def test_a_row_that_is_wrong_is_told_by_its_line_and_stops_no_other() -> None:
    read = reading("question,answer,audience\nOne?,Yes.,everybody\nTwo?,,\nThree?,No.,\n")
    assert [draft.title for draft in read.drafts] == ["Three?"]
    assert [problem.name for problem in read.problems] == ["faq.csv, line 2", "faq.csv, line 3"]
    assert "must be one of public, customer, internal" in read.problems[0].message


def test_two_answers_to_one_question_are_told() -> None:
    read = reading("question,answer\nHow?,So.\nHow?,Otherwise.\n")
    assert [draft.body for draft in read.drafts] == ["Otherwise."]
    assert "has another answer further down" in read.problems[0].message


@pytest.mark.parametrize(
    ("table", "advice"),
    [
        ("question,reply\nA?,B.\n", "names no column answer"),
        ("", "names no column question and no answer"),
        ("question,answer,colour\nA?,B.,red\n", "there is no column colour"),
        ('question,answer\nA?,"B" or C\n', "line 2 is no CSV"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(table: str, advice: str) -> None:
    with pytest.raises(DocumentUnreadable, match=advice):
        reading(table)


def test_a_table_that_is_not_utf_8_says_so() -> None:
    with pytest.raises(DocumentUnreadable, match="in UTF-8"):
        read(Document("faq.csv", "question,answer\nGröße?,Ja.".encode("latin-1")), Defaults())
