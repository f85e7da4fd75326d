"""What belongs to a conversation names no tenant of its own to be looked up: ten rows a turn locked their tenant's row ten times, which
the conversation's and the person's own rows do already. Servers of the version before notice nothing."""

from alembic import op

revision = "0016"
down_revision = "0015"

TABLES = ("conversation_event", "conversation_snapshot", "conversation_trigger", "idempotency")


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"alter table {table} drop constraint if exists {table}_tenant_id_fkey")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"alter table {table} add foreign key (tenant_id) references control.tenant (id)")
