"""What retrieval sees of each question, in companies of several sizes, with and without `asked_as`."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from numpy.typing import NDArray

from casewright.kit.database import Database
from casewright.kit.model import Model
from casewright.kit.principal import Assurance, system
from casewright.knowledge.importing import read_articles
from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.models import Question as Asked
from casewright.knowledge.publishing import Publishing
from casewright.knowledge.retrieval import (
    ENGLISH,
    FOREIGN,
    OTHER,
    SURROUNDINGS,
    UNKNOWN_LIKELIHOOD,
    Candidate,
    rank,
    surroundings_of,
)
from casewright.knowledge.searching import Search
from casewright.knowledge.service import KnowledgeService
from casewright.knowledge.surroundings import Surroundings
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService

HERE: Final = Path(__file__).parent
EXAMPLES: Final = HERE.parents[1] / "examples"
QUESTIONS: Final = (HERE / "terms.yaml", HERE / "descriptions.yaml", HERE.parents[1] / "tests/knowledge/questions.yaml")
SMALLER: Final = ((12, True), (12, False), (30, True), (30, False), (8, False), (20, False))
"""Companies with only some of the articles, with `asked_as` or without."""
STRANGE: Final = 0.25
"""Share of the questions about left-out articles that such a company is asked nonetheless."""
SMALLER_WEIGHT: Final = 0.35
FEATURES: Final = ("coverage", "heading", "whole", "closest", "asked", "unasked", "likelihood", "offset")
CASES: Final = ("ENGLISH", "OTHER", "FOREIGN")
OF_PASSAGES: Final = len(CASES) * len(FEATURES)
AROUND: Final = tuple(field.name for field in fields(Surroundings))


class Question(Model):
    """`articles`: keys of those that may answer; none: the articles do not say."""

    ask: str
    articles: tuple[str, ...]
    procedures: tuple[str, ...] = ()
    language: str | None = None
    assurance: Assurance = Assurance.ANONYMOUS
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Company:
    """`questions`: with the language each is asked in. `weight` of each of them in the fit."""

    name: str
    drafts: tuple[ArticleDraft, ...]
    questions: tuple[tuple[Question, str], ...]
    weight: float

    @property
    def is_bare(self) -> bool:
        """Nobody wrote down how its articles are asked for."""
        return not any(draft.asked_as for draft in self.drafts)


@dataclass(frozen=True, slots=True)
class Observation:
    """A question and its candidates. `features`: shape (candidates, 3 cases × 8 and then those of `Surroundings`); `rules`: what codes and names add to the
    evidence; `originals`: article of each candidate; `right`: those that answer."""

    question: str
    language: str
    features: NDArray[np.float64]
    rules: NDArray[np.float64]
    originals: tuple[str, ...]
    right: frozenset[str]


def companies() -> Iterator[Company]:
    """Blocking."""
    asked: dict[str, list[Question]] = {}
    for file in QUESTIONS:
        for name, questions in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            asked.setdefault(name, []).extend(Question.model_validate(one) for one in questions)
    for name, language in (("aurora", "en"), ("brueckner", "de")):
        drafts = read_articles(EXAMPLES / name / "articles")
        questions = tuple((one, one.language or language) for one in asked[name])
        yield Company(name, drafts, questions, 1.0)
        yield Company(f"{name}-bare", _bare(drafts), questions, SMALLER_WEIGHT)
        if name == "aurora":
            yield from (_smaller(drafts, questions, *size, seed) for seed, size in enumerate(SMALLER))


def _smaller(
    drafts: tuple[ArticleDraft, ...], questions: Sequence[tuple[Question, str]], size: int, with_asked: bool, seed: int
) -> Company:
    originals = {draft.key: draft.translation_of or draft.key for draft in drafts}
    kept = set(random.Random(seed).sample(sorted(set(originals.values())), size))
    some = tuple(draft for draft in drafts if originals[draft.key] in kept)
    chance = random.Random(seed)
    chosen = []
    for question, language in questions:
        answering = tuple(key for key in question.articles if originals[key] in kept)
        if answering or not question.articles or chance.random() < STRANGE:
            chosen.append((question.model_copy(update={"articles": answering}), language))
    name = f"{size}-{'asked' if with_asked else 'bare'}"
    return Company(name, some if with_asked else _bare(some), tuple(chosen), SMALLER_WEIGHT)


def _bare(drafts: tuple[ArticleDraft, ...]) -> tuple[ArticleDraft, ...]:
    return tuple(draft.model_copy(update={"asked_as": {}}) for draft in drafts)


async def observe(
    company: Company, database: Database, tenants: TenantService, publishing: Publishing, service: KnowledgeService
) -> list[Observation]:
    tenant = await tenants.save(company.name, company.name, TenantProfile(default_language="en"))
    async with database.begin(system(tenant.id)) as tx:
        await publishing.install(tx, tenant.id, company.drafts)
    originals = {draft.key: draft.translation_of or draft.key for draft in company.drafts}
    observations = []
    for question, language in company.questions:
        asked = await service.encoded(
            Asked(text=question.ask, language=language, assurance=question.assurance, internal=question.internal)
        )
        async with database.begin(system(tenant.id)) as tx:
            _, search, candidates = await service.find(tx, tenant.id, asked)
        if candidates:
            right = frozenset(originals[key] for key in question.articles)
            observations.append(_observation(question.ask, language, search, candidates, right))
    return observations


def _observation(
    ask: str, language: str, search: Search, candidates: Sequence[Candidate], right: frozenset[str]
) -> Observation:
    evidence = {id(hit.passage): hit.evidence for hit in rank(candidates, search, date.today())}
    features = np.zeros((len(candidates), OF_PASSAGES + len(AROUND)))
    cosines = [one.vectors @ _vector_for(one, search) for one in candidates]
    asked = [one.asked @ _vector_for(one, search) for one in candidates]
    features[:, OF_PASSAGES:] = surroundings_of(candidates, search, cosines, asked)
    for row, candidate in zip(features, candidates, strict=True):
        case = 2 if candidate.language != language else 0 if language == "en" else 1
        row[case * len(FEATURES) : (case + 1) * len(FEATURES)] = _features(candidate, search)
    rules = np.array([evidence[id(candidate)] for candidate in candidates]) - features @ current_weights()
    return Observation(ask, language, features, rules, tuple(one.original for one in candidates), right)


def current_weights() -> NDArray[np.float64]:
    """Of `casewright.knowledge.retrieval`, in the order of `Observation.features`."""
    of_passages = [getattr(one, name) for one in (ENGLISH, OTHER, FOREIGN) for name in FEATURES]
    return np.array([*of_passages, *astuple(SURROUNDINGS)])


def _vector_for(candidate: Candidate, search: Search) -> NDArray[np.float32]:
    english = candidate.vectors.shape[1] == len(search.vectors.english)
    return search.vectors.english if english else search.vectors.multilingual


def _features(candidate: Candidate, search: Search) -> Sequence[float]:
    vector = _vector_for(candidate, search)
    asked = float((candidate.asked @ vector).max()) if len(candidate.asked) else 0.0
    likelihood = search.likelihoods.get(candidate.original, UNKNOWN_LIKELIHOOD)
    near = candidate.vectors @ vector
    return (
        candidate.coverage,
        float(near[0]),
        candidate.whole if candidate.language == "en" == search.language else 0.0,
        float(near[1:].max()),
        asked,
        float(not len(candidate.asked)),
        likelihood,
        1.0,
    )
