"""The SQL of gaps in knowledge. Every function works inside a transaction and names its tenant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId
from casewright.knowledge.gaps.models import AskedQuestion, GapId, GapSource, GapState

MOST_EXAMPLES = 2000
"""Questions that are sorted into topics at once."""
NAMED_BY = 30
"""Questions of a topic that its name is made of, the newest."""


async def looked_until(tx: Transaction, tenant_id: TenantId) -> datetime | None:
    """Up to when conversations were looked through."""
    moment: datetime | None = await tx.fetchval(
        "select looked_until from knowledge_gap_progress where tenant_id = $1", tenant_id
    )
    return moment


async def save_looked_until(tx: Transaction, tenant_id: TenantId, moment: datetime) -> None:
    await tx.execute(
        """insert into knowledge_gap_progress (tenant_id, looked_until) values ($1, $2)
           on conflict (tenant_id) do update set looked_until = $2""",
        tenant_id, moment,
    )  # fmt: skip


async def lock(tx: Transaction, tenant_id: TenantId) -> None:
    """Until the transaction ends nobody else changes the tenant's topics."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"knowledge_gap {tenant_id}")


# --- questions ---


async def person_who_lets_learn(tx: Transaction, tenant_id: TenantId, conversation_id: UUID) -> Record | None:
    """The conversation's person and their wrapped key; None where they are erased, or last said that nothing of theirs may
    be used to improve the agent."""
    return await tx.fetchrow(
        """select c.tenant_id, c.id as conversation_id, p.id as person_id, p.wrapped_key from conversation c
           join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
           where c.tenant_id = $1 and c.id = $2 and p.wrapped_key is not null
             and coalesce((select granted from consent n where n.tenant_id = $1 and n.person_id = p.id
                             and n.purpose = 'improvement' order by at desc limit 1), true)
           for share of p""",
        tenant_id,
        conversation_id,
    )


async def save_example(
    tx: Transaction,
    tenant_id: TenantId,
    conversation_id: UUID,
    *,
    id: UUID,
    question: AskedQuestion,
    sealed: bytes,
    sealed_meaning: bytes,
) -> bool:
    """False if it is there already; then it is brought up to date with how long people were busy with it."""
    handling = None if question.handling is None else round(question.handling.total_seconds())
    return bool(
        await tx.fetchval(
            """insert into knowledge_gap_example
                   (tenant_id, id, conversation_id, turn_id, place, reason, sealed, sealed_meaning, language, assurance,
                    answered_by, handling_seconds, said_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
               on conflict (tenant_id, turn_id, place) do update set
                   handling_seconds = coalesce(excluded.handling_seconds, knowledge_gap_example.handling_seconds)
               returning id = $2""",
            tenant_id,
            id,
            conversation_id,
            question.turn_id,
            question.place,
            question.reason,
            sealed,
            sealed_meaning,
            question.language,
            question.assurance,
            list(question.answered_by),
            handling,
            question.said_at,
        )
    )


_EXAMPLE = """
    select e.*, v.person_id, p.wrapped_key from knowledge_gap_example e
    join conversation v on v.tenant_id = e.tenant_id and v.id = e.conversation_id
    join person p on p.tenant_id = e.tenant_id and p.id = v.person_id
    where e.tenant_id = $1"""


async def has_unsorted(tx: Transaction, tenant_id: TenantId) -> bool:
    """Questions in no topic yet, as far as they can be read."""
    return bool(
        await tx.fetchval(
            """select exists (select from knowledge_gap_example
                              where tenant_id = $1 and gap_id is null and sealed_meaning <> '')""",
            tenant_id,
        )
    )


async def examples_to_sort(tx: Transaction, tenant_id: TenantId) -> list[Record]:
    """Those in no topic yet, and the newest others, `MOST_EXAMPLES` in all: oldest first, with their persons' keys."""
    rows = await tx.fetch(
        f"{_EXAMPLE} order by e.gap_id is null desc, e.said_at desc, e.id desc limit {MOST_EXAMPLES}", tenant_id
    )
    return sorted(rows, key=lambda row: (row["said_at"], row["id"]))


async def examples(tx: Transaction, tenant_id: TenantId, gap_id: GapId, most: int) -> list[Record]:
    """Of one topic, newest first, with their persons' keys."""
    return await tx.fetch(
        f"{_EXAMPLE} and e.gap_id = $2 order by e.said_at desc, e.id limit $3", tenant_id, gap_id, most
    )


