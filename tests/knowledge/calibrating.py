"""Fits the weights in `casewright.knowledge.retrieval` on `calibration.yaml` and prints them; not a test.

    python tests/knowledge/calibrating.py

Logistic regression over coverage and the two cosines of the best passage of each question. Its even odds are moved so
that a probability of 0.6 becomes a confidence of 0.7, the default of `min_confidence`: rather no answer than a wrong one.
"""

import asyncio
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from casewright import migrations
from casewright.kit.clock import SystemClock
from casewright.kit.database import Database, Transaction
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.kit.ids import TenantId
from casewright.kit.principal import Assurance, system
from casewright.knowledge import repository
from casewright.knowledge.importing import read_articles
from casewright.knowledge.models import Question
from casewright.knowledge.retrieval import Hit, rank
from casewright.knowledge.searching import searched
from casewright.knowledge.service import KnowledgeService
from casewright.settings import Limits
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding.encoder import Encoder

HERE = Path(__file__).parent
LANGUAGES = {"aurora": "en", "brueckner": "de"}
REGULARISATION = 20.0
ANSWERED_FROM = 0.6
MIN_CONFIDENCE = 0.7


@dataclass(frozen=True)
class Observation:
    """What the best passage of a question scored, and whether its article was a right one."""

    features: tuple[float, float, float]
    right: bool


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        encoder = await asyncio.to_thread(Encoder.load, Path(folder))
        async with EmbeddedPostgres(Path(folder) / "data") as server:
            await asyncio.to_thread(migrations.upgrade, server.dsn(Role.OWNER))
            database = Database(server.dsn(Role.APPLICATION))
            await database.open()
            for company, language in LANGUAGES.items():
                observations = await observe(database, KnowledgeService(encoder, SystemClock()), company, language)
                report(company, observations)
            await database.close()


async def observe(database: Database, service: KnowledgeService, company: str, language: str) -> list[Observation]:
    tenants = TenantService(database, SystemClock(), Limits())
    tenant = await tenants.save(company, company, TenantProfile(default_language=language))
    drafts = await asyncio.to_thread(read_articles, HERE.parents[1] / "examples" / company / "articles")
    cases = yaml.safe_load((HERE / "calibration.yaml").read_text())[company]
    async with database.begin(system(tenant.id)) as tx:
        await service.install(tx, tenant.id, drafts)
        rows = await tx.fetch("select id, key from article where tenant_id = $1", tenant.id)
        keys = {row["id"]: row["key"] for row in rows}
        observations = []
        for case in cases:
            question = Question(
                text=case["ask"],
                language=language,
                assurance=Assurance(case.get("assurance", "anonymous")),
                internal=case.get("internal", False),
            )
            hit = await best_hit(tx, tenant.id, service, question)
            if hit is not None:
                features = (hit.passage.coverage, hit.heading_closeness, float(hit.closeness.max()))
                observations.append(Observation(features, keys[hit.passage.article_id] in case["articles"]))
    return observations


async def best_hit(tx: Transaction, tenant_id: TenantId, service: KnowledgeService, question: Question) -> Hit | None:
    """None for a question that names a code: codes are weighed by rule."""
    encoded = await service.encoded(question)
    assert encoded.vector is not None
    search = searched(encoded, encoded.vector)
    _, candidates = await repository.find_passages(tx, tenant_id, search)
    hits = rank(candidates, search, date.today())
    return None if search.codes or search.possible_codes or not hits else hits[0]


def report(company: str, observations: Sequence[Observation]) -> None:
    features = np.array([one.features for one in observations])
    right = np.array([one.right for one in observations])
    model = LogisticRegression(C=REGULARISATION)
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    likely = cross_val_predict(model, features, right, cv=folds, method="predict_proba")[:, 1]
    model.fit(features, right)
    coverage, heading, sentence = model.coef_[0]
    offset = model.intercept_[0] + log_odds(MIN_CONFIDENCE) - log_odds(ANSWERED_FROM)
    print(f"{company}: Calibration({coverage=:.1f}, {heading=:.1f}, {sentence=:.1f}, {offset=:.1f})")
    print(
        f"  of {right.sum()} right ones {(likely[right] < ANSWERED_FROM).sum()} would not be answered, "
        f"of {(~right).sum()} wrong ones {(likely[~right] >= ANSWERED_FROM).sum()} would be (ten-fold cross-validation)"
    )


def log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


if __name__ == "__main__":
    asyncio.run(main())
