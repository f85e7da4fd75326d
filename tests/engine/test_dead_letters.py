"""Writes of which nobody knows whether they were done wait for a person, who sees them, retries or discards them."""

from datetime import timedelta

import pytest

from casewright.conversations.errors import DeadLetterClosed, DeadLetterNotFound, NotRetryable
from casewright.conversations.models import ActionFinished, DeadLetter, DeadLetterStatus, HandOverPending, Mode
from casewright.engine.hand_over import MOST_ATTEMPTS
from casewright.kit.principal import system
from casewright.tenants.models import Tenant
from casewright.understanding.models import Confirm, HumanHandoff, SetSlot, SmallTalk, StartProcedure
from tests.engine.conftest import World

YES = Confirm(confirmation="?")


async def retried(world: World, dead: DeadLetter) -> DeadLetter:
    await world.desk.retry(world.principal, dead.id)
    await world.engine.run(world.key)
    (after,) = await world.dead_letters()
    return after


async def audited(world: World, dead: DeadLetter) -> list[str]:
    async with world.database.begin(world.principal) as tx:
        rows = await tx.fetch("select action from audit_event where object_id = $1 order by at", str(dead.id))
    return [row["action"] for row in rows]


@pytest.fixture
async def unknown(world: World, monkeypatch: pytest.MonkeyPatch) -> DeadLetter:
    """A write whose answers were lost, again and again: it is in the org, but nobody knows."""
    monkeypatch.setattr("casewright.engine.acting.RECONCILE_WAITS", (0.0, 0.0, 0.0))
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("5", SetSlot(slot="amount", value="5"))
    world.org.plan, world.org.blind = ["lost_answer"], True
    await world.say("yes", YES)
    (dead,) = await world.dead_letters()
    return dead


async def test_what_stays_uncertain_waits_for_a_person_without_any_of_the_customers_words(
    world: World, unknown: DeadLetter
) -> None:
    assert (unknown.action, unknown.code, unknown.status) == ("create_credit", "uncertain", DeadLetterStatus.OPEN)
    assert (unknown.retryable, unknown.attempts) == (True, 1)
    assert (await world.state()).mode is Mode.HUMAN


async def test_a_retry_finds_what_was_done_and_does_it_no_second_time(world: World, unknown: DeadLetter) -> None:
    world.org.blind = False
    after = await retried(world, unknown)
    assert after.status is DeadLetterStatus.DONE
    assert [call.action for call in world.org.calls].count("create_credit") == 1
    assert await audited(world, unknown) == ["retry dead letter"]


async def test_a_retry_does_what_was_not_done_under_the_same_key(world: World, unknown: DeadLetter) -> None:
    world.org.blind = False
    world.org.records.clear()
    after = await retried(world, unknown)
    assert after.status is DeadLetterStatus.DONE
    keys = {call.key for call in world.org.calls if call.action == "create_credit"}
    assert len(keys) == 1
    assert keys <= world.org.records.keys()


async def test_a_retry_that_comes_to_nothing_leaves_it_waiting(world: World, unknown: DeadLetter) -> None:
    after = await retried(world, unknown)
    assert (after.status, after.attempts) == (DeadLetterStatus.OPEN, 2)


async def test_a_retry_says_nothing_to_the_customer(world: World, unknown: DeadLetter) -> None:
    world.org.blind = False
    before = await world.replies()
    await retried(world, unknown)
    assert await world.replies() == before


async def test_asked_for_twice_it_is_done_once(world: World, unknown: DeadLetter) -> None:
    world.org.blind = False
    world.org.records.clear()
    await world.desk.retry(world.principal, unknown.id)
    await retried(world, unknown)
    assert [call.action for call in world.org.calls].count("create_credit") == 2


async def test_a_discarded_one_is_not_tried_again(world: World, unknown: DeadLetter) -> None:
    settled = await world.desk.discard(world.principal, unknown.id)
    assert (settled.status, settled.settled_by) == (DeadLetterStatus.DISCARDED, "test")
    with pytest.raises(DeadLetterClosed):
        await world.desk.retry(world.principal, unknown.id)
    assert (await world.state()).dead_letters == ()
    assert await audited(world, unknown) == ["discard dead letter"]


