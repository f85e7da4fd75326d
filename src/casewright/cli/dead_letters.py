"""`casewright dead-letters …`: actions in the org that wait for a person, because nobody knows whether they were done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from casewright.kit.principal import Principal, system
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.conversations.desk import OperatorDesk
    from casewright.conversations.models import DeadLetter

LEAST_WIDTH = 170
"""So that ids can be copied whole."""
ACTOR = "command line"

dead_letters_app = typer.Typer(help="Actions in the org that wait for a person.", no_args_is_help=True)

Slug = Annotated[str, typer.Argument(help="The company's slug, as in its tenant.yaml.", show_default=False)]
Id = Annotated[UUID, typer.Argument(help="The dead letter's id, as `list` shows it.", show_default=False)]


@dead_letters_app.command("list")
def list_dead_letters(
    slug: Slug, everything: Annotated[bool, typer.Option("--all", help="Also those that are settled.")] = False
) -> None:
    """Show what waits for a person, the newest first."""
    found = asyncio.run(_list(slug, open_only=not everything))
    if not found:
        Console().print("Nothing waits for a person.")
        return
    table = Table("id", "action", "ended with", "attempts", "since", "status", "again?", "conversation", box=box.SIMPLE)
    for one in found:
        again = "retry" if one.retryable else "never"
        since = f"{one.failed_at:%Y-%m-%d %H:%M}"
        row = (one.id, one.action, one.code, one.attempts, since, one.status, again, one.conversation_id)
        table.add_row(*map(str, row))
    Console(width=max(Console().width, LEAST_WIDTH)).print(table)


@dead_letters_app.command()
def retry(slug: Slug, dead_letter: Id) -> None:
    """Look in the org whether it was done, and do it if it was not. A running server or worker does so in a moment."""
    asyncio.run(_retry(slug, dead_letter))
    Console().print("It is tried again by the next server or worker that is free; `list` shows what came of it.")


@dead_letters_app.command()
def discard(slug: Slug, dead_letter: Id) -> None:
    """Settle it without another try: somebody has seen to it in the org."""
    asyncio.run(_discard(slug, dead_letter))
    Console().print("It is settled and will not be tried again.")


async def _list(slug: str, *, open_only: bool) -> "list[DeadLetter]":
    async with _desk(slug) as (desk, principal):
        return await desk.dead_letters(principal, open_only=open_only)


async def _retry(slug: str, dead_letter: UUID) -> None:
    async with _desk(slug) as (desk, principal):
        await desk.retry(principal, dead_letter)


async def _discard(slug: str, dead_letter: UUID) -> None:
    async with _desk(slug) as (desk, principal):
        await desk.discard(principal, dead_letter)


@asynccontextmanager
async def _desk(slug: str) -> "AsyncIterator[tuple[OperatorDesk, Principal]]":
    """Raises `TenantNotFound`."""
    from casewright.assembly import assembled

    async with assembled(load_settings()) as parts:
        tenant = await parts.tenants.by_slug(slug)
        yield parts.desk, system(tenant.id, ACTOR)
