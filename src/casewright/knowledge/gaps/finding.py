"""Noticing gaps: after their turns, questions that were not answered well are taken up and sorted into topics; topics that articles answer
by now are covered. Done again, or by another after a death in the middle, it finds the same."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

import numpy as np

from casewright.kit.clock import Clock
from casewright.kit.database import Database, Record, Transaction
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Assurance, system
from casewright.knowledge.conversation_words import ConversationWords
from casewright.knowledge.gaps import repository
from casewright.knowledge.gaps.models import AskedQuestion, GapFound, GapId, GapReason, GapState
from casewright.knowledge.gaps.topics import SAME, Meanings, meaning, sort_into_topics
from casewright.knowledge.inquiries import Inquiries
from casewright.knowledge.lifecycle.repository import managed
from casewright.knowledge.models import ArticleId, Asker, Inquiry, KnowledgeAnswer
from casewright.knowledge.ports import Announcements, SentenceEncoder
from casewright.knowledge.repository import read_revision

FIRST_LOOK: Final = timedelta(days=7)
"""How far back a company's conversations are looked through the first time."""
OVERLAP: Final = timedelta(minutes=1)
"""Looked through twice, for turns that were being committed."""
CHECKED: Final = 5
"""Questions of a topic that are asked again, the newest."""
COVERED: Final = 0.8
"""Of these, how many articles have to answer."""

ACTOR: Final = "knowledge gaps"
EVENT: Final = "knowledge.gap"


