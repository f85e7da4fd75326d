"""The life of an article: drafts, review, validity, who changed what and why, and how well it serves. Servers of the version before
find published articles as they did, whatever their validity, and see no drafts."""

from alembic import op

revision = "0010"
down_revision = "0009"

TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"

TABLES = {
    "article_draft": """
        article_id uuid not null,
        key text not null,
        content jsonb not null,
        based_on integer,
        in_review boolean not null default false,
        author text not null,
        reason text not null default '',
        updated_at timestamptz not null,
        primary key (tenant_id, article_id),
        unique (tenant_id, key)""",
    "article_step": """
        article_id uuid not null,
        number integer not null,
        step text not null,
        version integer,
        actor text not null,
        reason text not null default '',
        changes jsonb not null default '{}',
        at timestamptz not null,
        primary key (tenant_id, article_id, number)""",
    "article_use": """
        turn_id uuid not null,
        article_id uuid not null,
        version integer not null,
        conversation_id uuid not null,
        outcome text check (outcome in ('confirmed', 'assumed', 'unhelpful', 'handed_over')),
        at timestamptz not null,
        primary key (tenant_id, turn_id, article_id),
        foreign key (tenant_id, conversation_id) references conversation (tenant_id, id) on delete cascade""",
    "article_use_progress": """
        looked_until timestamptz not null,
        primary key (tenant_id)""",
}
APPEND_ONLY = ("article_step",)
COLUMNS = {
    "article": {
        "valid_from": "date",
        "valid_until": "date",
        "review_due": "date",
        "review_every_days": "integer",
        "validated_on": "date",
    },
    "article_version": {
        "language": "text",
        "error_codes": "text[]",
        "author": "text not null default ''",
        "reason": "text not null default ''",
    },
    "article_model": {"trained_on": "date"},
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, definition in columns.items():
            op.execute(f"alter table {table} add column {name} {definition}")
    for table, definition in TABLES.items():
        op.execute(f"create table {table} (tenant_id uuid not null references control.tenant (id), {definition})")
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy tenant on {table} using (tenant_id = {TENANT}) with check (tenant_id = {TENANT})")
        rights = "select, insert" if table in APPEND_ONLY else "select, insert, update, delete"
        op.execute(f"grant {rights} on {table} to casewright_app")
    op.execute("create index article_use_article on article_use (tenant_id, article_id, at)")
    op.execute("create index article_use_conversation on article_use (tenant_id, conversation_id)")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
    for table, columns in COLUMNS.items():
        for name in columns:
            op.execute(f"alter table {table} drop column {name}")
