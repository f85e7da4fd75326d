"""Calling actions. A READ is called freely; a WRITE is requested in the log first, then called, then its end is recorded,
so that whatever dies in between, it is neither lost nor done twice."""

import asyncio
import hashlib
import logging
import time

import orjson

from casewright.conversations.models import (
    ActionDeadLettered,
    ActionFinished,
    ActionRequested,
    ActionUncertain,
    ApprovalId,
    DeadLetterSettled,
    FailureMet,
    IdentityProved,
    RecoveryView,
)
from casewright.engine.fold import change
from casewright.engine.models import PendingAction
from casewright.engine.reporting import note_action
from casewright.engine.verify import verify
from casewright.engine.working import Turn
from casewright.kit.ids import new_id
from casewright.procedures.models import (
    COMPENSATES,
    ActionCall,
    ActionDefinition,
    ActionOutcome,
    ActionStatus,
    CallerIdentity,
    Effect,
    Repeatable,
    Scalar,
)

logger = logging.getLogger(__name__)

NOT_DONE = ActionOutcome(status=ActionStatus.FAILED, code="not_done")
"""What looking for a marker ends with where there is none."""
RECONCILE_WAITS = (0.2, 1.0, 3.0)
"""Seconds before each look for the marker of a WRITE whose answer was lost."""


