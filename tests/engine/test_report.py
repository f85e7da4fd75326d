"""What a turn tells of itself: for operators, and masked."""

from casewright.conversations.models import TurnFinished
from casewright.understanding.models import AnswerFromKnowledge, Confirm, Emotion, SetSlot, StartProcedure
from tests.engine.conftest import World

YES = Confirm(confirmation="?")
ADDRESS = SetSlot(slot="email", value="?")


async def test_an_action_is_told_with_its_grounds_its_arguments_and_its_result(world: World) -> None:
    await world.say("a link", StartProcedure(procedure="send_link"))
    await world.say("ann@example.com", ADDRESS)
    await world.say("yes", YES)
    action = (await world.last_report()).actions[0]
    assert (action.action, action.effect, action.step, action.topic_id) == ("send_link", "write", "send", "t1")
    assert (action.confirmed, action.approved, action.attempts) == (True, False, 1)
    assert action.arguments == {"email": "[EMAIL_1]"}
    assert action.values == {"number": "00001001"}
    assert [(one.type, one.label) for one in action.records] == [("Credit__c", "00001001")]


async def test_an_action_that_an_operator_allowed_says_so(world: World) -> None:
    await world.say("a credit", StartProcedure(procedure="credit"))
    await world.say("30", SetSlot(slot="amount", value="30"))
    await world.say("yes", YES)
    waiting = await world.desk.approvals(world.principal, pending_only=True)
    await world.desk.decide(world.principal, waiting[0].id, True)
    await world.engine.run(world.key)
    action = (await world.last_report()).actions[0]
    assert (action.confirmed, action.approved) == (True, True)


async def test_attempts_count_how_often_a_lost_answer_was_looked_for(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("5", SetSlot(slot="amount", value="5"))
    world.org.plan = ["lost_answer"]
    await world.say("yes", YES)
    assert (await world.last_report()).actions[0].attempts == 2


async def test_no_personal_data_stands_in_a_report_not_even_the_orgs(world: World) -> None:
    world.org.values = {"owner": "boss@company.example"}
    await world.say("a link", StartProcedure(procedure="send_link"))
    await world.say("ann@example.com", ADDRESS)
    await world.say("yes", YES)
    await world.say("person please")
    reports = [one.event.report for one in await world.entries() if isinstance(one.event, TurnFinished)]
    text = "".join(one.model_dump_json() for one in reports)
    assert "ann@example.com" not in text
    assert "boss@company.example" not in text
    assert reports[2].actions[0].values == {"owner": "[EMAIL]"}


async def test_what_was_masked_is_told_by_token_and_kind(world: World) -> None:
    await world.say("I am ann@example.com", AnswerFromKnowledge(query="who"))
    assert [(one.token, one.kind) for one in (await world.last_report()).masked] == [("[EMAIL_1]", "email")]


async def test_the_emotion_curve_grows_with_each_message(world: World) -> None:
    await world.say("what is the price", emotion=Emotion(valence=-0.6, intensity=0.6, label="anger"))
    await world.say("thanks a lot", emotion=Emotion(valence=0.6, intensity=0.5, label="joy"))
    curve = (await world.last_report()).emotions
    assert [one.label for one in curve] == ["anger", "joy"]
    assert curve[0].frustration > curve[1].frustration > 0


async def test_topics_tell_their_reason_their_parent_and_the_stack(world: World) -> None:
    await world.say("the secret", StartProcedure(procedure="secret"))
    report = await world.last_report()
    secret, proving = report.topics
    assert (secret.status, secret.reason) == ("paused", "another topic came before it")
    assert (proving.name, proving.parent, proving.reason) == ("verify_identity", secret.id, "identity needed")
    assert report.stack == (secret.id, proving.id)
    assert report.min_confidence == world.settings.thresholds.min_confidence
