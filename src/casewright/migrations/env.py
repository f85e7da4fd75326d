"""Run by Alembic for every migration command."""

from alembic import context
from sqlalchemy import text

from casewright.migrations import engine_for

engine = engine_for(context.config.attributes["url"])
# The lock belongs to a transaction of its own, so that it holds behind a pooler too, where a session is nobody's.
with engine.connect() as holder, engine.connect() as connection:
    holder.execute(text("select pg_advisory_xact_lock(hashtext('casewright migrations'))"))
    connection.execute(text("create schema if not exists control"))
    connection.commit()
    context.configure(connection=connection, version_table_schema="control", transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
