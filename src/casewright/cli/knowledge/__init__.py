"""`casewright knowledge`: what a company's articles say, and what is to be done about them. One file a few commands."""

import typer

from casewright.cli.knowledge.articles import ask, history, reindex, restore, stats
from casewright.cli.knowledge.conflicts import conflicts_app
from casewright.cli.knowledge.contradictions import contradictions
from casewright.cli.knowledge.gaps import gaps_app
from casewright.cli.knowledge.search import search
from casewright.cli.knowledge.transfer import export, import_articles

knowledge_app = typer.Typer(help="What articles say.", no_args_is_help=True)


@knowledge_app.callback()
def group() -> None:
    """What articles say."""


knowledge_app.command("import")(import_articles)
knowledge_app.command()(export)
for command in (ask, history, restore, reindex, stats):
    knowledge_app.command()(command)
knowledge_app.command()(contradictions)
knowledge_app.command()(search)
knowledge_app.add_typer(conflicts_app, name="conflicts")
knowledge_app.add_typer(gaps_app, name="gaps")
