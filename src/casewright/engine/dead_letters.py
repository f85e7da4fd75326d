"""Writes that wait for a person: trying one again, and looking whether one was done after all."""

from casewright.conversations.models import ActionDeadLettered, ActionRequested
from casewright.engine.acting import look_again, resume
from casewright.engine.fold import change
from casewright.engine.hand_over import update_case, write_back
from casewright.engine.models import DeadLetter, PendingAction
from casewright.engine.working import Turn
from casewright.procedures.models import ActionStatus


async def retry(turn: Turn, action_id: str | None) -> None:
    """On an operator's word. Of a conversation's Case the story of today is written, not that of then."""
    dead = next((one for one in turn.state.dead_letters if one.action_id == action_id), None)
    if dead is None:
        return
    if dead.topic_id is None:
        await update_case(turn)
        return
    requested = await _requested(turn, dead)
    if requested is None:
        turn.emit(ActionDeadLettered(**{**dict(dead), "code": "erased", "retryable": False}))
        return
    turn.emit(change(requested, confirmation_id=None, approval_id=None))
    outcome = await resume(turn, _pending(requested))
    if outcome.status is ActionStatus.SUCCEEDED:
        await write_back(turn)


async def look_for_all(turn: Turn) -> None:
    """Whether any of them was done after all, so that the person who is about to read the Case knows."""
    for dead in turn.state.dead_letters:
        requested = await _requested(turn, dead) if dead.topic_id else None
        if requested:
            await look_again(turn, _pending(requested))


async def _requested(turn: Turn, dead: DeadLetter) -> ActionRequested | None:
    """As the log has it; None once its person is erased."""
    if turn.claim.person.key is None:
        return None
    log = await turn.ports.log.history(turn.claim.key)
    found = (one.event for one in reversed(log) if isinstance(one.event, ActionRequested))
    return next((event for event in found if event.action_id == dead.action_id), None)


def _pending(requested: ActionRequested) -> PendingAction:
    return PendingAction(
        id=requested.action_id,
        topic_id=requested.topic_id,
        step=requested.step,
        action=requested.action,
        key=requested.key,
        arguments=requested.arguments,
    )
