"""How customers ask for an article, and what tells articles apart by that. Servers of the version before leave the columns
at their defaults and the table empty."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("alter table article add column asked_as jsonb not null default '{}'")
    op.execute("alter table article add column index_digest text not null default ''")
    op.execute("alter table passage add column multilingual bytea")
    op.execute(
        """create table article_model (
            tenant_id uuid not null references control.tenant (id),
            revision bigint not null,
            data bytea not null,
            primary key (tenant_id))"""
    )
    op.execute("alter table article_model enable row level security")
    op.execute("alter table article_model force row level security")
    tenant = "nullif(current_setting('app.tenant', true), '')::uuid"
    op.execute(f"create policy tenant on article_model using (tenant_id = {tenant}) with check (tenant_id = {tenant})")
    op.execute("grant select, insert, update, delete on article_model to casewright_app")


def downgrade() -> None:
    op.execute("drop table article_model")
    op.execute("alter table passage drop column multilingual")
    op.execute("alter table article drop column index_digest")
    op.execute("alter table article drop column asked_as")
