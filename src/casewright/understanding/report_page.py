"""A training's report as one HTML page, with its plots drawn as SVG."""

from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from casewright.kit.page import document
from casewright.understanding.intents import TrainingReport
from casewright.understanding.models import (
    AlikeExamples,
    CalibrationBin,
    Confusion,
    IntentQuality,
    Quality,
    SuggestedMerge,
)
from casewright.understanding.report import NO_DETAILS, WEAK, advices, figures, name_of, percent

WIDTH, HEIGHT, MARGIN = 460, 260, 50
"""Of a plot, in its own units."""
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def page(heading: str, report: TrainingReport) -> str:
    """`heading`: which version of whose model."""
    style = files("casewright.understanding").joinpath("report_page.css").read_text(encoding="utf8")
    body = "\n".join((f"<h1>{escape(heading)}</h1>", *_figures(report), *_details(report)))
    return document(heading, body, style)


def _figures(report: TrainingReport) -> Iterator[str]:
    yield '<dl class="figures">'
    for label, value, meaning in figures(report):
        yield f"<div><dt>{label}</dt><dd><b>{value}</b><small>{escape(meaning)}</small></dd></div>"
    yield "</dl>"
    yield (
        "<p><small>By cross-validation: each example is judged by a model that has not seen it. "
        f"Trained in {report.seconds:.0f} s.</small></p>"
    )


def _details(report: TrainingReport) -> Iterator[str]:
    quality = report.quality
    if quality is None:
        yield f"<p>{escape(NO_DETAILS)}</p>"
        return
    advice = "".join(f"<li>{escape(one)}</li>" for one in advices(quality))
    yield f"<h2>What to do next</h2><ul>{advice or '<li>Nothing stands out.</li>'}</ul>"
    yield '<div class="plots">'
    yield from _calibration(quality.calibration)
    yield from _scope(quality, report.threshold)
    yield "</div>"
    yield from _intents(quality.intents)
    yield from _confusions(quality.confusions)
    yield from _merges(quality.merges)
    yield from _alike("The same under two intents", quality.contradictions)
    yield from _alike("The same within an intent", quality.duplicates)


# --- tables ---


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """`rows` are HTML; a table without any is left out."""
    if rows:
        heads = "".join(f'<th scope="col">{column}</th>' for column in columns)
        lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        yield f'<div class="table" role="region" tabindex="0" aria-label="{title}"><table><caption>{title}</caption><thead><tr>{heads}</tr></thead>'
        yield f"<tbody>{lines}</tbody></table></div>"


def _intents(intents: Sequence[IntentQuality]) -> Iterator[str]:
    rows = [
        (
            f"<code>{escape(one.name)}</code>{_weak(one)}",
            f"<data>{one.examples}</data>",
            *(f"<data>{percent(score)}</data>" for score in (one.precision, one.recall, one.f1)),
            f'<span class="bar" style="--share: {one.f1:.3f}"></span>',
        )
        for one in sorted(intents, key=lambda intent: intent.f1)
    ]
    columns = ("intent", "examples", "precision", "recall", "F1", '<span class="unseen">F1 as a bar</span>')
    yield from _table("Intents, the weakest first", columns, rows)


def _weak(intent: IntentQuality) -> str:
    return ' <small class="weak">weak</small>' if intent.f1 < WEAK else ""


def _confusions(confusions: Sequence[Confusion]) -> Iterator[str]:
    rows = [
        (_intent(one.meant), _intent(one.understood), f"<data>{one.count}</data>", _quotes(one.examples))
        for one in confusions
    ]
    yield from _table("What is taken for what", ("meant", "taken for", "times", "for example"), rows)


def _merges(merges: Sequence[SuggestedMerge]) -> Iterator[str]:
    rows = [
        (
            *map(_intent, one.intents),
            f"<data>{one.confused}</data>",
            percent(one.share),
            f"<data>{one.closeness:.2f}</data>",
        )
        for one in merges
    ]
    columns = ("intent", "and intent", "confused", "of their examples", "closeness")
    yield from _table("Intents to merge, or to tell apart", columns, rows)


def _alike(title: str, pairs: Sequence[AlikeExamples]) -> Iterator[str]:
    rows = [
        (_intent(one.intents[0]), _quotes(one.texts[:1]), _intent(one.intents[1]), _quotes(one.texts[1:]), f"<data>{one.similarity:.2f}</data>")
        for one in pairs
    ]  # fmt: skip
    yield from _table(title, ("intent", "example", "intent", "example", "similarity"), rows)


def _intent(name: str | None) -> str:
    return f"<code>{escape(name)}</code>" if name else f"<i>{name_of(name)}</i>"


def _quotes(texts: Sequence[str]) -> str:
    return "<br>".join(f"<q>{escape(text)}</q>" for text in texts)


