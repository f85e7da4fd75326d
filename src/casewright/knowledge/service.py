"""Articles in; answers out, each sentence with its source."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from casewright.kit.clock import Clock
from casewright.kit.database import Transaction
from casewright.kit.errors import NotFound
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Assurance
from casewright.knowledge import repository
from casewright.knowledge.answers import cited, compose
from casewright.knowledge.article_model import ArticleModels
from casewright.knowledge.indexing import digest as index_digest
from casewright.knowledge.indexing import index
from casewright.knowledge.models import (
    Article,
    ArticleDraft,
    ArticleId,
    CitedSentence,
    KnowledgeAnswer,
    Question,
    RetrievedPassage,
)
from casewright.knowledge.passage_cache import PassageCache
from casewright.knowledge.passage_index import Lexemes, Term
from casewright.knowledge.passages import Sentence
from casewright.knowledge.ports import Progress, SentenceEncoder
from casewright.knowledge.repository import IndexedPassage, StoredArticle
from casewright.knowledge.retrieval import Candidate, Hit, rank
from casewright.knowledge.revision import KnownLexemes, KnownRevisions, Revision
from casewright.knowledge.searching import Search, readable_by, searched

INDEXED_AT_ONCE: Final = 24
"""Articles; more of them would use the processors no better."""
MOST_PROPOSED: Final = 12
"""Passages that are proposed by words, by vector and by code each."""
REPORTED_HITS: Final = 5
NEAR: Final = 0.1
"""Confidence from which a passage is worth showing to somebody who is told that there is no certain answer."""
ALSO_NEAR: Final = 0.07
"""The same for those after the first."""
MOST_NEAR: Final = 3
LONGEST_QUOTE: Final = 400
"""Characters of such a passage, unless its first sentence has more."""


@dataclass(frozen=True, slots=True)
class Installed:
    """How many articles came in new, with a new version, with other particulars only, or as they were."""

    added: int = 0
    revised: int = 0
    updated: int = 0
    unchanged: int = 0


class KnowledgeService:
    """A tenant's knowledge. Whom an article is not for never receives a word, a title or a count of it."""

    def __init__(self, encoder: SentenceEncoder, clock: Clock) -> None:
        self._encoder = encoder
        self._clock = clock
        self._revisions = KnownRevisions()
        self._lexemes = KnownLexemes()
        self._passages = PassageCache()

    async def install(
        self, tx: Transaction, tenant_id: TenantId, drafts: Sequence[ArticleDraft], on_progress: Progress | None = None
    ) -> Installed:
        """Adds articles and brings those with the same key up to date; others stay. Idempotent.

        A changed title, language, body or list of error codes makes a new version, and so does an archived article's return;
        versions are kept, only the newest is searched.
        `on_progress` is called after each article."""
        await repository.lock_revision(tx, tenant_id)
        stored = await repository.stored_articles(tx, tenant_id, [draft.key for draft in drafts])
        counts = {"added": 0, "revised": 0, "updated": 0, "unchanged": 0}
        for start in range(0, len(drafts), INDEXED_AT_ONCE):
            some = drafts[start : start + INDEXED_AT_ONCE]
            changed = [draft for draft in some if not _is_indexed(draft, stored.get(draft.key))]
            passages = await index(self._encoder, changed)
            for number, draft in enumerate(some, start + 1):
                counts[await self._install(tx, tenant_id, draft, stored.get(draft.key), passages.get(draft.key))] += 1
                if on_progress is not None:
                    on_progress(number, len(drafts))
        installed = Installed(**counts)
        if installed.unchanged < len(drafts):
            await self._learn(tx, tenant_id)
        return installed

    async def _install(
        self,
        tx: Transaction,
        tenant_id: TenantId,
        draft: ArticleDraft,
        stored: StoredArticle | None,
        passages: Sequence[IndexedPassage] | None,
    ) -> str:
        """`passages` None: those in the index are right."""
        content = _digest(draft)
        revised = stored is None or stored.archived or stored.digest != content
        if stored is not None and passages is None and stored.draft == draft:
            return "unchanged"
        version = stored.version + revised if stored else 1
        article_id = stored.id if stored else ArticleId(new_id())
        article = Article(id=article_id, version=version, **draft.model_dump())
        await repository.save_article(tx, tenant_id, article)
        if revised:
            await repository.save_version(tx, tenant_id, article, content)
        if passages is not None:
            await repository.save_passages(tx, tenant_id, article, index_digest(draft, content), passages)
        if stored is None:
            return "added"
        return "revised" if revised else "updated"

    async def _learn(self, tx: Transaction, tenant_id: TenantId) -> None:
        """Makes a new revision of the tenant's knowledge, with its article model."""
        revision = await repository.raise_revision(tx, tenant_id)
        examples = await repository.examples(tx, tenant_id)
        texts = [example.text for example in examples]
        english = await self._encoder.encode_many_async(texts)
        multilingual = await self._encoder.encode_many_multilingual_async(texts)
        models = await asyncio.to_thread(ArticleModels.train, examples, english, multilingual)
        await repository.save_model(tx, tenant_id, revision, models.to_bytes())
        self._revisions.forget(tenant_id)

    async def archive(self, tx: Transaction, tenant_id: TenantId, key: str) -> None:
        """It is no longer found, and its versions are kept. Raises `NotFound`."""
        await repository.lock_revision(tx, tenant_id)
        if not await repository.archive(tx, tenant_id, key):
            raise NotFound(f'There is no article "{key}".')
        await self._learn(tx, tenant_id)

    async def encoded(self, question: Question) -> Question:
        """The question with its vectors. Call it before a transaction is open, if understanding did not make them."""
        if question.vectors is not None:
            return question
        return replace(question, vectors=await self._encoder.encode_both_async(question.text))

    async def answer(
        self, tx: Transaction, tenant_id: TenantId, question: Question, *, min_confidence: float = 0.7
    ) -> KnowledgeAnswer:
        """What the articles that the asker may read say, in their own words; no sentences below `min_confidence`."""
        revision, search, candidates = await self.find(tx, tenant_id, question)
        hits = rank(candidates, search, self._clock.now().date())
        best = hits[0].confidence if hits else 0.0
        sure = bool(hits) and best >= min_confidence
        return KnowledgeAnswer(
            sentences=compose(question.text, search, hits) if sure else (),
            confidence=best,
            hits=tuple(_reported(hit) for hit in hits[:REPORTED_HITS]),
            near=() if sure else _near(hits),
            revision=revision,
        )

    async def find(
        self, tx: Transaction, tenant_id: TenantId, question: Question
    ) -> tuple[int, Search, tuple[Candidate, ...]]:
        """The knowledge revision, and what it has for the question; again if the revision is newer than the one
        that is known."""
        vectors = question.vectors or await self._encoder.encode_both_async(question.text)
        known = self._revisions.find(tenant_id) or await self._read_revision(tx, tenant_id)
        while True:
            search = searched(question, vectors, known.models)
            lexemes = await self._lexemes_of(tx, known.index.terms(search))
            proposed = known.index.propose(search, lexemes, MOST_PROPOSED)
            revision, candidates = await repository.candidates(tx, tenant_id, search, proposed, self._passages)
            if revision == known.number:
                return revision, search, candidates
            known = await self._read_revision(tx, tenant_id, newer_than=known)

    async def _read_revision(
        self, tx: Transaction, tenant_id: TenantId, newer_than: Revision | None = None
    ) -> Revision:
        """Where another question has had it read meanwhile, that one."""
        async with self._revisions.reading(tx, tenant_id):
            known = self._revisions.find(tenant_id)
            if known is None or known is newer_than:
                known = await self._revision(tx, tenant_id)
                self._revisions.keep(tenant_id, known)
        return known

    async def _revision(self, tx: Transaction, tenant_id: TenantId) -> Revision:
        while True:
            number, data = await repository.read_model(tx, tenant_id)
            index = await repository.read_index(tx, tenant_id)
            if number == await repository.read_revision(tx, tenant_id):
                models = ArticleModels() if data is None else ArticleModels.from_bytes(data)
                return Revision(number, models, index)

    async def _lexemes_of(self, tx: Transaction, terms: list[Term]) -> Lexemes:
        lexemes = self._lexemes.find(terms)
        if missing := [term for term in terms if term not in lexemes]:
            found = await repository.lexemes(tx, missing)
            self._lexemes.keep(found)
            lexemes |= found
        return lexemes

    async def read(
        self,
        tx: Transaction,
        tenant_id: TenantId,
        article_id: ArticleId,
        *,
        version: int | None = None,
        assurance: Assurance = Assurance.ANONYMOUS,
        internal: bool = False,
    ) -> Article:
        """A version of an article, by default the current one. Raises `NotFound`, also when the asker may not read it."""
        audiences = readable_by(assurance, internal)
        article = await repository.read_article(tx, tenant_id, article_id, version, audiences)
        if article is None:
            raise NotFound("There is no such article.")
        return article

    async def record_outcome(
        self, tx: Transaction, tenant_id: TenantId, article_ids: Sequence[ArticleId], *, solved: bool
    ) -> None:
        """Counts a use of the articles that an answer was made of, and whether it solved the problem."""
        await repository.count_outcome(tx, tenant_id, article_ids, solved)


