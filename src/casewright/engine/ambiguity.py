"""Settling what a segment may mean when its best intents are too close to tell apart: by the first of these rules that holds.

1. *Contextual inference*: exactly one of the possibilities belongs to what the conversation is about.
2. *Multiple answers*: the articles answer either.
3. *Asked already*: the same question is not asked twice; the likeliest is taken.
4. *Multiple answers* again: so much was told that articles may help whichever is meant; each possibility is offered beside.
5. *Direct ask*: the customer is asked which one is meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from casewright.conversations.models import AmbiguityStrategy, SettledAmbiguity
from casewright.engine.models import OPEN_TOPICS, State
from casewright.understanding.models import (
    AnswerFromKnowledge,
    CancelTopic,
    Clarify,
    Command,
    Confirm,
    Decline,
    HumanHandoff,
    IntentDefinition,
    Option,
    Proposal,
    ResumeTopic,
    Segment,
    SetSlot,
    StartProcedure,
    Understanding,
)

MOST_OPTIONS = 3
PLAUSIBLE = 0.1
"""Least probability of a third possibility that is offered beside the two best."""
WORDS_TO_ASK_BACK = 8
"""Words of an unclear message up to which it is better to ask back at once."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """`kept`, `dropped`: of the segment's proposals; `why` they were dropped. `clarify`: what to ask, or to answer and offer."""

    ambiguity: SettledAmbiguity
    kept: list[Proposal]
    dropped: list[Proposal]
    why: str
    clarify: Clarify | None = None


def settle(
    state: State,
    understanding: Understanding,
    proposals: list[Proposal],
    index: int,
    intents: Mapping[str, IntentDefinition],
) -> Settlement | None:
    """What becomes of the segment at `index`; None where nothing is ambiguous about it."""
    segment = understanding.segments[index]
    if not segment.ambiguous or _is_answered_by_dialogue(proposals, index):
        return None
    plausible = [
        *segment.ranking[:2],
        *(one for one in segment.ranking[2:MOST_OPTIONS] if one.probability >= PLAUSIBLE),
    ]
    known = [intents[one.name] for one in plausible if one.name in intents]
    candidates = [one for one in known if one.target.procedure or one.target.knowledge]
    if len(candidates) < 2:
        return None
    mine = [one for one in proposals if one.segment == index]
    about = "intents:" + ",".join(sorted(candidate.name for candidate in candidates[:2]))
    if chosen := _inferred_from_context(state, candidates):
        kept = [one for one in mine if _leads_to(one.command, chosen)] or [_proposal_for(chosen, segment, index)]
        why = f"{chosen.name} belongs to what the conversation is about"
        strategy, dropped_for, clarify = AmbiguityStrategy.CONTEXTUAL_INFERENCE, "ambiguous; the topic decides", None
    elif all(candidate.target.knowledge for candidate in candidates[:2]):
        kept, why = [_proposal_for(candidates[0], segment, index)], "the articles answer either"
        strategy, dropped_for, clarify = AmbiguityStrategy.MULTIPLE_ANSWERS, "ambiguous; the answer covers both", None
    elif state.was_asked_back(about):
        kept, why = mine, "the same was asked before"
        strategy, dropped_for, clarify = AmbiguityStrategy.ASKED_ALREADY, "", None
    else:
        options = tuple(_option(candidate, state.language) for candidate in candidates)
        kept, dropped_for = [], "ambiguous; asked back"
        clarify = Clarify(kind="intent", about=about, options=options, query=segment.text)
        if len(segment.text.split()) > WORDS_TO_ASK_BACK:
            strategy = AmbiguityStrategy.MULTIPLE_ANSWERS
            why = "so much was told that articles may help whichever is meant; each is offered"
        else:
            strategy, why = AmbiguityStrategy.DIRECT_ASK, "nothing tells which is meant"
    return Settlement(
        ambiguity=SettledAmbiguity(
            segment=index, intents=tuple(one.name for one in candidates), strategy=strategy, why=why
        ),
        kept=kept,
        dropped=[one for one in mine if one not in kept],
        why=dropped_for,
        clarify=clarify,
    )


def _is_answered_by_dialogue(proposals: list[Proposal], segment: int) -> bool:
    """An answer to an open question is not ambiguous, whatever else it might mean."""
    settled = (Confirm, Decline, SetSlot, ResumeTopic, CancelTopic, HumanHandoff)
    return any(one.segment == segment and isinstance(one.command, settled) for one in proposals)


def _inferred_from_context(state: State, candidates: list[IntentDefinition]) -> IntentDefinition | None:
    known = {topic.name for topic in state.topics if topic.status in OPEN_TOPICS}
    matching = [one for one in candidates if one.target.procedure in known or one.name in known]
    return matching[0] if len(matching) == 1 else None


def _leads_to(command: Command, intent: IntentDefinition) -> bool:
    if isinstance(command, StartProcedure):
        return command.procedure == intent.target.procedure
    return isinstance(command, AnswerFromKnowledge) and command.intent == intent.name


def _proposal_for(intent: IntentDefinition, segment: Segment, index: int) -> Proposal:
    command: Command = AnswerFromKnowledge(query=segment.text, intent=intent.name)
    if intent.target.procedure:
        command = StartProcedure(procedure=intent.target.procedure)
    probability = next((one.probability for one in segment.ranking if one.name == intent.name), 0.0)
    return Proposal(
        command=command, confidence=probability, reason="ambiguity settled", segment=index, proposer="decide"
    )


def _option(intent: IntentDefinition, language: str) -> Option:
    label = intent.title.get(language) or next(iter(intent.title.values()), intent.name)
    return Option(value=intent.name, label=label[:1].upper() + label[1:])
