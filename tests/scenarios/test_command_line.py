import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from casewright.cli.scenarios import scenarios_app
from casewright.scenarios.schemas import Connection

HEAD = "name: hello\ntitle: Hello\ntenant: aurora\nsteps:\n"


def casewright_scenarios(*arguments: object) -> Result:
    return CliRunner().invoke(scenarios_app, [str(argument) for argument in arguments])


@pytest.fixture
def data_dir(tmp_path: Path, connection: Connection) -> Path:
    (tmp_path / "demo.json").write_text(connection.model_dump_json(), encoding="utf-8")
    return tmp_path


def scenario_in(folder: Path, steps: str) -> Path:
    file = folder / "hello.yaml"
    file.write_text(HEAD + steps, encoding="utf-8")
    return file


def test_all_passed_is_exit_code_0_with_results_for_machines(data_dir: Path) -> None:
    file = scenario_in(data_dir, "  - transcript: {status: open}\n")
    results, junit = data_dir / "results.json", data_dir / "results.xml"
    result = casewright_scenarios("run", file, "--data-dir", data_dir, "--json", results, "--junit", junit)
    assert (result.exit_code, "1 of 1 scenarios passed" in result.output) == (0, True)
    assert json.loads(results.read_text())["passed"] == 1
    assert 'failures="0"' in junit.read_text()


def test_a_failed_scenario_is_exit_code_1_with_the_place(data_dir: Path) -> None:
    file = scenario_in(data_dir, "  - org: {query: SELECT Id FROM User LIMIT 1, count: 2}\n")
    result = casewright_scenarios("run", file, "--data-dir", data_dir)
    assert result.exit_code == 1
    assert "hello.yaml:5" in result.output.replace("\n", "")
    assert "the query finds 2 records" in result.output


def test_no_demo_is_exit_code_2_with_what_to_do(tmp_path: Path) -> None:
    file = scenario_in(tmp_path, "  - customer: Hello\n")
    result = casewright_scenarios("run", file, "--data-dir", tmp_path)
    assert (result.exit_code, "start `casewright demo`" in result.output) == (2, True)


def test_a_damaged_demo_file_is_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text('{"url": 1}')
    result = casewright_scenarios("run", scenario_in(tmp_path, "  - customer: Hello\n"), "--data-dir", tmp_path)
    assert (result.exit_code, "does not have the form" in result.output) == (2, True)


def test_a_filter_that_nothing_fits_is_exit_code_2_with_the_names(tmp_path: Path) -> None:
    file = scenario_in(tmp_path, "  - customer: Hello\n")
    result = casewright_scenarios("run", file, "--filter", "goodbye*")
    assert (result.exit_code, "there are: hello" in result.output) == (2, True)


def test_check_tells_what_is_wrong_in_a_file_without_a_server(tmp_path: Path) -> None:
    assert casewright_scenarios("check", scenario_in(tmp_path, "  - customer: Hello\n")).exit_code == 0
    wrong = casewright_scenarios("check", scenario_in(tmp_path, "  - custmer: Hello\n"))
    assert (wrong.exit_code, "Did you mean 'customer'?" in wrong.output) == (2, True)


def test_schema_prints_a_json_schema() -> None:
    assert json.loads(casewright_scenarios("schema").output)["title"] == "Scenario"
