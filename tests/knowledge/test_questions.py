"""How well the demo companies' questions are answered. The weights were fitted on these and others (`bench.retrieval`)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from casewright.kit.model import Model
from casewright.kit.principal import Assurance, system
from casewright.knowledge.importing import read_article, read_articles
from casewright.knowledge.models import ArticleId, Audience, KnowledgeAnswer
from casewright.knowledge.passages import split_article

from .conftest import EXAMPLES, Company

HERE = Path(__file__).parent
LINK = re.compile(r"\[([^]]+)\]\([a-z0-9-]+\)")


class Case(Model):
    """`articles`: keys of those that may answer; none: the articles do not say."""

    ask: str
    articles: tuple[str, ...]
    language: str | None = None
    assurance: Assurance = Assurance.ANONYMOUS
    internal: bool = False


@dataclass(frozen=True)
class Answered:
    case: Case
    answer: KnowledgeAnswer
    first: str


ORIGINALS = {
    company: {draft.key: draft.translation_of or draft.key for draft in read_articles(EXAMPLES / company / "articles")}
    for company in ("aurora", "brueckner")
}
QUESTIONS = {
    company: [Case.model_validate(case) for case in cases]
    for company, cases in yaml.safe_load((HERE / "questions.yaml").read_text()).items()
}


async def _ask_all(company: Company, cases: Sequence[Case]) -> list[Answered]:
    keys = await company.keys()
    answered = []
    for case in cases:
        answer = await company.ask(case.ask, language=case.language, assurance=case.assurance, internal=case.internal)
        answered.append(
            Answered(case=case, answer=answer, first=keys[answer.hits[0].article_id] if answer.hits else "")
        )
    return answered


@pytest.fixture(scope="session")
async def answered(aurora: Company, brueckner: Company) -> dict[str, list[Answered]]:
    return {
        "aurora": await _ask_all(aurora, QUESTIONS["aurora"]),
        "brueckner": await _ask_all(brueckner, QUESTIONS["brueckner"]),
    }


def _is_right(company: str, one: Answered) -> bool:
    """From an article that answers, or a translation of it."""
    return ORIGINALS[company].get(one.first) in {ORIGINALS[company].get(key, key) for key in one.case.articles}


@pytest.mark.parametrize("company", ["aurora", "brueckner"])
def test_four_of_five_questions_find_the_right_article_first(answered: dict[str, list[Answered]], company: str) -> None:
    answerable = [one for one in answered[company] if one.case.articles]
    missed = [one.case.ask for one in answerable if not _is_right(company, one)]

    assert len(missed) <= 0.2 * len(answerable), missed


@pytest.mark.parametrize("company", ["aurora", "brueckner"])
def test_two_of_three_questions_are_answered_from_the_right_article(
    answered: dict[str, list[Answered]], company: str
) -> None:
    answerable = [one for one in answered[company] if one.case.articles]
    missed = [one.case.ask for one in answerable if not (one.answer.sentences and _is_right(company, one))]

    assert len(missed) <= len(answerable) / 3, missed


@pytest.mark.parametrize("company", ["aurora", "brueckner"])
def test_few_questions_are_answered_from_a_wrong_article(answered: dict[str, list[Answered]], company: str) -> None:
    answerable = [one for one in answered[company] if one.case.articles]
    wrong = [one.case.ask for one in answerable if one.answer.sentences and not _is_right(company, one)]

    assert len(wrong) <= 0.04 * len(answerable), wrong


@pytest.mark.parametrize("company", ["aurora", "brueckner"])
def test_few_questions_are_answered_that_the_articles_do_not_answer(
    answered: dict[str, list[Answered]], company: str
) -> None:
    unanswerable = [one for one in answered[company] if not one.case.articles]
    said = [one.case.ask for one in unanswerable if one.answer.sentences]

    assert len(said) <= 0.15 * len(unanswerable), said


@pytest.mark.parametrize("company", ["aurora", "brueckner"])
def test_steps_are_given_whole_and_in_order(answered: dict[str, list[Answered]], company: str) -> None:
    for one in answered[company]:
        for section in {sentence.section for sentence in one.answer.sentences}:
            said = [s.text for s in one.answer.sentences if s.section == section and s.kind == "step"]
            assert said == [] or said in _step_lists(company, one.first, section)


def _step_lists(company: str, key: str, section: str) -> list[list[str]]:
    draft = read_article(EXAMPLES / company / "articles" / f"{key}.md")
    lists: dict[int, list[str]] = {}
    for passage in split_article(draft.title, draft.body, draft.language):
        for sentence in passage.sentences:
            if passage.section == section and sentence.kind == "step":
                lists.setdefault(sentence.block, []).append(sentence.text)
    return list(lists.values())


async def test_every_sentence_of_an_answer_stands_in_its_article(
    aurora: Company, answered: dict[str, list[Answered]]
) -> None:
    for one in answered["aurora"]:
        for sentence in one.answer.sentences:
            body = await _plain_body(aurora, sentence.article_id)
            assert " ".join(sentence.text.split()) in body


async def _plain_body(company: Company, article_id: ArticleId) -> str:
    async with company.database.begin(system(company.tenant_id)) as tx:
        article = await company.service.read(tx, company.tenant_id, article_id, internal=True)
    return " ".join(LINK.sub(r"\1", article.body).replace("**", "").replace("`", "").split())


async def test_the_suggested_question_about_exports_is_answered_with_condition_and_steps(aurora: Company) -> None:
    answer = await aurora.ask("How do I export data?")

    kinds = [sentence.kind for sentence in answer.sentences]
    assert kinds[0] == "text"
    assert kinds.count("step") >= 4
    assert len({sentence.title for sentence in answer.sentences}) == 1


async def test_what_only_verified_customers_may_know_is_answered_to_them_alone(aurora: Company) -> None:
    asked = "How do I ask for a service credit after an outage?"

    assert (await aurora.ask(asked, assurance=Assurance.VERIFIED)).sentences[
        0
    ].title == "Service credits after an outage"
    anonymous = await aurora.ask(asked)
    titles = {hit.title for hit in anonymous.hits} | {s.title for s in anonymous.sentences} | set(anonymous.near)
    assert "Service credits after an outage" not in titles


def test_some_demo_articles_are_for_customers_and_some_for_staff() -> None:
    audiences = [draft.audience for draft in read_articles(EXAMPLES / "aurora" / "articles")]

    assert audiences.count(Audience.CUSTOMER) >= 3
    assert audiences.count(Audience.INTERNAL) >= 3
