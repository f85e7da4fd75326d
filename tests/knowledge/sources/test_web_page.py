import pytest

from casewright.knowledge.sources.errors import DocumentUnreadable
from casewright.knowledge.sources.models import Defaults, Document
from casewright.knowledge.sources.web_page import read, read_page
from tests.knowledge.sources.conftest import PAGE


def test_a_page_says_its_title_its_language_and_where_it_stands() -> None:
    draft = read(Document("export.html", PAGE.encode()), Defaults(product="Aurora"))
    assert (draft.key, draft.title, draft.language) == ("export", "Export your data", "de")
    assert (draft.source, draft.product) == ("https://help.aurora.example/export", "Aurora")


def test_what_stands_on_every_page_is_left_out() -> None:
    body = read_page(PAGE).body
    assert not any(word in body for word in ("Home", "All articles", "Terms", "track", "¶", "AAAA"))


def test_headings_lists_tables_and_code_are_kept() -> None:
    body = read_page(PAGE).body
    assert "## Plans and limits\n\n| Plan | Exports a day | Rows \\| at most |\n| --- | --- | --- |\n" in body
    assert "1. Open **Settings > Data**.\n2. Choose *Export*.\n   - CSV for sheets\n" in body
    assert '```bash\ncurl -X POST https://api.aurora.example/exports \\\n  -H "Authorization: ' in body
    assert '$EXPORT_TOKEN"\n\n# prints the id\n```' in body
    assert "ends with `EXPORT_TIMEOUT`" in body


def test_links_that_lead_nowhere_from_here_become_their_words_and_others_whole_addresses() -> None:
    link = '<p>See <a href="../import.html">Import</a>.</p>'
    assert read_page(link).body == "See Import."
    assert read_page(link, address="https://help.example/a/b").body == "See [Import](https://help.example/import.html)."
    assert read_page('<p><a href="javascript:go()">Go</a></p>').body == "Go"


def test_without_a_heading_the_page_s_title_counts() -> None:
    assert read_page("<title>In the head</title><p>Text.</p>").title == "In the head"


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_a_page_is_read_in_the_encoding_that_it_names(encoding: str) -> None:
    page = f'<meta charset="{encoding}"><p>Größe</p>'.encode(encoding)
    assert read_page(page).body == "Größe"


def test_the_encoding_that_the_server_names_counts_more() -> None:
    assert read_page("<p>Größe</p>".encode("latin-1"), encoding="iso-8859-1").body == "Größe"


def test_code_with_backticks_in_it_stays_in_one_piece() -> None:
    assert read_page("<pre>a ``` b</pre>").body == "````\na ``` b\n````"


@pytest.mark.parametrize(
    ("page", "advice"),
    [
        ("<div id=app></div><script>start()</script>", "there is no text in it"),
        ("<div>" * 5000 + "deep", "too deep"),
    ],
)
def test_what_cannot_be_read_says_why(page: str, advice: str) -> None:
    with pytest.raises(DocumentUnreadable, match=advice):
        read_page(page)
