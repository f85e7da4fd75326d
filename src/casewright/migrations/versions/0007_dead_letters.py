"""Writes that wait for a person: ids and codes, no customer's words."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        """create table dead_letter (
            tenant_id uuid not null references control.tenant (id),
            id uuid not null,
            conversation_id uuid not null,
            action text not null,
            code text not null,
            retryable boolean not null,
            attempts integer not null default 1,
            status text not null default 'open' check (status in ('open', 'done', 'discarded')),
            failed_at timestamptz not null,
            settled_at timestamptz,
            settled_by text,
            primary key (tenant_id, id),
            foreign key (tenant_id, conversation_id) references conversation (tenant_id, id) on delete cascade)"""
    )
    op.execute("create index dead_letter_status on dead_letter (tenant_id, status, failed_at)")
    op.execute("create index dead_letter_conversation on dead_letter (tenant_id, conversation_id)")
    op.execute("alter table dead_letter enable row level security")
    op.execute("alter table dead_letter force row level security")
    tenant = "nullif(current_setting('app.tenant', true), '')::uuid"
    op.execute(f"create policy tenant on dead_letter using (tenant_id = {tenant}) with check (tenant_id = {tenant})")
    op.execute("grant select, insert, update, delete on dead_letter to casewright_app")


def downgrade() -> None:
    op.execute("drop table dead_letter")
