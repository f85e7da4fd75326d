"""How a turn came about, as panels: the same as the pages' inspector shows."""

from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from casewright.conversations.models import ActionView, SettledAmbiguity, TopicView
from casewright.conversations.schemas import TurnView
from casewright.procedures.models import Scalar
from casewright.terminal.bars import Span, bar, milliseconds, percent, sparkline
from casewright.understanding.models import Clarify, Command, Segment

Lines = list[RenderableType]

BAR_CELLS: Final = 12
MOST_INTENTS: Final = 3
MOST_MOODS: Final = 40
LONGEST_VALUE: Final = 160

_STYLES: Final = {
    **dict.fromkeys(("active", "answered", "resolved", "succeeded"), "green"),
    **dict.fromkeys(("paused", "waiting", "not_sent"), "yellow"),
    **dict.fromkeys(("failed", "uncertain", "unresolved"), "red"),
}


def inspected(turn: TurnView) -> RenderableType:
    """Panels in the order in which things happened; what did not happen has none."""
    panels = [
        Panel(Group(*lines), title=_title(name, fact), title_align="left", border_style="dim")
        for name, fact, lines in _sections(turn)
        if lines
    ]
    return Group(*panels, _dim(f"casewright explain {turn.id}"))


def _sections(turn: TurnView) -> Iterator[tuple[str, str, Lines]]:
    """Names, their facts in short, and lines."""
    computing = sum(stage.cpu_ms for stage in turn.stages)
    yield "Stages", f"{milliseconds(turn.total_ms)}, of which {milliseconds(computing)} computing", _stages(turn)
    yield "Masked before any model read it", _count(len(turn.masked), "value"), _masked(turn)
    yield "Understood", f"{_count(len(turn.segments), 'request')}, {turn.language}", _understood(turn)
    yield "Decided", f"{len(turn.accepted)} done, {len(turn.dropped)} dropped", _decided(turn)
    yield "Topics", f"{len(turn.stack)} open of {len(turn.topics)}", _topics(turn)
    yield "State", _count(len(turn.changes), "change"), _changes(turn)
    yield "Mood", f"{turn.emotion.label}, frustration {percent(turn.frustration)}", _mood(turn)
    yield "Sources", f"from {percent(turn.min_confidence)} confidence on a fact may be said", _sources(turn)
    yield "Actions", str(len(turn.actions)), [line for one in turn.actions for line in _action(one)]
    yield "Checks", f"{sum(one.passed for one in turn.checks)} of {len(turn.checks)} passed", _checks(turn)
    yield "Recovery", _count(len(turn.recovery), "attempt"), _recovery(turn)


def _stages(turn: TurnView) -> Lines:
    """On one line of time; then how long each took, and how much of that the processor worked."""
    table = _table()
    table.add_row("", "", _right("time", "dim"), _right("computing", "dim"))
    whole = max(turn.total_ms, 0.001)
    starts = accumulate((stage.ms for stage in turn.stages), initial=0.0)
    for stage, start in zip(turn.stages, starts, strict=False):
        line = Span(start / whole, stage.ms / whole)
        times = [_right(milliseconds(ms)) for ms in (stage.ms, stage.cpu_ms)]
        table.add_row(Text(stage.name, no_wrap=True), line, *times)
    return [table] if turn.stages else []


def _masked(turn: TurnView) -> Lines:
    table = _table()
    for one in turn.masked:
        table.add_row(Text(one.token, style="bold"), _words(one.kind))
    for signal in turn.signals:
        table.add_row(Text("looks like an attack", style="yellow"), f"{_words(signal.kind)}, {percent(signal.weight)}")
    return [table] if table.row_count else []


def _understood(turn: TurnView) -> Lines:
    replaced = len(turn.replaced)
    earlier = [_dim(f"{_count(replaced, 'earlier message')} had no answer yet and belong to it")] if replaced else []
    return [*earlier, *(line for segment in turn.segments for line in _segment(segment))]


