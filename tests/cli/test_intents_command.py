"""The commands as other programs call them: JSON Lines in, JSON Lines out, no server."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from casewright.cli.intents import AT_ONCE

EXAMPLES = {
    "reset_password": (
        "I forgot my password",
        "how do I reset my password?",
        "my password does not work any more",
        "please send me a new password",
        "password reset",
    ),
    "export_data": (
        "how do I export my data?",
        "download all records as CSV",
        "I need an export of our contacts",
        "export everything to a file",
        "can I export reports?",
    ),
    "billing": (
        "my invoice is wrong",
        "I was charged twice",
        "where do I find last month's bill?",
        "send the invoice to another address",
        "why is the bill higher than before?",
    ),
}


def casewright(data: Path, *arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from casewright.cli import main; main()", "intents", *arguments],
        input=lines,
        capture_output=True,
        text=True,
        env={**os.environ, "CASEWRIGHT_DATA_DIR": str(data)},
        check=False,
    )


def in_lines(texts: Sequence[str]) -> str:
    return "".join(json.dumps({"text": text}) + "\n" for text in texts)


def answers(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.split("\n")[:-1]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A data folder whose sentence model is kept between runs: preparing it takes seconds."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "models").symlink_to(request.config.cache.mkdir("sentence-model"))
    return folder


@pytest.fixture(scope="module")
def model(data: Path) -> Path:
    examples = data / "examples.jsonl"
    lines = [{"text": text, "intent": intent} for intent, texts in EXAMPLES.items() for text in texts]
    lines += [{"text": "do you like football?", "intent": "oos"}, {"text": "is it going to snow", "intent": None}]
    examples.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    folder = data / "model"
    trained = casewright(data, "train", str(examples), "--model", str(folder))
    assert trained.returncode == 0, trained.stderr
    assert json.loads(trained.stdout).items() >= {"model": str(folder), "intents": 3, "examples": 15}.items()
    assert {file.name for file in folder.iterdir()} == {"intents.npz", "report.json"}
    return folder


@pytest.mark.slow
def test_each_text_is_answered_in_order_and_in_one_shape(data: Path, model: Path) -> None:
    texts = ["I can't remember my password", "tell me a joke", "the invoice shows the wrong amount", "", "🙂 \u2028"]
    # More than a batch, so that order across batches is seen too.
    many = [f"{text} {number}" for number in range(AT_ONCE) for text in texts[:1]]
    found = answers(casewright(data, "predict", "--model", str(model), lines=in_lines([*texts, *many])))
    assert [one["text"] for one in found] == [*texts, *many]
    shape = ["text", "intents", "ranking", "out_of_scope", "out_of_scope_score", "ambiguous"]
    assert all(list(one) == shape for one in found)
    first, joke, invoice, *_ = found
    assert first["intents"] == [{**first["ranking"][0], "span": [0, len(texts[0])]}]
    assert first["ranking"][0]["name"] == "reset_password"
    assert invoice["ranking"][0]["name"] == "billing"
    assert joke["out_of_scope"]
    assert joke["intents"] == []
    for one in found:
        confidences = [ranked["confidence"] for ranked in one["ranking"]]
        assert confidences == sorted(confidences, reverse=True)
        assert sum(confidences) == pytest.approx(1, abs=0.001)
        assert 0 <= one["out_of_scope_score"] <= 1
        assert one["out_of_scope"] == (one["intents"] == [])


@pytest.mark.slow
def test_several_requests_are_found_with_their_places_unless_forbidden(data: Path, model: Path) -> None:
    text = "please send me a new password and also how do I export my data?"
    (several,) = answers(casewright(data, "predict", "--model", str(model), lines=in_lines([text])))
    assert [one["name"] for one in several["intents"]] == ["reset_password", "export_data"]
    assert [text[slice(*one["span"])] for one in several["intents"]] == [
        "please send me a new password",
        "how do I export my data?",
    ]
    (alone,) = answers(casewright(data, "predict", "--model", str(model), "--single", lines=in_lines([text])))
    assert len(alone["intents"]) == 1


@pytest.mark.slow
def test_a_bad_line_is_named_and_what_was_good_before_it_is_answered(data: Path, model: Path) -> None:
    lines = in_lines(["my invoice is wrong"]) + "not JSON\n" + in_lines(["password"])
    done = casewright(data, "predict", "--model", str(model), lines=lines)
    assert done.returncode == 2
    assert [json.loads(line)["text"] for line in done.stdout.split("\n")[:-1]] == ["my invoice is wrong"]
    assert "line 2" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_without_a_model_the_way_to_one_is_told(data: Path, tmp_path: Path) -> None:
    done = casewright(data, "predict", "--model", str(tmp_path), lines="")
    assert done.returncode == 2
    assert "casewright intents train" in done.stderr


def test_bad_examples_are_named_by_their_lines_and_nothing_is_written(data: Path, tmp_path: Path) -> None:
    examples = tmp_path / "examples.jsonl"
    examples.write_text('{"text": "hello", "intent": "greet"}\n{"text": "no intent"}\n', encoding="utf-8")
    done = casewright(data, "train", str(examples), "--model", str(tmp_path / "model"))
    assert done.returncode == 2
    assert "line 2" in done.stderr
    assert not (tmp_path / "model").exists()
