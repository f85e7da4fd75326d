"""What a turn tells operators of itself. Texts are masked, also what the org gave."""

from casewright.conversations.models import ActionView, Mood
from casewright.engine.models import Feeling, PendingAction
from casewright.engine.working import Turn
from casewright.procedures.models import COMPENSATES, ActionDefinition, ActionOutcome, Scalar

LONGEST_IN_REPORT = 500
"""Characters of an argument or a value; the log has all of it."""


def note_state(turn: Turn) -> None:
    """Where the conversation stands at the turn's end."""
    state = turn.state
    turn.note(
        topics=state.views(),
        stack=state.stack,
        frustration=state.frustration,
        emotions=tuple(_mood(one) for one in state.feelings),
        language=state.language,
        min_confidence=turn.thresholds.min_confidence,
    )


def _mood(feeling: Feeling) -> Mood:
    emotion = feeling.emotion
    return Mood(
        label=emotion.label, valence=emotion.valence, intensity=emotion.intensity, frustration=feeling.frustration
    )


def note_action(
    turn: Turn, pending: PendingAction, definition: ActionDefinition, outcome: ActionOutcome, milliseconds: float
) -> None:
    view = ActionView(
        action=pending.action,
        status=outcome.status,
        code=outcome.code,
        ms=round(milliseconds, 1),
        effect=definition.effect,
        step=pending.step.removeprefix(COMPENSATES),
        topic_id=pending.topic_id,
        arguments=_masked_values(turn, pending.arguments),
        values=_masked_values(turn, outcome.values),
        records=outcome.records,
        attempts=pending.attempt,
        confirmed=pending.confirmed,
        approved=pending.approved,
        compensates=pending.step.startswith(COMPENSATES),
    )
    turn.note(actions=(*turn.report.actions, view))


def _masked_values(turn: Turn, values: dict[str, Scalar]) -> dict[str, Scalar]:
    return {name: _masked(turn, value) if isinstance(value, str) else value for name, value in values.items()}


def _masked(turn: Turn, text: str) -> str:
    """Shortened. What the customer gave stands there as its token; of anything else that is personal only the kind is left."""
    plain = turn.vault.restore(text)
    short = plain if len(plain) <= LONGEST_IN_REPORT else f"{plain[:LONGEST_IN_REPORT]}…"
    masked = turn.ports.masker.mask(short, locale=turn.state.language, vault=turn.vault)
    shown = masked.text
    for found in masked.found:
        if found.token not in turn.state.vault:
            shown = shown.replace(found.token, f"[{found.kind.upper()}]")
    return shown