def arguments_digest(action: str, arguments: dict[str, Scalar]) -> str:
    """Identifies a call's meaning: a yes counts for these arguments and no others."""
    return hashlib.sha256(orjson.dumps([action, arguments], option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


async def perform(
    turn: Turn,
    topic_id: str | None,
    step: str,
    action: str,
    arguments: dict[str, Scalar],
    *,
    key: str | None = None,
    confirmation_id: str | None = None,
    approval_id: ApprovalId | None = None,
    send_first: bool = False,
) -> ActionOutcome:
    """Calls an action and records its end. `arguments` are masked. `send_first`: what there is to say goes out before the
    call, as it does before every WRITE."""
    definition = turn.ports.actions.definitions()[action]
    digest = arguments_digest(action, arguments)
    pending = PendingAction(
        id=str(new_id()),
        topic_id=topic_id,
        step=step,
        action=action,
        key=key or f"{turn.claim.key.conversation_id}:{topic_id}:{step}:{digest[:12]}",
        arguments=arguments,
        confirmed=confirmation_id is not None,
        approved=approval_id is not None,
    )
    if definition.effect is Effect.READ:
        if send_first:
            verify(turn)
            await turn.flush()
        return await _finish(turn, pending, await _timed(turn, pending, again=False))
    turn.emit(
        ActionRequested(
            action_id=pending.id,
            topic_id=topic_id,
            step=step,
            action=action,
            key=pending.key,
            arguments_digest=digest,
            arguments=arguments,
            confirmation_id=confirmation_id,
            approval_id=approval_id,
        )
    )
    verify(turn)
    await turn.flush()
    outcome = await _timed(turn, pending, again=False)
    if outcome[0].status is ActionStatus.UNCERTAIN:
        outcome = await _reconcile(turn, pending, definition, outcome[1])
    return await _finish(turn, pending, outcome)


async def resume(turn: Turn, pending: PendingAction) -> ActionOutcome:
    """Takes up a WRITE that was requested and has no known end: first looks whether it happened."""
    definition = turn.ports.actions.definitions().get(pending.action)
    if definition is None:
        return give_up(turn, pending)
    return await _finish(turn, pending, await _reconcile(turn, pending, definition, 0.0))


def give_up(turn: Turn, pending: PendingAction) -> ActionOutcome:
    """Ends a WRITE of which nobody can tell any more what became of it."""
    definition = turn.ports.actions.definitions().get(pending.action)
    outcome = ActionOutcome(status=ActionStatus.UNCERTAIN, code="uncertain")
    turn.emit(
        ActionFinished(
            action_id=pending.id,
            topic_id=pending.topic_id,
            step=pending.step,
            action=pending.action,
            status=outcome.status,
            code=outcome.code,
            values={},
        )
    )
    _note_dead_letter(turn, pending, definition, outcome)
    return outcome


async def look_again(turn: Turn, pending: PendingAction) -> None:
    """Whether a WRITE that waits for a person was done after all; it is not sent again. What is found out is told."""
    definition = turn.ports.actions.definitions().get(pending.action)
    if definition is None:
        return
    found, took = await _timed(turn, pending, again=True)
    if found.status in (ActionStatus.SUCCEEDED, ActionStatus.FAILED):
        await _finish(turn, pending, (found, took))


async def _reconcile(
    turn: Turn, pending: PendingAction, definition: ActionDefinition, spent: float
) -> tuple[ActionOutcome, float]:
    """Finds out what became of a WRITE, and does it again only where it certainly did not happen."""
    if definition.repeatable is Repeatable.AT_MOST_ONCE:
        return ActionOutcome(status=ActionStatus.UNCERTAIN, code="uncertain"), spent
    certainly_not_done = False
    for attempt, wait in enumerate(RECONCILE_WAITS, pending.attempt + 1):
        turn.emit(ActionUncertain(action_id=pending.id, attempt=attempt))
        await turn.flush()
        await asyncio.sleep(wait)
        found, took = await _timed(turn, pending, again=True)
        spent += took
        if found == NOT_DONE and definition.repeatable is Repeatable.LOOK_ONLY:
            found = ActionOutcome(status=ActionStatus.UNCERTAIN, code="uncertain")
        elif found == NOT_DONE:
            found, took = await _timed(turn, pending, again=False)
            spent += took
            certainly_not_done = found.status is ActionStatus.NOT_SENT
        _tell_recovery(turn, "ACTION_UNCERTAIN", "look_for_the_marker", found.status is ActionStatus.SUCCEEDED)
        if found.status in (ActionStatus.SUCCEEDED, ActionStatus.FAILED):
            return found, spent
    if certainly_not_done:
        return ActionOutcome(status=ActionStatus.NOT_SENT, code="org_unavailable"), spent
    return ActionOutcome(status=ActionStatus.UNCERTAIN, code="uncertain"), spent


async def _timed(turn: Turn, pending: PendingAction, *, again: bool) -> tuple[ActionOutcome, float]:
    """The outcome of one attempt (or of looking for its marker, `again`) and its milliseconds."""
    call = ActionCall(
        action=pending.action,
        arguments={name: _restored(turn, value) for name, value in pending.arguments.items()},
        key=pending.key,
        conversation_id=str(turn.claim.key.conversation_id),
        identity=_caller(turn),
        locale=turn.state.language,
    )
    actions = turn.ports.actions
    start = time.perf_counter()
    try:
        async with asyncio.timeout(turn.settings.action_timeout_seconds):
            function = actions.reconcile if again else actions.execute
            outcome = await function(turn.claim.key.tenant_id, call)
    except TimeoutError:
        outcome = ActionOutcome(status=ActionStatus.UNCERTAIN, code="timeout")
    except Exception:
        logger.exception("the action %s failed in a way it should not", pending.action)
        outcome = ActionOutcome(status=ActionStatus.UNCERTAIN, code="error")
    return outcome, (time.perf_counter() - start) * 1000


async def _finish(turn: Turn, pending: PendingAction, ended: tuple[ActionOutcome, float]) -> ActionOutcome:
    outcome, milliseconds = ended
    present = turn.state.action
    attempts = present.attempt if present and present.id == pending.id else pending.attempt
    definition = turn.ports.actions.definitions()[pending.action]
    if outcome.status is ActionStatus.UNCERTAIN and definition.effect is Effect.READ:
        outcome = ActionOutcome(status=ActionStatus.FAILED, code="org_unavailable")
    turn.emit(
        ActionFinished(
            action_id=pending.id,
            topic_id=pending.topic_id,
            step=pending.step,
            action=pending.action,
            status=outcome.status,
            code=outcome.code,
            values=outcome.values,
            arguments=pending.arguments if definition.effect is Effect.READ else None,
            records=outcome.records,
            milliseconds=round(milliseconds, 1),
        )
    )
    if definition.effect is Effect.WRITE:
        _note_dead_letter(turn, pending, definition, outcome)
    if outcome.status is ActionStatus.SUCCEEDED and definition.grants and outcome.code == "done":
        contact, account = outcome.values.get("contact_id"), outcome.values.get("account_id")
        turn.emit(
            IdentityProved(
                assurance=definition.grants,
                token=turn.state.identity.code_sent_to,
                contact_id=str(contact) if contact else None,
                account_id=str(account) if account else None,
            )
        )
    note_action(turn, change(pending, attempt=attempts), definition, outcome, milliseconds)
    return outcome


def _note_dead_letter(
    turn: Turn, pending: PendingAction, definition: ActionDefinition | None, outcome: ActionOutcome
) -> None:
    """What stays uncertain waits for a person, and so does what could not be taken back. A conversation's Case is tried
    again without one."""
    was_dead = any(one.action_id == pending.id for one in turn.state.dead_letters)
    if outcome.status is ActionStatus.SUCCEEDED:
        if was_dead:
            turn.emit(DeadLetterSettled(action_id=pending.id, how="done"))
        return
    uncertain = outcome.status is ActionStatus.UNCERTAIN and pending.topic_id is not None
    if was_dead or uncertain or pending.step.startswith(COMPENSATES):
        turn.emit(
            ActionDeadLettered(
                action_id=pending.id,
                topic_id=pending.topic_id,
                action=pending.action,
                code=outcome.code,
                retryable=definition is not None and definition.repeatable is not Repeatable.AT_MOST_ONCE,
            )
        )


def _tell_recovery(turn: Turn, failure: str, strategy: str, succeeded: bool) -> None:
    turn.emit(FailureMet(failure=failure, strategy=strategy, succeeded=succeeded))
    view = RecoveryView(failure=failure, strategy=strategy, succeeded=succeeded)
    turn.report = change(turn.report, recovery=(*turn.report.recovery, view))


def _caller(turn: Turn) -> CallerIdentity:
    identity = turn.state.identity
    return CallerIdentity(
        assurance=identity.assurance,
        email=turn.state.vault.get(identity.email_token) if identity.email_token else None,
        contact_id=identity.contact_id,
        account_id=identity.account_id,
    )


def _restored(turn: Turn, value: Scalar) -> Scalar:
    return turn.vault.restore(value) if isinstance(value, str) else value