async def test_what_may_happen_once_at_most_is_not_retried_but_can_be_discarded(world: World) -> None:
    await world.say("a link", StartProcedure(procedure="send_link"))
    await world.say("ann@example.com", SetSlot(slot="email", value="?"))
    world.org.plan = ["lost_answer"]
    await world.say("yes", YES)
    (dead,) = await world.dead_letters()
    with pytest.raises(NotRetryable):
        await world.desk.retry(world.principal, dead.id)
    assert (await world.desk.discard(world.principal, dead.id)).status is DeadLetterStatus.DISCARDED


async def test_what_can_only_be_looked_for_is_never_sent_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casewright.engine.acting.RECONCILE_WAITS", (0.0, 0.0, 0.0))
    await world.say("a note", StartProcedure(procedure="note"))
    world.org.plan = ["lost_request"]
    await world.say("yes", YES)
    (dead,) = await world.dead_letters()
    await retried(world, dead)
    assert [call.action for call in world.org.calls].count("leave_note") == 1


async def test_a_second_company_neither_sees_nor_touches_them(
    world: World, unknown: DeadLetter, other_tenant: Tenant
) -> None:
    stranger = system(other_tenant.id, "test")
    assert unknown.id not in {one.id for one in await world.desk.dead_letters(stranger, open_only=False)}
    with pytest.raises(DeadLetterNotFound):
        await world.desk.retry(stranger, unknown.id)
    with pytest.raises(DeadLetterNotFound):
        await world.desk.discard(stranger, unknown.id)


async def test_when_the_case_can_be_written_again_it_is_first_looked_what_was_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casewright.engine.acting.RECONCILE_WAITS", (0.0, 0.0, 0.0))
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("5", SetSlot(slot="amount", value="5"))
    world.org.plan, world.org.blind = ["lost_answer", "not_sent"], True
    await world.say("yes", YES)
    assert (await world.state()).hand_over_due is not None
    world.org.blind = False
    await world.service.move_clock(world.key, timedelta(hours=1))
    await world.engine.run(world.key)
    (dead,) = await world.dead_letters()
    assert dead.status is DeadLetterStatus.DONE
    assert [call.action for call in world.org.calls].count("create_credit") == 1
    assert "What waits for a person: nothing" in str(world.org.calls[-1].arguments["summary"])


async def test_a_case_that_cannot_be_written_half_a_day_long_waits_for_a_person(world: World) -> None:
    world.org.plan = ["not_sent"] * MOST_ATTEMPTS
    await world.say("a person", HumanHandoff())
    for _ in range(MOST_ATTEMPTS - 1):
        await world.service.move_clock(world.key, timedelta(hours=1))
        await world.engine.run(world.key)
    (dead,) = await world.dead_letters()
    assert (dead.action, dead.retryable) == ("hand_over_case", True)
    assert (await world.state()).hand_over_due is None
    assert (await retried(world, dead)).status is DeadLetterStatus.DONE
    assert (await world.state()).case is not None


async def test_a_case_that_cannot_be_brought_up_to_date_is_tried_again_later(world: World) -> None:
    await world.say("a person", HumanHandoff())
    await world.desk.set_mode(world.principal, world.key, Mode.AGENT)
    world.org.plan = ["not_sent"]
    await world.engine.run(world.key)
    assert "hand_over_pending" in await world.kinds()
    await world.service.move_clock(world.key, timedelta(minutes=5))
    await world.engine.run(world.key)
    ends = [one.event for one in await world.entries() if isinstance(one.event, ActionFinished)]
    assert [(one.action, one.status) for one in ends[-2:]] == [
        ("write_back_case", "not_sent"),
        ("write_back_case", "succeeded"),
    ]
    assert (await world.state()).hand_over_due is None


async def test_a_closed_conversations_case_is_written_once_an_attempt(world: World) -> None:
    await world.say("a person", HumanHandoff())
    await world.desk.set_mode(world.principal, world.key, Mode.AGENT)
    await world.engine.run(world.key)
    world.org.plan = ["not_sent", "not_sent"]
    await world.say("goodbye", SmallTalk(kind="goodbye"))
    await world.service.move_clock(world.key, timedelta(minutes=5))
    await world.engine.run(world.key)
    pending = [one.event for one in await world.entries() if isinstance(one.event, HandOverPending)]
    assert [one.attempt for one in pending] == [1, 2]
