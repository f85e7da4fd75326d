"""Passages' vectors beside the rest of their rows: comparing a question with all of them took longer to fetch them from elsewhere
than to compare. To servers of the version before nothing changes."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("alter table passage set (toast_tuple_target = 4080)")
    op.execute(
        """alter table passage alter column embedding type vector(384) using (embedding::real[])::vector(384),
               alter column embedding set storage plain"""
    )
    op.execute("analyze passage")


def downgrade() -> None:
    op.execute("alter table passage alter column embedding set storage external")
    op.execute("alter table passage reset (toast_tuple_target)")
