"""Where articles come from, and how far they were read. Servers of the version before leave the column at its default."""

from alembic import op

revision = "0015"
down_revision = "0014"

TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"

TABLES = {
    "knowledge_import": """
        id uuid not null,
        kind text not null check (kind in ('files', 'upload', 'website', 'salesforce')),
        location text not null,
        defaults jsonb not null,
        for_review boolean not null default false,
        state text not null check (state in ('waiting', 'running', 'succeeded', 'failed')),
        started_by text not null,
        total integer not null default 0,
        done integer not null default 0,
        added integer not null default 0,
        revised integer not null default 0,
        updated integer not null default 0,
        unchanged integer not null default 0,
        archived integer not null default 0,
        problems jsonb not null default '[]',
        problem_count integer not null default 0,
        error text not null default '',
        created_at timestamptz not null,
        finished_at timestamptz,
        primary key (tenant_id, id)""",
    "knowledge_import_item": """
        import_id uuid not null,
        name text not null,
        fingerprint text,
        keys text[] not null default '{}',
        primary key (tenant_id, import_id, name),
        foreign key (tenant_id, import_id) references knowledge_import (tenant_id, id) on delete cascade""",
    "knowledge_upload": """
        import_id uuid not null,
        content bytea not null,
        primary key (tenant_id, import_id),
        foreign key (tenant_id, import_id) references knowledge_import (tenant_id, id) on delete cascade""",
    "knowledge_cursor": """
        kind text not null,
        location text not null,
        cursor text not null,
        primary key (tenant_id, kind, location)""",
}


def upgrade() -> None:
    op.execute("alter table article add column categories text[] not null default '{}'")
    for table, definition in TABLES.items():
        op.execute(f"create table {table} (tenant_id uuid not null references control.tenant (id), {definition})")
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy tenant on {table} using (tenant_id = {TENANT}) with check (tenant_id = {TENANT})")
        op.execute(f"grant select, insert, update, delete on {table} to casewright_app")
    op.execute("create index knowledge_import_created on knowledge_import (tenant_id, created_at)")
    op.execute("create index knowledge_import_item_keys on knowledge_import_item using gin (keys)")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
    op.execute("alter table article drop column categories")
