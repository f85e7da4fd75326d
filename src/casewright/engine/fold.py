"""Folding: state and event in, next state out. Reads no clock, model or configuration."""

from collections.abc import Callable, Iterable
from functools import singledispatch
from typing import Any, TypeVar

from pydantic import BaseModel

from casewright.conversations import models as events
from casewright.conversations.models import Event, LoggedEvent, Status
from casewright.engine.models import (
    KEPT,
    OPEN_TOPICS,
    Clarification,
    DeadLetter,
    Feeling,
    FinishedAction,
    OpenForm,
    OpenReply,
    PendingAction,
    PendingApproval,
    PendingConfirmation,
    State,
    Topic,
    TopicStatus,
    Transition,
)
from casewright.kit.principal import Assurance
from casewright.procedures.models import ActionStatus

SEND_CODE = "send_verification_code"
CHANGE_ADDRESS = "change_contact_email"

Frozen = TypeVar("Frozen", bound=BaseModel)
Item = TypeVar("Item")


def fold(state: State, log: Iterable[LoggedEvent]) -> State:
    for entry in log:
        state = apply(state, entry)
    return state


def apply(state: State, entry: LoggedEvent) -> State:
    """The state after one event more."""
    return change(_apply(entry.event, state, entry), seq=entry.seq)


def change(thing: Frozen, **values: Any) -> Frozen:
    """A copy of a frozen model with other values."""
    return thing.model_copy(update=values)


def _kept(items: tuple[Item, ...], item: Item) -> tuple[Item, ...]:
    return (*items, item)[-KEPT:]


def _with_topic(state: State, topic_id: str, update: Callable[[Topic], Topic]) -> State:
    return change(state, topics=tuple(update(topic) if topic.id == topic_id else topic for topic in state.topics))


@singledispatch
def _apply(event: Event, state: State, entry: LoggedEvent) -> State:
    """Events that only tell what happened leave the state as it is."""
    return state


@_apply.register
def _(event: events.ConversationStarted, state: State, entry: LoggedEvent) -> State:
    environment = {"channel": event.channel, **({"page": event.page} if event.page else {})}
    return change(state, language=event.language, time_zone=event.time_zone, environment=environment)


@_apply.register
def _(event: events.MessageReceived, state: State, entry: LoggedEvent) -> State:
    return change(state, last_message_id=event.message_id, silence_due=None)


@_apply.register
def _(event: events.TextMasked, state: State, entry: LoggedEvent) -> State:
    return change(state, vault={**state.vault, **event.added})


@_apply.register
def _(event: events.FeelingsNoticed, state: State, entry: LoggedEvent) -> State:
    feeling = Feeling(at=entry.at, emotion=event.emotion, frustration=event.frustration)
    if event.unspoken and event.unspoken not in state.unspoken_languages:
        state = change(state, unspoken_languages=_kept(state.unspoken_languages, event.unspoken))
    return change(
        state, language=event.language, frustration=event.frustration, feelings=_kept(state.feelings, feeling)
    )


@_apply.register
def _(event: events.TopicOpened, state: State, entry: LoggedEvent) -> State:
    topic = Topic(
        id=event.topic_id,
        kind=event.topic_kind,
        name=event.name,
        title=event.title,
        query=event.query,
        digest=event.digest,
        priority=event.priority,
        parent=event.parent,
        begun=event.begin,
        reason=event.reason,
        status=TopicStatus.ACTIVE if event.begin else TopicStatus.PAUSED,
    )
    state = change(state, topics=(*_kept_topics(state), topic), topics_opened=state.topics_opened + 1)
    return _activate(state, topic.id, event.reason, entry) if event.begin else state


@_apply.register
def _(event: events.TopicMoved, state: State, entry: LoggedEvent) -> State:
    status = TopicStatus(event.status)
    if status is TopicStatus.ACTIVE:
        return _activate(state, event.topic_id, event.reason, entry)
    state = _with_topic(state, event.topic_id, lambda topic: change(topic, status=status, reason=event.reason))
    stack = state.stack if status in OPEN_TOPICS else tuple(one for one in state.stack if one != event.topic_id)
    if status in (TopicStatus.PAUSED, TopicStatus.WAITING):
        stack = tuple(one for one in stack if one != event.topic_id)
    return change(state, stack=stack, transitions=_transition(state, event.topic_id, None, event.reason, entry))


def _kept_topics(state: State) -> tuple[Topic, ...]:
    """All that are open, and the last that are not."""
    ended = [topic for topic in state.topics if topic.status not in OPEN_TOPICS]
    forgotten = {topic.id for topic in ended[: max(0, len(ended) - KEPT)]}
    return tuple(topic for topic in state.topics if topic.id not in forgotten)


def _activate(state: State, topic_id: str, reason: str, entry: LoggedEvent) -> State:
    """Puts a topic on top; the one that was there is paused, unless it only had been answered."""
    before = state.active
    if before and before.id != topic_id and before.status is TopicStatus.ACTIVE:
        paused = {"status": TopicStatus.PAUSED, "reason": "another topic came before it"}
        state = _with_topic(state, before.id, lambda topic: change(topic, **paused))
    activated = {"status": TopicStatus.ACTIVE, "begun": True, "reason": reason}
    state = _with_topic(state, topic_id, lambda topic: change(topic, **activated))
    stack = (*(one for one in state.stack if one != topic_id), topic_id)
    transitions = _transition(state, before.id if before else None, topic_id, reason, entry)
    return change(state, stack=stack, transitions=transitions)