def _digest(draft: ArticleDraft) -> str:
    """SHA-256 of what a version consists of."""
    return hashlib.sha256(
        json.dumps([draft.title, draft.language, draft.body, *draft.error_codes]).encode()
    ).hexdigest()


def _is_indexed(draft: ArticleDraft, stored: StoredArticle | None) -> bool:
    return stored is not None and not stored.archived and stored.index_digest == index_digest(draft, _digest(draft))


def _near(hits: Sequence[Hit]) -> tuple[CitedSentence, ...]:
    if not hits or hits[0].confidence < NEAR:
        return ()
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.confidence >= ALSO_NEAR:
            best.setdefault(hit.passage.original, hit)
    return tuple(cited(hit.passage, _opening(hit.passage.sentences)) for hit in list(best.values())[:MOST_NEAR])


def _opening(sentences: Sequence[Sentence]) -> Sentence:
    """As many whole sentences as a card has room for."""
    text = sentences[0].text
    for sentence in sentences[1:]:
        if len(text) + len(sentence.text) >= LONGEST_QUOTE:
            break
        text = f"{text} {sentence.text}"
    return Sentence(text, "text", sentences[0].block)


def _reported(hit: Hit) -> RetrievedPassage:
    return RetrievedPassage(
        article_id=hit.passage.article_id,
        version=hit.passage.version,
        title=hit.passage.title,
        section=hit.passage.section,
        text_score=min(1.0, hit.passage.coverage),
        vector_score=hit.vector_score,
        confidence=hit.confidence,
    )
