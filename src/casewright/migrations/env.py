"""Run by Alembic for every migration command."""

from alembic import context
from sqlalchemy import create_engine, text

engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    connection.execute(text("create schema if not exists control"))
    connection.execute(text("select pg_advisory_lock(hashtext('casewright migrations'))"))
    connection.commit()
    context.configure(connection=connection, version_table_schema="control", transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("select pg_advisory_unlock(hashtext('casewright migrations'))"))
    connection.commit()
engine.dispose()
