"""Since when a customer waits for a person. Servers of the version before leave the column empty."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("alter table conversation add column queued_since timestamptz")
    op.execute(
        """create index conversation_queue on conversation (tenant_id, queued_since, id)
           where queued_since is not null"""
    )


def downgrade() -> None:
    op.execute("drop index conversation_queue")
    op.execute("alter table conversation drop column queued_since")
