"""Whatever happens in a conversation, the live state is the fold of its log."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.engine.models import STATE_VERSION, State
from casewright.understanding.models import (
    AnswerFromKnowledge,
    CancelTopic,
    CannotHandle,
    Command,
    Confirm,
    Decline,
    Emotion,
    SetSlot,
    SmallTalk,
    StartProcedure,
)
from tests.engine.conftest import World

COMMANDS: list[Command] = [
    StartProcedure(procedure="gift"),
    StartProcedure(procedure="send_link"),
    StartProcedure(procedure="credit"),
    SetSlot(slot="amount", value="5"),
    SetSlot(slot="amount", value="6", corrects=True),
    Confirm(confirmation="?"),
    Decline(confirmation="?"),
    AnswerFromKnowledge(query="price", intent="price"),
    AnswerFromKnowledge(query="nothing known"),
    CancelTopic(),
    SmallTalk(kind="thanks"),
    CannotHandle(reason="vague"),
]
EMOTIONS = [Emotion(), Emotion(valence=-0.6, intensity=0.6, label="frustrated"), Emotion(valence=0.8, intensity=0.5)]

messages = st.tuples(
    st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=3),
    st.sampled_from(EMOTIONS),
    st.sampled_from([0, 0, 0, 40]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(messages, min_size=1, max_size=6))
async def test_folding_the_log_gives_the_live_state(
    world: World, script: list[tuple[list[Command], Emotion, int]]
) -> None:
    for number, (commands, emotion, minutes) in enumerate(script):
        await world.say(f"message {number}", *commands, emotion=emotion)
        if minutes:
            await world.service.move_clock(world.key, timedelta(minutes=minutes))
            await world.engine.run(world.key)
    claim = await world.log.claim(world.key, "test", STATE_VERSION)
    assert claim is not None
    assert claim.snapshot is not None
    try:
        assert claim.log == ()
        assert State.model_validate_json(claim.snapshot) == await world.state()
        entries = await world.entries()
        assert [one.seq for one in entries] == list(range(1, len(entries) + 1))
    finally:
        await world.log.release(claim)
