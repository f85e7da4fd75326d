"""A training's report, for a terminal and as a page."""

import io
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from rich.console import Console

from casewright.understanding.intents import TrainingReport
from casewright.understanding.models import (
    AlikeExamples,
    CalibrationBin,
    Confusion,
    IntentQuality,
    Quality,
    SuggestedMerge,
)
from casewright.understanding.report import print_report
from casewright.understanding.report_page import page

QUALITY = Quality(
    intents=(
        IntentQuality(name="strong", examples=40, precision=0.9, recall=0.9, f1=0.9),
        IntentQuality(name="weak_one", examples=4, precision=0.4, recall=0.3, f1=0.343),
    ),
    confusions=(Confusion(meant="weak_one", understood=None, count=7, examples=("<b>bold</b> words",)),),
    contradictions=(AlikeExamples(intents=("strong", "weak_one"), texts=("sign in", "Sign in"), similarity=1.0),),
    duplicates=(AlikeExamples(intents=("strong", "strong"), texts=("one", "One"), similarity=1.0),),
    merges=(SuggestedMerge(intents=("strong", "weak_one"), confused=9, share=0.2, closeness=0.8),),
    few=("weak_one",),
    calibration=(
        CalibrationBin(confidence=0.55, accuracy=0.5, count=4),
        CalibrationBin(confidence=0.95, accuracy=0.9, count=40),
    ),
    scores_within=(40, *[0] * 18, 4),
    scores_outside=(1, *[0] * 18, 9),
)
REPORT = TrainingReport(
    intents=2, examples=44, out_of_scope_examples=10, folds=5, accuracy=0.875, out_of_scope_recall=0.9,
    false_rejections=0.05, calibration_error=0.03, temperature=1.0, threshold=0.4, seconds=2.0, quality=QUALITY,
)  # fmt: skip


def printed(report: TrainingReport) -> str:
    out = io.StringIO()
    print_report("Intents of Shop, version 3", report, Console(file=out, width=140))
    return out.getvalue()


def test_the_terminal_tells_figures_the_weakest_intent_first_and_what_to_do() -> None:
    told = printed(REPORT)
    assert re.search(r"Understood right\s+87\.5 %", told)
    assert told.index("weak_one") < told.index("strong")
    assert re.search(r"weak_one\s+out of scope\s+7", told)
    for advice in (
        "same under two intents",
        "strong and weak_one are taken for each other (9",
        "Too few examples, write more: weak_one",
    ):
        assert advice in told


def test_the_terminal_draws_what_the_page_draws() -> None:
    told = printed(REPORT)
    assert re.search(r"95\.0 %\s+90\.0 %\s+40\s+█{18}\s", told)
    assert re.search(r"0\.95 – 1\.00\s+4\s+█{6}\s+9\s+█{19}\s", told)
    assert re.search(r"strong\s+weak_one\s+9\s+20\.0 %\s+0\.80", told)


def test_a_version_from_an_older_program_says_that_it_has_no_details() -> None:
    told = printed(REPORT.model_copy(update={"quality": None}))
    assert ("Understood right" in told, "trained by an older program" in told) == (True, True)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    html = page("Intents of Shop, version 3", REPORT)
    assert not re.search(r"<script|<link|<img|@import|url\(|https?:", html)


def test_words_of_customers_are_no_html() -> None:
    html = page("Intents of <Shop>", REPORT)
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
    assert ("<b>bold" in html, "<Shop>" in html) == (False, False)


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.headings += [tag] if re.fullmatch(r"h\d", tag) else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opened and closed at once."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_element_of_the_page_is_closed_and_headings_have_an_order() -> None:
    parser = Elements()
    parser.feed(page("Intents of Shop, version 3", REPORT))
    assert parser.open == []
    assert parser.headings[0] == "h1"
    assert set(parser.headings[1:]) == {"h2"}


def test_plots_are_told_in_words_to_whoever_cannot_see_them() -> None:
    plots = re.findall(r"<svg.*?</svg>", page("Intents of Shop, version 3", REPORT), re.DOTALL)
    assert len(plots) == 2
    told = [ElementTree.fromstring(plot).attrib["aria-label"] for plot in plots]
    assert "at 95.0 % sure 90.0 % right, of 40" in told[0]
    assert "threshold 0.40" in told[1]


@pytest.mark.parametrize("quality", [None, Quality(intents=())])
def test_a_report_with_little_in_it_makes_a_page_as_well(quality: Quality | None) -> None:
    assert "Understood right" in page("Intents", REPORT.model_copy(update={"quality": quality}))
