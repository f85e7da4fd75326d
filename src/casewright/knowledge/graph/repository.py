"""The graph: what it is drawn from, and what is drawn."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId
from casewright.knowledge.graph.models import KnownNode, Node, NodeKind, Relation, RelationKind
from casewright.knowledge.models import ArticleId, Audience

MOST_CASES: Final = 10_000
"""The newest; older ones tell nothing more."""


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """`codes`: error codes that it is about. `related`: keys of articles that go on from it."""

    id: ArticleId
    key: str
    title: str
    product: str
    codes: tuple[str, ...]
    related: tuple[str, ...]


# --- what it is drawn from ---------------------------------------------------------------------------------------------


async def state(tx: Transaction, tenant_id: TenantId) -> str:
    """Changes whenever something changes that the graph is drawn from."""
    row = await tx.fetchrow(
        """select
               (select revision from knowledge_revision where tenant_id = $1) as revision,
               (select md5(string_agg(name || digest, ',' order by name)) from procedure_version
                where tenant_id = $1 and active) as procedures,
               (select count(*) || '/' || count(*) filter (where state = 'open') || '/' || count(*) filter (where state = 'resolved')
                from knowledge_conflict where tenant_id = $1) as conflicts,
               (select count(*) || '/' || count(*) filter (where outcome in ('confirmed', 'assumed'))
                from article_use where tenant_id = $1) as uses,
               (select count(*) || '/' || coalesce(max(active_at)::text, '') from conversation
                where tenant_id = $1 and status = 'closed' and outcome = 'resolved' and case_id is not null) as cases""",
        tenant_id,
    )
    assert row is not None
    return json.dumps([str(value) for value in row.values()])


async def articles(tx: Transaction, tenant_id: TenantId) -> list[ArticleRow]:
    """All that are published."""
    rows = await tx.fetch(
        """select article.id, article.key, version.title, article.product, article.related,
               coalesce((select array_agg(distinct code order by code) from passage cross join unnest(passage.codes) as code
                         where passage.tenant_id = $1 and passage.article_id = article.id), '{}') as codes
           from article
           join article_version version on version.tenant_id = $1 and version.article_id = article.id
               and version.version = article.current_version
           where article.tenant_id = $1 and article.status = 'published' order by article.key""",
        tenant_id,
    )
    return [
        ArticleRow(
            id=ArticleId(row["id"]),
            key=row["key"],
            title=row["title"],
            product=row["product"],
            codes=tuple(row["codes"]),
            related=tuple(row["related"]),
        )
        for row in rows
    ]


async def procedures(tx: Transaction, tenant_id: TenantId) -> dict[str, str]:
    """The definition of each active one, as JSON, by name."""
    rows = await tx.fetch(
        "select name, definition::text as definition from procedure_version where tenant_id = $1 and active", tenant_id
    )
    return {row["name"]: row["definition"] for row in rows}


async def relations_of_conflicts(
    tx: Transaction, tenant_id: TenantId
) -> list[tuple[ArticleId, RelationKind, ArticleId]]:
    rows = await tx.fetch(
        """select distinct one_article as source, 'contradicts' as relation, other_article as target from knowledge_conflict
           where tenant_id = $1 and state = 'open' and kind <> 'duplicate'
           union
           select kept, 'supersedes', case when kept = one_article then other_article else one_article end
           from knowledge_conflict
           where tenant_id = $1 and state = 'resolved' and resolution in ('version', 'merge') and kept is not null""",
        tenant_id,
    )
    return [(ArticleId(row["source"]), RelationKind(row["relation"]), ArticleId(row["target"])) for row in rows]


async def article_names(tx: Transaction, tenant_id: TenantId, ids: Collection[ArticleId]) -> list[KnownNode]:
    """Of articles that may be archived."""
    rows = await tx.fetch(
        """select article.id, article.key, version.title from article
           join article_version version on version.tenant_id = $1 and version.article_id = article.id
               and version.version = article.current_version
           where article.tenant_id = $1 and article.id = any($2::uuid[])""",
        tenant_id,
        list(ids),
    )
    return [
        KnownNode(kind=NodeKind.ARTICLE, name=row["key"], title=row["title"], article_id=ArticleId(row["id"]))
        for row in rows
    ]


_CASES: Final = """
    with solved as (
        select id, case_id from conversation
        where tenant_id = $1 and status = 'closed' and outcome = 'resolved' and case_id is not null
        order by active_at desc limit $2)"""


async def cases_by_article(tx: Transaction, tenant_id: TenantId) -> list[tuple[str, str]]:
    """Keys of articles whose answers solved something, with the case's record id."""
    rows = await tx.fetch(
        f"""{_CASES}
            select distinct article.key, solved.case_id from solved
            join article_use used on used.tenant_id = $1 and used.conversation_id = solved.id
                and used.outcome in ('confirmed', 'assumed')
            join article on article.tenant_id = $1 and article.id = used.article_id and article.status = 'published'""",
        tenant_id,
        MOST_CASES,
    )
    return [(row["key"], row["case_id"]) for row in rows]


