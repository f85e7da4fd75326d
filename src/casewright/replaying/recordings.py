"""Recorded turns: each with the state it began in, what it began with, and what its calls came back with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from casewright.conversations.codec import ERASED
from casewright.conversations.models import (
    ActionFinished,
    ActionRequested,
    ApprovalSettled,
    ConversationKey,
    LoggedEvent,
    MessageReceived,
    Trigger,
    TriggerKind,
    TurnFinished,
    TurnId,
)
from casewright.engine.fold import fold
from casewright.engine.hand_over import ACTION, WRITE_BACK_ACTION
from casewright.engine.models import State
from casewright.kit.ids import new_id
from casewright.procedures.models import ActionCall, ActionOutcome, ActionStatus, Scalar
from casewright.security.models import Vault

TELL_THE_STORY = (ACTION, WRITE_BACK_ACTION)
"""Their arguments tell all that was said, and so are never the same on another configuration."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """`arguments` with personal data restored. None: not recorded, or not to be compared."""

    turn_id: TurnId | None
    action: str
    arguments: dict[str, Scalar] | None
    outcome: ActionOutcome

    def answers(self, call: ActionCall) -> bool:
        return self.action == call.action and self.arguments in (None, call.arguments)


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """`before`: the log up to its beginning, of which `state` is the fold. `own`: its events. `meanwhile`: what others wrote
    between its commits. `calls`: of the whole conversation, its own first."""

    key: ConversationKey
    id: TurnId
    at: datetime
    before: tuple[LoggedEvent, ...]
    state: State
    triggers: tuple[Trigger, ...]
    own: tuple[LoggedEvent, ...]
    meanwhile: tuple[LoggedEvent, ...]
    calls: tuple[RecordedCall, ...]
    finished: TurnFinished

    @property
    def is_erased(self) -> bool:
        return any(trigger.text == ERASED for trigger in self.triggers)


def recorded_turns(key: ConversationKey, log: Sequence[LoggedEvent]) -> Iterator[RecordedTurn]:
    """A conversation's finished turns, oldest first. `log`: from its beginning."""
    own: dict[TurnId, list[int]] = {}
    for place, entry in enumerate(log):
        if entry.turn_id:
            own.setdefault(entry.turn_id, []).append(place)
    calls = _calls(log)
    state, folded = State(), 0
    for turn_id, places in own.items():
        first, last = places[0], places[-1]
        state, folded = fold(state, log[folded:first]), first
        finished = log[last].event
        if not isinstance(finished, TurnFinished):
            continue
        events = tuple(log[place] for place in places)
        yield RecordedTurn(
            key=key,
            id=turn_id,
            at=log[first].at,
            before=tuple(log[:first]),
            state=state,
            triggers=tuple(_triggers(finished, events, log[:first], state)),
            own=events,
            meanwhile=tuple(entry for entry in log[first:last] if entry.turn_id != turn_id),
            calls=(
                *(one for one in calls if one.turn_id == turn_id),
                *(one for one in calls if one.turn_id != turn_id),
            ),
            finished=finished,
        )


def _triggers(
    finished: TurnFinished, own: Sequence[LoggedEvent], before: Sequence[LoggedEvent], state: State
) -> Iterator[Trigger]:
    """Triggers are gone once they are worked off; the log tells what they were."""
    match finished.trigger:
        case TriggerKind.MESSAGE:
            for entry in before:
                event = entry.event
                if isinstance(event, MessageReceived) and event.message_id in finished.message_ids:
                    yield Trigger(
                        id=event.message_id,
                        kind=TriggerKind.MESSAGE,
                        seq=entry.seq,
                        message_id=event.message_id,
                        text="" if event.form else event.text,
                        form=event.form,
                        cut_from=event.cut_from,
                    )
        case TriggerKind.APPROVAL:
            settled = next((one.event for one in own if isinstance(one.event, ApprovalSettled)), None)
            known = (
                {"approval_id": settled.approval_id, "approved": settled.approved, "by": settled.by} if settled else {}
            )
            yield Trigger.model_validate({"id": new_id(), "kind": TriggerKind.APPROVAL, "seq": own[0].seq - 1, **known})
        case TriggerKind.RETRY:
            yield Trigger(id=new_id(), kind=TriggerKind.RETRY, seq=own[0].seq - 1, action_id=_retried(own, state))
        case TriggerKind.HAND_OVER | TriggerKind.GIVE_BACK as kind:
            yield Trigger(id=new_id(), kind=kind, seq=own[0].seq - 1)


def _retried(own: Sequence[LoggedEvent], state: State) -> str | None:
    """The dead letter that a turn tried again: one that its events name, else the conversation's Case."""
    named = {getattr(one.event, "action_id", None) for one in own}
    letters = sorted(state.dead_letters, key=lambda one: (one.action_id not in named, one.topic_id is not None))
    return letters[0].action_id if letters else None


def _calls(log: Sequence[LoggedEvent]) -> tuple[RecordedCall, ...]:
    vault = Vault.model_validate({"values": fold(State(), log).vault})
    requested = {one.event.action_id: one.event.arguments for one in log if isinstance(one.event, ActionRequested)}
    return tuple(
        RecordedCall(
            turn_id=entry.turn_id,
            action=entry.event.action,
            arguments=_restored(vault, entry.event, requested.get(entry.event.action_id, entry.event.arguments)),
            outcome=ActionOutcome(
                status=ActionStatus(entry.event.status),
                code=entry.event.code,
                values=entry.event.values,
                records=entry.event.records,
            ),
        )
        for entry in log
        if isinstance(entry.event, ActionFinished)
    )


def _restored(vault: Vault, event: ActionFinished, arguments: dict[str, Scalar] | None) -> dict[str, Scalar] | None:
    if arguments is None or event.action in TELL_THE_STORY:
        return None
    return {name: vault.restore(value) if isinstance(value, str) else value for name, value in arguments.items()}
