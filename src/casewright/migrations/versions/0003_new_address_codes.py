"""Codes that prove an address a customer wants to be reached at from now on."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """create table new_address_code (
            tenant_id uuid not null references control.tenant (id),
            conversation_id text not null,
            email_digest bytea not null,
            contact_id text not null,
            code_digest bytea not null,
            sent integer not null,
            attempts integer not null,
            expires_at timestamptz not null,
            proved_until timestamptz,
            created_at timestamptz not null,
            primary key (tenant_id, conversation_id, email_digest))"""
    )
    op.execute("alter table new_address_code enable row level security")
    op.execute("alter table new_address_code force row level security")
    tenant = "nullif(current_setting('app.tenant', true), '')::uuid"
    op.execute(
        f"create policy tenant on new_address_code using (tenant_id = {tenant}) with check (tenant_id = {tenant})"
    )
    op.execute("grant select, insert, update, delete on new_address_code to casewright_app")


def downgrade() -> None:
    op.execute("drop table new_address_code")