class GapFinder:
    """`volume`: questions about a topic from which others are told of it."""

    def __init__(
        self,
        database: Database,
        encoder: SentenceEncoder,
        words: ConversationWords,
        inquiries: Inquiries,
        announcements: Announcements,
        clock: Clock,
        volume: int,
    ) -> None:
        self._database = database
        self._encoder = encoder
        self._words = words
        self._inquiries = inquiries
        self._announcements = announcements
        self._clock = clock
        self._volume = volume

    async def look_through(self, tenant_id: TenantId) -> int:
        """Takes up what was asked in the conversations that went on since the last time, and brings the topics up to date. How many
        questions are new."""
        now = self._clock.now()
        async with self._database.begin(system(tenant_id, ACTOR)) as tx:
            since = await repository.looked_until(tx, tenant_id) or now - FIRST_LOOK
        found = 0
        async for conversation_id, questions in self._words.questions_since(tenant_id, since - OVERLAP):
            found += await self._take_up(tenant_id, conversation_id, questions)
        await self._sort(tenant_id)
        await self._check(tenant_id)
        async with self._database.begin(system(tenant_id, ACTOR)) as tx:
            await repository.save_looked_until(tx, tenant_id, now)
            await repository.delete_empty(tx, tenant_id)
        return found

    # --- questions ---

    async def _take_up(self, tenant_id: TenantId, conversation_id: UUID, questions: Sequence[AskedQuestion]) -> int:
        bad = [(one, await self._meaning(one)) for one in questions if one.reason]
        for first, second in pairwise(questions):
            if first.reason is None and first.turn_id != second.turn_id:
                meanings = [await self._meaning(one) for one in (first, second)]
                if meanings[0] @ meanings[1] >= SAME:
                    bad.append((first.model_copy(update={"reason": GapReason.REPEATED}), meanings[0]))
        if not bad:
            return 0
        async with self._database.begin(system(tenant_id, ACTOR)) as tx:
            row = await repository.person_who_lets_learn(tx, tenant_id, conversation_id)
            return sum([await self._save(tx, row, one, meaning) for one, meaning in bad]) if row else 0

    async def _save(self, tx: Transaction, row: Record, question: AskedQuestion, meaning: Meanings) -> bool:
        example_id = new_id()
        sealed = self._words.seal(row, place_of_text(example_id), question.text.encode())
        sealed_meaning = self._words.seal(row, place_of_meaning(example_id), meaning.astype(np.float16).tobytes())
        if sealed is None or sealed_meaning is None:
            return False
        return await repository.save_example(
            tx,
            row["tenant_id"],
            row["conversation_id"],
            id=example_id,
            question=question,
            sealed=sealed,
            sealed_meaning=sealed_meaning,
        )

    async def _meaning(self, question: AskedQuestion) -> Meanings:
        vectors = await self._encoder.encode_both_async(question.text)
        return meaning(vectors.english, vectors.multilingual, question.language)

    # --- topics ---

    async def _sort(self, tenant_id: TenantId) -> None:
        async with self._database.begin(system(tenant_id, ACTOR)) as tx:
            if not await repository.has_unsorted(tx, tenant_id):
                return
            settled = await repository.settled_gaps(tx, tenant_id)
            rows = await repository.examples_to_sort(tx, tenant_id)
        readable = [(row, found) for row in rows if (found := read_meaning(self._words, row)) is not None]
        before = [row["gap_id"] for row, _ in readable]
        meanings = np.array([found for _, found in readable])
        after = await asyncio.to_thread(sort_into_topics, meanings, before, settled) if readable else None
        if after is None:
            return
        moved = {
            row["id"]: new for (row, _), old, new in zip(readable, before, after.topics, strict=True) if old != new
        }
        now = self._clock.now()
        async with self._database.begin(system(tenant_id, ACTOR)) as tx:
            await repository.lock(tx, tenant_id)
            await repository.insert_gaps(tx, tenant_id, list(dict.fromkeys(moved.values())), now)
            await repository.put_into(tx, tenant_id, moved)
            await repository.merge_gaps(tx, tenant_id, after.merged)
            for row in await repository.to_announce(tx, tenant_id, self._volume, now):
                told = GapFound(gap_id=row["id"], volume=row["volume"], path=f"/v1/knowledge/gaps/{row['id']}")
                await self._announcements.announce(tx, tenant_id, EVENT, told)

    async def _check(self, tenant_id: TenantId) -> None:
        """Whether articles answer a topic's questions by now, and whether its draft is still one."""
        async with self._database.begin(system(tenant_id, ACTOR)) as tx:
            revision = await read_revision(tx, tenant_id)
            drafted = await repository.drafted(tx, tenant_id)
            waiting = await repository.to_check(tx, tenant_id, revision)
        for row in drafted:
            await self._check_draft(tenant_id, row["id"], row["article_id"])
        for row in waiting:
            covered = await self._is_covered(tenant_id, row["id"])
            async with self._database.begin(system(tenant_id, ACTOR)) as tx:
                await repository.lock(tx, tenant_id)
                await repository.save_check(tx, tenant_id, row["id"], revision)
                state = await repository.state_of(tx, tenant_id, row["id"])
                if covered and state in (GapState.OPEN, GapState.DRAFTED):
                    now = self._clock.now()
                    await repository.set_state(tx, tenant_id, row["id"], GapState.COVERED, by=ACTOR, now=now)
                elif not covered and state is GapState.COVERED:
                    await repository.set_state(tx, tenant_id, row["id"], GapState.OPEN, by=None, now=None)

    async def _check_draft(self, tenant_id: TenantId, gap_id: GapId, article_id: ArticleId) -> None:
        """Discarded, or published and not enough: then the topic is open again."""
        async with self._database.begin(system(tenant_id, ACTOR)) as tx:
            await repository.lock(tx, tenant_id)
            article = await managed(tx, tenant_id, article_id)
            if article is None or article.draft is None:
                await repository.set_state(tx, tenant_id, gap_id, GapState.OPEN, by=None, now=None)
                await repository.set_article(tx, tenant_id, gap_id, article.id if article else None)

    async def _is_covered(self, tenant_id: TenantId, gap_id: GapId) -> bool:
        principal = system(tenant_id, ACTOR)
        async with self._database.begin(principal) as tx:
            rows = await repository.examples(tx, tenant_id, gap_id, CHECKED)
        answered = []
        for row in rows:
            if text := read_text(self._words, row):
                asker = Asker(Assurance(row["assurance"]).value)
                answer, _ = await self._inquiries.ask(
                    principal, Inquiry(text=text, language=row["language"] or None, asker=asker)
                )
                answered.append(_answers_better(answer, row["answered_by"]))
        return bool(answered) and sum(answered) >= COVERED * len(answered)


def _answers_better(answer: KnowledgeAnswer, before: Sequence[str]) -> bool:
    """By an article, or a version of it, that had not failed."""
    return bool({f"{one.article_id}:{one.version}" for one in answer.sentences} - set(before))


# --- sealed words ---


def read_text(words: ConversationWords, row: Record) -> str:
    """A question's masked text, "" once its person is erased."""
    return (words.open(row, place_of_text(row["id"]), row["sealed"]) or b"").decode()


def read_meaning(words: ConversationWords, row: Record) -> Meanings | None:
    """Of length 1; None once its person is erased."""
    plain = words.open(row, place_of_meaning(row["id"]), row["sealed_meaning"])
    if plain is None:
        return None
    found = np.frombuffer(plain, dtype=np.float16).astype(np.float32)
    read: Meanings = found / np.linalg.norm(found)
    return read


def place_of_text(example_id: UUID) -> str:
    return f"knowledge gap {example_id}"


def place_of_meaning(example_id: UUID) -> str:
    return f"knowledge gap's meaning {example_id}"
