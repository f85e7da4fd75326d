"""A company's gaps in knowledge: looked at, drafted for, dismissed."""

import logging
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import numpy as np

from casewright.kit.clock import Clock
from casewright.kit.database import Database, Record, Transaction
from casewright.kit.errors import CasewrightError, InvalidInput
from casewright.kit.ids import TenantId
from casewright.kit.model import Model
from casewright.kit.principal import Principal
from casewright.knowledge.conversation_words import ConversationWords
from casewright.knowledge.gaps import repository
from casewright.knowledge.gaps.drafting import ABOUT, RELATED, Candidate, Reply, candidates, chosen
from casewright.knowledge.gaps.errors import GapNotFound, GapSettled, NothingToDraftFrom
from casewright.knowledge.gaps.finding import read_meaning, read_text
from casewright.knowledge.gaps.models import (
    ChosenSentence,
    Gap,
    GapDetails,
    GapExample,
    GapFigures,
    GapId,
    GapSource,
    GapState,
)
from casewright.knowledge.gaps.naming import names
from casewright.knowledge.gaps.ports import ResolvedCases
from casewright.knowledge.gaps.topics import Meanings, meaning
from casewright.knowledge.lifecycle.service import ArticleLifecycle
from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.ports import Companies, Masker, SentenceEncoder
from casewright.security.models import Vault

MOST_SHOWN: Final = 200
EXAMPLES_SHOWN: Final = 20
EXAMPLES_READ: Final = 100
"""Questions that tell what a topic is about when replies to it are looked for."""
CONVERSATIONS_READ: Final = 50
LONGEST_KEY: Final = 60

logger = logging.getLogger(__name__)


class HandlingCost(Model):
    """`an_hour`: of a colleague's work, where the company does not say. `least_minutes`: that a hand-over takes."""

    an_hour: float
    least_minutes: float


