"""`casewright inspect CONVERSATION --at SEQ`: the state a conversation was in."""

import asyncio
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from casewright.cli.recorded import Company, conversation_of
from casewright.kit.errors import InvalidInput
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.conversations.models import LoggedEvent


def inspect(
    conversation: Annotated[UUID, typer.Argument(help="The conversation's id.")],
    at: Annotated[
        int | None, typer.Option(min=1, help="The position in its log. Default: its end.", show_default=False)
    ] = None,
    company: Company = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole state as JSON.")] = False,
) -> None:
    """Show the state of a conversation after any event of its log. Personal data is shown as tokens."""
    from casewright.engine.fold import fold
    from casewright.engine.models import State
    from casewright.engine.state_changes import facts, masked

    log = asyncio.run(_log(conversation, company))
    if at and at > log[-1].seq:
        raise InvalidInput(f"The conversation's log ends at {log[-1].seq}; --at must be from 1 to {log[-1].seq}.")
    until = [entry for entry in log if entry.seq <= (at or log[-1].seq)]
    state = fold(State(), until)
    if as_json:
        typer.echo(masked(state).model_dump_json(indent=2))
        return
    last = until[-1]
    console = Console()
    console.print(f"After event {last.seq} of {log[-1].seq}, {last.event.kind}, at {last.at:%Y-%m-%d %H:%M:%S}")
    table = Table("what", "holds", box=None, padding=(0, 2, 0, 0))
    for what, holds in facts(state):
        table.add_row(Text(what, style="bold"), Text(holds))
    console.print(table)


async def _log(conversation: UUID, company: str | None) -> "tuple[LoggedEvent, ...]":
    from casewright.replaying.archive import opened

    async with opened(load_settings()) as archive:
        tenant, key = await conversation_of(archive, conversation, company)
        return await archive.conversations.events(archive.principal(tenant), key)
