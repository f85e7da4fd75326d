"""`casewright people …`: erasing a person for good."""

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.console import Console

from casewright.cli.database import server_address
from casewright.kit.data_directory import DataDirectory
from casewright.kit.principal import system
from casewright.settings import Settings, load_settings
from casewright.tenants.models import OrgRecords

if TYPE_CHECKING:
    from casewright.people.models import Erasure

people_app = typer.Typer(help="The people behind conversations.", no_args_is_help=True)


@people_app.callback()
def people() -> None:
    """Keeps `erase` a command of its own while it is the only one."""


@people_app.command()
def erase(
    slug: Annotated[str, typer.Argument(help="The company's slug, as in its tenant.yaml.", show_default=False)],
    email: Annotated[str | None, typer.Option(help="Whoever is known by this address.")] = None,
    conversation: Annotated[UUID | None, typer.Option(help="Whoever talked in this conversation.")] = None,
    org_records: Annotated[
        OrgRecords | None,
        typer.Option(help="What becomes of their cases in the org. Default: as the company has decided."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Erase a person for good: nobody can read again what they wrote, nor in backups once the next one is made."""
    if not yes:
        typer.confirm("Nothing brings back what is erased. Go on?", abort=True)
    done = asyncio.run(_erase(load_settings(), slug, email, conversation, org_records))
    console = Console()
    console.print(f"Erased: {done.people} persons, {done.conversations} conversations.", highlight=False)
    console.print(f"Their cases in the org: {_IN_ORG[done.org_status]}", highlight=False, soft_wrap=True)
    if done.cases_left:
        console.print(
            f"Not opened by Casewright, look at them yourself: {', '.join(done.cases_left)}",
            highlight=False,
            soft_wrap=True,
        )


_IN_ORG = {
    "kept": "kept, as decided.",
    "waiting": "not anonymised yet. A worker tries again until the org can be reached.",
    "done": "nothing is left to do.",
}


async def _erase(
    settings: Settings, slug: str, email: str | None, conversation: UUID | None, org_records: OrgRecords | None
) -> "Erasure":
    from casewright.conversations.models import ConversationId
    from casewright.conversations.sealer import Sealer
    from casewright.installation import load_key
    from casewright.kit.clock import SystemClock
    from casewright.kit.database import Database
    from casewright.people.service import PeopleService
    from casewright.salesforce.forgetting import ForgottenCustomers
    from casewright.salesforce.service import OrgConnections, Orgs
    from casewright.tenants.service import TenantService

    async with AsyncExitStack() as stack:
        key, clock = load_key(settings, DataDirectory(settings.data_dir)), SystemClock()
        database = Database(await stack.enter_async_context(server_address(settings)), pool_size=2)
        stack.push_async_callback(database.close)
        await database.open()
        orgs = Orgs(OrgConnections(database, key), timeout=settings.action_timeout_seconds)
        stack.push_async_callback(orgs.close)
        tenants = TenantService(database, clock, settings.limits)
        org = ForgottenCustomers(orgs)
        people = PeopleService(database, Sealer(key), tenants, org, clock, settings.retention_days)
        tenant = await tenants.by_slug(slug)
        return await people.erase(
            system(tenant.id, "people erase"),
            email=email,
            conversation_id=ConversationId(conversation) if conversation else None,
            org_records=org_records,
        )
