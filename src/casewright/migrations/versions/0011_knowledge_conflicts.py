"""What articles say against each other, and the graph of what they are about. All of it is derived, except how conflicts were settled:
servers of the version before neither read nor write it."""

from alembic import op

revision = "0011"
down_revision = "0010"

TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"

TABLES = {
    "article_statements": """
        article_id uuid not null,
        version integer not null,
        recipe integer not null,
        language text not null,
        vectors bytea not null,
        checked_at timestamptz,
        primary key (tenant_id, article_id),
        foreign key (tenant_id, article_id) references article (tenant_id, id) on delete cascade""",
    "knowledge_conflict": """
        id uuid not null,
        digest text not null,
        kind text not null check (kind in ('factual', 'semantic', 'version', 'duplicate')),
        severity text not null check (severity in ('low', 'medium', 'high')),
        probability real not null,
        one jsonb not null,
        other jsonb not null,
        one_article uuid not null,
        other_article uuid not null,
        differing jsonb not null default '[]',
        state text not null default 'open' check (state in ('open', 'resolved', 'dismissed', 'closed')),
        found_at timestamptz not null,
        resolution text check (resolution in ('merge', 'replace', 'version', 'reject')),
        kept uuid,
        done jsonb not null default '[]',
        settled_by text,
        reason text not null default '',
        settled_at timestamptz,
        primary key (tenant_id, id),
        foreign key (tenant_id, one_article) references article (tenant_id, id) on delete cascade,
        foreign key (tenant_id, other_article) references article (tenant_id, id) on delete cascade""",
    "knowledge_node": """
        kind text not null check (kind in ('article', 'product', 'error_code', 'procedure', 'case')),
        name text not null,
        title text not null default '',
        article_id uuid,
        primary key (tenant_id, kind, name)""",
    "knowledge_relation": """
        source_kind text not null,
        source_name text not null,
        relation text not null check (relation in ('about', 'requires', 'supersedes', 'contradicts', 'resolves')),
        target_kind text not null,
        target_name text not null,
        primary key (tenant_id, source_kind, source_name, relation, target_kind, target_name),
        foreign key (tenant_id, source_kind, source_name)
            references knowledge_node (tenant_id, kind, name) on delete cascade,
        foreign key (tenant_id, target_kind, target_name)
            references knowledge_node (tenant_id, kind, name) on delete cascade""",
    "knowledge_graph": """
        digest text not null,
        drawn_at timestamptz not null,
        primary key (tenant_id)""",
}


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"create table {table} (tenant_id uuid not null references control.tenant (id), {columns})")
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy tenant on {table} using (tenant_id = {TENANT}) with check (tenant_id = {TENANT})")
        op.execute(f"grant select, insert, update, delete on {table} to casewright_app")
    op.execute(
        "create unique index knowledge_conflict_open on knowledge_conflict (tenant_id, digest) where state = 'open'"
    )
    op.execute("create index knowledge_conflict_state on knowledge_conflict (tenant_id, state, found_at, id)")
    op.execute("create index knowledge_conflict_one on knowledge_conflict (tenant_id, one_article)")
    op.execute("create index knowledge_conflict_other on knowledge_conflict (tenant_id, other_article)")
    op.execute("create index knowledge_relation_target on knowledge_relation (tenant_id, target_kind, target_name)")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
