"""The page that tells how good a model of intents is."""

from pathlib import Path

from casewright.understanding.report_page import page as report_page
from tests.understanding.test_report import REPORT

from .accessibility import assert_accessible_everywhere
from .conftest import NewContext, Screenshot


def test_the_report_of_a_training_can_be_read_by_everybody(
    new_context: NewContext, screenshot: Screenshot, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text(report_page("Intents of Shop, version 3 (active)", REPORT), encoding="utf-8")
    page = new_context().new_page()
    page.goto(file.as_uri())
    assert_accessible_everywhere(page, "intent-report", screenshot)
