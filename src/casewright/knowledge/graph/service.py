"""Draws the graph from articles, procedures, conflicts and solved cases, and looks around in it. It is derived: drawn anew whenever
one of these has changed, and at will."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from casewright.kit.clock import Clock
from casewright.kit.database import Database, Transaction, while_open
from casewright.kit.errors import NotFound
from casewright.kit.ids import TenantId
from casewright.kit.principal import Assurance, system
from casewright.knowledge.graph import repository
from casewright.knowledge.graph.models import KnownNode, Neighbourhood, Node, NodeKind, Relation, RelationKind
from casewright.knowledge.graph.repository import ArticleRow
from casewright.knowledge.models import ArticleId
from casewright.knowledge.passages import find_codes
from casewright.knowledge.searching import readable_by

ACTOR: Final = "knowledge graph"
MOST_SHOWN: Final = 200
"""Relations in a neighbourhood."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What an error code brings: articles that the asker may read, those about most of the codes first, and procedures."""

    articles: tuple[ArticleId, ...] = ()
    procedures: tuple[str, ...] = ()


class KnowledgeGraph:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    # --- drawing ---

    async def catch_up(self, tenant_id: TenantId) -> bool:
        """Draws it anew if something has changed. Whether it did."""
        async with self._database.begin(system(tenant_id, ACTOR)) as tx:
            state = await repository.state(tx, tenant_id)
            if state == await repository.drawn_from(tx, tenant_id):
                return False
            await self._draw(tx, tenant_id, state)
            return True

    async def redraw(self, tenant_id: TenantId) -> None:
        async with self._database.begin(system(tenant_id, ACTOR)) as tx:
            await self._draw(tx, tenant_id, await repository.state(tx, tenant_id))

    async def _draw(self, tx: Transaction, tenant_id: TenantId, state: str) -> None:
        articles = await repository.articles(tx, tenant_id)
        procedures = await repository.procedures(tx, tenant_id)
        conflicts = await repository.relations_of_conflicts(tx, tenant_id)
        archived = {one for source, _, target in conflicts for one in (source, target)} - {one.id for one in articles}
        others = await repository.article_names(tx, tenant_id, archived)
        relations = await while_open(tx, asyncio.to_thread(_relations, articles, procedures))
        names = {one.id: one.key for one in articles} | {one.article_id: one.name for one in others if one.article_id}
        relations |= {
            Relation(source=_article(names[source]), kind=kind, target=_article(names[target]))
            for source, kind, target in conflicts
            if source in names and target in names
        }
        relations |= _solved(NodeKind.ARTICLE, await repository.cases_by_article(tx, tenant_id))
        relations |= _solved(NodeKind.PROCEDURE, await repository.cases_by_procedure(tx, tenant_id))
        nodes = _nodes(articles, others, procedures, relations)
        await repository.draw(tx, tenant_id, nodes, relations, digest=state, at=self._clock.now())

    # --- looking ---

    async def neighbourhood(
        self, tx: Transaction, tenant_id: TenantId, node: Node, *, depth: int = 1, most: int = MOST_SHOWN
    ) -> Neighbourhood:
        """What is at most `depth` relations away, whichever way they point. Raises `NotFound`."""
        if not await repository.nodes(tx, tenant_id, [node]):
            raise NotFound(f'The graph has no {node.kind.replace("_", " ")} "{node.name}".')
        reached, edge = {node: None}, {node}
        relations: dict[Relation, None] = {}
        complete = True
        for _ in range(depth):
            found = await repository.relations_with(tx, tenant_id, edge, most + 1)
            relations |= dict.fromkeys(found)
            if len(relations) > most:
                relations, complete = dict.fromkeys(list(relations)[:most]), False
            ends = [end for relation in relations for end in (relation.source, relation.target)]
            edge = set(ends) - set(reached)
            reached |= dict.fromkeys(ends)
        known = {
            Node(kind=one.kind, name=one.name): one for one in await repository.nodes(tx, tenant_id, list(reached))
        }
        return Neighbourhood(
            nodes=tuple(known[one] for one in reached if one in known), relations=tuple(relations), complete=complete
        )

    async def neighbours(
        self,
        tx: Transaction,
        tenant_id: TenantId,
        codes: Sequence[str],
        assurance: Assurance,
        *,
        internal: bool = False,
    ) -> Neighbours:
        """What some error codes bring, for whoever asks."""
        wanted = [code.upper() for code in codes]
        articles, procedures = await repository.about_codes(tx, tenant_id, wanted, readable_by(assurance, internal))
        return Neighbours(tuple(articles), tuple(procedures))


def _article(key: str) -> Node:
    return Node(kind=NodeKind.ARTICLE, name=key)


def _relations(articles: Sequence[ArticleRow], procedures: dict[str, str]) -> set[Relation]:
    keys = {article.key for article in articles}
    found: set[Relation] = set()
    for article in articles:
        source = _article(article.key)
        if article.product:
            found.add(_about(source, NodeKind.PRODUCT, article.product))
        found.update(_about(source, NodeKind.ERROR_CODE, code) for code in article.codes)
        found.update(
            Relation(source=_article(key), kind=RelationKind.REQUIRES, target=source)
            for key in article.related
            if key in keys and key != article.key
        )
    for name, definition in procedures.items():
        codes = {code.upper() for code in find_codes(definition)}
        found.update(_about(Node(kind=NodeKind.PROCEDURE, name=name), NodeKind.ERROR_CODE, code) for code in codes)
    return found


def _about(source: Node, kind: NodeKind, name: str) -> Relation:
    return Relation(source=source, kind=RelationKind.ABOUT, target=Node(kind=kind, name=name))


def _solved(kind: NodeKind, found: Iterable[tuple[str, str]]) -> set[Relation]:
    return {
        Relation(
            source=Node(kind=kind, name=name),
            kind=RelationKind.RESOLVES,
            target=Node(kind=NodeKind.CASE, name=case_id),
        )
        for name, case_id in found
    }


def _nodes(
    articles: Sequence[ArticleRow],
    others: Sequence[KnownNode],
    procedures: Collection[str],
    relations: Collection[Relation],
) -> list[KnownNode]:
    """All articles and procedures, and whatever a relation begins or ends at."""
    known = [
        *(KnownNode(kind=NodeKind.ARTICLE, name=one.key, title=one.title, article_id=one.id) for one in articles),
        *others,
        *(KnownNode(kind=NodeKind.PROCEDURE, name=name) for name in procedures),
    ]
    named = {(node.kind, node.name): node for node in known}
    for relation in relations:
        for end in (relation.source, relation.target):
            named.setdefault((end.kind, end.name), KnownNode(kind=end.kind, name=end.name))
    return list(named.values())
