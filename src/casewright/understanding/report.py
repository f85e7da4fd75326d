"""A training's report in the terminal: what it is to be judged by, then what to do about it."""

from collections.abc import Iterator

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from casewright.understanding.intents import TrainingReport
from casewright.understanding.models import AlikeExamples, Quality

MOST_ROWS = 15
"""Of a list in the terminal; the page has all of it."""
WEAK = 0.6
"""F1 below which an intent is marked."""
BAR = 20
"""Characters of a full bar."""
OUT_OF_SCOPE = "out of scope"
NO_DETAILS = (
    "This version was trained by an older program, which kept no details. `casewright intents retrain` makes them."
)


def print_report(heading: str, report: TrainingReport, console: Console) -> None:
    """`heading`: which version of whose model."""
    console.print(Text(heading, style="bold"), soft_wrap=True)
    for label, value, meaning in figures(report):
        console.print(Text.assemble(f"  {label:<28}", (f"{value:>8}", "bold"), (f"  {meaning}", "dim")), soft_wrap=True)
    if report.quality is None:
        console.print(Text(NO_DETAILS, style="yellow"), soft_wrap=True)
        return
    for part in _parts(report.quality, report.threshold):
        console.print(part)
    for advice in advices(report.quality):
        console.print(Text(f"→ {advice}"), soft_wrap=True)


def figures(report: TrainingReport) -> Iterator[tuple[str, str, str]]:
    """What is measured, how much, and what that means."""
    yield "Understood right", percent(report.accuracy), f"of {report.examples} examples of {report.intents} intents"
    yield (
        "Out of scope found",
        percent(report.out_of_scope_recall),
        f"of {report.out_of_scope_examples} examples that no intent is there for",
    )
    yield "Wrongly out of scope", percent(report.false_rejections), "of what an intent is there for"
    yield "Calibration error", percent(report.calibration_error), "mean gap between how sure and how right"


def advices(quality: Quality) -> Iterator[str]:
    """What would make the next training better, the most useful first."""
    if quality.contradictions:
        count = _count(len(quality.contradictions), "pair of examples says", "pairs of examples say")
        yield f"{count} the same under two intents: keep each under the intent that is right, unless asking back is meant."
    for one in quality.merges:
        first, second = one.intents
        yield (
            f"{first} and {second} are taken for each other ({one.confused} examples): merge them, or write examples "
            "that tell them apart."
        )
    if quality.few:
        yield f"Too few examples, write more: {', '.join(quality.few)}."
    if quality.duplicates:
        count = _count(len(quality.duplicates), "pair of examples says", "pairs of examples say")
        yield f"{count} the same within an intent: other words would teach more."


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def name_of(intent: str | None) -> str:
    return intent or OUT_OF_SCOPE


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _parts(quality: Quality, threshold: float) -> Iterator[RenderableType]:
    yield _calibration(quality)
    if sum(quality.scores_within) and sum(quality.scores_outside):
        yield _scope(quality, threshold)
    yield _intents(quality)
    if quality.confusions:
        yield _confusions(quality)
    if quality.merges:
        yield _merges(quality)
    if quality.contradictions:
        yield _alike("The same under two intents", quality.contradictions)
    if quality.duplicates:
        yield _alike("The same within an intent", quality.duplicates)


def _calibration(quality: Quality) -> Table:
    table = _table("How sure, and how right")
    for name in ("how sure", "how often right", "examples"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for one in quality.calibration:
        table.add_row(percent(one.confidence), percent(one.accuracy), str(one.count), _bar(one.accuracy))
    return table


def _scope(quality: Quality, threshold: float) -> Table:
    """Bars by square root: nearly all examples have a score near 0 or 1, and those between are what matters."""
    table = _table(f"Out-of-scope scores of what is within scope and outside, threshold {threshold:.2f}")
    table.add_column("score", justify="right", no_wrap=True)
    for name in ("within", "outside"):
        table.add_column(name, justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
    width = 1 / len(quality.scores_within)
    inside, outside = sum(quality.scores_within), sum(quality.scores_outside)
    for place, (within, beyond) in enumerate(zip(quality.scores_within, quality.scores_outside, strict=True)):
        start, end = place * width, (place + 1) * width
        figures = (str(within), _bar((within / inside) ** 0.5), str(beyond), _bar((beyond / outside) ** 0.5, "red"))
        style = "bold" if start <= threshold < end else ""
        table.add_row(f"{start:.2f} – {end:.2f}", *figures, style=style)
    return table


def _bar(share: float, style: str = "blue") -> Text:
    return Text("█" * round(BAR * share), style=style)


def _merges(quality: Quality) -> Table:
    table = _table("Intents to merge, or to tell apart", quality.merges)
    for name in ("intent", "and intent"):
        table.add_column(name, overflow="fold")
    for name in ("confused", "of their examples", "closeness"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in quality.merges[:MOST_ROWS]:
        first, second = map(Text, one.intents)
        table.add_row(first, second, str(one.confused), percent(one.share), f"{one.closeness:.2f}")
    return table


def _intents(quality: Quality) -> Table:
    table = _table("Intents, the weakest first")
    table.add_column("intent", overflow="fold")
    for name in ("examples", "precision", "recall", "F1"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in sorted(quality.intents, key=lambda intent: intent.f1):
        style = "yellow" if one.f1 < WEAK else ""
        scores = (percent(score) for score in (one.precision, one.recall, one.f1))
        table.add_row(Text(one.name), str(one.examples), *scores, style=style)
    return table


def _confusions(quality: Quality) -> Table:
    table = _table("What is taken for what", quality.confusions)
    for name in ("meant", "taken for", "times", "for example"):
        table.add_column(name, overflow="fold", justify="right" if name == "times" else "left")
    for one in quality.confusions[:MOST_ROWS]:
        example = Text(f"“{one.examples[0]}”" if one.examples else "")
        table.add_row(Text(name_of(one.meant)), Text(name_of(one.understood)), str(one.count), example)
    return table


def _alike(title: str, pairs: tuple[AlikeExamples, ...]) -> Table:
    table = _table(title, pairs)
    for name in ("intent", "example", "intent", "example"):
        table.add_column(name, overflow="fold")
    for one in pairs[:MOST_ROWS]:
        (first, second), (text, other) = map(name_of, one.intents), one.texts
        table.add_row(Text(first), Text(f"“{text}”"), Text(second), Text(f"“{other}”"))
    return table


def _table(title: str, rows: tuple[object, ...] = ()) -> Table:
    more = f", {MOST_ROWS} of {len(rows)}" if len(rows) > MOST_ROWS else ""
    return Table(title=f"{title}{more}", title_justify="left", title_style="bold", box=box.SIMPLE, pad_edge=False)
