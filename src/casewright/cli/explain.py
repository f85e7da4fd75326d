"""`casewright explain TURN`: why the agent said what it said, in plain words."""

import asyncio
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.console import Console

from casewright.cli.recorded import Company, companies
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.conversations.schemas import TurnView


def explain(
    turn: Annotated[UUID, typer.Argument(help="The turn's id, as the operator page or the API shows it.")],
    company: Company = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Tell in plain words why the agent said what it said in a turn."""
    from casewright.explaining import in_plain_words

    view = asyncio.run(_read(turn, company))
    if as_json:
        typer.echo(view.model_dump_json(indent=2))
        return
    console = Console()
    for heading, lines in in_plain_words(view):
        console.print(f"[bold]{heading}[/]")
        for line in lines:
            console.print(f"  {line}", markup=False, highlight=False)


async def _read(turn: UUID, company: str | None) -> "TurnView":
    """Raises `TurnNotFound`."""
    from casewright.conversations.errors import TurnNotFound
    from casewright.conversations.models import ConversationKey, TurnId
    from casewright.conversations.presenting import turn_view
    from casewright.engine.state_changes import state_changes
    from casewright.replaying.archive import opened

    async with opened(load_settings()) as archive:
        for tenant in await companies(archive, company):
            principal = archive.principal(tenant)
            try:
                conversation_id, entry = await archive.conversations.turn(principal, TurnId(turn))
            except TurnNotFound:
                continue
            key = ConversationKey(tenant_id=tenant.id, conversation_id=conversation_id)
            log = await archive.conversations.events(principal, key)
            return turn_view(conversation_id, entry, log, state_changes(log, TurnId(turn)))
    raise TurnNotFound
