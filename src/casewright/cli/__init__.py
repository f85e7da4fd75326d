"""The command line: one file a command group.

What is heavy (models, server) is imported by the command that needs it, so that the others answer at once.
"""

import sys

import typer
from rich.console import Console

from casewright import __version__
from casewright.cli.backups import backup, restore, verify
from casewright.cli.chat import chat
from casewright.cli.company import company_app
from casewright.cli.config import config
from casewright.cli.database import database_app
from casewright.cli.dead_letters import dead_letters_app
from casewright.cli.demo import demo
from casewright.cli.emotions import emotions_app
from casewright.cli.entities import entities_app
from casewright.cli.explain import explain
from casewright.cli.inspect import inspect
from casewright.cli.intent_versions import intents_app
from casewright.cli.jobs import jobs_app
from casewright.cli.knowledge import knowledge_app
from casewright.cli.language import language_app
from casewright.cli.localorg import localorg
from casewright.cli.people import people_app
from casewright.cli.replay import replay
from casewright.cli.scenarios import scenarios_app
from casewright.cli.serve import openapi, serve
from casewright.cli.webhooks import webhooks_app
from casewright.cli.worker import worker
from casewright.kit.errors import CasewrightError

app = typer.Typer(
    name="casewright",
    help="An AI customer service agent for Salesforce that works without an LLM.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(serve)
app.command()(worker)
app.command()(chat)
app.command()(explain)
app.command()(inspect)
app.command()(replay)
app.command()(config)
app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []})(
    localorg
)
app.command(hidden=True)(openapi)
app.add_typer(company_app, name="company")
database_app.command()(backup)
database_app.command()(restore)
database_app.command()(verify)
app.add_typer(database_app, name="db")
app.add_typer(dead_letters_app, name="dead-letters")
app.add_typer(emotions_app, name="emotions")
app.add_typer(entities_app, name="entities")
app.add_typer(intents_app, name="intents")
app.add_typer(jobs_app, name="jobs")
app.add_typer(knowledge_app, name="knowledge")
app.add_typer(language_app, name="language")
app.add_typer(people_app, name="people")
app.add_typer(scenarios_app, name="scenarios")
app.add_typer(webhooks_app, name="webhooks")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """The `casewright` program. What went wrong is said in a sentence; exit code 2."""
    try:
        app()
    except CasewrightError as error:
        Console(stderr=True).print(error.message, style="red", markup=False, soft_wrap=True)
        sys.exit(2)
