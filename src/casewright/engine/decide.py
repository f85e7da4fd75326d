"""Deciding: proposals are cleaned, checked against the state and the rules, and put in order. Pure.

Only this stage asks back, and it never asks the same thing twice.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from casewright.conversations.models import DroppedCommand, SettledAmbiguity
from casewright.engine.ambiguity import settle
from casewright.engine.models import IS_SOLVED, State, TopicStatus
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
    ambiguities: list[SettledAmbiguity] = field(default_factory=list)

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
        decision.commands.append(_about_contradiction(state, *understanding.contradiction))
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


def _settle_ambiguity(
    decision: Decision, state: State, understanding: Understanding, catalogue: Catalogue
) -> list[Proposal]:
    """The proposals without those that an ambiguity has cost."""
    proposals = list(understanding.proposals)
    for index in range(len(understanding.segments)):
        settled = settle(state, understanding, proposals, index, catalogue.intents)
        if settled is None:
            continue
        decision.ambiguities.append(settled.ambiguity)
        if settled.clarify:
            decision.commands.append(settled.clarify)
        for one in settled.dropped:
            decision.drop(one.command, settled.why)
        proposals = [*(one for one in proposals if one.segment != index), *settled.kept]
    return proposals


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


def _about_contradiction(state: State, first: str, second: str) -> Decided:
    """The customer is asked which of the two; the second time, to say it in other words; then a person is brought in."""
    about = "contradiction:" + ":".join(sorted((first, second)))
    if not state.was_asked_back(about):
        options = (Option(value=first, label=first), Option(value=second, label=second))
        return Clarify(kind="contradiction", about=about, options=options)
    again = f"again:{about}"
    if not state.was_asked_back(again):
        return Clarify(kind="rephrase", about=again)
    return HumanHandoff(reason="intent")


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
        asked = state.was_asked_back(about)
        told_so = asked and command.reason == "vague" and state.unhelpful_turns > 0
        if told_so or state.unhelpful_turns + 1 >= thresholds.failed_turns_hand_over:
            decision.commands[index] = HumanHandoff(reason="intent")
        elif command.reason == "vague" and not asked:
            decision.commands[index] = Clarify(kind="vague", about=about)
