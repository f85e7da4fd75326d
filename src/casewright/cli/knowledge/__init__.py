"""`casewright knowledge`: what a company's articles say, and what is to be done about them. One file a few commands."""

import typer

from casewright.cli.knowledge.contradictions import contradictions

knowledge_app = typer.Typer(help="What articles say.", no_args_is_help=True)


@knowledge_app.callback()
def group() -> None:
    """What articles say."""


knowledge_app.command()(contradictions)
