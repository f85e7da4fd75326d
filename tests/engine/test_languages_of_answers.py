"""Customers who write in a language that the company has no answers in, or that it does; what they name beside a request."""

from casewright.tenants.models import TenantProfile
from casewright.understanding.models import AnswerFromKnowledge, SetSlot, StartProcedure
from tests.engine.conftest import World

PRICES = AnswerFromKnowledge(query="what is the price", intent="price")
NOTE = "Aquí solo puedo responder en: English, Deutsch."


async def test_who_writes_in_a_language_without_answers_is_told_so_in_it_and_once(world: World) -> None:
    world.understanding.language = "es"
    first = await world.say("¿cuál es el precio?", PRICES)
    again = await world.say("¿y cuál es el precio ahora?", PRICES)
    assert NOTE in first
    assert "The price is 10 euros." in first
    assert NOTE not in again
    assert (await world.state()).language == "en"


async def test_each_such_language_is_named_to_whoever_takes_over(world: World) -> None:
    for language in ("es", "en", "ja", "es"):
        world.understanding.language = language
        await world.say(f"what is the price, in {language}", PRICES)
    assert (await world.state()).unspoken_languages == ("es", "ja")


async def test_a_company_that_speaks_the_language_answers_in_it(world: World) -> None:
    world.understanding.language = "es"
    await world.ports.tenants.save(  # type: ignore[attr-defined]
        world.tenant.slug, world.tenant.name, TenantProfile(languages=("en", "es"))
    )
    reply = await world.say("quiero ver el secreto", StartProcedure(procedure="secret"))
    assert "debo asegurarme de que es usted" in reply
    assert "correo electrónico" in reply


async def test_an_address_named_with_a_request_is_not_asked_for_again(world: World) -> None:
    reply = await world.say("the secret of ann@example.com please", StartProcedure(procedure="secret"))
    assert "six-digit code" in reply
    assert [call.arguments["email"] for call in world.org.calls] == ["ann@example.com"]


async def test_of_two_addresses_neither_is_taken(world: World) -> None:
    reply = await world.say("ann@example.com or bob@example.com: the secret", StartProcedure(procedure="secret"))
    assert "Which e-mail address" in reply


async def test_an_address_that_answers_something_else_is_no_claim(world: World) -> None:
    await world.say("repair it", StartProcedure(procedure="repair"))
    await world.say("the screen of ann@example.com", SetSlot(slot="fault", value="?"))
    assert (await world.state()).identity.email_token is None
