"""The schema's versions: expand and contract, applied by `casewright db upgrade` and by `casewright demo`."""

from pathlib import Path
from urllib.parse import urlsplit

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

from casewright.kit.model import Model

HERE = Path(__file__).parent


class SchemaStatus(Model):
    """`current` None: nothing was ever applied. `pending`: revisions still to apply, oldest first."""

    current: str | None
    newest: str
    pending: tuple[str, ...]


def upgrade(dsn: str, revision: str = "head") -> None:
    """Applies what is missing up to `revision`. `dsn` is of a role that may create tables. Blocking: run it in a thread."""
    command.upgrade(_configuration(dsn), revision)


def revisions() -> tuple[str, ...]:
    """All that this version of the program knows, newest first."""
    scripts = ScriptDirectory(str(HERE))
    return tuple(script.revision for script in scripts.walk_revisions())


def status(dsn: str) -> SchemaStatus:
    """What is applied and what is not. Blocking: run it in a thread."""
    scripts = ScriptDirectory.from_config(_configuration(dsn))
    engine = engine_for(_sqlalchemy_url(dsn))
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"version_table_schema": "control"})
            current = context.get_current_revision()
    finally:
        engine.dispose()
    head = scripts.get_current_head() or ""
    pending = (
        [script.revision for script in scripts.iterate_revisions(head, current or "base")] if current != head else []
    )
    return SchemaStatus(current=current, newest=head, pending=tuple(reversed(pending)))


def engine_for(url: str) -> Engine:
    """Without prepared statements, which a pooler may ask of a session that has never seen them."""
    return create_engine(url, connect_args={"prepare_threshold": None})


def _configuration(dsn: str) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(HERE))
    configuration.attributes["url"] = _sqlalchemy_url(dsn)
    return configuration


def _sqlalchemy_url(dsn: str) -> str:
    """SQLAlchemy takes several hosts as parameters only."""
    parts = urlsplit(dsn)
    login, at, hosts = parts.netloc.rpartition("@")
    several = [("host", host) for host in hosts.split(",")] if "," in hosts else []
    address = parts._replace(netloc=f"{login}{at}").geturl() if several else dsn
    url = make_url(address).set(drivername="postgresql+psycopg").update_query_pairs(several)
    return url.render_as_string(hide_password=False)
