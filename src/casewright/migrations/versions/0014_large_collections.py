"""Collections of passages too large for one process: an index over the vectors of a single company, and in which of its passages each
word is. Servers of the version before keep such a company in their memory, as they did."""

from alembic import op

revision = "0014"
down_revision = "0013"

TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"

TABLES = {
    "large_collection": """
        counted_revision bigint not null,
        passages integer not null,
        primary key (tenant_id)""",
    "passage_lexeme": """
        language text not null,
        audience text not null,
        lexeme text collate "C" not null,
        passages integer not null,
        found_in uuid[],
        primary key (tenant_id, language, lexeme, audience)""",
}

INDEXING = """
create function control.index_large_collection(tenant uuid) returns void
language plpgsql security definer set search_path = pg_catalog, public set maintenance_work_mem = '1GB' as $$
declare
    name text := replace(tenant::text, '-', '');
begin
    execute format(
        'create index if not exists %I on public.passage using hnsw ((embedding::public.halfvec(384)) public.halfvec_cosine_ops) with (ef_construction = 128) where tenant_id = %L',
        'passage_near_' || name, tenant);
    execute format(
        'create index if not exists %I on public.passage using hnsw ((multilingual_whole) public.halfvec_cosine_ops) with (ef_construction = 128) where tenant_id = %L',
        'passage_near_multilingual_' || name, tenant);
end $$
"""
"""Indexes belong to the owner of the table, which a server never is. Articles of other companies wait while they are made."""

DROPPING = """
create function control.drop_large_collection(tenant uuid) returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
    name text := replace(tenant::text, '-', '');
begin
    execute format('drop index if exists public.%I, public.%I', 'passage_near_' || name, 'passage_near_multilingual_' || name);
end $$
"""


def upgrade() -> None:
    op.execute("alter table passage add column multilingual_whole halfvec(512)")
    op.execute("create index article_original on article (tenant_id, (coalesce(translation_of, key)), language)")
    for table, columns in TABLES.items():
        op.execute(f"create table {table} (tenant_id uuid not null references control.tenant (id), {columns})")
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy tenant on {table} using (tenant_id = {TENANT}) with check (tenant_id = {TENANT})")
        op.execute(f"grant select, insert, update, delete on {table} to casewright_app")
    for function in (INDEXING, DROPPING):
        op.execute(function)
    for name in ("index_large_collection", "drop_large_collection"):
        op.execute(f"revoke all on function control.{name}(uuid) from public")
        op.execute(f"grant execute on function control.{name}(uuid) to casewright_app")


def downgrade() -> None:
    op.execute(
        """do $$ declare name text; begin
            for name in select indexname from pg_indexes where tablename = 'passage' and indexname like 'passage_near_%'
            loop execute format('drop index %I', name); end loop;
        end $$"""
    )
    for name in ("index_large_collection", "drop_large_collection"):
        op.execute(f"drop function control.{name}(uuid)")
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
    op.execute("drop index article_original")
    op.execute("alter table passage drop column multilingual_whole")
