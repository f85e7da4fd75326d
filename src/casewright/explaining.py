"""A turn's report in plain words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from casewright.conversations.models import ActionView, StateChange
from casewright.conversations.schemas import TurnView
from casewright.understanding.explaining import ExplainedSegment
from casewright.understanding.intents import NearestExample
from casewright.understanding.models import Clarify, Command

Section = tuple[str, list[str]]


def in_plain_words(turn: TurnView, nearest: Sequence[ExplainedSegment] = ()) -> Iterator[Section]:
    """Headings and their lines, in the order in which things happened. `nearest`: why its segments were taken for what they
    were."""
    yield "What came in", _came_in(turn)
    if turn.segments or turn.proposals:
        yield "What was understood", _understood(turn, {one.segment: one.examples for one in nearest})
        yield "What was decided", _decided(turn)
    if turn.actions:
        yield "What was done", [line for one in turn.actions for line in _done(one)]
    if turn.hits:
        yield (
            "What knowledge offered",
            [f"an answer had to reach a confidence of {turn.min_confidence:.2f}"] * bool(turn.min_confidence)
            + [
                f"{one.title} › {one.section or 'whole article'} (version {one.version}): confidence {one.confidence:.2f} "
                f"(text {one.text_score:.2f}, meaning {one.vector_score:.2f})"
                for one in turn.hits
            ],
        )
    yield "Topics", _topics(turn)
    if turn.changes:
        yield "What changed in the state", [_changed(one) for one in turn.changes]
    if turn.reply:
        yield "What was said, and on what it stands", _said(turn)
    failed = [one for one in turn.checks if not one.passed]
    yield (
        "Checks",
        [f"{len(turn.checks)} checks of what was said, {len(failed)} failed"]
        + [f"{many} × {check}" for check, many in Counter(one.check for one in turn.checks if one.passed).items()]
        + [f"part {one.part + 1}: not true that it {one.check}; repaired before it went out" for one in failed],
    )
    if turn.recovery:
        yield (
            "What went wrong",
            [
                f"{one.failure}: {one.strategy.replace('_', ' ')} {'helped' if one.succeeded else 'did not help'}"
                for one in turn.recovery
            ],
        )
    yield (
        "Time",
        [f"{turn.total_ms:.1f} ms in all"]
        + [f"{stage.name}: {stage.ms:.1f} ms, of which {stage.cpu_ms:.1f} ms computing" for stage in turn.stages],
    )


def _came_in(turn: TurnView) -> list[str]:
    if not turn.masked_text:
        return [f"No message: {turn.trigger.replace('_', ' ')}"]
    lines = [f'"{turn.masked_text[:500]}" (personal data masked)']
    if turn.replaced:
        lines.append(f"{len(turn.replaced)} earlier message(s) had not been answered yet and belong to it")
    if turn.masked:
        lines.append("Masked: " + ", ".join(f"{one.token} ({one.kind.replace('_', ' ')})" for one in turn.masked))
    lines += [f"It looks a little like {one.kind.replace('_', ' ')} (weight {one.weight:.2f})" for one in turn.signals]
    return lines


def _understood(turn: TurnView, nearest: Mapping[int, Sequence[NearestExample]]) -> list[str]:
    feeling = turn.emotion
    lines = [
        f"Language {turn.language}; feeling {feeling.label} (valence {feeling.valence:+.2f}, intensity "
        f"{feeling.intensity:.2f}); frustration {turn.frustration:.0%}"
    ]
    if len(turn.emotions) > 1:
        lines.append("Feeling so far: " + " → ".join(f"{one.label} {one.frustration:.0%}" for one in turn.emotions))
    for number, segment in enumerate(turn.segments):
        ranking = ", ".join(f"{one.name} {one.probability:.2f}" for one in segment.ranking[:3]) or "no known intent"
        remark = " — out of scope" if segment.out_of_scope else " — ambiguous" if segment.ambiguous else ""
        lines.append(f'"{segment.text[:120]}": {ranking}{remark}')
        lines += [
            f'  like the example "{one.text[:120]}" of {one.intent} (similarity {one.similarity:.2f})'
            for one in nearest.get(number, ())
        ]
    return lines


def _decided(turn: TurnView) -> list[str]:
    certain = {command_in_words(one.command): one for one in turn.proposals}
    lines = []
    for command in turn.accepted:
        proposal = certain.get(command_in_words(command))
        because = f" because {proposal.reason} (confidence {proposal.confidence:.2f})" if proposal else ""
        lines.append(f"did: {command_in_words(command)}{because}")
    lines += [f"did not: {command_in_words(one.command)}, since {one.why}" for one in turn.dropped]
    lines += [
        f"{' or '.join(one.intents)}? Settled by {one.strategy.replace('_', ' ')}: {one.why}"
        for one in turn.ambiguities
    ]
    return lines or ["nothing was proposed"]


def command_in_words(command: Command | Clarify) -> str:
    values = command.model_dump(exclude={"command", "options"}, exclude_none=True)
    details = ", ".join(f"{name} {value}" for name, value in values.items() if value not in ("", False))
    return command.command + (f" ({details})" if details else "")


def _done(action: ActionView) -> Iterator[str]:
    kind = f"{action.effect}, " if action.effect else ""
    yield f"{action.action} ({kind}{action.status}, {action.code}) in {action.ms:.0f} ms"
    grounds = ["the customer's yes"] * action.confirmed + ["an operator's yes"] * action.approved
    if grounds:
        yield f"  rested on {' and '.join(grounds)}"
    if action.compensates:
        yield f"  took back what the step {action.step} had done"
    if action.attempts > 1:
        yield f"  tried or looked for {action.attempts} times"
    for name, values in (("with", action.arguments), ("gave", action.values)):
        if values:
            yield f"  {name} " + ", ".join(f"{key} = {value}" for key, value in values.items())
    if action.records:
        yield "  records " + ", ".join(f"{one.type} {one.label or one.id}" for one in action.records)


def _topics(turn: TurnView) -> list[str]:
    before = {one.id: one.status for one in turn.topics_before}
    titles = {one.id: one.title for one in turn.topics}
    lines = []
    for topic in turn.topics:
        was = before.get(topic.id)
        change = topic.status if was == topic.status else f"{was or 'new'} → {topic.status}"
        line = f"{topic.title}: {change}" + (f" ({topic.reason})" if topic.reason else "")
        waits = titles.get(topic.parent or "")
        lines.append(line + (f'; "{waits}" waits for it' if waits else ""))
    if len(turn.stack) > 1:
        lines.append(
            "One upon the other, the active one last: " + ", ".join(titles.get(one, one) for one in turn.stack)
        )
    return lines or ["none yet"]


def _changed(change: StateChange) -> str:
    return f"{change.what}: {change.before or 'nothing'} → {change.after or 'nothing'}"


def _said(turn: TurnView) -> list[str]:
    lines = []
    for part in turn.reply:
        stands_on = ", ".join(dict.fromkeys(f"{one.type} {one.title or one.id}" for one in part.sources))
        lines.append(f"[{part.kind}] {part.text[:200]}" + (f"  ← {stands_on}" if stands_on else ""))
    return lines
