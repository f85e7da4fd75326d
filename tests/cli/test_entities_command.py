"""`casewright entities extract`, as another program calls it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from casewright.cli import app
from casewright.kit.errors import InvalidInput

NOW = ("--now", "2026-11-22T14:30", "--time-zone", "Europe/Berlin")


def extract(lines: str, *options: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(app, ["entities", "extract", *options], input=lines, catch_exceptions=False)
    return [json.loads(line) for line in result.stdout.splitlines()]


def found(text: str, *options: str) -> list[tuple[object, object]]:
    (answer,) = extract(json.dumps({"text": text}), *NOW, *options)
    entities = answer["entities"]
    assert isinstance(entities, list)
    for one in entities:
        start, end = one["span"]
        assert text[start:end] == one["text"]
    return [(one["type"], one["value"]) for one in entities]


def test_each_line_is_answered_in_order() -> None:
    answers = extract('{"text": "case 00001234"}\n\n{"text": "nothing", "id": 7}\n', *NOW)
    assert answers == [
        {
            "text": "case 00001234",
            "entities": [{"type": "case_number", "text": "00001234", "span": [5, 13], "value": "00001234"}],
        },
        {"text": "nothing", "entities": []},
    ]


def test_addresses_and_phone_numbers_have_one_form() -> None:
    assert found("Write to Ana.Silva@Example.COM or call +49 30 1234567") == [
        ("email", "ana.silva@example.com"),
        ("phone", "+49301234567"),
    ]


def test_days_start_from_the_given_instant_in_the_given_time_zone() -> None:
    line = '{"text": "since yesterday morning"}'
    (berlin,) = extract(line, "--now", "2026-11-22T23:30Z", "--time-zone", "Europe/Berlin")
    (utc,) = extract(line, "--now", "2026-11-22T23:30Z")
    assert [one["entities"][0]["value"] for one in (berlin, utc)] == [  # type: ignore[index]
        "2026-11-22T06:00+01:00/..",
        "2026-11-21T06:00+00:00/..",
    ]


def test_products_and_editions_come_from_the_companys_folder(tmp_path: Path) -> None:
    (tmp_path / "tenant.yaml").write_text(
        "slug: shop\nname: Shop\nproducts: {Aurora Portal: [portal]}\neditions: {Enterprise Edition: [EE]}\n"
    )
    text = "the portal of our EE org"
    assert found(text, "--company", str(tmp_path)) == [("product", "Aurora Portal"), ("edition", "Enterprise Edition")]
    assert found(text) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [(("--time-zone", "Mars/Base"), "no time zone"), (("--now", "tomorrow"), "ISO 8601")],
)
def test_an_option_that_means_nothing_is_named(options: tuple[str, ...], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        extract("", *options)


def test_a_line_that_is_no_text_ends_the_program_with_its_number() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "casewright", "entities", "extract"],
        input='{"text": "5 users"}\n{"txt": 1}\n', capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert json.loads(run.stdout)["entities"][0]["value"] == "5"
    assert "line 2" in run.stderr