async def examples_of_all(tx: Transaction, tenant_id: TenantId, gap_ids: Sequence[GapId]) -> list[Record]:
    """The newest `NAMED_BY` of each topic, with their persons' keys."""
    return await tx.fetch(
        f"""select * from (select *, row_number() over (partition by gap_id order by said_at desc, id) as rank
                           from ({_EXAMPLE} and e.gap_id = any($2::uuid[])) found) ranked
            where rank <= {NAMED_BY} order by gap_id, rank""",
        tenant_id,
        list(gap_ids),
    )


async def conversations_of(tx: Transaction, tenant_id: TenantId, gap_id: GapId, most: int) -> list[UUID]:
    """In which it was asked about and a person was brought in, newest first."""
    rows = await tx.fetch(
        """select conversation_id from knowledge_gap_example
           where tenant_id = $1 and gap_id = $2 and handling_seconds is not null
           group by conversation_id order by max(said_at) desc limit $3""",
        tenant_id, gap_id, most,
    )  # fmt: skip
    return [row["conversation_id"] for row in rows]


async def put_into(tx: Transaction, tenant_id: TenantId, topics: Mapping[UUID, GapId]) -> None:
    """Questions into topics, which are then to be checked again."""
    await tx.executemany(
        "update knowledge_gap_example set gap_id = $3 where tenant_id = $1 and id = $2",
        [(tenant_id, example_id, gap_id) for example_id, gap_id in topics.items()],
    )
    await tx.execute(
        "update knowledge_gap set checked_revision = null where tenant_id = $1 and id = any($2::uuid[])",
        tenant_id,
        list(set(topics.values())),
    )


# --- topics ---

_GAP = """
    select g.id, g.state, g.reason, g.article_id, g.merged_into, g.begun_at, g.settled_at, g.settled_by, g.checked_revision,
           f.*
    from knowledge_gap g
    cross join lateral (
        select count(*) as volume,
               count(*) filter (where reason = 'unanswered') as unanswered,
               count(*) filter (where reason = 'unhelpful') as unhelpful,
               count(*) filter (where reason = 'handed_over') as handed_over,
               count(*) filter (where reason = 'repeated') as repeated,
               count(*) filter (where said_at > $2::timestamptz - interval '7 days') as this_week,
               count(*) filter (where said_at > $2::timestamptz - interval '14 days'
                                  and said_at <= $2::timestamptz - interval '7 days') as week_before,
               count(handling_seconds) as hand_overs,
               coalesce(sum(greatest(handling_seconds, $3::integer)) filter (where handling_seconds is not null), 0)
                   as handling_seconds,
               min(said_at) as first_at, max(said_at) as last_at
        from knowledge_gap_example e where e.tenant_id = g.tenant_id and e.gap_id = g.id) f
    where g.tenant_id = $1"""


async def gaps(
    tx: Transaction, tenant_id: TenantId, state: GapState | None, now: datetime, least_seconds: int, most: int
) -> list[Record]:
    """With their figures, most asked about first."""
    return await tx.fetch(
        f"""{_GAP} and g.merged_into is null and ($4::text is null or g.state = $4)
            order by f.volume desc, f.last_at desc nulls last, g.id limit $5""",
        tenant_id,
        now,
        least_seconds,
        state,
        most,
    )


async def gap(tx: Transaction, tenant_id: TenantId, gap_id: GapId, now: datetime, least_seconds: int) -> Record | None:
    """With its figures; the one that it went into, where it was merged."""
    row = await tx.fetchrow(f"{_GAP} and g.id = $4", tenant_id, now, least_seconds, gap_id)
    while row is not None and row["merged_into"]:
        row = await tx.fetchrow(f"{_GAP} and g.id = $4", tenant_id, now, least_seconds, row["merged_into"])
    return row


async def settled_gaps(tx: Transaction, tenant_id: TenantId) -> list[GapId]:
    rows = await tx.fetch("select id from knowledge_gap where tenant_id = $1 and state <> 'open'", tenant_id)
    return [row["id"] for row in rows]


async def insert_gaps(tx: Transaction, tenant_id: TenantId, gap_ids: Sequence[GapId], now: datetime) -> None:
    """Those that are not there yet."""
    await tx.executemany(
        "insert into knowledge_gap (tenant_id, id, begun_at) values ($1, $2, $3) on conflict do nothing",
        [(tenant_id, one, now) for one in gap_ids],
    )


async def merge_gaps(tx: Transaction, tenant_id: TenantId, merged: Mapping[GapId, GapId]) -> None:
    """Also what is left of them that nobody can read any more."""
    for old, new in merged.items():
        await tx.execute(
            "update knowledge_gap_example set gap_id = $3 where tenant_id = $1 and gap_id = $2", tenant_id, old, new
        )
        await tx.execute(
            "update knowledge_gap set merged_into = $3 where tenant_id = $1 and id = $2", tenant_id, old, new
        )


