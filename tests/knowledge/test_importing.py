from datetime import date
from pathlib import Path

import pytest

from casewright.knowledge.errors import ArticleInvalid
from casewright.knowledge.importing import parse_article, read_articles
from casewright.knowledge.models import Audience

EXAMPLES = Path(__file__).parents[2] / "examples"

ARTICLE = """---
title: Export your data
language: en
audience: customer
product: Aurora
source: https://help.example/export
checked_on: 2026-10-20
---
Choose **Export**.
"""


def test_the_front_matter_becomes_the_fields_and_the_rest_the_body() -> None:
    draft = parse_article("export-data.md", ARTICLE)

    assert draft.key == "export-data"
    assert draft.title == "Export your data"
    assert draft.audience is Audience.CUSTOMER
    assert draft.checked_on == date(2026, 10, 20)
    assert draft.body == "Choose **Export**."


def test_an_article_may_name_editions_codes_relatives_and_what_it_translates() -> None:
    fields = (
        "title: Daten exportieren\nlanguage: de\neditions: [Enterprise]\nerror_codes: [EXPORT_TIMEOUT]\n"
        "related: [import-data]\ntranslation_of: export-data"
    )
    draft = parse_article("daten-exportieren.md", f"---\n{fields}\n---\nText.")

    assert draft.editions == ("Enterprise",)
    assert draft.error_codes == ("EXPORT_TIMEOUT",)
    assert draft.related == ("import-data",)
    assert draft.translation_of == "export-data"


def test_what_is_left_out_has_its_default() -> None:
    draft = parse_article("short.md", "---\ntitle: Short\n---\nText.")

    assert (draft.language, draft.audience, draft.product, draft.checked_on) == ("en", Audience.PUBLIC, "", None)


def test_windows_line_ends_change_nothing() -> None:
    assert parse_article("export-data.md", ARTICLE.replace("\n", "\r\n")) == parse_article("export-data.md", ARTICLE)


def test_a_line_of_hyphens_in_the_body_stays_there() -> None:
    draft = parse_article("rule.md", "---\ntitle: Rule\n---\nAbove.\n\n---\n\nBelow.")

    assert draft.body == "Above.\n\n---\n\nBelow."


@pytest.mark.parametrize(
    ("text", "field", "advice"),
    [
        ("Only text.", "front matter", "begin the file with a line ---"),
        ("---\ntitle: [broken\n---\nText.", "front matter", "not valid YAML"),
        ("---\njust words\n---\nText.", "front matter", "one field a line"),
        ("---\nlanguage: en\n---\nText.", "title", "it is missing"),
        ("---\ntitle: ' '\n---\nText.", "title", "short text"),
        ("---\ntitle: A\nlanguage: English\n---\nText.", "language", "language: en"),
        ("---\ntitle: A\naudience: staff\n---\nText.", "audience", "public, customer, internal"),
        ("---\ntitle: A\nchecked_on: last week\n---\nText.", "checked_on", "2026-10-20"),
        ("---\ntitle: A\nrelated: import-data\n---\nText.", "related", "a list"),
        ("---\ntitle: A\nautor: me\n---\nText.", "autor", "the fields are title"),
        ("---\ntitle: A\n---\n \n", "body", "below the front matter"),
    ],
)
def test_a_mistake_is_reported_with_file_field_and_what_would_be_right(text: str, field: str, advice: str) -> None:
    with pytest.raises(ArticleInvalid) as caught:
        parse_article("mine.md", text)

    assert caught.value.message.startswith(f"mine.md: {field}: ")
    assert advice in caught.value.message


def test_a_file_name_that_makes_no_key_is_refused() -> None:
    with pytest.raises(ArticleInvalid, match="small letters"):
        parse_article("My Article.md", ARTICLE)


def test_a_folder_without_articles_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ArticleInvalid, match="no articles found"):
        read_articles(tmp_path)


def test_a_file_that_is_not_utf_8_is_reported(tmp_path: Path) -> None:
    (tmp_path / "umlaut.md").write_bytes(ARTICLE.replace("Choose", "Wähle").encode("latin-1"))

    with pytest.raises(ArticleInvalid, match=r"umlaut\.md: encoding: save the file as UTF-8"):
        read_articles(tmp_path)


@pytest.mark.parametrize(("company", "language", "least"), [("aurora", "en", 80), ("brueckner", "de", 8)])
def test_the_demo_articles_are_complete(company: str, language: str, least: int) -> None:
    drafts = read_articles(EXAMPLES / company / "articles")

    assert len([draft for draft in drafts if draft.language == language]) >= least
    for draft in drafts:
        assert draft.product or draft.audience is Audience.INTERNAL
        assert draft.source
        assert draft.checked_on
        assert 150 <= len(draft.body.split()) <= 800


def test_a_fifth_of_auroras_articles_is_in_german_too() -> None:
    drafts = read_articles(EXAMPLES / "aurora" / "articles")
    originals = {draft.key for draft in drafts if draft.language == "en"}
    translated = {draft.translation_of for draft in drafts if draft.language == "de"}

    assert translated <= originals
    assert len(translated) >= 0.2 * len(originals)
