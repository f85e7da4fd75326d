"""`python -m localorg history FILE`."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from localorg.cli import app
from localorg.history.summary import sparkline
from tests.localorg.history.orgs import EXAMPLES

FILE = EXAMPLES / "brueckner" / "history.yaml"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["history", *arguments], env={"COLUMNS": "200"})


def test_it_says_how_many_cases_it_made_and_in_what_time() -> None:
    result = run(str(FILE))
    assert result.exit_code == 0
    assert re.match(r"900 cases in \d+\.\d s of one core", result.output)


def test_the_summary_shows_numbers_weeks_topics_and_satisfaction() -> None:
    output = run(str(FILE), "--summary").output
    for shown in ("Cases a week", "stromspeicher", "Satisfaction", "Language", "the first answer", "Descriptions"):
        assert shown in output
    assert re.search(r"Case\s+│ 910", output)


def test_samples_show_cases_with_what_was_said() -> None:
    output = run(str(FILE), "--samples", "12").output
    assert len(re.findall(r"· (Email|Web|Chat|Phone) · ", output)) == 12
    assert re.search(r"— \w+ \w+, 202\d-", output)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = run(str(tmp_path / "history.yaml"))
    assert result.exit_code == 2
    assert "cannot be read: No such file" in result.output


@pytest.mark.parametrize(("numbers", "bars"), [([0, 1, 2], " ▄█"), ([], ""), ([0, 0], "  ")])
def test_a_sparkline_has_a_bar_for_each_number(numbers: list[int], bars: str) -> None:
    assert sparkline(numbers) == bars
