"""Who is told of what happens, outside: subscriptions, and what is on its way to them. Ids, kinds and counts, no customer's words."""

from alembic import op

revision = "0013"
down_revision = "0012"

TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"

TABLES = {
    "webhook": """
        id uuid not null,
        url text not null,
        kinds text[] not null,
        sealed_secret bytea not null,
        created_at timestamptz not null,
        created_by text not null,
        primary key (tenant_id, id)""",
    "webhook_delivery": """
        id uuid not null,
        webhook_id uuid not null,
        kind text not null,
        body text not null,
        state text not null default 'waiting' check (state in ('waiting', 'delivered', 'dead')),
        attempts integer not null default 0,
        due_at timestamptz not null,
        ended_with text not null default '',
        created_at timestamptz not null,
        settled_at timestamptz,
        primary key (tenant_id, id),
        foreign key (tenant_id, webhook_id) references webhook (tenant_id, id) on delete cascade""",
}


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"create table {table} (tenant_id uuid not null references control.tenant (id), {columns})")
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy tenant on {table} using (tenant_id = {TENANT}) with check (tenant_id = {TENANT})")
        op.execute(f"grant select, insert, update, delete on {table} to casewright_app")
    op.execute("create index webhook_delivery_due on webhook_delivery (tenant_id, due_at) where state = 'waiting'")
    op.execute("create index webhook_delivery_webhook on webhook_delivery (tenant_id, webhook_id, created_at)")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
