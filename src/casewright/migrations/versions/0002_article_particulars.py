"""What an article says of itself besides its text. Servers of the version before leave the columns at their defaults."""

from alembic import op

revision = "0002"
down_revision = "0001"

COLUMNS = {
    "editions": "text[] not null default '{}'",
    "error_codes": "text[] not null default '{}'",
    "related": "text[] not null default '{}'",
    "translation_of": "text",
}


def upgrade() -> None:
    for name, definition in COLUMNS.items():
        op.execute(f"alter table article add column {name} {definition}")


def downgrade() -> None:
    for name in COLUMNS:
        op.execute(f"alter table article drop column {name}")
