"""What the documents point to exists: files, headings, pictures, commands."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer
from markdown_it import MarkdownIt
from markdown_it.token import Token

from casewright.cli import app

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
COMMAND = re.compile(r"^(?:\S+=\S+ )*(?:\.venv/bin/)?casewright(?P<words>(?: [a-z][a-z-]*)*)", re.MULTILINE)

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@each_document
def test_every_link_and_picture_leads_to_something(document: Path) -> None:
    assert [target for target in _targets(document) if not _exists(document, target)] == []


@each_document
def test_every_command_in_a_document_exists(document: Path) -> None:
    assert [words for words in _commands(document) if not _is_command(words)] == []


def test_a_link_to_nowhere_is_found(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text(
        "# One heading\n[no file](b.md) [no heading](#two) [heading](#one-heading) ![no picture](c.png)"
    )
    assert [target for target in _targets(document) if not _exists(document, target)] == ["b.md", "#two", "c.png"]


def test_a_command_that_does_not_exist_is_found(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("```sh\n.venv/bin/casewright db upgrade\nA=b casewright db downgrade\n```\n")
    assert [words for words in _commands(document) if not _is_command(words)] == [["db", "downgrade"]]


def _tokens(document: Path) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable("table").parse(document.read_text(encoding="utf-8")):
        yield token
        yield from token.children or ()


def _targets(document: Path) -> list[str]:
    """Of links and pictures within the repository."""
    found = [str(token.attrs.get("href") or token.attrs.get("src") or "") for token in _tokens(document)]
    return [target for target in found if target and not re.match(r"[a-z]+:", target)]


def _exists(document: Path, target: str) -> bool:
    path, _, anchor = unquote(target).partition("#")
    file = document.parent / path if path else document
    return file.exists() and (not anchor or anchor in _anchors(file))


def _anchors(document: Path) -> set[str]:
    """The headings' names in an address, as GitHub makes them."""
    tokens = MarkdownIt("commonmark").parse(document.read_text(encoding="utf-8"))
    headings = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    return {_anchor(heading) for heading in headings}


def _anchor(heading: str) -> str:
    kept = [letter for letter in heading.lower() if letter in " -_" or unicodedata.category(letter)[0] in "LN"]
    return "".join(kept).replace(" ", "-")


def _commands(document: Path) -> list[list[str]]:
    """The words after `casewright` in blocks of code that are typed into a shell."""
    shell = [token.content for token in _tokens(document) if token.type == "fence" and token.info in ("sh", "bash")]
    return [match["words"].split() for content in shell for match in COMMAND.finditer(content)]


def _is_command(words: list[str]) -> bool:
    """Whether the words lead to a command; what follows one is its arguments."""
    command = typer.main.get_command(app)
    for word in words:
        if not hasattr(command, "commands"):
            return True
        if word not in command.commands:
            return False
        command = command.commands[word]
    return not hasattr(command, "commands") or command.invoke_without_command