def _segment(segment: Segment) -> Lines:
    head = Text(f"“{_short(segment.text)}”")
    for word, holds in (("out of scope", segment.out_of_scope), ("ambiguous", segment.ambiguous)):
        head.append(f"  {word}" if holds else "", style="yellow")
    table = _table()
    for intent in segment.ranking[:MOST_INTENTS]:
        table.add_row(_words(intent.name), bar(intent.probability, BAR_CELLS), _right(percent(intent.probability)))
    if segment.ranking:
        score = segment.out_of_scope_score
        table.add_row(_dim("out of scope"), bar(score, BAR_CELLS, "dim"), _right(percent(score)))
    return [head, Padding(table, (0, 0, 0, 2))] if segment.ranking else [head, _dim("  no known intent")]


def _decided(turn: TurnView) -> Lines:
    """Every command, how certain its proposal was and why; for a dropped one, why it was."""
    proposals = {_command(one.command): one for one in turn.proposals}
    table = _table()
    verdicts = [(_command(one), "") for one in turn.accepted] + [
        (_command(one.command), one.why) for one in turn.dropped
    ]
    for command, dropped in verdicts:
        proposal = proposals.get(command)
        mark = Text("✗", style="yellow") if dropped else Text("✓", style="green")
        confidence = bar(proposal.confidence, BAR_CELLS, "dim" if dropped else "cyan") if proposal else ""
        words = Text(command, style="strike" if dropped else "bold")
        table.add_row(mark, words, confidence, _right(percent(proposal.confidence)) if proposal else "")
        table.add_row("", _dim(f"by {proposal.proposer}: {proposal.reason}" if proposal else "a rule, not a proposal"))
        if dropped:
            table.add_row("", Text(f"dropped: {dropped}", style="yellow"))
    return [*map(_settled, turn.ambiguities), *([table] if verdicts else [])]


def _settled(ambiguity: SettledAmbiguity) -> Text:
    possible = " or ".join(map(_words, ambiguity.intents))
    return Text.assemble(f"{possible}? Settled by {_words(ambiguity.strategy)}: ", (ambiguity.why, "dim"))


def _topics(turn: TurnView) -> Lines:
    """The stack with the active one on top, then the others, the newest first."""
    before = {one.id: one.status for one in turn.topics_before}
    titles = {one.id: one.title or _words(one.name) for one in turn.topics}
    stacked = [one for wanted in reversed(turn.stack) for one in turn.topics if one.id == wanted]
    others = [one for one in reversed(turn.topics) if one.id not in turn.stack]
    lines: Lines = []
    for topic in stacked + others:
        lines.append(_topic(topic, before.get(topic.id, "new"), titles, is_stacked=topic in stacked))
        if topic.slots:
            lines.append(_facts("", dict(topic.slots)))
    return lines


def _topic(topic: TopicView, before: str, titles: Mapping[str, str], *, is_stacked: bool) -> Text:
    line = Text("▸ " if is_stacked else "  ").append(titles[topic.id], style="bold" if is_stacked else "")
    line.append(f"  {before} → " if before != topic.status else "  ", style="dim")
    line.append(_words(topic.status), style=_STYLES.get(topic.status, ""))
    line.append(f"  {topic.reason}, priority {topic.priority}", style="dim")
    if topic.parent:
        line.append(f"; “{titles.get(topic.parent, topic.parent)}” waits for it", style="dim")
    return line


def _changes(turn: TurnView) -> Lines:
    table = _table()
    for one in turn.changes:
        table.add_row(_dim(one.what), Text.assemble((f"{one.before or '–'} → ", "dim"), one.after or "–"))
    return [table] if turn.changes else []


def _mood(turn: TurnView) -> Lines:
    if not turn.emotions:
        return []
    curve = turn.emotions[-MOST_MOODS:]
    last = curve[-1]
    table = _table()
    feelings = sparkline([one.valence for one in curve], -1.0, 1.0)
    frustrations = sparkline([one.frustration for one in curve], 0.0, 1.0)
    table.add_row("feeling", Text(feelings, style="cyan"), f"{last.valence:+.2f}, intensity {last.intensity:.2f}")
    table.add_row("frustration", Text(frustrations, style="magenta"), percent(last.frustration))
    return [table]


