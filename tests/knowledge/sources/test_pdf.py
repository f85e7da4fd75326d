import io
from pathlib import Path

import pytest
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from casewright.knowledge.sources import pdf
from casewright.knowledge.sources.errors import DocumentUnreadable
from casewright.knowledge.sources.models import Defaults, Document
from casewright.knowledge.sources.pdf import read
from tests.knowledge.sources.conftest import printed


def test_a_printed_page_keeps_headings_lists_tables_and_code(printed_page: bytes) -> None:
    draft = read(Document("export.pdf", printed_page), Defaults(language="en"))
    assert (draft.key, draft.title, draft.language) == ("export", "Export your data", "en")
    assert draft.body.startswith("An export holds all records that your user may see. It is kept for 48 hours, then")
    assert (
        "## Plans and limits\n\n| Plan | Exports a day | Rows \\| at most |\n| --- | --- | --- |\n| Starter |"
        in draft.body
    )
    assert (
        "1. Open Settings > Data.\n2. Choose Export.\n   - CSV for sheets\n   - JSON for programs, which" in draft.body
    )
    assert "another program is to read it, whatever that is\n3. Wait for the mail." in draft.body
    assert '```\ncurl -X POST https://api.aurora.example/exports \\\n  -H "Authorization: Bearer' in draft.body
    assert '$EXPORT_TOKEN"\n\n# prints the id\n```' in draft.body
    assert "ends with `EXPORT_TIMEOUT`, export fewer objects; a\\*b\\*c and snake_case are" in draft.body


def test_what_stands_at_the_edge_of_every_page_is_left_out(tmp_path: Path) -> None:
    """The browser prints date, address and number there."""
    chapters = "".join(
        f"<section><h2>Chapter {n}</h2><p>Only chapter {n} says <b>this</b>.</p></section>" for n in range(1, 5)
    )
    (tmp_path / "book.html").write_text(
        f"<style>@page {{margin: 2cm}} section {{break-after: page}}</style><h1>Handbook</h1>{chapters}"
    )
    draft = read(Document("book.pdf", printed(tmp_path / "book.html")), Defaults())
    assert [line for line in draft.body.splitlines() if line] == [
        text for n in range(1, 5) for text in (f"## Chapter {n}", f"Only chapter {n} says this.")
    ]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 and nothing more", b"not at all"])
def test_what_is_no_pdf_says_so(content: bytes) -> None:
    with pytest.raises(DocumentUnreadable, match="no PDF that can be read"):
        read(Document("a.pdf", content), Defaults())


def test_a_locked_pdf_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_: io.BytesIO) -> None:
        raise PdfminerException(PDFPasswordIncorrect())

    monkeypatch.setattr(pdf.pdfplumber, "open", locked)
    with pytest.raises(DocumentUnreadable, match="locked by a password"):
        read(Document("a.pdf", b"%PDF"), Defaults())


def test_a_scan_says_that_it_has_no_text(tmp_path: Path) -> None:
    (tmp_path / "scan.html").write_text('<svg width="300" height="300"><circle cx="150" cy="150" r="90"/></svg>')
    with pytest.raises(DocumentUnreadable, match="pictures and no text"):
        read(Document("scan.pdf", printed(tmp_path / "scan.html", "--no-pdf-header-footer")), Defaults())
