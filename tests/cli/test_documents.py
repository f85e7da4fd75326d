"""Folders of documents, as other programs have them."""

from pathlib import Path

import pytest

from casewright.cli.knowledge.documents import read_documents
from casewright.kit.errors import InvalidInput


def test_files_are_named_as_their_folder_names_them_and_lines_by_their_id(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "opening-hours.txt").write_text("We are open from nine to five.")
    (tmp_path / "reset.md").write_text("# Reset a password\n\nOpen the settings.")
    (tmp_path / "faq.jsonl").write_text('{"id": 7, "question": "Where is my bill?", "answers": ["Here.", "There."]}\n')
    (tmp_path / "card.json").write_text('{"id": "card-1", "title": "Gold Card", "content": "No fees."}')
    (tmp_path / ".hidden").write_text("not read")

    documents, problems = read_documents(tmp_path)

    assert {one.key: (one.title, one.body) for one in documents} == {
        "card.json": ("Card: Gold Card", "No fees."),
        "7": ("Where is my bill?", "Here.\n\nThere."),
        "more/opening-hours.txt": ("More opening hours", "We are open from nine to five."),
        "reset.md": ("Reset: Reset a password", "Open the settings."),
    }
    assert problems == []


def test_what_the_names_of_files_have_in_common_tells_nothing_of_any(tmp_path: Path) -> None:
    for name in ("doc_gold_card_001", "doc_gold_card_002", "doc_savings_001"):
        (tmp_path / f"{name}.json").write_text('{"title": "Fees", "content": "None."}')

    assert [one.title for one in read_documents(tmp_path)[0]] == ["Gold card: Fees", "Gold card: Fees", "Savings: Fees"]


def test_the_language_of_each_document_is_told_by_its_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Bitte melden Sie sich mit Ihrem neuen Kennwort an.")
    (tmp_path / "b.txt").write_text("Please sign in with your new password.")

    assert [one.language for one in read_documents(tmp_path)[0]] == ["de", "en"]


def test_what_cannot_be_read_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Some text.")
    (tmp_path / "b.exe").write_bytes(b"\x00")
    (tmp_path / "c.json").write_text("[1, 2]")

    documents, problems = read_documents(tmp_path)

    assert [one.key for one in documents] == ["a.txt"]
    assert [problem.split(":")[0] for problem in problems] == ["b.exe", "c.json"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}\n', "there is another document 'a'"),
        ('{"text": "x"}\n', 'line 1: expected {"id"'),
        ('{"id": "a"', "line 1: not JSON"),
    ],
)
def test_lines_without_a_name_of_their_own_are_refused(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "a.jsonl").write_text(content)

    with pytest.raises(InvalidInput) as refused:
        read_documents(tmp_path)
    assert told in str(refused.value)


def test_a_folder_with_nothing_to_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nothing to read"):
        read_documents(tmp_path)
