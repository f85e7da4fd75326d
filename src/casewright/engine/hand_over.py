"""Handing over to a person: the agent falls silent, and a Case in the org holds the whole story."""

from datetime import timedelta

from casewright.conversations.models import (
    ActionDeadLettered,
    CaseLinked,
    CaseReference,
    ConfirmationSettled,
    DeadLetterSettled,
    HandOverPending,
    LoggedEvent,
    MessageReceived,
    Mode,
    ModeChanged,
    OperatorReplied,
    ReplySent,
    Source,
    TopicMoved,
)
from casewright.engine.acting import perform, resume
from casewright.engine.models import OPEN_TOPICS, PendingAction, State, TopicStatus
from casewright.engine.tone import satisfaction_trend
from casewright.engine.working import Turn
from casewright.kit.ids import new_id
from casewright.procedures.models import ActionOutcome, ActionStatus, Scalar

ACTION = "hand_over_case"
STEP = "hand_over"
WRITE_BACK_ACTION = "write_back_case"
WRITE_BACK_STEP = "write_back"
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)
MOST_ATTEMPTS = 20
"""About half a day."""

REASONS = {
    "requested": "The customer asked for a person.",
    "frustration": "The customer is upset.",
    "low_confidence": "The agent did not find a certain answer.",
    "failure": "Something failed while the agent was working on it.",
    "procedure": "The procedure ends with a person.",
    "half_done": "The customer left in the middle, and part of it is done.",
    "operator": "A colleague took the conversation over.",
}


async def hand_over(turn: Turn, reason: str) -> None:
    """Silences the agent, tells the customer, writes the Case. The person is brought in even if the org cannot be reached:
    then the Case follows as soon as it can."""
    if turn.state.confirmation:
        turn.emit(ConfirmationSettled(confirmation_id=turn.state.confirmation.id, answer="withdrawn"))
    for topic in turn.state.topics:
        if topic.status in OPEN_TOPICS:
            turn.emit(TopicMoved(topic_id=topic.id, status=TopicStatus.HANDED_OVER, reason=reason))
    turn.emit(ModeChanged(mode=Mode.HUMAN, reason=reason))
    turn.quick_replies.clear()
    turn.expects, turn.fields = None, ()
    turn.drafts = [draft for draft in turn.drafts if draft.kind != "question"]
    turn.phrase("hand_over", "handoff")
    await write_case(turn)
    if turn.state.case:
        source = Source(type="record", id=turn.state.case.id, title=f"Case {turn.state.case.number}")
        turn.say(turn.wording("case_number", number=turn.state.case.number), "handoff", (source,))


async def write_case(turn: Turn) -> None:
    """Creates or updates the conversation's Case; on failure it stays due, later each time."""
    log = (*await turn.ports.log.history(turn.claim.key), *turn.uncommitted())
    key = f"{turn.claim.key.conversation_id}:hand-over:{len(turn.state.transitions)}:{turn.state.seq}"
    _case_ended(turn, await perform(turn, None, STEP, ACTION, _story(turn, log), key=key))


async def take_up_case(turn: Turn, pending: PendingAction) -> None:
    """The Case that a process was writing when it died."""
    outcome = await resume(turn, pending)
    if pending.step == STEP:
        _case_ended(turn, outcome)
    else:
        _write_back_ended(turn, outcome)


def _case_ended(turn: Turn, outcome: ActionOutcome) -> None:
    if outcome.status is ActionStatus.SUCCEEDED:
        _written(turn, _reference(outcome))
    else:
        _try_later(turn, ACTION, outcome)


def _write_back_ended(turn: Turn, outcome: ActionOutcome) -> None:
    if outcome.status is not ActionStatus.SUCCEEDED:
        _try_later(turn, WRITE_BACK_ACTION, outcome)
    elif turn.state.case and (turn.state.hand_over_due or turn.state.dead_letters):
        _written(turn, turn.state.case)


async def update_case(turn: Turn) -> None:
    """Whatever the conversation's Case lacks, a new try."""
    if turn.state.case is None or turn.state.mode is Mode.HUMAN:
        await write_case(turn)
    else:
        await write_back(turn)


def _written(turn: Turn, case: CaseReference) -> None:
    turn.emit(CaseLinked(case=case))
    for dead in turn.state.dead_letters:
        if dead.topic_id is None:
            turn.emit(DeadLetterSettled(action_id=dead.action_id, how="done"))


def _try_later(turn: Turn, action: str, outcome: ActionOutcome) -> None:
    """Later each time; after the last a person has to see to it."""
    attempt = turn.state.hand_over_attempt + 1
    if attempt < MOST_ATTEMPTS:
        wait = min(FIRST_RETRY * 2 ** (attempt - 1), LONGEST_RETRY)
        turn.emit(HandOverPending(attempt=attempt, due=turn.now + wait))
        return
    known = next((one.action_id for one in turn.state.dead_letters if one.topic_id is None), str(new_id()))
    turn.emit(ActionDeadLettered(action_id=known, topic_id=None, action=action, code=outcome.code, retryable=True))


