"""The labelled questions, put to the demo's companies as customers would put them."""

import asyncio
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from casewright import migrations
from casewright.kit.clock import SystemClock
from casewright.kit.database import Database
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.kit.model import Model
from casewright.kit.principal import Assurance, system
from casewright.knowledge.importing import read_articles
from casewright.knowledge.models import ArticleId, KnowledgeAnswer
from casewright.knowledge.models import Question as Asked
from casewright.knowledge.publishing import Publishing
from casewright.knowledge.service import KnowledgeService
from casewright.settings import Limits
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding.encoder import Encoder

QUESTIONS: Final = Path(__file__).with_name("questions.yaml")
EXAMPLES: Final = Path(__file__).parents[2] / "examples"
LANGUAGES: Final = {"aurora": "en", "brueckner": "de"}


class Question(Model):
    """`articles`: keys of those that may answer; none: no article does."""

    ask: str
    articles: tuple[str, ...]
    language: str = ""

    @property
    def is_held_back(self) -> bool:
        return hashlib.sha256(self.ask.encode()).digest()[0] % 2 == 1


@dataclass(frozen=True, slots=True)
class Answered:
    """`answer`: with all sentences, however sure. `original`: key of the article found first, or of the one it translates, "" for none.
    `right`: those of the articles that may answer."""

    question: Question
    answer: KnowledgeAnswer
    original: str
    right: frozenset[str]
    bodies: tuple[str, ...]

    @property
    def confidence(self) -> float:
        return self.answer.confidence

    @property
    def is_right(self) -> bool:
        return self.original in self.right


def ask(encoder: Encoder, *, held_back: bool) -> list[Answered]:
    return asyncio.run(_ask(encoder, held_back))


async def _ask(encoder: Encoder, held_back: bool) -> list[Answered]:
    with tempfile.TemporaryDirectory(prefix="cw-bench-") as temporary:
        async with EmbeddedPostgres(Path(temporary) / "data") as server:
            await asyncio.to_thread(migrations.upgrade, server.dsn(Role.OWNER))
            database = Database(server.dsn(Role.APPLICATION))
            await database.open()
            try:
                written = yaml.safe_load(await asyncio.to_thread(QUESTIONS.read_text, "utf-8"))
                answered: list[Answered] = []
                for company, some in written.items():
                    questions = [Question.model_validate(one) for one in some]
                    chosen = [one for one in questions if one.is_held_back is held_back]
                    answered += await _ask_company(company, chosen, encoder, database)
                return answered
            finally:
                await database.close()


async def _ask_company(
    company: str, questions: Sequence[Question], encoder: Encoder, database: Database
) -> list[Answered]:
    drafts = await asyncio.to_thread(read_articles, EXAMPLES / company / "articles")
    profile = TenantProfile(default_language=LANGUAGES[company])
    tenant = await TenantService(database, SystemClock(), Limits()).save(company, company.title(), profile)
    service = KnowledgeService(encoder, SystemClock())
    async with database.begin(system(tenant.id)) as tx:
        await Publishing(encoder, SystemClock()).install(tx, tenant.id, drafts)
        rows = await tx.fetch("select id, key from article where tenant_id = $1", tenant.id)
    keys = {ArticleId(row["id"]): row["key"] for row in rows}
    originals = {draft.key: draft.translation_of or draft.key for draft in drafts}
    bodies = {draft.key: draft.body for draft in drafts}
    answered = []
    for question in questions:
        asked = await service.encoded(
            Asked(
                text=question.ask,
                language=question.language or LANGUAGES[company],
                assurance=Assurance.VERIFIED,
            )
        )
        async with database.begin(system(tenant.id)) as tx:
            answer = await service.answer(tx, tenant.id, asked, min_confidence=0.0)
        first = keys[answer.hits[0].article_id] if answer.hits else ""
        sources = tuple(bodies[keys[sentence.article_id]] for sentence in answer.sentences)
        right = frozenset(originals[key] for key in question.articles)
        answered.append(Answered(question, answer, originals.get(first, ""), right, sources))
    return answered