# --- plots ---


def _plot(title: str, told: str, horizontal: str, vertical: str, shapes: Iterator[str]) -> Iterator[str]:
    """`told`: what the plot shows, for whoever cannot see it."""
    yield f'<figure><figcaption>{title}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(told)}">'
    for tick in TICKS:
        x, y = _x(tick), _y(0.0)
        yield f'<line class="grid" x1="{x:.1f}" y1="{_y(1.0):.1f}" x2="{x:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{x:.1f}" y="{y + 16:.1f}" text-anchor="middle">{tick:g}</text>'
    yield f'<text x="{_x(0.5):.1f}" y="{HEIGHT - 4}" text-anchor="middle">{horizontal}</text>'
    yield f'<text x="12" y="{_y(0.5):.1f}" text-anchor="middle" transform="rotate(-90 12 {_y(0.5):.1f})">{vertical}</text>'
    yield from shapes
    yield "</svg></figure>"


def _x(share: float) -> float:
    return MARGIN + share * (WIDTH - MARGIN - 10)


def _y(share: float) -> float:
    return HEIGHT - MARGIN - share * (HEIGHT - MARGIN - 10)


def _calibration(bins: Sequence[CalibrationBin]) -> Iterator[str]:
    told = "; ".join(f"at {percent(one.confidence)} sure {percent(one.accuracy)} right, of {one.count}" for one in bins)
    yield from _plot("How sure, and how right", told, "how sure", "how often right", _reliability(bins))


def _reliability(bins: Sequence[CalibrationBin]) -> Iterator[str]:
    for tick in TICKS:
        yield f'<text x="{MARGIN - 6}" y="{_y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
    yield f'<line class="ideal" x1="{_x(0):.1f}" y1="{_y(0):.1f}" x2="{_x(1):.1f}" y2="{_y(1):.1f}"/>'
    points = " ".join(f"{_x(one.confidence):.1f},{_y(one.accuracy):.1f}" for one in bins)
    yield f'<polyline points="{points}"/>'
    most = max((one.count for one in bins), default=1)
    for one in bins:
        radius = 3 + 6 * (one.count / most) ** 0.5
        yield (
            f'<circle cx="{_x(one.confidence):.1f}" cy="{_y(one.accuracy):.1f}" r="{radius:.1f}">'
            f"<title>{one.count} examples: {percent(one.confidence)} sure, {percent(one.accuracy)} right</title></circle>"
        )


def _scope(quality: Quality, threshold: float) -> Iterator[str]:
    steps = len(quality.scores_within)
    inside, outside = sum(quality.scores_within), sum(quality.scores_outside)
    if not (inside and outside):
        return
    told = (
        f"Out-of-scope scores from 0 to 1 in {steps} steps, threshold {threshold:.2f}. Examples within scope: "
        f"{', '.join(map(str, quality.scores_within))}. Out of scope: {', '.join(map(str, quality.scores_outside))}."
    )
    shapes = _histograms(
        [count / inside for count in quality.scores_within],
        [count / outside for count in quality.scores_outside],
        threshold,
    )
    yield from _plot(
        "Within scope above, out of scope below", told, "out-of-scope score", "share, by square root", shapes
    )


def _histograms(within: Sequence[float], outside: Sequence[float], threshold: float) -> Iterator[str]:
    # By square root: nearly all examples have a score near 0 or 1, and those between are what matters.
    middle, highest, width = 0.5, max(*within, *outside), 1 / len(within)
    for name, shares, sign in (("within", within, 1), ("outside", outside, -1)):
        for place, share in enumerate(shares):
            height = 0.46 * (share / highest) ** 0.5
            top = _y(middle + height) if sign > 0 else _y(middle)
            yield (
                f'<rect class="{name}" x="{_x(place * width) + 1:.1f}" y="{top:.1f}" '
                f'width="{_x(width) - _x(0) - 2:.1f}" height="{_y(0) - _y(height):.1f}">'
                f"<title>{percent(share)} with a score of {place * width:.2f} to {(place + 1) * width:.2f}</title></rect>"
            )
    yield f'<line class="axis" x1="{_x(0):.1f}" y1="{_y(middle):.1f}" x2="{_x(1):.1f}" y2="{_y(middle):.1f}"/>'
    yield f'<line class="threshold" x1="{_x(threshold):.1f}" y1="{_y(0):.1f}" x2="{_x(threshold):.1f}" y2="{_y(1):.1f}"/>'
    anchor, gap = ("end", -4) if threshold > 0.6 else ("start", 4)
    yield f'<text x="{_x(threshold) + gap:.1f}" y="{_y(0.95):.1f}" text-anchor="{anchor}">threshold {threshold:.2f}</text>'
