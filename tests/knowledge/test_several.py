"""Questions that two articles answer together, and questions that one of two articles answers, on stored articles."""

from casewright.kit.principal import Assurance

from .conftest import Company

LOCKERS = """---
title: Bike lockers
asked_as:
  "": ["where can I lock my bike", "where are the lockers"]
---
Bike lockers stand behind gate 7. A bike locker costs 12 euros a month.
"""
SHOWERS = """---
title: Showers
asked_as:
  "": ["where can I take a shower", "are there showers"]
---
The showers are open from 6:30 to 22:00. You find the showers on the ground floor.
"""
HEATING = """---
title: Reset the control panel
product: {product}
audience: {audience}
---
# Reset the control panel

1. Hold the {button} for ten seconds.
2. Wait until the lamp of the control panel is green.
"""


def heating(product: str, button: str, audience: str = "public") -> str:
    return HEATING.format(product=product, button=button, audience=audience)


async def test_what_two_articles_answer_together_is_answered_from_both_each_with_its_source(
    empty_company: Company,
) -> None:
    await empty_company.install(lockers=LOCKERS, showers=SHOWERS)

    answer = await empty_company.ask("Where are the bike lockers and the showers?")

    assert {sentence.title for sentence in answer.sentences} == {"Bike lockers", "Showers"}
    assert answer.confidence >= 0.7


async def test_what_one_article_answers_is_not_mixed_with_another(empty_company: Company) -> None:
    await empty_company.install(lockers=LOCKERS, showers=SHOWERS)

    answer = await empty_company.ask("Where are the bike lockers?")

    assert {sentence.title for sentence in answer.sentences} == {"Bike lockers"}


async def test_where_the_product_decides_the_asker_may_choose_and_is_answered_from_that(
    empty_company: Company,
) -> None:
    await empty_company.install(heat_a=heating("Boiler A", "left button"), heat_b=heating("Boiler B", "right button"))

    asked = await empty_company.ask("How do I reset the control panel?")

    assert sorted(choice.label for choice in asked.choices) == [
        "Reset the control panel (Boiler A)",
        "Reset the control panel (Boiler B)",
    ]
    assert asked.sentences == ()
    second = next(choice for choice in asked.choices if "Boiler B" in choice.label)
    chosen = await empty_company.ask("How do I reset the control panel?", chosen=second, min_confidence=0.3)
    assert chosen.sentences[0].text == "Hold the right button for ten seconds."
    assert chosen.choices == ()


async def test_an_article_that_is_not_for_the_asker_is_not_to_choose(empty_company: Company) -> None:
    await empty_company.install(
        heat_a=heating("Boiler A", "left button"), heat_b=heating("Boiler B", "right button", "customer")
    )

    anonymous = await empty_company.ask("How do I reset the control panel?")
    verified = await empty_company.ask("How do I reset the control panel?", assurance=Assurance.VERIFIED)

    assert anonymous.choices == ()
    assert {sentence.text for sentence in anonymous.sentences} >= {"Hold the left button for ten seconds."}
    assert len(verified.choices) == 2


async def test_who_chooses_what_they_may_not_read_is_told_nothing(empty_company: Company, aurora: Company) -> None:
    await empty_company.install(
        heat_a=heating("Boiler A", "left button"), heat_b=heating("Boiler B", "right button", "customer")
    )
    verified = await empty_company.ask("How do I reset the control panel?", assurance=Assurance.VERIFIED)
    hidden = next(choice for choice in verified.choices if "Boiler B" in choice.label)

    for company in (empty_company, aurora):
        told = await company.ask("How do I reset the control panel?", chosen=hidden, min_confidence=0.0)
        assert (told.sentences, told.near, told.hits, told.confidence) == ((), (), (), 0.0)