async def to_announce(tx: Transaction, tenant_id: TenantId, volume: int, now: datetime) -> list[Record]:
    """Open topics of that volume that nobody was told of yet, marked as told; with their volume."""
    return await tx.fetch(
        """with large as (select gap_id, count(*) as volume from knowledge_gap_example
                          where tenant_id = $1 and gap_id is not null group by gap_id having count(*) >= $2)
           update knowledge_gap g set announced_at = $3 from large
           where g.tenant_id = $1 and g.id = large.gap_id and g.state = 'open' and g.announced_at is null
           returning g.id, large.volume""",
        tenant_id, volume, now,
    )  # fmt: skip


async def set_state(
    tx: Transaction,
    tenant_id: TenantId,
    gap_id: GapId,
    state: GapState,
    *,
    by: str | None,
    now: datetime | None,
    reason: str = "",
) -> None:
    await tx.execute(
        """update knowledge_gap set state = $3, settled_by = $4, settled_at = $5, reason = $6
           where tenant_id = $1 and id = $2""",
        tenant_id, gap_id, state, by, now, reason,
    )  # fmt: skip


async def set_article(tx: Transaction, tenant_id: TenantId, gap_id: GapId, article_id: UUID | None) -> None:
    await tx.execute(
        "update knowledge_gap set article_id = $3 where tenant_id = $1 and id = $2", tenant_id, gap_id, article_id
    )


async def to_check(tx: Transaction, tenant_id: TenantId, revision: int) -> list[Record]:
    """Topics that are not dismissed, and were not checked since articles changed or more was asked; some of them, where there are
    many."""
    return await tx.fetch(
        """select id, state, article_id from knowledge_gap g
           where tenant_id = $1 and merged_into is null and state <> 'dismissed'
             and checked_revision is distinct from $2
           order by checked_revision nulls first, id limit 200""",
        tenant_id, revision,
    )  # fmt: skip


async def drafted(tx: Transaction, tenant_id: TenantId) -> list[Record]:
    """Topics for which a draft was made, with its article's id."""
    return await tx.fetch(
        "select id, article_id from knowledge_gap where tenant_id = $1 and state = 'drafted' and merged_into is null",
        tenant_id,
    )


async def state_of(tx: Transaction, tenant_id: TenantId, gap_id: GapId) -> GapState | None:
    state = await tx.fetchval("select state from knowledge_gap where tenant_id = $1 and id = $2", tenant_id, gap_id)
    return GapState(state) if state else None


async def save_check(tx: Transaction, tenant_id: TenantId, gap_id: GapId, revision: int) -> None:
    await tx.execute(
        "update knowledge_gap set checked_revision = $3 where tenant_id = $1 and id = $2",
        tenant_id, gap_id, revision,
    )  # fmt: skip


async def delete_empty(tx: Transaction, tenant_id: TenantId) -> None:
    """Open topics whose conversations are all deleted."""
    await tx.execute(
        """delete from knowledge_gap g where tenant_id = $1 and state = 'open' and merged_into is null
             and not exists (select from knowledge_gap_example e where e.tenant_id = $1 and e.gap_id = g.id)
             and not exists (select from knowledge_gap m where m.tenant_id = $1 and m.merged_into = g.id)""",
        tenant_id,
    )


# --- where a draft's sentences come from ---


async def save_sources(tx: Transaction, tenant_id: TenantId, gap_id: GapId, sources: Sequence[GapSource]) -> None:
    """Instead of those before."""
    await tx.execute("delete from knowledge_gap_source where tenant_id = $1 and gap_id = $2", tenant_id, gap_id)
    await tx.executemany(
        """insert into knowledge_gap_source (tenant_id, gap_id, position, conversation_id, message_id, case_number)
           values ($1, $2, $3, $4, $5, $6)""",
        [
            (tenant_id, gap_id, position, one.conversation_id, one.message_id, one.case_number)
            for position, one in enumerate(sources, 1)
        ],
    )


async def sources(tx: Transaction, tenant_id: TenantId, gap_id: GapId) -> list[GapSource]:
    rows = await tx.fetch(
        """select conversation_id, message_id, case_number from knowledge_gap_source
           where tenant_id = $1 and gap_id = $2 order by position""",
        tenant_id, gap_id,
    )  # fmt: skip
    return [GapSource(**row) for row in rows]
