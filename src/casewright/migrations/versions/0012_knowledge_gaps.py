"""What customers ask and no article answers: their questions, sealed under their keys, sorted into topics."""

from alembic import op

revision = "0012"
down_revision = "0011"

TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"

TABLES = {
    "knowledge_gap": """
        id uuid not null,
        state text not null default 'open' check (state in ('open', 'drafted', 'covered', 'dismissed')),
        reason text not null default '',
        article_id uuid,
        merged_into uuid,
        begun_at timestamptz not null,
        settled_at timestamptz,
        settled_by text,
        announced_at timestamptz,
        checked_revision bigint,
        primary key (tenant_id, id)""",
    "knowledge_gap_example": """
        id uuid not null,
        gap_id uuid,
        conversation_id uuid not null,
        turn_id uuid not null,
        place text not null,
        reason text not null check (reason in ('unanswered', 'unhelpful', 'handed_over', 'repeated')),
        sealed bytea not null,
        sealed_meaning bytea not null,
        language text not null,
        assurance text not null,
        answered_by text[] not null default '{}',
        handling_seconds integer,
        said_at timestamptz not null,
        primary key (tenant_id, id),
        unique (tenant_id, turn_id, place),
        foreign key (tenant_id, gap_id) references knowledge_gap (tenant_id, id),
        foreign key (tenant_id, conversation_id) references conversation (tenant_id, id) on delete cascade""",
    "knowledge_gap_source": """
        gap_id uuid not null,
        position integer not null,
        conversation_id uuid,
        message_id uuid,
        case_number text not null default '',
        primary key (tenant_id, gap_id, position),
        foreign key (tenant_id, gap_id) references knowledge_gap (tenant_id, id) on delete cascade""",
    "knowledge_gap_progress": """
        looked_until timestamptz not null,
        primary key (tenant_id)""",
}


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"create table {table} (tenant_id uuid not null references control.tenant (id), {columns})")
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy tenant on {table} using (tenant_id = {TENANT}) with check (tenant_id = {TENANT})")
        op.execute(f"grant select, insert, update, delete on {table} to casewright_app")
    op.execute("create index knowledge_gap_state on knowledge_gap (tenant_id, state)")
    op.execute("create index knowledge_gap_example_gap on knowledge_gap_example (tenant_id, gap_id, said_at)")
    op.execute("create index knowledge_gap_example_conversation on knowledge_gap_example (tenant_id, conversation_id)")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