def _sources(turn: TurnView) -> Lines:
    stated = [part for part in turn.reply if part.kind != "suggestion"]
    used = {source.id for part in stated for source in part.sources if source.type == "article"}
    lines: Lines = []
    for article_id in dict.fromkeys(hit.article_id for hit in turn.hits):
        hits = [hit for hit in turn.hits if hit.article_id == article_id]
        head = Text(hits[0].title, style="bold").append(f"  version {hits[0].version}", style="not bold dim")
        lines.append(head.append("  used", style="not bold green") if str(article_id) in used else head)
        table = _table()
        for hit in hits:
            scores = f"text {hit.text_score:.2f}, meaning {hit.vector_score:.2f}"
            style = "cyan" if hit.confidence >= turn.min_confidence else "dim"
            confidence = bar(hit.confidence, BAR_CELLS, style)
            table.add_row(hit.section or "its beginning", confidence, _right(percent(hit.confidence)), _dim(scores))
        lines.append(Padding(table, (0, 0, 0, 2)))
    return lines


def _action(action: ActionView) -> Lines:
    head = Text(_words(action.action), style="bold")
    head.append(f"  {action.effect}s  " if action.effect else "  ", style="not bold dim")
    head.append(_words(action.status), style=f"not bold {_STYLES.get(action.status, '')}")
    step = f", step {action.step}" if action.step else ""
    head.append(f"  {action.code}, {milliseconds(action.ms)}{step}", style="not bold dim")
    grounds = ["the customer said yes"] * action.confirmed + ["a colleague said yes"] * action.approved
    grounds += ["takes back what the step had done"] * action.compensates
    tried = [f"{action.attempts} attempts"] if action.attempts > 1 else []
    records = ", ".join(f"{one.type} {one.label or one.id}" for one in action.records)
    return [
        head,
        *([Text(f"  {', '.join(grounds + tried)}", style="green")] if grounds or tried else []),
        *([_facts("request", action.arguments)] if action.arguments else []),
        *([_facts("result", action.values)] if action.values else []),
        *([_facts("records", {"": records})] if records else []),
    ]


def _checks(turn: TurnView) -> Lines:
    kinds = ", ".join(dict.fromkeys(one.check for one in turn.checks))
    failed = [one for one in turn.checks if not one.passed]
    return [
        *([_dim(f"each part: {kinds}")] if kinds else []),
        *(Text(f"part {one.part + 1}: not true that it {one.check}; repaired", style="red") for one in failed),
    ]


def _recovery(turn: TurnView) -> Lines:
    table = _table()
    for one in turn.recovery:
        helped = Text("helped", style="green") if one.succeeded else Text("did not help", style="red")
        table.add_row(_words(one.failure), f"→ {_words(one.strategy)}", helped)
    return [table] if table.row_count else []


# --- pieces ---


def _title(name: str, fact: str) -> Text:
    return Text.assemble((name, "bold not dim"), (f"  {fact} ", "dim"))


def _table() -> Table:
    return Table.grid(padding=(0, 2, 0, 0))


def _facts(name: str, values: Mapping[str, Scalar]) -> RenderableType:
    """Names and values, masked as they are, a line each."""
    table = _table()
    for index, (key, value) in enumerate(values.items()):
        shown = "–" if value is None else _short(str(value))
        row = [_dim(_words(key))] if key else []
        table.add_row(_dim("" if index else name), *row, Text(shown))
    return Padding(table, (0, 0, 0, 2))


def _command(command: Command | Clarify) -> str:
    values = command.model_dump(exclude={"command", "options"}, exclude_none=True)
    details = ", ".join(f"{_words(name)}: {value}" for name, value in values.items() if value not in ("", False))
    return " · ".join(filter(None, (command.command, _short(details))))


def _words(name: str) -> str:
    return name.replace("_", " ")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_VALUE else f"{line[: LONGEST_VALUE - 1]}…"


def _dim(text: str) -> Text:
    return Text(text, style="dim")


def _right(text: str, style: str = "") -> Text:
    return Text(text, style=style, justify="right")
