"""Small collections of several kinds, with the real encoders."""

import pytest

from casewright.cli.knowledge.search import encoders
from casewright.knowledge.collection import Collection
from casewright.knowledge.models import ArticleDraft
from casewright.understanding.encoder import Encoder

FAQ = (
    ("password", "How do I reset my password?", "Open the settings and choose a new one."),
    ("invoice", "Where are my invoices?", "Each month's bill is under Billing, as a PDF."),
    ("export", "How can I download all my data?", "The export takes an hour and comes as a ZIP file."),
    ("e101", "E101", "The mains voltage is too high."),
    ("e203", "E203", "There is an insulation fault on the roof."),
)


@pytest.fixture(scope="module")
def faq(encoder: Encoder) -> Collection:
    both = encoders(encoder)
    return Collection.of([ArticleDraft(key=key, title=title, body=body) for key, title, body in FAQ], both, both)


def first(collection: Collection, query: str, language: str = "en") -> str:
    return collection.search(query, language, 3)[0].document


@pytest.mark.parametrize(
    ("query", "document"),
    [
        ("I've forgotten how to log in", "password"),
        ("where's the bill for May", "invoice"),
        ("take everything with me when I leave", "export"),
        ("pasword forgoten", "password"),
        ("the display says E203", "e203"),
    ],
)
def test_what_is_asked_for_in_other_words_with_typos_or_by_a_code_comes_first(
    faq: Collection, query: str, document: str
) -> None:
    assert first(faq, query) == document


def test_a_question_in_another_language_finds_what_it_means(faq: Collection) -> None:
    assert first(faq, "Wo finde ich meine Rechnungen?", "de") == "invoice"


def test_of_a_long_message_each_request_finds_its_document(faq: Collection) -> None:
    query = "Hello, I hope you are well. My password is refused. Also, I need the last invoice. Kind regards, Sam"

    assert {one.document for one in faq.search(query, "en", 2)} == {"password", "invoice"}


def test_scores_fall_and_no_more_come_than_are_asked_for(faq: Collection) -> None:
    found = faq.search("reset my password", "en", 3)

    assert len(found) == 3
    assert found[0].score > found[1].score >= found[2].score >= 0


def test_documents_without_text_or_without_title_are_found_by_what_they_have(encoder: Encoder) -> None:
    both = encoders(encoder)
    drafts = [
        ArticleDraft(key="a", title="Opening hours at the weekend", body=""),
        ArticleDraft(key="b", title="", body="Parcels are delivered within three days."),
    ]
    collection = Collection.of(drafts, both, both)

    assert first(collection, "are you open on saturday") == "a"
    assert first(collection, "when does my package arrive") == "b"


def test_a_german_collection_is_searched_by_meaning_and_by_parts_of_compounds(encoder: Encoder) -> None:
    both = encoders(encoder)
    texts = {"hagel": "Schaden durch Hagel zahlt die Versicherung.", "termin": "Die Wartung dauert zwei Stunden."}
    drafts = [ArticleDraft(key=key, title=key.title(), body=text, language="de") for key, text in texts.items()]
    collection = Collection.of(drafts, both, both)

    assert first(collection, "Hagelschaden", "de") == "hagel"
    assert first(collection, "Wie lange seid ihr da?", "de") == "termin"
