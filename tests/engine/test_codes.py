"""A code that does not come, and an address that was wrong."""

from casewright.conversations.models import Mode
from casewright.understanding.models import SetSlot, StartProcedure
from tests.engine.conftest import World

ADDRESS = SetSlot(slot="email", value="?")
NEW_CODE = SetSlot(slot="code", value="new_code")
OTHER_ADDRESS = SetSlot(slot="code", value="other_address")


async def ask_for_code(world: World) -> str:
    await world.say("the secret", StartProcedure(procedure="secret"))
    return await world.say("ann@example.com", ADDRESS)


def addresses(world: World) -> list[object]:
    return [call.arguments["email"] for call in world.org.calls if call.action == "send_verification_code"]


async def test_what_may_be_wanted_instead_of_the_code_is_offered_and_told_to_understanding(world: World) -> None:
    await ask_for_code(world)
    assert [one.label for one in (await world.last_reply()).quick_replies] == ["Send a new code", "Another address"]
    await world.say("hm")
    awaiting = world.understanding.seen[-1].context.awaiting
    assert awaiting is not None
    assert [one.value for one in awaiting.instead] == ["new_code", "other_address"]


async def test_a_new_code_goes_to_the_same_address(world: World) -> None:
    await ask_for_code(world)
    reply = await world.say("I did not get the code", NEW_CODE)
    assert addresses(world) == ["ann@example.com", "ann@example.com"]
    assert "sending a new one" in reply
    assert "enter the six-digit code" in reply


async def test_a_third_new_code_is_a_matter_for_a_person(world: World) -> None:
    await ask_for_code(world)
    for _ in range(3):
        await world.say("nothing came", NEW_CODE)
    assert len(addresses(world)) == 3
    assert (await world.state()).mode is Mode.HUMAN


async def test_another_address_is_asked_for_plainly_and_gets_the_next_code(world: World) -> None:
    await ask_for_code(world)
    reply = await world.say("wrong address", OTHER_ADDRESS)
    assert "Which e-mail address do you use with us?" in reply
    assert (await world.last_reply()).fields[0].value is None
    await world.say("it is bob@example.com", ADDRESS)
    assert addresses(world) == ["ann@example.com", "bob@example.com"]
    identity = (await world.state()).identity
    assert identity.email_token == identity.code_sent_to == "[EMAIL_2]"


async def test_a_code_after_a_new_one_was_sent_proves_the_customer(world: World) -> None:
    await ask_for_code(world)
    await world.say("resend", NEW_CODE)
    assert "The secret is out." in await world.say("123456", SetSlot(slot="code", value="123456"))


async def test_a_code_can_be_entered_in_its_field(world: World) -> None:
    await ask_for_code(world)
    assert [(one.slot, one.type) for one in (await world.last_reply()).fields] == [("code", "code")]
    assert "The secret is out." in await world.fill_in(code="123 456")
