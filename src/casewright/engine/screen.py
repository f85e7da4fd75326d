"""Screening: what the customer wrote becomes text without personal data, and the dialogue's context for whoever reads it."""

import asyncio
from functools import partial

from casewright.conversations.models import IdentityClaimed, MaskedValue, TextMasked
from casewright.engine.models import IS_SOLVED, State, Topic, TopicStatus
from casewright.engine.working import Turn
from casewright.procedures.models import CollectStep, Procedure, SlotDefinition
from casewright.security.models import kind_of
from casewright.understanding.models import (
    DialogueContext,
    ExpectedSlot,
    Option,
    OwnNames,
    TopicReference,
    UnderstandingRequest,
)

SEVERAL = 5
THOUSANDS = {"de": ".", "es": ".", "pt": ".", "fr": "\u202f"}
LONG = 500
"""Characters from which masking takes milliseconds, so that it goes to a thread."""


async def screen(turn: Turn, active: Procedure | None) -> UnderstandingRequest | None:
    """Masks the turn's text and gathers what understanding may know. Nothing personal leaves this stage but as tokens. None
    where nothing was said in words."""
    if not turn.text and turn.form:
        return None
    text, tokens = await mask(turn, turn.text)
    for trigger in turn.triggers:
        if trigger.cut_from:
            kept, length = (_grouped(number, turn.state.language) for number in (len(trigger.text), trigger.cut_from))
            turn.phrase("message_cut", kept=kept, length=length)
    turn.note(masked_text=text)
    profile = turn.tenant.profile
    return UnderstandingRequest(
        tenant_id=turn.claim.key.tenant_id,
        text=text,
        tokens=tokens,
        context=context(turn, active),
        time_zone=turn.state.time_zone,
        names=OwnNames(products=profile.products, editions=profile.editions),
    )


async def mask(turn: Turn, text: str) -> tuple[str, dict[str, str]]:
    """The text without personal data, and the kinds of the tokens in it. What is new goes into the conversation's vault."""
    run = partial(
        turn.ports.masker.mask,
        text,
        locale=turn.state.language,
        vault=turn.vault,
        record_ids=turn.tenant.profile.record_ids_private,
    )
    masked = await asyncio.to_thread(run) if len(text) > LONG else run()
    known = turn.state.vault
    added = {str(token): value for token, value in masked.vault.values.items() if token not in known}
    if added:
        turn.emit(TextMasked(added=added))
    tokens = {str(found.token): found.kind for found in masked.found}
    views = [MaskedValue(token=token, kind=kind) for token, kind in tokens.items()]
    turn.note(masked=tuple(dict.fromkeys((*turn.report.masked, *views))))
    return masked.text, tokens


def _grouped(number: int, language: str) -> str:
    """With the language's mark between thousands."""
    return f"{number:,}".replace(",", THOUSANDS.get(language, ","))


def context(turn: Turn, active: Procedure | None) -> DialogueContext:
    state = turn.state
    topic = state.active
    language = state.language
    awaiting: ExpectedSlot | None = None
    fillable: tuple[ExpectedSlot, ...] = ()
    if active and topic and topic.progress:
        filled = topic.progress.slots
        slots = {name: expected(name, slot, language, filled.get(name)) for name, slot in active.slots.items()}
        if topic.asked and topic.asked not in topic.progress.slots and not state.confirmation:
            awaiting = slots.get(topic.asked)
        fillable = tuple(slot for name, slot in slots.items() if slot != awaiting)
        if awaiting:
            instead = _alternatives(active, topic.progress.step, language)
            awaiting = awaiting.model_copy(update={"instead": instead})
    clarification = state.clarification
    return DialogueContext(
        default_language=language,
        awaiting=awaiting,
        fillable=fillable,
        confirmation=_open_question(state),
        offered=clarification.offered if clarification and clarification.open else (),
        active=_reference(topic) if topic else None,
        paused=tuple(_reference(one) for one in _resumable(state)),
        completed=tuple(_reference(one) for one in state.topics if one.status is TopicStatus.RESOLVED)[-SEVERAL:],
    )


def _alternatives(procedure: Procedure, step_id: str, language: str) -> tuple[Option, ...]:
    step = next((one for one in procedure.steps if one.id == step_id), None)
    if not isinstance(step, CollectStep):
        return ()
    return tuple(
        Option(value=one.value, label=one.label.get(language) or next(iter(one.label.values()))) for one in step.instead
    )


def _open_question(state: State) -> str | None:
    if state.confirmation and not state.confirmation.accepted:
        return state.confirmation.id
    return IS_SOLVED if state.asked_if_solved else None


def expected(name: str, slot: SlotDefinition, language: str, value: str | None = None) -> ExpectedSlot:
    options = tuple(
        Option(value=one.value, label=one.label.get(language) or next(iter(one.label.values()))) for one in slot.options
    )
    return ExpectedSlot(name=name, type=slot.type, options=options, value=value)


def _resumable(state: State) -> tuple[Topic, ...]:
    """Paused topics, and questions that were answered, most recent first."""
    answered = [one for one in reversed(state.topics) if one.status is TopicStatus.ANSWERED]
    return (*state.paused, *answered[:SEVERAL])


def _reference(topic: Topic) -> TopicReference:
    return TopicReference(id=topic.id, name=topic.name, title=topic.title, words=topic.query)


def claim_identity(turn: Turn, value: str) -> None:
    """An address the customer gave as their own counts as a claim, and as nothing more."""
    if kind_of(value) == "email":
        turn.emit(IdentityClaimed(token=value))
