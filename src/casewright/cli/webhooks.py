"""`casewright webhooks …`: who outside is told of what happens, and what became of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich import box
from rich.console import Console
from rich.table import Column, Table

from casewright.integrations.webhooks.models import (
    Delivery,
    DeliveryId,
    DeliveryState,
    EventKind,
    NewWebhook,
    Webhook,
    WebhookId,
)
from casewright.kit.principal import Principal, system
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.assembly import Parts

LEAST_WIDTH = 170
"""So that ids can be copied whole."""
ACTOR = "command line"

webhooks_app = typer.Typer(help="Who outside is told of what happens.", no_args_is_help=True)

Slug = Annotated[str, typer.Argument(help="The company's slug, as in its tenant.yaml.", show_default=False)]
Id = Annotated[UUID, typer.Argument(help="The webhook's id, as `list` shows it.", show_default=False)]


@webhooks_app.command("list")
def list_webhooks(slug: Slug) -> None:
    """Show a company's webhooks, the oldest first."""
    found = asyncio.run(_list(slug))
    table = Table(Column("id", no_wrap=True), "told of", "address", "since", box=box.SIMPLE)
    for one in found:
        table.add_row(str(one.id), ", ".join(one.kinds), one.url, f"{one.created_at:%Y-%m-%d %H:%M} UTC")
    _print(table if found else "There are no webhooks.")


@webhooks_app.command()
def add(
    slug: Slug,
    url: Annotated[str, typer.Argument(help="Where to, as https://example.com/hooks.", show_default=False)],
    kind: Annotated[
        list[EventKind] | None,
        typer.Option(help="What it is told of; may be given several times. Default: everything."),
    ] = None,
) -> None:
    """Add a webhook and print its secret, which is told only here. Receivers verify signatures with it."""
    added = asyncio.run(_add(slug, url, kind or list(EventKind)))
    typer.echo(f"id      {added.webhook.id}")
    typer.echo(f"secret  {added.secret.get_secret_value()}")


@webhooks_app.command()
def remove(slug: Slug, webhook: Id) -> None:
    """Remove a webhook, with all that was on its way to it."""
    asyncio.run(_remove(slug, WebhookId(webhook)))
    typer.echo("It is removed.")


@webhooks_app.command()
def test(slug: Slug, webhook: Id) -> None:
    """Send a test at once and say how it ended."""
    sent = asyncio.run(_test(slug, WebhookId(webhook)))
    typer.echo(f"{sent.state}: {sent.ended_with}")
    if sent.state is not DeliveryState.DELIVERED:
        raise typer.Exit(1)


@webhooks_app.command()
def deliveries(
    slug: Slug,
    webhook: Annotated[UUID | None, typer.Option(help="Only those to this webhook.", show_default=False)] = None,
    state: Annotated[DeliveryState | None, typer.Option(help="Only those.", show_default=False)] = None,
) -> None:
    """Show what was sent in the last 30 days, is on its way, or is dead: the newest first."""
    found = asyncio.run(_deliveries(slug, WebhookId(webhook) if webhook else None, state))
    table = Table(
        Column("id", no_wrap=True), "kind", "state", "attempts", "ended with", "since", "next", box=box.SIMPLE
    )
    table.add_column("webhook", no_wrap=True)
    for one in found:
        due = f"{one.due_at:%Y-%m-%d %H:%M}" if one.state is DeliveryState.WAITING else ""
        since = f"{one.created_at:%Y-%m-%d %H:%M}"
        row = (one.id, one.kind, one.state, one.attempts, one.ended_with, since, due, one.webhook_id)
        table.add_row(*map(str, row))
    _print(table if found else "There are none.")


@webhooks_app.command()
def retry(
    slug: Slug,
    delivery: Annotated[UUID, typer.Argument(help="Its id, as `deliveries` shows it.", show_default=False)],
) -> None:
    """Have a dead delivery tried again. A worker does so within a minute."""
    asyncio.run(_retry(slug, DeliveryId(delivery)))
    typer.echo("A worker tries it again within a minute; `deliveries` shows what came of it.")


async def _list(slug: str) -> list[Webhook]:
    async with _parts(slug) as (parts, principal):
        return await parts.webhooks.all(principal)


async def _add(slug: str, url: str, kinds: list[EventKind]) -> NewWebhook:
    async with _parts(slug) as (parts, principal):
        return await parts.webhooks.add(principal, url, kinds)


async def _remove(slug: str, webhook_id: WebhookId) -> None:
    async with _parts(slug) as (parts, principal):
        await parts.webhooks.remove(principal, webhook_id)


async def _test(slug: str, webhook_id: WebhookId) -> Delivery:
    async with _parts(slug) as (parts, principal):
        return await parts.deliverer.send_test(principal, webhook_id)


async def _deliveries(slug: str, webhook_id: WebhookId | None, state: DeliveryState | None) -> list[Delivery]:
    async with _parts(slug) as (parts, principal):
        return await parts.webhooks.deliveries(principal, webhook_id, state)


async def _retry(slug: str, delivery_id: DeliveryId) -> None:
    async with _parts(slug) as (parts, principal):
        await parts.webhooks.retry(principal, delivery_id)


@asynccontextmanager
async def _parts(slug: str) -> "AsyncIterator[tuple[Parts, Principal]]":
    """Raises `TenantNotFound`."""
    from casewright.assembly import assembled

    async with assembled(load_settings()) as parts:
        tenant = await parts.tenants.by_slug(slug)
        yield parts, system(tenant.id, ACTOR)


def _print(shown: Table | str) -> None:
    Console(width=max(Console().width, LEAST_WIDTH)).print(shown)
