"""`casewright knowledge gaps …`: what customers ask and no article answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from rich.text import Text

from casewright.kit.errors import InvalidInput
from casewright.kit.principal import Principal, system
from casewright.knowledge.gaps.models import Gap, GapDetails, GapId, GapSource, GapState
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.knowledge.gaps.service import Gaps

ACTOR: Final = "command line"
LEAST_WIDTH: Final = 150
"""So that ids can be copied whole."""

gaps_app = typer.Typer(help="What customers ask and no article answers.", invoke_without_command=True)

Company = Annotated[
    str | None, typer.Option(help="The company's slug. Default: the only one there is.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
Id = Annotated[UUID, typer.Argument(metavar="ID", help="The topic's id, as `gaps` shows it.", show_default=False)]


@gaps_app.callback()
def gaps(
    context: typer.Context,
    company: Company = None,
    state: Annotated[
        GapState | None, typer.Option(help="Only those. Default: all that are neither covered nor dismissed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the topics that customers ask about and no article answers well, most asked about first. A worker looks for them every ten
    minutes. The cost is an estimate: how long colleagues were busy with it, times what an hour of theirs costs."""
    if context.invoked_subcommand is not None:
        return
    found = asyncio.run(_all(company, state))
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=2))
        return
    table = Table(Column("id", no_wrap=True), "topic", "state", box=box.SIMPLE)
    for name in ("asked", "this week", "before", "unanswered", "did not help", "hand-overs", "cost (estimate)"):
        table.add_column(name, justify="right")
    for one in found:
        figures = one.figures
        numbers = (figures.volume, figures.this_week, figures.week_before, figures.unanswered)
        poor = figures.unhelpful + figures.repeated + figures.handed_over
        row = (*map(str, numbers), str(poor), str(figures.hand_overs), f"{figures.cost:,.0f}")
        table.add_row(str(one.id), Text(one.name or "(erased)"), one.state, *row)
    Console(width=max(Console().width, LEAST_WIDTH)).print(table if found else "There are none.")


@gaps_app.command()
def show(gap: Id, company: Company = None, as_json: AsJson = False) -> None:
    """Show a topic's newest questions, and where its draft's sentences come from."""
    _tell(asyncio.run(_get(company, GapId(gap))), as_json=as_json)


@gaps_app.command()
def draft(gap: Id, company: Company = None, as_json: AsJson = False) -> None:
    """Make a draft article of what colleagues answered in conversations and closed cases, for somebody to review."""
    _tell(asyncio.run(_draft(company, GapId(gap))), as_json=as_json)


@gaps_app.command()
def dismiss(
    gap: Id,
    reason: Annotated[str, typer.Option(help="Why no article is wanted.", show_default=False)],
    company: Company = None,
) -> None:
    """Say that no article is wanted. What else is asked about it counts with it, and does not come up again."""
    asyncio.run(_dismiss(company, GapId(gap), reason))
    typer.echo("It is dismissed; `gaps reopen` takes that back.")


@gaps_app.command()
def reopen(gap: Id, company: Company = None) -> None:
    """Take a dismissal back."""
    asyncio.run(_reopen(company, GapId(gap)))
    typer.echo("It is open again.")


def _tell(found: GapDetails, *, as_json: bool) -> None:
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    console, one = Console(width=max(Console().width, LEAST_WIDTH)), found.gap
    console.print(f"[bold]{escape(one.name) or '(erased)'}[/]  {one.state}", highlight=False)
    if one.reason:
        console.print(f"Dismissed: {one.reason}", markup=False, highlight=False)
    figures = one.figures
    console.print(
        f"Asked {figures.volume} times, {figures.this_week} of them this week; {figures.hand_overs} hand-overs, "
        f"{figures.handling_hours:.1f} hours of colleagues, at an estimated cost of {figures.cost:,.0f}.",
        highlight=False,
    )
    table = Table("said", "why", "question", Column("conversation", no_wrap=True), box=box.SIMPLE)
    for example in found.examples:
        said = f"{example.said_at:%Y-%m-%d %H:%M}"
        table.add_row(said, example.reason, Text(example.text or "(erased)"), str(example.conversation_id))
    console.print(table)
    if one.article_id:
        console.print(f"Its draft is article {one.article_id}, made of:", highlight=False)
        for number, source in enumerate(found.sources, 1):
            console.print(f"  {number}. {_in_words(source)}", highlight=False)


def _in_words(source: GapSource) -> str:
    return f"case {source.case_number}" if source.case_number else f"conversation {source.conversation_id}"


async def _all(company: str | None, state: GapState | None) -> list[Gap]:
    async with _gaps(company) as (gaps, principal):
        found = await gaps.all(principal, state)
    return [one for one in found if state or one.state in (GapState.OPEN, GapState.DRAFTED)]


async def _get(company: str | None, gap_id: GapId) -> GapDetails:
    async with _gaps(company) as (gaps, principal):
        return await gaps.get(principal, gap_id)


async def _draft(company: str | None, gap_id: GapId) -> GapDetails:
    async with _gaps(company) as (gaps, principal):
        return await gaps.draft(principal, gap_id)


async def _dismiss(company: str | None, gap_id: GapId, reason: str) -> None:
    async with _gaps(company) as (gaps, principal):
        await gaps.dismiss(principal, gap_id, reason)


async def _reopen(company: str | None, gap_id: GapId) -> None:
    async with _gaps(company) as (gaps, principal):
        await gaps.reopen(principal, gap_id)


@asynccontextmanager
async def _gaps(company: str | None) -> "AsyncIterator[tuple[Gaps, Principal]]":
    """Raises `TenantNotFound`, and `InvalidInput` where there are several companies and none is named."""
    from casewright.assembly import assembled

    async with assembled(load_settings()) as parts:
        if company is None:
            every = await parts.tenants.all()
            if len(every) != 1:
                raise InvalidInput(f"There are {len(every)} companies; name one with --company.")
            tenant = every[0]
        else:
            tenant = await parts.tenants.by_slug(company)
        yield parts.gaps, system(tenant.id, ACTOR)