def _transition(
    state: State, source: str | None, target: str | None, reason: str, entry: LoggedEvent
) -> tuple[Transition, ...]:
    return _kept(state.transitions, Transition(from_topic=source, to_topic=target, reason=reason, at=entry.at))


@_apply.register
def _(event: events.TopicProgressed, state: State, entry: LoggedEvent) -> State:
    return _with_topic(state, event.topic_id, lambda topic: change(topic, progress=event.progress))


@_apply.register
def _(event: events.SlotAsked, state: State, entry: LoggedEvent) -> State:
    return _with_topic(state, event.topic_id, lambda topic: change(topic, asked=event.slot, attempts=event.attempt))


@_apply.register
def _(event: events.ConfirmationAsked, state: State, entry: LoggedEvent) -> State:
    pending = PendingConfirmation(
        id=event.confirmation_id,
        topic_id=event.topic_id,
        step=event.step,
        arguments_digest=event.arguments_digest,
    )
    return change(state, confirmation=pending)


@_apply.register
def _(event: events.ConfirmationSettled, state: State, entry: LoggedEvent) -> State:
    if not state.confirmation or state.confirmation.id != event.confirmation_id:
        return state
    accepted = change(state.confirmation, accepted=True) if event.answer == "yes" else None
    return change(state, confirmation=accepted)


@_apply.register
def _(event: events.ApprovalAsked, state: State, entry: LoggedEvent) -> State:
    asked = state.confirmation
    rests_on_it = asked is not None and (asked.topic_id, asked.step) == (event.topic_id, event.step)
    pending = PendingApproval(
        id=event.approval_id,
        topic_id=event.topic_id,
        step=event.step,
        action=event.action,
        arguments_digest=event.arguments_digest,
        confirmation_id=asked.id if rests_on_it and asked else None,
    )
    return change(state, approvals=(*state.approvals, pending), confirmation=None if rests_on_it else asked)


@_apply.register
def _(event: events.ApprovalSettled, state: State, entry: LoggedEvent) -> State:
    return change(
        state,
        approvals=tuple(
            change(pending, approved=event.approved) if pending.id == event.approval_id else pending
            for pending in state.approvals
        ),
    )


@_apply.register
def _(event: events.ClarificationAsked, state: State, entry: LoggedEvent) -> State:
    asked = Clarification(offered=event.offered, query=event.query, about=event.about)
    return change(state, clarification=asked, asked_back=_kept(state.asked_back, event.about))


@_apply.register
def _(event: events.ClarificationSettled, state: State, entry: LoggedEvent) -> State:
    settled = change(state.clarification, open=False) if state.clarification else None
    return change(state, clarification=settled)


@_apply.register
def _(event: events.IdentityClaimed, state: State, entry: LoggedEvent) -> State:
    if state.identity.assurance.covers(Assurance.VERIFIED):
        return state
    identity = change(state.identity, assurance=Assurance.CLAIMED, email_token=event.token)
    return change(state, identity=identity)


@_apply.register
def _(event: events.IdentityProved, state: State, entry: LoggedEvent) -> State:
    identity = change(
        state.identity,
        assurance=event.assurance,
        contact_id=event.contact_id,
        account_id=event.account_id,
        email_token=event.token or state.identity.email_token,
    )
    return change(state, identity=identity)


@_apply.register
def _(event: events.ActionRequested, state: State, entry: LoggedEvent) -> State:
    pending = PendingAction(
        id=event.action_id,
        topic_id=event.topic_id,
        step=event.step,
        action=event.action,
        key=event.key,
        arguments=event.arguments,
        confirmed=event.confirmation_id is not None,
        approved=event.approval_id is not None,
    )
    confirmation = None if event.confirmation_id else state.confirmation
    approvals = tuple(one for one in state.approvals if one.id != event.approval_id)
    if event.action == SEND_CODE:
        state = change(state, identity=change(state.identity, code_sent_to=str(event.arguments.get("email", ""))))
    return change(state, action=pending, confirmation=confirmation, approvals=approvals)


@_apply.register
def _(event: events.ActionUncertain, state: State, entry: LoggedEvent) -> State:
    return change(state, action=change(state.action, attempt=event.attempt) if state.action else None)


@_apply.register
def _(event: events.ActionFinished, state: State, entry: LoggedEvent) -> State:
    finished = FinishedAction(
        action=event.action,
        topic_id=event.topic_id,
        step=event.step,
        status=event.status,
        code=event.code,
        values=event.values,
        records=event.records,
    )
    ended = state.action if state.action and state.action.id == event.action_id else None
    if ended and event.action == CHANGE_ADDRESS and event.status == ActionStatus.SUCCEEDED:
        new = str(ended.arguments.get("new_email", ""))
        state = change(state, identity=change(state.identity, email_token=new, code_sent_to=new))
    state = change(state, action=None if ended else state.action, finished_action=finished)
    if event.status != ActionStatus.SUCCEEDED:
        state = change(state, errors=_kept(state.errors, f"{event.action}: {event.code}"))
    return state


