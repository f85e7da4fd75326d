"""What a turn changed in the state, in words."""

from casewright.conversations.models import TurnFinished, TurnId
from casewright.engine.fold import fold
from casewright.engine.models import State
from casewright.engine.state_changes import difference, facts, masked, state_changes
from casewright.kit.ids import new_id
from casewright.understanding.models import Confirm, HumanHandoff, SetSlot, StartProcedure
from tests.engine.conftest import World

YES = Confirm(confirmation="?")


async def changes_of_last_turn(world: World) -> dict[str, tuple[str, str]]:
    log = await world.entries()
    turn = [entry for entry in log if isinstance(entry.event, TurnFinished)][-1]
    assert turn.turn_id
    return {one.what: (one.before, one.after) for one in state_changes(log, turn.turn_id)}


async def test_a_turn_tells_what_it_changed_and_nothing_else(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    changes = await changes_of_last_turn(world)
    assert changes["waits for"] == ("", "text amount")
    assert changes["t1 A gift"] == ("", "active, on top (requested)")
    assert changes["t1 A gift › step"] == ("", "amount")
    assert "language" not in changes


async def test_an_answered_question_is_no_longer_waited_for(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("5", SetSlot(slot="amount", value="5"))
    changes = await changes_of_last_turn(world)
    assert changes["waits for"] == ("text amount", "confirmation")
    assert changes["confirmation"] == ("", "step create, asked")
    assert changes["t1 A gift › amount"] == ("", "5")


async def test_a_hand_over_tells_who_talks_and_the_case(world: World) -> None:
    await world.say("a person please", HumanHandoff())
    changes = await changes_of_last_turn(world)
    assert changes["who talks"] == ("agent", "human")
    assert changes["why a person"] == ("", "requested")
    assert changes["case"] == ("", "00001001")


async def test_a_turn_that_is_not_in_the_log_changed_nothing(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    assert state_changes(await world.entries(), TurnId(new_id())) == ()


async def test_no_personal_data_stands_in_a_state_as_it_is_shown(world: World) -> None:
    await world.say("a link", StartProcedure(procedure="send_link"))
    await world.say("ann@example.com", SetSlot(slot="email", value="?"))
    await world.say("yes", YES)
    for seq in range(1, (await world.state()).seq + 1):
        state = fold(State(), (entry for entry in await world.entries() if entry.seq <= seq))
        shown = masked(state).model_dump_json() + "".join(f"{what} {holds}" for what, holds in facts(state))
        assert "ann@example.com" not in shown
    assert masked(await world.state()).vault == {"[EMAIL_1]": ""}


def test_the_same_state_has_no_differences() -> None:
    assert difference(State(), State()) == ()
