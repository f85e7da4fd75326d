"""Results for people (a table, live progress) and for machines (JUnit XML, JSON)."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from casewright.scenarios.models import LoadedScenario
from casewright.scenarios.results import Result, ScenarioReport

_STYLES: Final = {Result.PASSED: "green", Result.FAILED: "red", Result.BROKEN: "magenta"}
_FORBIDDEN_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class LiveProgress:
    """A line for each scenario that is being played, and how many are done. Use as a context manager."""

    def __init__(self, console: Console, total: int) -> None:
        self._total = total
        self._running: dict[str, Text] = {}
        self._done = dict.fromkeys(Result, 0)
        self._live = Live(self._view(), console=console, transient=True, refresh_per_second=8)

    def __enter__(self) -> "LiveProgress":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def step_begins(self, scenario: LoadedScenario, step: int) -> None:
        steps = scenario.scenario.steps
        line = Text(f"  {scenario.scenario.name}  {step + 1}/{len(steps)}  ")
        line.append(steps[step].summary, style="dim")
        line.truncate(max(self._live.console.width - 1, 20), overflow="ellipsis")
        self._running[scenario.scenario.name] = line
        self._live.update(self._view())

    def finished(self, report: ScenarioReport) -> None:
        self._running.pop(report.name, None)
        self._done[report.result] += 1
        self._live.update(self._view())

    def _view(self) -> Group:
        counts = ", ".join(f"{count} {result}" for result, count in self._done.items() if count)
        head = Text(f"{sum(self._done.values())} of {self._total} scenarios played{': ' if counts else ''}{counts}")
        return Group(head, *self._running.values())


def print_reports(reports: Sequence[ScenarioReport], console: Console) -> None:
    """A table of all, then for each that did not pass what was expected and what was there instead."""
    table = Table(title=None, box=None, pad_edge=False, header_style="bold")
    table.add_column("scenario", overflow="fold")
    table.add_column("tenant")
    table.add_column("steps", justify="right")
    table.add_column("result")
    table.add_column("ms", justify="right")
    for report in reports:
        steps = str(report.steps) if report.result is Result.PASSED else f"{report.steps_passed} of {report.steps}"
        result = Text(report.result, style=_STYLES[report.result])
        table.add_row(Text(report.name), Text(report.tenant), steps, result, f"{report.milliseconds:,.0f}")
    console.print(table)
    for report in reports:
        if report.result is not Result.PASSED:
            console.print(_explanation(report))
    if left := Counter(record.split()[0] for report in reports for record in report.left_behind):
        counts = ", ".join(f"{kind} {count}" for kind, count in sorted(left.items()))
        console.print(Text(f"\nLeft in the org, since other records now belong to them: {counts}", style="dim"))
    console.print(_summary(reports))


def _explanation(report: ScenarioReport) -> Text:
    text = Text("\n")
    text.append(report.name, style="bold")
    text.append(f" {report.result} at {_place(report)}\n", style=_STYLES[report.result])
    text.append(f"  {report.step or 'before its first step'}\n", style="dim")
    for mismatch in report.mismatches:
        text.append(f"  expected: {mismatch.expectation}\n  found:    {mismatch.found}\n")
    if report.conversation_id:
        text.append(f"  conversation {report.conversation_id}", style="dim")
    return text


def _place(report: ScenarioReport) -> str:
    return f"{report.file}:{report.line or 1}"


def _summary(reports: Sequence[ScenarioReport]) -> Text:
    passed = sum(report.result is Result.PASSED for report in reports)
    is_good = passed == len(reports)
    return Text(f"\n{passed} of {len(reports)} scenarios passed", style="bold green" if is_good else "bold red")


def write_json(reports: Sequence[ScenarioReport], file: Path) -> None:
    document = {
        "passed": sum(report.result is Result.PASSED for report in reports),
        "total": len(reports),
        "scenarios": [report.model_dump(mode="json") for report in reports],
    }
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_junit(reports: Sequence[ScenarioReport], file: Path) -> None:
    """One suite a tenant, one case a scenario: failed ones as `failure`, those that could not go on as `error`."""
    root = ElementTree.Element("testsuites", _counts(reports))
    for tenant in dict.fromkeys(report.tenant for report in reports):
        of_tenant = [report for report in reports if report.tenant == tenant]
        suite = ElementTree.SubElement(root, "testsuite", {"name": tenant, **_counts(of_tenant)})
        for report in of_tenant:
            suite.append(_junit_case(report))
    ElementTree.indent(root)
    ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _junit_case(report: ScenarioReport) -> ElementTree.Element:
    attributes = {
        "name": report.name,
        "classname": f"scenarios.{report.tenant}",
        "file": report.file,
        "time": _seconds(report.milliseconds),
    }
    case = ElementTree.Element("testcase", attributes)
    if report.result is Result.PASSED:
        return case
    tag = "failure" if report.result is Result.FAILED else "error"
    first = report.mismatches[0].expectation if report.mismatches else ""
    details = "\n".join(f"expected: {one.expectation}\nfound: {one.found}" for one in report.mismatches)
    problem = ElementTree.SubElement(case, tag, {"message": _xml_text(first)})
    problem.text = _xml_text(f"{_place(report)}\n{report.step or ''}\n{details}")
    return case


def _counts(reports: Sequence[ScenarioReport]) -> dict[str, str]:
    return {
        "tests": str(len(reports)),
        "failures": str(sum(report.result is Result.FAILED for report in reports)),
        "errors": str(sum(report.result is Result.BROKEN for report in reports)),
        "time": _seconds(sum(report.milliseconds for report in reports)),
    }


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3f}"


def _xml_text(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return _FORBIDDEN_IN_XML.sub("\ufffd", text)
