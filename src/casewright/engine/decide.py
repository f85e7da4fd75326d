"""Deciding: proposals are cleaned, checked against the state and the rules, and put in order. Pure.

Only this stage asks back, and it never asks the same thing twice.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from casewright.conversations.models import DroppedCommand
from casewright.engine.models import IS_SOLVED, OPEN_TOPICS, State, TopicStatus
from casewright.engine.tone import NEGATIVE
from casewright.procedures.models import Procedure
from casewright.settings import Thresholds
from casewright.understanding.models import (
    AnswerFromKnowledge,
    CancelTopic,
    CannotHandle,
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
    SmallTalk,
    StartProcedure,
    Understanding,
)

Decided = Command | Clarify

MOST_OPTIONS = 3
FEEBLE = 0.2
"""Proposals less certain than this are not even weighed."""
FORM = "form"
"""The proposer of what was filled in: it is sure, and counts only while it is asked for."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the tenant has: procedures by name, intents by name, and the playbook that is active now."""

    procedures: Collection[str]
    intents: Mapping[str, IntentDefinition]
    active: Procedure | None = None


@dataclass(slots=True)
class Decision:
    commands: list[Decided] = field(default_factory=list)
    dropped: list[DroppedCommand] = field(default_factory=list)

    def drop(self, command: Command, why: str) -> None:
        self.dropped.append(DroppedCommand(command=command, why=why))


def decide(
    state: State,
    understanding: Understanding,
    catalogue: Catalogue,
    thresholds: Thresholds,
    said_at: int,
    form_at: int = 0,
) -> Decision:
    """The commands to execute, in order: what belongs to the open question first, then new requests by priority.

    `said_at`, `form_at`: the log's position of the message and of the form in it; a yes that is older than the question, or a
    form, is no answer to it."""
    decision = Decision()
    if understanding.contradiction:
        first, second = understanding.contradiction
        about = f"contradiction:{first}:{second}"
        options = (Option(value=first, label=first), Option(value=second, label=second))
        decision.commands.append(Clarify(kind="contradiction", about=about, options=options))
        return decision
    proposals = [_heard(one, understanding) for one in _settle_ambiguity(decision, state, understanding, catalogue)]
    valid = [one for one in proposals if _is_valid(decision, state, one, catalogue, said_at, form_at)]
    handoff = next((one for one in valid if isinstance(one.command, HumanHandoff)), None)
    if handoff:
        for other in valid:
            if other is not handoff:
                decision.drop(other.command, "a person was asked for")
        decision.commands.append(handoff.command)
        return decision
    decision.commands += _in_order(decision, valid, understanding.segments)
    _break_loops(decision, state, thresholds)
    return decision


# --- ambiguity ---


def _settle_ambiguity(
    decision: Decision, state: State, understanding: Understanding, catalogue: Catalogue
) -> list[Proposal]:
    """Each ambiguous segment by one of three strategies: what the conversation is about decides; else several answers
    are given, where all are only answers; else the customer is asked."""
    proposals = list(understanding.proposals)
    for index, segment in enumerate(understanding.segments):
        if not segment.ambiguous or _is_answered_by_dialogue(proposals, index):
            continue
        known = [catalogue.intents[one.name] for one in segment.ranking[:MOST_OPTIONS] if one.name in catalogue.intents]
        candidates = [one for one in known if one.target.procedure or one.target.knowledge]
        if len(candidates) < 2:
            continue
        mine = [one for one in proposals if one.segment == index]
        rest = [one for one in proposals if one.segment != index]
        chosen = _inferred_from_context(state, candidates)
        if chosen:
            kept = [one for one in mine if _leads_to(one.command, chosen)] or [_proposal_for(chosen, segment, index)]
            dropped = [one for one in mine if one not in kept]
            reason = "ambiguous; the topic decides"
        elif all(candidate.target.knowledge for candidate in candidates[:2]):
            kept = [_proposal_for(candidates[0], segment, index)]
            dropped, reason = [one for one in mine if one not in kept], "ambiguous; the answer covers both"
        else:
            about = "intents:" + ",".join(sorted(candidate.name for candidate in candidates[:2]))
            options = tuple(_option(candidate, state.language) for candidate in candidates)
            clarify = Clarify(kind="intent", about=about, options=options, query=segment.text)
            if state.clarification and state.clarification.about == about:
                kept, dropped, reason = mine, [], ""
            else:
                kept, dropped, reason = [], mine, "ambiguous; asked back"
                decision.commands.append(clarify)
        for one in dropped:
            decision.drop(one.command, reason)
        proposals = [*rest, *kept]
    return proposals


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


def _heard(proposal: Proposal, understanding: Understanding) -> Proposal:
    """Polite words in an angry message are no thanks: "no, still broken" is a complaint."""
    command = proposal.command
    polite = isinstance(command, SmallTalk) and command.kind in ("thanks", "positive", "goodbye")
    if not polite or understanding.emotion.valence >= NEGATIVE:
        return proposal
    return proposal.model_copy(
        update={"command": SmallTalk(kind="venting"), "reason": "the words are polite, the mood is not"}
    )