async def cases_by_procedure(tx: Transaction, tenant_id: TenantId) -> list[tuple[str, str]]:
    """Names of procedures that were carried out to a good end, with the case's record id."""
    rows = await tx.fetch(
        f"""{_CASES}
            select distinct opened.data ->> 'name' as name, solved.case_id from solved
            join conversation_event opened on opened.tenant_id = $1 and opened.conversation_id = solved.id
                and opened.kind = 'topic_opened' and opened.data ->> 'topic_kind' = 'procedure'
            join conversation_event moved on moved.tenant_id = $1 and moved.conversation_id = solved.id
                and moved.kind = 'topic_moved' and moved.data ->> 'status' = 'resolved'
                and moved.data ->> 'topic_id' = opened.data ->> 'topic_id'""",
        tenant_id,
        MOST_CASES,
    )
    return [(row["name"], row["case_id"]) for row in rows]


# --- what is drawn ------------------------------------------------------------------------------------------------------


async def drawn_from(tx: Transaction, tenant_id: TenantId) -> str | None:
    digest: str | None = await tx.fetchval("select digest from knowledge_graph where tenant_id = $1", tenant_id)
    return digest


async def draw(
    tx: Transaction,
    tenant_id: TenantId,
    nodes: Collection[KnownNode],
    relations: Collection[Relation],
    *,
    digest: str,
    at: datetime,
) -> None:
    """In place of what was drawn before."""
    await tx.execute(
        """insert into knowledge_graph (tenant_id, digest, drawn_at) values ($1, $2, $3)
           on conflict (tenant_id) do update set digest = excluded.digest, drawn_at = excluded.drawn_at""",
        tenant_id,
        digest,
        at,
    )
    await tx.execute("delete from knowledge_node where tenant_id = $1", tenant_id)
    await tx.execute(
        """insert into knowledge_node (tenant_id, kind, name, title, article_id)
           select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::uuid[])""",
        tenant_id,
        [node.kind for node in nodes],
        [node.name for node in nodes],
        [node.title for node in nodes],
        [node.article_id for node in nodes],
    )
    await tx.execute(
        """insert into knowledge_relation (tenant_id, source_kind, source_name, relation, target_kind, target_name)
           select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])""",
        tenant_id,
        [relation.source.kind for relation in relations],
        [relation.source.name for relation in relations],
        [relation.kind for relation in relations],
        [relation.target.kind for relation in relations],
        [relation.target.name for relation in relations],
    )


async def nodes(tx: Transaction, tenant_id: TenantId, wanted: Collection[Node]) -> list[KnownNode]:
    rows = await tx.fetch(
        """select kind, name, title, article_id from knowledge_node
           where tenant_id = $1 and (kind, name) in (select * from unnest($2::text[], $3::text[]))""",
        tenant_id,
        [node.kind for node in wanted],
        [node.name for node in wanted],
    )
    return [KnownNode(**dict(row)) for row in rows]


async def relations_with(tx: Transaction, tenant_id: TenantId, some: Collection[Node], most: int) -> list[Relation]:
    """All that begin or end at one of them; those with cases last."""
    kinds, names = [node.kind for node in some], [node.name for node in some]
    rows = await tx.fetch(
        """select source_kind, source_name, relation, target_kind, target_name from (
               select * from knowledge_relation
               where tenant_id = $1 and (source_kind, source_name) in (select * from unnest($2::text[], $3::text[]))
               union
               select * from knowledge_relation
               where tenant_id = $1 and (target_kind, target_name) in (select * from unnest($2::text[], $3::text[]))
           ) near
           order by target_kind = 'case', source_kind, source_name, relation, target_kind, target_name limit $4""",
        tenant_id,
        kinds,
        names,
        most,
    )
    return [_relation(row) for row in rows]


async def about_codes(
    tx: Transaction, tenant_id: TenantId, codes: Sequence[str], audiences: Sequence[Audience]
) -> tuple[list[ArticleId], list[str]]:
    """Articles that one of `audiences` may read, and procedures, about one of those error codes."""
    rows = await tx.fetch(
        """select node.article_id, node.kind, node.name from knowledge_relation relation
           join knowledge_node node on node.tenant_id = $1 and node.kind = relation.source_kind
               and node.name = relation.source_name
           left join article on article.tenant_id = $1 and article.id = node.article_id
           where relation.tenant_id = $1 and relation.relation = 'about' and relation.target_kind = 'error_code'
               and relation.target_name = any($2::text[])
               and (node.kind = 'procedure' or (article.status = 'published' and article.audience = any($3::text[])))
           group by node.article_id, node.kind, node.name order by count(*) desc, node.name""",
        tenant_id,
        list(codes),
        list(audiences),
    )
    found = [ArticleId(row["article_id"]) for row in rows if row["kind"] == NodeKind.ARTICLE]
    return found, [row["name"] for row in rows if row["kind"] == NodeKind.PROCEDURE]


def _relation(row: Record) -> Relation:
    return Relation(
        source=Node(kind=row["source_kind"], name=row["source_name"]),
        kind=row["relation"],
        target=Node(kind=row["target_kind"], name=row["target_name"]),
    )
