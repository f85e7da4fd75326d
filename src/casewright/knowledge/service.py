"""Questions in; answers out, each sentence with its source."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from casewright.kit.clock import Clock
from casewright.kit.database import Transaction
from casewright.kit.errors import NotFound
from casewright.kit.ids import TenantId
from casewright.kit.principal import Assurance
from casewright.knowledge import repository
from casewright.knowledge.answers import cited, compose
from casewright.knowledge.article_model import ArticleModels
from casewright.knowledge.choosing import articles_to_choose_from, of_section, sections_to_choose_from
from casewright.knowledge.large import service as large
from casewright.knowledge.large.models import LargeCollection
from casewright.knowledge.models import (
    Article,
    ArticleId,
    CitedSentence,
    FoundPassage,
    KnowledgeAnswer,
    Question,
    RetrievedPassage,
)
from casewright.knowledge.passage_cache import PassageCache
from casewright.knowledge.passage_index import Lexemes, PassageIndex, Proposed, Term
from casewright.knowledge.passages import Sentence
from casewright.knowledge.ports import SentenceEncoder
from casewright.knowledge.retrieval import Candidate, Hit, rank
from casewright.knowledge.revision import KnownLexemes, KnownRevisions, Revision
from casewright.knowledge.searching import Search, readable_by, searched
from casewright.knowledge.several import also_needed

MOST_PROPOSED: Final = 12
"""Passages that are proposed by words, by vector and by code each."""
REPORTED_HITS: Final = 5
LIKELY: Final = 0.5
"""Confidence from which a second article answers what its heading and the question both name."""
NEAR: Final = 0.1
"""Confidence from which a passage is worth showing to somebody who is told that there is no certain answer."""
ALSO_NEAR: Final = 0.07
"""The same for those after the first."""
MOST_NEAR: Final = 3
LONGEST_QUOTE: Final = 400
"""Characters of such a passage, unless its first sentence has more."""


class KnowledgeService:
    """What a tenant's published articles say. Whom an article is not for never receives a word, a title or a count of it."""

    def __init__(self, encoder: SentenceEncoder, clock: Clock) -> None:
        self._encoder = encoder
        self._clock = clock
        self._revisions = KnownRevisions()
        self._lexemes = KnownLexemes()
        self._passages = PassageCache()

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
        chosen = question.chosen
        among = [one for one in candidates if chosen is None or one.article_id == chosen.article_id]
        hits = rank(among, search, self._today())
        if chosen and chosen.section is not None:
            hits = of_section(hits, chosen.section)
        told = self._of_several(question, search, among, hits, min_confidence) or (hits,)
        best = told[0][0].confidence if hits else 0.0
        sure = bool(hits) and best >= min_confidence
        choices = sections_to_choose_from(question.text, hits) if sure else articles_to_choose_from(hits)
        return KnowledgeAnswer(
            sentences=tuple(one for some in told for one in compose(question.text, search, some)) if sure else (),
            confidence=best,
            hits=tuple(_reported(hit) for hit in hits[:REPORTED_HITS]),
            near=() if sure else _near(hits),
            revision=revision,
            choices=() if chosen else choices,
        )

    def _of_several(
        self,
        question: Question,
        search: Search,
        candidates: Sequence[Candidate],
        hits: Sequence[Hit],
        min_confidence: float,
    ) -> tuple[list[Hit], ...]:
        """Hits of two articles that the question needs, each as if the other were not there; none if the first is not sure enough then,
        or the second less likely to answer than not."""
        other = also_needed(question.text, hits) if question.chosen is None else None
        if other is None:
            return ()
        originals = (hits[0].passage.original, other.passage.original)
        told = tuple(
            rank([one for one in candidates if one.original != left_out], search, self._today())
            for left_out in reversed(originals)
        )
        are_sure = all(
            some[0].passage.original == original and some[0].confidence >= least
            for some, original, least in zip(told, originals, (min_confidence, LIKELY), strict=True)
        )
        return told if are_sure else ()

    async def search(
        self, tx: Transaction, tenant_id: TenantId, question: Question, most: int
    ) -> tuple[FoundPassage, ...]:
        """Passages that the asker may read, likeliest first."""
        _, search, candidates = await self.find(tx, tenant_id, question)
        return tuple(_found(hit) for hit in rank(candidates, search, self._today())[:most])

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
            proposed = await self._propose(tx, tenant_id, known.index, search, lexemes)
            revision, candidates = await repository.candidates(tx, tenant_id, search, proposed, self._passages)
            if revision == known.number:
                return revision, search, candidates
            known = await self._read_revision(tx, tenant_id, newer_than=known)

    async def _propose(
        self,
        tx: Transaction,
        tenant_id: TenantId,
        index: PassageIndex | LargeCollection,
        search: Search,
        lexemes: Lexemes,
    ) -> list[Proposed]:
        if isinstance(index, LargeCollection):
            return await large.propose(tx, tenant_id, index, search, lexemes, self._today())
        return index.propose(search, lexemes, self._today(), MOST_PROPOSED)

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
            collection = await large.read(tx, tenant_id)
            index = await repository.read_index(tx, tenant_id) if collection is None else collection
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
        article = await repository.read_article(tx, tenant_id, article_id, version, audiences, self._today())
        if article is None:
            raise NotFound("There is no such article.")
        return article

    def _today(self) -> date:
        return self._clock.now().date()


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


def _found(hit: Hit) -> FoundPassage:
    passage = hit.passage
    return FoundPassage(
        article_id=passage.article_id,
        version=passage.version,
        title=passage.title,
        section=passage.section,
        language=passage.language,
        text=_opening(passage.sentences).text,
        confidence=hit.confidence,
    )


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
