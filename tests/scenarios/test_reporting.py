import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from rich.console import Console

from casewright.scenarios.reporting import print_reports, write_json, write_junit
from casewright.scenarios.results import Mismatch, Result, ScenarioReport


def report(name: str, result: Result, **more: Any) -> ScenarioReport:
    values = {
        "title": name,
        "file": f"{name}.yaml",
        "tenant": "aurora",
        "steps": 3,
        "steps_passed": 3,
        "milliseconds": 1500,
    }
    return ScenarioReport.model_validate({"name": name, "result": result, **values, **more})


REPORTS = (
    report("good", Result.PASSED),
    report(
        "wrong",
        Result.FAILED,
        steps_passed=1,
        line=7,
        step="customer: Hello",
        mismatches=(Mismatch(expectation="the reply contains '<b>'", found="“\x07bell”"),),
    ),
    report(
        "stuck",
        Result.BROKEN,
        tenant="brueckner",
        steps_passed=0,
        mismatches=(Mismatch(expectation="the step can be carried out", found="no org"),),
        left_behind=("Contact 003",),
    ),
)


def test_the_table_tells_the_first_failure_and_what_was_found_instead() -> None:
    console = Console(record=True, width=120, quiet=False)
    print_reports(REPORTS, console)
    text = console.export_text()
    for expected in (
        "1 of 3",
        "wrong failed at wrong.yaml:7",
        "customer: Hello",
        "expected: the reply contains '<b>'",
        "bell",
        "stuck broken at stuck.yaml:1",
        "since other records now belong to them: Contact 1",
        "1 of 3 scenarios passed",
    ):
        assert expected in text


def test_junit_has_a_suite_a_tenant_with_failures_and_errors_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "results.xml"
    write_junit(REPORTS, file)
    root = ElementTree.parse(file).getroot()
    assert {key: root.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "3",
        "failures": "1",
        "errors": "1",
    }
    assert [suite.get("name") for suite in root] == ["aurora", "brueckner"]
    assert root.find(".//testcase[@name='good']/*") is None
    failure = root.find(".//testcase[@name='wrong']/failure")
    assert failure is not None and failure.text is not None
    assert "wrong.yaml:7" in failure.text
    assert root.find(".//testcase[@name='stuck']/error") is not None


def test_json_holds_every_report(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write_json(REPORTS, file)
    document = json.loads(file.read_text(encoding="utf-8"))
    assert (document["passed"], document["total"]) == (1, 3)
    assert [ScenarioReport.model_validate(one) for one in document["scenarios"]] == list(REPORTS)
