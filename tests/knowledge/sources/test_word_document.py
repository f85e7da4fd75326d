import io
import zipfile

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE

from casewright.knowledge.sources.errors import DocumentUnreadable
from casewright.knowledge.sources.models import Defaults, Document
from casewright.knowledge.sources.word_document import read


def written() -> bytes:
    document = docx.Document()
    document.add_heading("Export your data", 0)
    document.add_paragraph("It is ").add_run("kept for 48 hours").bold = True
    document.add_heading("Steps", 1)
    document.add_paragraph("Open the page.", style="List Number")
    document.add_paragraph("Choose one:", style="List Number")
    document.add_heading("Limits", 2)
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        [*table.rows[0].cells, *table.rows[1].cells], ["Plan", "Rows", "Starter", "10,000"], strict=True
    ):
        cell.text = text
    code = document.styles.add_style("Source Code", WD_STYLE_TYPE.PARAGRAPH)
    for line in ("export --all", "  --quiet"):
        document.add_paragraph(line, style=code)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_a_word_document_keeps_headings_lists_tables_and_code() -> None:
    draft = read(Document("manuals/Export.docx", written()), Defaults(language="de"))
    assert (draft.key, draft.title, draft.language) == ("manuals-export", "Export your data", "de")
    assert draft.body == (
        "It is **kept for 48 hours**\n\n# Steps\n\n1. Open the page.\n2. Choose one:\n\n## Limits\n\n"
        "| Plan | Rows |\n| --- | --- |\n| Starter | 10,000 |\n\n```\nexport --all\n  --quiet\n```"
    )


def test_what_is_no_word_document_says_so() -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(DocumentUnreadable, match="no Word document"):
        read(Document("a.docx", b"PK nothing"), Defaults())
    with pytest.raises(DocumentUnreadable, match="damaged"):
        read(Document("a.docx", other.getvalue()), Defaults())


def test_a_word_document_that_unpacks_to_far_too_much_is_refused() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a/>" * 5_000_000)
    with pytest.raises(DocumentUnreadable, match="which no articles do"):
        read(Document("a.docx", bomb.getvalue()), Defaults())
