"""The life of intent models: who trained a version and on what, examples beside those of a company's folder, and what is worth
labelling. Servers of the version before train and read models as they did."""

from alembic import op

revision = "0009"
down_revision = "0008"

TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"

TABLES = {
    "intent_example": """
        id uuid not null,
        intent text,
        text text not null,
        source text not null check (source in ('imported', 'labelled')),
        person_id uuid,
        added_by text not null,
        added_at timestamptz not null,
        primary key (tenant_id, id)""",
    "labelling_candidate": """
        id uuid not null,
        conversation_id uuid not null,
        turn_id uuid not null,
        segment integer not null,
        sealed bytea not null,
        reason text not null check (reason in ('uncertain', 'out_of_scope', 'corrected')),
        nearest jsonb not null default '[]',
        grouped_with uuid,
        state text not null default 'open' check (state in ('open', 'labelled', 'dismissed')),
        intent text,
        said_at timestamptz not null,
        settled_at timestamptz,
        settled_by text,
        primary key (tenant_id, id),
        unique (tenant_id, turn_id, segment),
        foreign key (tenant_id, conversation_id) references conversation (tenant_id, id) on delete cascade""",
    "labelling_progress": """
        looked_until timestamptz not null,
        primary key (tenant_id)""",
}


def upgrade() -> None:
    op.execute(
        """alter table intent_model
               add column trained_by text not null default '',
               add column installed jsonb,
               add column learned_from uuid[] not null default '{}'"""
    )
    for table, columns in TABLES.items():
        op.execute(f"create table {table} (tenant_id uuid not null references control.tenant (id), {columns})")
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy tenant on {table} using (tenant_id = {TENANT}) with check (tenant_id = {TENANT})")
        op.execute(f"grant select, insert, update, delete on {table} to casewright_app")
    op.execute(
        "create index intent_example_person on intent_example (tenant_id, person_id) where person_id is not null"
    )
    op.execute("create index labelling_candidate_state on labelling_candidate (tenant_id, state, said_at)")
    op.execute("create index labelling_candidate_conversation on labelling_candidate (tenant_id, conversation_id)")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
    op.execute("alter table intent_model drop column trained_by, drop column installed, drop column learned_from")