# --- validity ---


def _is_valid(
    decision: Decision, state: State, proposal: Proposal, catalogue: Catalogue, said_at: int, form_at: int
) -> bool:
    why = _objection(state, proposal, catalogue)
    if not why and proposal.proposer == FORM:
        asked = isinstance(proposal.command, SetSlot) and state.asks_for(proposal.command.slot, form_at)
        why = "" if asked else "it is not asked for any more"
    if not why and isinstance(proposal.command, Confirm | Decline) and said_at < state.replied_at:
        why = "said before the question was asked"
    if why:
        decision.drop(proposal.command, why)
    return not why


def _objection(state: State, proposal: Proposal, catalogue: Catalogue) -> str:
    """Why a command may not be executed now; an empty text if it may."""
    if proposal.confidence < FEEBLE:
        return "too uncertain"
    match proposal.command:
        case Confirm(confirmation=asked) | Decline(confirmation=asked):
            if asked == IS_SOLVED:
                return "" if state.asked_if_solved else "no such question is open"
            if state.confirmation is None or state.confirmation.id != asked or state.confirmation.accepted:
                return "no such question is open"
        case SetSlot(slot=slot):
            if catalogue.active is None:
                return "nothing is being filled in"
            if slot not in catalogue.active.slots:
                return f"the procedure has no slot {slot!r}"
        case StartProcedure(procedure=name):
            if name not in catalogue.procedures:
                return f"there is no procedure {name!r}"
            if state.active and state.active.name == name:
                return "it is running already"
        case ResumeTopic(topic=topic_id):
            topic = state.topic(topic_id)
            if topic is None or topic.status not in (TopicStatus.PAUSED, TopicStatus.ANSWERED):
                return "there is no such paused topic"
        case SmallTalk(kind="goodbye" | "positive") if state.active:
            return "a question is open"
        case CancelTopic(topic=str(topic_id)) if state.topic(topic_id) is None:
            return "there is no such topic"
        case _:
            pass
    return ""


# --- order ---


def _in_order(decision: Decision, proposals: list[Proposal], segments: tuple[Segment, ...]) -> list[Decided]:
    """Answers to open questions, then requests by priority and place. Where something can be done, the rest is not noise:
    small talk stays only if nothing else does, and "cannot handle" only for want of anything better."""
    open_questions = [one for one in proposals if isinstance(one.command, Confirm | Decline | SetSlot | CancelTopic)]
    requests = [one for one in proposals if isinstance(one.command, StartProcedure | AnswerFromKnowledge | ResumeTopic)]
    requests.sort(key=lambda one: (_priority(one, segments), one.segment))
    chatter = [one for one in proposals if isinstance(one.command, SmallTalk)]
    unclear = [one for one in proposals if isinstance(one.command, CannotHandle)]
    wanted = open_questions + _without_doubles(decision, requests)
    if wanted or decision.commands:
        for one in unclear:
            decision.drop(one.command, "the rest of the message was clear")
        unclear = []
    if wanted or unclear or decision.commands:
        for one in chatter:
            if one.command.kind != "thanks" or requests or unclear:  # type: ignore[union-attr]
                decision.drop(one.command, "there is something to do")
        chatter = [one for one in chatter if one.command.kind == "thanks" and not (requests or unclear)]  # type: ignore[union-attr]
    return [one.command for one in (*wanted, *chatter[:1], *unclear[:1])]


def _priority(proposal: Proposal, segments: tuple[Segment, ...]) -> int:
    return segments[proposal.segment].priority if proposal.segment < len(segments) else 3


def _without_doubles(decision: Decision, requests: list[Proposal]) -> list[Proposal]:
    seen: set[str] = set()
    kept = []
    for one in requests:
        command = one.command
        name = command.procedure if isinstance(command, StartProcedure) else command.model_dump_json()
        if name in seen:
            decision.drop(command, "asked for twice in one message")
        else:
            seen.add(name)
            kept.append(one)
    return kept


# --- loops ---


def _break_loops(decision: Decision, state: State, thresholds: Thresholds) -> None:
    """What was not understood is asked about once, in other words each time, and then a person is."""
    for index, command in enumerate(decision.commands):
        if not isinstance(command, CannotHandle):
            continue
        if command.reason == "no_yes_or_no":
            if state.confirmation is None:
                decision.commands[index] = CannotHandle(reason="out_of_scope")
            continue
        about = f"unclear:{command.reason}"
        asked = state.clarification is not None and state.clarification.about == about
        told_so = asked and command.reason == "vague" and state.unhelpful_turns > 0
        if told_so or state.unhelpful_turns + 1 >= thresholds.failed_turns_hand_over:
            decision.commands[index] = HumanHandoff(reason="intent")
        elif command.reason == "vague" and not asked:
            decision.commands[index] = Clarify(kind="vague", about=about)