@_apply.register
def _(event: events.ActionDeadLettered, state: State, entry: LoggedEvent) -> State:
    """A Case that is given up is no longer due."""
    if event.topic_id is None:
        state = change(state, hand_over_due=None, hand_over_attempt=0)
    dead = DeadLetter(action_id=event.action_id, action=event.action, topic_id=event.topic_id)
    return change(state, dead_letters=(*_without(state, event.action_id), dead))


@_apply.register
def _(event: events.DeadLetterSettled, state: State, entry: LoggedEvent) -> State:
    return change(state, dead_letters=_without(state, event.action_id))


def _without(state: State, action_id: str) -> tuple[DeadLetter, ...]:
    return tuple(one for one in state.dead_letters if one.action_id != action_id)


@_apply.register
def _(event: events.ReplyBegun, state: State, entry: LoggedEvent) -> State:
    return change(state, open_reply=OpenReply(reply_id=event.reply_id, message_ids=event.message_ids))


@_apply.register
def _(event: events.TurnFinished, state: State, entry: LoggedEvent) -> State:
    return change(state, open_reply=None)


@_apply.register
def _(event: events.PartSent, state: State, entry: LoggedEvent) -> State:
    if state.open_reply is None:
        return state
    return change(state, open_reply=change(state.open_reply, parts=(*state.open_reply.parts, event.part)))


@_apply.register
def _(event: events.ReplySent, state: State, entry: LoggedEvent) -> State:
    return change(
        state,
        turns=state.turns + 1,
        replied_at=entry.seq,
        expects=event.expects,
        form=_open_form(state, event, entry.seq),
        silence_due=event.silence_due,
        openers=event.openers or state.openers,
        unhelpful_turns=_unhelpful(state.unhelpful_turns, event.helped),
        asked_if_solved=event.asks_if_solved,
    )


def _open_form(state: State, event: events.ReplySent, seq: int) -> OpenForm | None:
    """Asked again for the same, or for what is left of it, a form stays the one it was."""
    if not event.fields or state.active is None:
        return None
    slots = tuple(field.slot for field in event.fields)
    before = state.form
    same = before is not None and before.topic_id == state.active.id and set(slots) <= set(before.slots)
    return OpenForm(topic_id=state.active.id, slots=slots, since=before.since if before and same else seq)


def _unhelpful(before: int, helped: bool | None) -> int:
    """A turn that only asked back leaves the count as it is."""
    return before if helped is None else 0 if helped else before + 1


@_apply.register
def _(event: events.ModeChanged, state: State, entry: LoggedEvent) -> State:
    state = change(state, mode=event.mode, expects=None, form=None, silence_due=None)
    if event.mode is events.Mode.HUMAN:
        topics = tuple(
            change(topic, status=TopicStatus.HANDED_OVER) if topic.status is TopicStatus.WAITING else topic
            for topic in state.topics
        )
        return change(
            state,
            hand_over_reason=event.reason,
            confirmation=None,
            clarification=None,
            asked_back=(),
            approvals=(),
            topics=topics,
        )
    return change(state, frustration=0.0, unhelpful_turns=0, hand_over_reason=None)


@_apply.register
def _(event: events.CaseLinked, state: State, entry: LoggedEvent) -> State:
    return change(state, case=event.case, hand_over_due=None, hand_over_attempt=0)


@_apply.register
def _(event: events.HandOverPending, state: State, entry: LoggedEvent) -> State:
    return change(state, hand_over_attempt=event.attempt, hand_over_due=event.due)


@_apply.register
def _(event: events.SolutionTried, state: State, entry: LoggedEvent) -> State:
    if event.what in state.attempted_solutions:
        return state
    return change(state, attempted_solutions=_kept(state.attempted_solutions, event.what))


@_apply.register
def _(event: events.FailureMet, state: State, entry: LoggedEvent) -> State:
    return change(state, errors=_kept(state.errors, event.failure))


@_apply.register
def _(event: events.ConversationClosed, state: State, entry: LoggedEvent) -> State:
    return change(
        state,
        status=Status.CLOSED,
        outcome=event.outcome,
        resolution=event.resolution,
        approvals=(),
        silence_due=None,
        expects=None,
        asked_if_solved=False,
    )


@_apply.register
def _(event: events.ConversationReopened, state: State, entry: LoggedEvent) -> State:
    """Nothing of what was asked before is still open: the customer begins anew, known as before."""
    ended = tuple(
        change(topic, status=TopicStatus.UNRESOLVED) if topic.status in OPEN_TOPICS else topic for topic in state.topics
    )
    return change(
        state,
        status=Status.OPEN,
        outcome=None,
        resolution=None,
        topics=ended,
        stack=(),
        confirmation=None,
        clarification=None,
        asked_back=(),
        unhelpful_turns=0,
        frustration=0.0,
    )