class Gaps:
    def __init__(
        self,
        database: Database,
        encoder: SentenceEncoder,
        words: ConversationWords,
        articles: ArticleLifecycle,
        cases: ResolvedCases,
        masker: Masker,
        companies: Companies,
        clock: Clock,
        cost: HandlingCost,
    ) -> None:
        self._database = database
        self._encoder = encoder
        self._words = words
        self._articles = articles
        self._cases = cases
        self._masker = masker
        self._companies = companies
        self._clock = clock
        self._cost = cost

    async def all(self, principal: Principal, state: GapState | None) -> tuple[Gap, ...]:
        """At most `MOST_SHOWN`, most asked about first."""
        tenant_id, now, rate = principal.tenant_id, self._clock.now(), await self._rate(principal.tenant_id)
        async with self._database.begin(principal) as tx:
            rows = await repository.gaps(tx, tenant_id, state, now, self._least_seconds, MOST_SHOWN)
            questions: dict[GapId, list[GapExample]] = {row["id"]: [] for row in rows}
            for row in await repository.examples_of_all(tx, tenant_id, list(questions)):
                questions[row["gap_id"]].append(self._example(row))
            named = await names(tx, questions)
        return tuple(_gap(row, named[row["id"]], rate) for row in rows)

    async def get(self, principal: Principal, gap_id: GapId) -> GapDetails:
        """Raises `GapNotFound`."""
        rate = await self._rate(principal.tenant_id)
        async with self._database.begin(principal) as tx:
            return await self._details(tx, principal.tenant_id, gap_id, rate)

    async def dismiss(self, principal: Principal, gap_id: GapId, reason: str) -> GapDetails:
        """No article is wanted; what else is asked about it counts with it. Raises `GapNotFound`, `GapSettled`, `InvalidInput`."""
        if not reason.strip():
            raise InvalidInput("`reason` is empty: say why no article is wanted.")
        return await self._settle(principal, gap_id, (GapState.OPEN, GapState.DRAFTED), GapState.DISMISSED, reason)

    async def reopen(self, principal: Principal, gap_id: GapId) -> GapDetails:
        """Takes a dismissal back. Raises `GapNotFound`, `GapSettled`."""
        return await self._settle(principal, gap_id, (GapState.DISMISSED,), GapState.OPEN, "")

    async def draft(self, principal: Principal, gap_id: GapId) -> GapDetails:
        """Makes a draft article of what colleagues answered, to be reviewed like any other. Raises `GapNotFound`, `GapSettled`,
        `NothingToDraftFrom`."""
        tenant_id, rate = principal.tenant_id, await self._rate(principal.tenant_id)
        async with self._database.begin(principal) as tx:
            gap_id = (await self._standing(tx, tenant_id, gap_id, (GapState.OPEN,)))["id"]
            asked = await repository.examples(tx, tenant_id, gap_id, EXAMPLES_READ)
            conversations = await repository.conversations_of(tx, tenant_id, gap_id, CONVERSATIONS_READ)
            title = (await names(tx, {gap_id: [self._example(row) for row in asked]}))[gap_id]
        readable = [found for row in asked if (found := read_meaning(self._words, row)) is not None]
        if not readable or not title:
            raise NothingToDraftFrom
        replies = await self._replies(tenant_id, conversations, asked[0]["language"])
        language, sentences = await self._choose(replies, np.mean(readable, axis=0))
        content = ArticleDraft(
            key=f"{_slug(title)}-{str(gap_id)[-6:]}",
            title=title[:1].upper() + title[1:],
            body="\n\n".join(one.text for one in sentences),
            language=language,
        )
        async with self._database.begin(principal) as tx:
            await repository.lock(tx, tenant_id)
            await self._standing(tx, tenant_id, gap_id, (GapState.OPEN,))
            article = await self._articles.draft(tx, principal, content, reason=f"for knowledge gap {gap_id}")
            now = self._clock.now()
            await repository.set_state(tx, tenant_id, gap_id, GapState.DRAFTED, by=principal.actor, now=now)
            await repository.set_article(tx, tenant_id, gap_id, article.id)
            await repository.save_sources(tx, tenant_id, gap_id, [one.source for one in sentences])
            return await self._details(tx, tenant_id, gap_id, rate)

    # --- what a draft is made of ---

    async def _replies(self, tenant_id: TenantId, conversations: Sequence[UUID], language: str) -> list[Reply]:
        """Masked. Where the org cannot be asked, those in conversations alone."""
        replies = [
            Reply(
                self._masked(one.text, one.language or language),
                one.language or language,
                GapSource(conversation_id=one.conversation_id, message_id=one.message_id),
            )
            for one in await self._words.replies_of_colleagues(tenant_id, conversations)
        ]
        try:
            cases = await self._cases.replies(tenant_id)
        except CasewrightError as error:
            logger.warning("closed cases could not be read for a draft: %s", error.kind)
            cases = ()
        replies += [
            Reply(self._masked(one.text, language), language, GapSource(case_number=one.case_number), one.about)
            for one in cases
        ]
        return replies

    def _masked(self, text: str, language: str) -> str:
        return self._masker.mask(text, locale=language, vault=Vault(), record_ids=True).text

    async def _choose(self, replies: Sequence[Reply], topic: Meanings) -> tuple[str, tuple[ChosenSentence, ...]]:
        """The language that most of them are written in, and the sentences. Raises `NothingToDraftFrom`."""
        about: dict[str, bool] = {}
        related = []
        for reply in replies:
            if reply.about and reply.about not in about:
                about[reply.about] = float((await self._meaning(reply.about, reply.language)) @ topic) >= ABOUT
            if (
                about[reply.about]
                if reply.about
                else float((await self._meaning(reply.text, reply.language)) @ topic) >= RELATED
            ):
                related.append(reply)
        if not related:
            raise NothingToDraftFrom
        language = Counter(reply.language for reply in related).most_common(1)[0][0]
        found: list[Candidate] = [one for reply in related if reply.language == language for one in candidates(reply)]
        if not found:
            raise NothingToDraftFrom
        sentences = chosen(found, np.array([await self._meaning(one.text, language) for one in found]), topic)
        if not sentences:
            raise NothingToDraftFrom
        return language, sentences

    async def _meaning(self, text: str, language: str) -> Meanings:
        vectors = await self._encoder.encode_both_async(text)
        return meaning(vectors.english, vectors.multilingual, language)

    # --- what all share ---

    @property
    def _least_seconds(self) -> int:
        return round(self._cost.least_minutes * 60)

    async def _rate(self, tenant_id: TenantId) -> float:
        own = (await self._companies.get(tenant_id)).profile.knowledge.handling_cost_an_hour
        return self._cost.an_hour if own is None else own

    async def _settle(
        self, principal: Principal, gap_id: GapId, before: Sequence[GapState], state: GapState, reason: str
    ) -> GapDetails:
        tenant_id, rate = principal.tenant_id, await self._rate(principal.tenant_id)
        is_open = state is GapState.OPEN
        async with self._database.begin(principal) as tx:
            await repository.lock(tx, tenant_id)
            gap_id = (await self._standing(tx, tenant_id, gap_id, before))["id"]
            by, now = (None, None) if is_open else (principal.actor, self._clock.now())
            await repository.set_state(tx, tenant_id, gap_id, state, by=by, now=now, reason=reason)
            return await self._details(tx, tenant_id, gap_id, rate)

    async def _standing(
        self, tx: Transaction, tenant_id: TenantId, gap_id: GapId, wanted: Sequence[GapState]
    ) -> Record:
        row = await repository.gap(tx, tenant_id, gap_id, self._clock.now(), self._least_seconds)
        if row is None:
            raise GapNotFound
        if row["state"] not in wanted:
            raise GapSettled(f"The topic is {row['state']}, not {' or '.join(wanted)}.")
        return row

    async def _details(self, tx: Transaction, tenant_id: TenantId, gap_id: GapId, rate: float) -> GapDetails:
        row = await repository.gap(tx, tenant_id, gap_id, self._clock.now(), self._least_seconds)
        if row is None:
            raise GapNotFound
        found = await repository.examples(tx, tenant_id, row["id"], repository.NAMED_BY)
        examples = [self._example(one) for one in found]
        named = await names(tx, {row["id"]: examples})
        return GapDetails(
            gap=_gap(row, named[row["id"]], rate),
            examples=tuple(examples[:EXAMPLES_SHOWN]),
            sources=tuple(await repository.sources(tx, tenant_id, row["id"])),
        )

    def _example(self, row: Record) -> GapExample:
        return GapExample(
            id=row["id"],
            conversation_id=row["conversation_id"],
            turn_id=row["turn_id"],
            text=read_text(self._words, row),
            reason=row["reason"],
            language=row["language"],
            said_at=row["said_at"],
        )


def _gap(row: Record, name: str, rate: float) -> Gap:
    hours = row["handling_seconds"] / 3600
    figures = {field: row[field] for field in GapFigures.model_fields if field not in ("handling_hours", "cost")}
    return Gap(
        id=row["id"],
        name=name,
        state=row["state"],
        figures=GapFigures(**figures, handling_hours=round(hours, 2), cost=round(hours * rate, 2)),
        reason=row["reason"],
        article_id=row["article_id"],
        begun_at=row["begun_at"],
        settled_at=row["settled_at"],
        settled_by=row["settled_by"],
    )


def _slug(title: str) -> str:
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words)[:LONGEST_KEY].strip("-") or "topic"
