"""Forms: what a reply asks for as fields, and what comes back in them. Values are read by their type, never guessed at."""

from dataclasses import dataclass, replace
from typing import TypeVar

from casewright.conversations.models import FormField, QuickReply
from casewright.engine.decide import FORM
from casewright.engine.fold import change
from casewright.engine.models import Topic
from casewright.engine.screen import expected, mask
from casewright.engine.working import Turn
from casewright.procedures.models import Labelled, Procedure, Progress, SlotDefinition
from casewright.security.models import Vault
from casewright.understanding.models import Emotion, Proposal, SetSlot, Understanding

Shown = TypeVar("Shown", FormField, QuickReply)

# --- going out ---


def form_fields(
    turn: Turn, procedure: Procedure, progress: Progress, slots: tuple[Labelled, ...]
) -> tuple[FormField, ...]:
    """With what each slot holds; in a form that is asked again, with what it held."""
    held = {**(progress.earlier if len(slots) > 1 else {}), **progress.slots}
    return tuple(_field(turn, one, procedure.slots[one.name], held.get(one.name)) for one in slots)


def _field(turn: Turn, slot: Labelled, definition: SlotDefinition, value: str | None) -> FormField:
    language = turn.state.language
    options = [QuickReply(label=one.label, text=one.value) for one in expected(slot.name, definition, language).options]
    if definition.type == "yes_no":
        options = [QuickReply(label=turn.label(f"{one}_label"), text=one) for one in ("yes", "no")]
    return FormField(
        slot=slot.name,
        type=definition.type,
        label=slot.label,
        value=value,
        options=tuple(options),
        optional=definition.optional,
    )


def restored(shown: Shown, vault: Vault) -> Shown:
    """A field or a button with personal data in place of tokens."""
    texts = shown.model_dump(include={"label", "text", "value"}, exclude_none=True)
    return change(shown, **{name: vault.restore(text) for name, text in texts.items()})


# --- coming back ---


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was filled in: proposals for what can be used, and the slots whose values are none of their type."""

    proposals: tuple[Proposal, ...] = ()
    unusable: tuple[str, ...] = ()
    sent_at: int = 0


async def read_form(turn: Turn, procedure: Procedure | None) -> Form:
    """What the customer filled in, masked and read by type; empty where there is no form."""
    sent_at = max((trigger.seq for trigger in turn.triggers if trigger.form), default=0)
    proposals: list[Proposal] = []
    unusable: list[str] = []
    lines: list[str] = []
    topic = turn.state.active
    for slot, written in turn.form.items():
        masked, tokens = await mask(turn, written.strip())
        lines.append(f"{slot}: {masked}")
        definition = procedure.slots.get(slot) if procedure else None
        value = _value(turn, slot, definition, masked, tokens) if definition else masked
        if value is not None:
            proposals.append(_proposal(slot, value, topic))
        elif turn.state.asks_for(slot, sent_at):
            unusable.append(slot)
    if lines:
        turn.note(masked_text="\n".join((*([turn.report.masked_text] if turn.report.masked_text else []), *lines)))
    return Form(tuple(proposals), tuple(unusable), sent_at)


def _value(turn: Turn, slot: str, definition: SlotDefinition, masked: str, tokens: dict[str, str]) -> str | None:
    """An optional slot may be left empty."""
    if not masked:
        return "" if definition.optional else None
    field = expected(slot, definition, turn.state.language)
    return turn.ports.understanding.read_value(field, masked, tokens, turn.state.time_zone)


def _proposal(slot: str, value: str, topic: Topic | None) -> Proposal:
    held = topic.progress.slots.get(slot) if topic and topic.progress else None
    command = SetSlot(slot=slot, value=value, corrects=held is not None and held != value)
    return Proposal(command=command, confidence=1.0, reason="was filled in", proposer=FORM)


def with_form(understood: Understanding | None, form: Form, language: str) -> Understanding:
    """What was understood of the words, and what was filled in, which counts more and belongs to none of the segments."""
    understood = understood or Understanding(
        language=language, language_confidence=1.0, segments=(), entities=(), emotion=Emotion(), proposals=()
    )
    filled_in = {one.command.slot for one in form.proposals if isinstance(one.command, SetSlot)}
    others = [
        one for one in understood.proposals if not (isinstance(one.command, SetSlot) and one.command.slot in filled_in)
    ]
    beyond = len(understood.segments)
    sure = [one.model_copy(update={"segment": beyond}) for one in form.proposals]
    return replace(understood, proposals=(*sure, *others))
