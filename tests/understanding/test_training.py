import pytest

from casewright.understanding.encoder import Encoder
from casewright.understanding.errors import TrainingDataInvalid
from casewright.understanding.features import read
from casewright.understanding.models import IntentDefinition, IntentSet, IntentTarget
from casewright.understanding.training import check, generic_out_of_scope, train
from tests.understanding.conftest import Company

KNOWLEDGE = IntentTarget(knowledge=True)
FRUIT = ("apples are sweet", "I like pears", "a ripe plum", "cherries in June", "bananas are yellow", "grapes for wine")
TOOLS = ("hammer and nails", "a sharp saw", "tighten the screw", "drill a hole", "the file is blunt", "pliers and wire")


def intent(name: str, examples: tuple[str, ...], target: IntentTarget = KNOWLEDGE) -> IntentDefinition:
    return IntentDefinition(name=name, title={"en": name}, target=target, examples=examples)


def test_the_demo_companies_intents_are_learnt_well_enough(aurora: Company, brueckner: Company) -> None:
    """Far from the measured figures, so that this fails for a mistake and not for an unlucky split."""
    for company, accuracy in ((aurora, 0.6), (brueckner, 0.6)):
        report = company.model.header.report
        assert report.accuracy > accuracy
        assert report.out_of_scope_recall > 0.6
        assert report.false_rejections < 0.2
        assert report.calibration_error < 0.12


def test_training_twice_gives_the_same_model(encoder: Encoder) -> None:
    intents = IntentSet(intents=(intent("fruit", FRUIT), intent("tools", TOOLS)))
    first, second = train(intents, encoder), train(intents, encoder)
    assert (first.coefficients == second.coefficients).all()
    assert first.header.threshold == second.header.threshold


def test_progress_counts_all_examples_titles_and_those_out_of_scope_too(encoder: Encoder) -> None:
    intents = IntentSet(intents=(intent("fruit", FRUIT), intent("tools", TOOLS)), out_of_scope=("a song",))
    seen: list[tuple[int, int]] = []
    train(intents, encoder, lambda done, of: seen.append((done, of)))
    titles = 2
    total = len(FRUIT) + len(TOOLS) + titles + 1 + len(generic_out_of_scope(frozenset({"en"})))
    assert {of for _, of in seen} == {total}
    assert seen[-1] == (total, total)


def test_the_same_example_under_two_intents_makes_it_ambiguous(encoder: Encoder) -> None:
    shared = ("I bought something at the market", "something from the market")
    intents = IntentSet(intents=(intent("fruit", FRUIT + shared), intent("tools", TOOLS + shared)))
    company = Company(train(intents, encoder), encoder, "en")
    ranking = company.hears("I bought something at the market").segments[0].ranking
    assert abs(ranking[0].probability - ranking[1].probability) < 0.15


def test_a_company_with_few_examples_is_not_lost_among_all_that_is_out_of_scope(encoder: Encoder) -> None:
    model = train(IntentSet(intents=(intent("fruit", FRUIT), intent("tools", TOOLS))), encoder)
    heard = model.predict(read("these apples are ripe and sweet", encoder))
    assert not heard.out_of_scope
    assert heard.ranking[0].name == "fruit"
    assert model.predict(read("who won the football match last night", encoder)).out_of_scope


def test_there_are_four_hundred_different_examples_of_what_is_out_of_scope() -> None:
    texts = generic_out_of_scope(frozenset({"en", "de"}))
    assert len({text.casefold() for text in texts}) == len(texts) >= 400


def test_out_of_scope_examples_come_in_the_languages_of_the_tenant() -> None:
    english, german = (generic_out_of_scope(frozenset({language})) for language in ("en", "de"))
    assert set(english).isdisjoint(german)
    assert set(generic_out_of_scope(frozenset({"en", "de"}))) == {*english, *german}
    assert generic_out_of_scope(frozenset({"fi"})) == english


@pytest.mark.parametrize(
    ("intents", "complaint"),
    [
        ((intent("fruit", FRUIT),), "at least two intents"),
        ((intent("fruit", FRUIT), intent("fruit", TOOLS)), "defined 2 times"),
        ((intent("fruit", FRUIT), intent("tools", TOOLS[:3])), "'tools' has 3 different examples"),
        ((intent("fruit", FRUIT), intent("tools", (*TOOLS, " "))), "'tools' has an empty example"),
        ((intent("fruit", FRUIT), intent("tools", TOOLS, IntentTarget())), "exactly one of"),
        ((intent("fruit", FRUIT), intent("tools", TOOLS, IntentTarget(knowledge=True, cancel=True))), "exactly one of"),
        ((intent("fruit", FRUIT), intent("tools", TOOLS, IntentTarget(small_talk="gossip"))), "'gossip'"),
    ],
)
def test_what_cannot_be_learnt_from_is_named(intents: tuple[IntentDefinition, ...], complaint: str) -> None:
    with pytest.raises(TrainingDataInvalid, match=complaint):
        check(IntentSet(intents=intents))
