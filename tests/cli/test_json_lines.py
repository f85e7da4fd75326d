"""JSON Lines commands, as another program meets them."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from casewright.cli.json_lines import InvalidLine, TextLine, read_batches, read_lines
from casewright.kit.errors import InvalidInput

CASEWRIGHT = (sys.executable, "-m", "casewright")


def run(*arguments: str, said: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run((*CASEWRIGHT, *arguments), input=said, capture_output=True, timeout=120, check=False)


def lines_of(answer: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in answer.splitlines()]


def texts_of(file: Path) -> list[str]:
    return [line.text for line in read_lines(file, TextLine)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "texts.jsonl"


def test_lines_come_in_order_whatever_their_ends(file: Path) -> None:
    file.write_bytes(b'\xef\xbb\xbf{"text": "one", "id": 7}\r\n\n  \n{"text": "zwei \xc3\xa9"}')
    assert texts_of(file) == ["one", "zwei é"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"{", "not JSON"),
        (b'{"text": "\xff"}', "not JSON"),
        (b'{"text": "\\ud800"}', "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"{}", "text: field required"),
        (b'{"text": 3}', "text: input should be a valid string"),
    ],
)
def test_a_bad_line_is_named_by_its_number(file: Path, line: bytes, what: str) -> None:
    file.write_bytes(b'{"text": "good"}\n\n' + line + b"\n")
    with pytest.raises(InvalidLine, match=f"line 3: {what}"):
        texts_of(file)


def test_what_came_before_a_bad_line_is_given_first(file: Path) -> None:
    file.write_bytes(b'{"text": "a"}\n{"text": "b"}\n{"text": "c"}\nbad\n')
    batches: list[Sequence[TextLine]] = []
    with pytest.raises(InvalidLine):
        batches.extend(read_batches(file, TextLine, size=2))
    assert [[line.text for line in batch] for batch in batches] == [["a", "b"], ["c"]]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        texts_of(tmp_path / "nothing.jsonl")


def test_emotions_and_languages_are_answered_line_by_line() -> None:
    said = b'{"text": "It still does not work, unacceptable!"}\n{"text": "Wo finde ich meine Rechnung?"}\n'
    emotions, languages = run("emotions", "predict", said=said), run("language", "detect", said=said)
    assert (emotions.returncode, languages.returncode) == (0, 0)
    first, second = lines_of(emotions.stdout)
    assert list(first) == ["text", "labels", "valence", "intensity"]
    assert len(first["labels"]) == 28  # type: ignore[arg-type]
    assert float(str(first["valence"])) < -0.3
    assert second["valence"] == 0
    english, german = lines_of(languages.stdout)
    assert list(english) == ["text", "language", "confidence", "segments"]
    assert english["language"] == "en"
    assert german["segments"] == [{"language": "de", "span": [0, 28]}]


def test_a_bad_line_ends_with_code_2_after_the_good_ones() -> None:
    ended = run("language", "detect", said=b'{"text": "Wo finde ich meine Rechnung?"}\nbad\n')
    assert ended.returncode == 2
    assert len(lines_of(ended.stdout)) == 1
    assert ended.stderr.startswith(b"line 2: not JSON")


def test_a_reader_that_goes_away_is_no_error_to_talk_of(file: Path) -> None:
    file.write_text('{"text": "Wo finde ich meine Rechnung?"}\n' * 3000, encoding="utf-8")
    program = subprocess.Popen(
        (*CASEWRIGHT, "language", "detect", str(file)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.readline()
    program.stdout.close()
    assert program.stderr.read() == b""
    program.stderr.close()
    program.wait(timeout=60)


def test_one_line_is_answered_while_the_next_is_still_to_come() -> None:
    program = subprocess.Popen((*CASEWRIGHT, "language", "detect"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert program.stdin is not None
    assert program.stdout is not None
    for text in ("Wo finde ich meine Rechnung?", "Where is my invoice, please?"):
        program.stdin.write(json.dumps({"text": text}).encode() + b"\n")
        program.stdin.flush()
        assert json.loads(program.stdout.readline())["text"] == text
    program.stdin.close()
    assert program.wait(timeout=60) == 0
    program.stdout.close()
