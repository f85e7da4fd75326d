"""`casewright explain TURN`: why the agent said what it said, in plain words."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.console import Console

from casewright.kit.data_directory import default_data_directory
from casewright.kit.errors import NotFound
from casewright.kit.http import HttpClient, Refused
from casewright.scenarios.server import read_connection

if TYPE_CHECKING:
    from casewright.conversations.schemas import TurnView


def explain(
    turn: Annotated[UUID, typer.Argument(help="The turn's id, as the operator page or the API shows it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    data_dir: Annotated[Path | None, typer.Option(help="Data directory of the running demo.")] = None,
) -> None:
    """Tell in plain words why the agent said what it said in a turn."""
    from casewright.explaining import in_plain_words

    view = asyncio.run(_fetch(turn, data_dir or default_data_directory()))
    if as_json:
        typer.echo(view.model_dump_json(indent=2))
        return
    console = Console()
    for heading, lines in in_plain_words(view):
        console.print(f"[bold]{heading}[/]")
        for line in lines:
            console.print(f"  {line}", markup=False, highlight=False)


async def _fetch(turn: UUID, data_dir: Path) -> "TurnView":
    """From the running server, with whichever tenant's key may see it. Raises `NotFound`."""
    from casewright.conversations.schemas import TurnView

    connection = read_connection(data_dir)
    async with HttpClient("casewright", connection.url, timeout=10) as client:
        for tenant in connection.tenants:
            headers = {"Authorization": f"Bearer {tenant.operator_key}"}
            try:
                response = await client.request("GET", f"/v1/turns/{turn}", headers=headers)
            except Refused:
                continue
            return TurnView.model_validate_json(response.content)
    raise NotFound(f"No tenant of the running server has a turn {turn}. The operator page shows the turns' ids.")