async def write_back(turn: Turn) -> None:
    """Brings the Case up to date with what was said since; on failure it stays due. The customer notices nothing."""
    if turn.state.case is None:
        return
    log = (*await turn.ports.log.history(turn.claim.key), *turn.uncommitted())
    reason = REASONS.get(turn.state.hand_over_reason or "", "")
    wants = "; ".join(topic.title for topic in turn.state.topics) or "not yet clear"
    arguments: dict[str, Scalar] = {
        "summary": turn.vault.restore(_summary(turn.state, reason, wants)),
        "transcript": _transcript(log),
    }
    key = f"{turn.claim.key.conversation_id}:write-back:{turn.state.seq}"
    _write_back_ended(turn, await perform(turn, None, WRITE_BACK_STEP, WRITE_BACK_ACTION, arguments, key=key))


def _reference(outcome: ActionOutcome) -> CaseReference:
    record = next((one for one in outcome.records if one.type == "Case"), None)
    number = str(outcome.values.get("number", ""))
    return CaseReference(
        id=record.id if record else "",
        number=number or (record.label if record else ""),
        url=record.url if record else "",
    )


def _story(turn: Turn, log: tuple[LoggedEvent, ...]) -> dict[str, Scalar]:
    state = turn.state
    reason = REASONS.get(state.hand_over_reason or "", state.hand_over_reason or "")
    wants = "; ".join(topic.title for topic in state.topics) or "not yet clear"
    return {
        "subject": f"Chat: {wants}"[:255],
        "description": turn.vault.restore(_first_words(log)),
        "summary": turn.vault.restore(_summary(state, reason, wants)),
        "transcript": _transcript(log),
        "priority": "High" if state.frustration >= turn.thresholds.frustration_hand_over / 2 else "Medium",
        "sentiment": round(state.feelings[-1].emotion.valence, 2) if state.feelings else 0.0,
        "recommended_action": _next_step(state, reason),
        "category": (state.topics[-1].name if state.topics else "general"),
        "confidence": round(max(0.0, 1.0 - 0.3 * state.unhelpful_turns), 2),
    }


def _summary(state: State, reason: str, wants: str) -> str:
    identity = state.identity
    lines = [
        f"Why a person: {reason}",
        f"What the customer wants: {wants}",
        f"Who: {identity.assurance}" + (f", {identity.email_token}" if identity.email_token else ", no address given"),
        f"What was tried: {'; '.join(state.attempted_solutions) or 'nothing yet'}",
        f"What failed: {'; '.join(dict.fromkeys(state.errors)) or 'nothing'}",
        f"What waits for a person: {'; '.join(one.action for one in state.dead_letters) or 'nothing'}",
        f"Mood: {state.feelings[-1].emotion.label if state.feelings else 'neutral'}, "
        f"frustration {round(state.frustration * 100)} %, satisfaction {satisfaction_trend(state.feelings)}",
        f"Language: {state.language}"
        + (f"; also wrote in {', '.join(state.unspoken_languages)}" if state.unspoken_languages else ""),
    ]
    for topic in state.topics:
        slots = ", ".join(
            f"{name}: {value}" for name, value in (topic.progress.slots if topic.progress else {}).items()
        )
        done = ", ".join(one.step for one in topic.progress.compensable) if topic.progress else ""
        lines.append(f"- {topic.title} ({topic.status})" + (f": {slots}" if slots else ""))
        if done and topic.status is TopicStatus.HANDED_OVER:
            lines.append(f"  Half done, decide whether it stays: {done}")
    return "\n".join(lines)


def _next_step(state: State, reason: str) -> str:
    failed = [topic for topic in state.topics if topic.status in (TopicStatus.HANDED_OVER, TopicStatus.UNRESOLVED)]
    if state.errors:
        return f"Check what failed ({state.errors[-1]}), then finish it by hand."
    if failed:
        return f'Take up "{failed[-1].title}" where it stands, and answer in the chat. {reason}'
    return f"Answer the customer in the chat. {reason}"


def _first_words(log: tuple[LoggedEvent, ...]) -> str:
    return next((entry.event.text for entry in log if isinstance(entry.event, MessageReceived)), "")


def _transcript(log: tuple[LoggedEvent, ...]) -> str:
    lines = []
    for entry in log:
        at = f"{entry.at:%Y-%m-%d %H:%M}"
        match entry.event:
            case MessageReceived(text=text):
                lines.append(f"[{at}] Customer: {text}")
            case OperatorReplied(text=text):
                lines.append(f"[{at}] Colleague: {text}")
            case ReplySent(parts=parts) if parts:
                sources = dict.fromkeys(source.title for part in parts for source in part.sources if source.title)
                lines.append(f"[{at}] Assistant: {' '.join(part.text for part in parts)}")
                if sources:
                    lines.append(f"    (sources: {', '.join(sources)})")
            case _:
                continue
    return "\n".join(lines)
