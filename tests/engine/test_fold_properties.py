"""Whatever happens in a conversation, the live state is the fold of its log: at every commit, of whole turns and of parts."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.conversations.event_log import EventLog
from casewright.conversations.models import Claim, Mode, TurnCommit
from casewright.engine.fold import fold
from casewright.engine.models import STATE_VERSION, State
from casewright.engine.service import Engine
from casewright.understanding.models import (
    AnswerFromKnowledge,
    CancelTopic,
    CannotHandle,
    Command,
    Confirm,
    Decline,
    Emotion,
    HumanHandoff,
    SetSlot,
    SmallTalk,
    StartProcedure,
)
from tests.engine.conftest import World

COMMANDS: list[Command] = [
    StartProcedure(procedure="gift"),
    StartProcedure(procedure="send_link"),
    StartProcedure(procedure="credit"),
    StartProcedure(procedure="advance"),
    StartProcedure(procedure="export"),
    SetSlot(slot="amount", value="5"),
    SetSlot(slot="amount", value="6", corrects=True),
    Confirm(confirmation="?"),
    Decline(confirmation="?"),
    AnswerFromKnowledge(query="price", intent="price"),
    AnswerFromKnowledge(query="nothing known"),
    CancelTopic(),
    SmallTalk(kind="thanks"),
    CannotHandle(reason="vague"),
    HumanHandoff(),
]
EMOTIONS = [Emotion(), Emotion(valence=-0.6, intensity=0.6, label="frustrated"), Emotion(valence=0.8, intensity=0.5)]
AROUND = ["time passes", "taken over", "given back", "operator", "approved", "rejected", "rated", "asks for a person"]
"""What happens beside messages."""
ORG = ["done", "done", "done", "lost_answer", "refused", "not_sent"]

messages = st.tuples(st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=3), st.sampled_from(EMOTIONS))
steps = st.tuples(messages, st.lists(st.sampled_from(AROUND), max_size=2), st.lists(st.sampled_from(ORG), max_size=2))
Step = tuple[tuple[list[Command], Emotion], list[str], list[str]]


class CheckedLog:
    """The log, in which each commit's snapshot is compared with the fold of everything written."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.commits = 0

    async def commit(self, claim: Claim, turn: TurnCommit) -> bool:
        waiting = await self._log.commit(claim, turn)
        entries = await self._log.history(claim.key)
        saved = State.model_validate_json(turn.snapshot)
        assert saved == fold(State(), entries[: saved.seq])
        self.commits += 1
        return waiting

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(steps, min_size=1, max_size=6))
async def test_folding_the_log_gives_the_live_state(world: World, script: list[Step]) -> None:
    log = CheckedLog(world.log)
    checked = replace(world, engine=Engine(replace(world.ports, log=log), world.settings), key=await world.open())  # type: ignore[arg-type]
    for number, ((commands, emotion), around, org) in enumerate(script):
        checked.org.plan = list(org)
        await checked.say(f"message {number}", *commands, emotion=emotion)
        for what in around:
            await _happens(checked, what)
            await checked.engine.run(checked.key)
    assert log.commits >= len(script)
    await _check(checked)


async def _happens(world: World, what: str) -> None:
    match what:
        case "time passes":
            await world.service.move_clock(world.key, timedelta(minutes=40))
        case "taken over":
            await world.desk.set_mode(world.principal, world.key, Mode.HUMAN)
        case "given back":
            await world.desk.set_mode(world.principal, world.key, Mode.AGENT)
        case "operator":
            await world.desk.reply(world.principal, world.key, "I am here")
        case "approved" | "rejected":
            for approval in await world.desk.approvals(world.principal, pending_only=True):
                if approval.conversation_id == world.key.conversation_id:
                    await world.desk.decide(world.principal, approval.id, approve=what == "approved")
        case "rated":
            await world.service.give_feedback(world.key, 5, None, None, "")
        case _:
            await world.service.ask_for_person(world.key)


async def _check(world: World) -> None:
    """What the next process would read."""
    claim = await world.log.claim(world.key, "test", STATE_VERSION)
    assert claim is not None
    assert claim.snapshot is not None
    try:
        assert fold(State.model_validate_json(claim.snapshot), claim.log) == await world.state()
        entries = await world.entries()
        assert [one.seq for one in entries] == list(range(1, len(entries) + 1))
    finally:
        await world.log.release(claim)
