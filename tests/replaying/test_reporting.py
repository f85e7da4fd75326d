"""A replay as text, as a page, and as an exit code."""

import io
import re
from datetime import UTC, datetime

from rich.console import Console

from casewright.kit.ids import new_id
from casewright.replaying.models import Aspect, Difference, Observed, Replay, ReplayedTurn, Result
from casewright.replaying.page import page
from casewright.replaying.reporting import aligned, print_replay, summary


def turn(result: Result, *differences: Difference, customer: str = "hello") -> ReplayedTurn:
    return ReplayedTurn(
        turn_id=new_id(), conversation_id=new_id(), at=datetime(2026, 11, 22, tzinfo=UTC), trigger="message",
        customer=customer, result=result, recorded_on="a", differences=differences, recorded=Observed(),
    )  # fmt: skip


def replay(*turns: ReplayedTurn) -> Replay:
    return Replay(company="First & Company", configuration="the draft", turns=turns)


WORDS = Difference(aspect=Aspect.WORDS, recorded=("Hello", "It is <b>booked</b>."), replayed=("Hello", "It is done."))


def test_the_summary_counts_turns_by_what_became_of_them() -> None:
    told = summary(replay(turn(Result.SAME), turn(Result.SAME), turn(Result.DIVERGED)))
    assert told == "3 turns of 3 conversations of First & Company on the draft: 2 same, 1 diverged."


def test_only_turns_that_are_the_same_or_erased_make_a_replay_the_same() -> None:
    assert replay(turn(Result.SAME), turn(Result.SKIPPED)).is_same
    assert not any(replay(turn(one)).is_same for one in (Result.DIFFERENT, Result.DIVERGED, Result.FAILED))


def test_lines_are_marked_by_whose_they_are() -> None:
    assert list(aligned(("a", "b"), ("a", "c"))) == [(" ", "a"), ("-", "b"), ("+", "c")]


def test_the_text_shows_what_differs_and_leaves_out_what_does_not() -> None:
    written = io.StringIO()
    print_replay(replay(turn(Result.SAME, customer="the same"), turn(Result.DIFFERENT, WORDS)), Console(file=written))
    text = written.getvalue()
    assert "- It is <b>booked</b>." in text
    assert "+ It is done." in text
    assert "the same" not in text.split("2 turns")[0]


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    html = page(replay(turn(Result.DIFFERENT, WORDS), turn(Result.SAME)))
    assert not re.search(r"<script|<link|<img|https?://|url\(|@import", html)
    assert "color-scheme: light dark" in html


def test_what_customers_and_articles_say_is_no_markup_in_the_page() -> None:
    html = page(replay(turn(Result.DIFFERENT, WORDS, customer="<script>alert(1)</script>")))
    assert "<del>It is &lt;b&gt;booked&lt;/b&gt;.</del><ins>It is done.</ins>" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "First &amp; Company" in html


def test_the_json_reads_back_as_what_it_was() -> None:
    written = replay(turn(Result.DIFFERENT, WORDS))
    assert Replay.model_validate_json(written.model_dump_json()) == written
