"""Failure is a stage like any other: which strategies are tried, in which order, for which kind of failure.

Every attempt is told in the turn's report. The last resort is always an honest sentence and a person.
"""

import random
from datetime import timedelta

from casewright.conversations.errors import EventUnreadable
from casewright.conversations.models import FailureMet, HandOverPending, Mode, RecoveryView
from casewright.engine.acting import give_up
from casewright.engine.hand_over import FIRST_RETRY, STEP, hand_over
from casewright.engine.working import Turn
from casewright.kit.database import DatabaseUnavailable
from casewright.kit.errors import CasewrightError

RETRY_LATER = "retry_later"
REPEAT = "repeat_the_turn"
PERSON = "apologise_and_hand_over"

STRATEGIES: dict[str, tuple[str, ...]] = {
    "DATABASE_CONNECTION_LOST": (RETRY_LATER,),
    "UNREADABLE_LOG": (RETRY_LATER,),
    "INVALID_RESPONSE": (
        "use_the_sources_own_sentence",
        "drop_the_sentence",
        "black_out_personal_data",
        "use_template",
        PERSON,
    ),
    "ACTION_UNCERTAIN": ("look_for_the_marker", PERSON),
    "ACTION_FAILED": ("follow_the_procedure", "say_so", PERSON),
    "CONTEXT_OVERFLOW": ("cut_with_a_note",),
    "MODEL_FAILED": (REPEAT, PERSON),
    "INTERNAL_ERROR": (REPEAT, PERSON),
}

PUT_OFF_SECONDS = {"UNREADABLE_LOG": 1.0, "DATABASE_CONNECTION_LOST": 1.0}
"""How long, about, until a turn is tried again that came to nothing. A newer server can read what this one cannot."""
PUT_OFF_SECONDS_OTHERWISE = 5.0


def classify(error: Exception) -> str:
    """The kind of failure an unexpected error in a turn is."""
    if isinstance(error, DatabaseUnavailable):
        return "DATABASE_CONNECTION_LOST"
    if isinstance(error, EventUnreadable):
        return "UNREADABLE_LOG"
    if isinstance(error, TimeoutError) or (isinstance(error, CasewrightError) and "model" in error.kind):
        return "MODEL_FAILED"
    return "INTERNAL_ERROR"


def put_off_by(failure: str) -> timedelta:
    """Never twice the same: else the process that failed might each time be the first whose dispatcher looks again."""
    seconds = PUT_OFF_SECONDS.get(failure, PUT_OFF_SECONDS_OTHERWISE)
    return timedelta(seconds=seconds * (0.5 + random.random()))


async def apologise(turn: Turn, failure: str) -> None:
    """The last resort, on a turn of its own."""
    turn.emit(FailureMet(failure=failure, strategy=PERSON, succeeded=True))
    turn.note(recovery=(*turn.report.recovery, RecoveryView(failure=failure, strategy=PERSON, succeeded=True)))
    pending = turn.state.action
    if pending:
        give_up(turn, pending)
        if pending.step == STEP:
            turn.emit(HandOverPending(attempt=turn.state.hand_over_attempt + 1, due=turn.now + FIRST_RETRY))
    if turn.state.mode is Mode.AGENT:
        turn.phrase("our_fault")
        await hand_over(turn, "failure")
