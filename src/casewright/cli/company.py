"""`casewright company …`: a company from its folder to its chat page."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

import typer
from pydantic import SecretStr, ValidationError
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Column, Table

from casewright.cli.ports import program_name
from casewright.kit.errors import Conflict, InvalidInput, SetupError
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.settings import load_settings
from casewright.tenants.models import ApiKeyKind, Tenant

if TYPE_CHECKING:
    from casewright.assembly import Parts
    from casewright.content import Company
    from casewright.kit.database import Database, Transaction
    from casewright.salesforce.models import Credentials, OrgConnection
    from casewright.salesforce.service import OrgConnections
    from casewright.tenants.service import TenantService
    from casewright.understanding.models import IntentDefinition

SECRET_VARIABLE: Final = "CASEWRIGHT_ORG_CLIENT_SECRET"  # noqa: S105 (its name)
SIGN_IN_SECONDS: Final = 20.0
LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "::1")
LONGEST_SLUG: Final = 60
LEAST_WIDTH: Final = 120
"""Of a table; a narrower terminal wraps its lines."""
SEEN: Final = "A running server sees it within half a minute."

company_app = typer.Typer(help="Companies: make, check and install them, connect their orgs.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="The company's folder.", show_default=False, exists=True, file_okay=False)]
Slug = Annotated[str, typer.Argument(help="The company's slug, as in its tenant.yaml.", show_default=False)]


class OrgNotUsable(SetupError):
    """Signing in to an org did not work; nothing was saved."""


# --- its folder ---------------------------------------------------------------------------------------------------------


@company_app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Where to make it; must not exist yet.", show_default=False)],
    name: Annotated[str, typer.Option(help="What the company is called.", show_default=False)],
    language: Annotated[str, typer.Option(help="en or de: what its customers speak.")] = "en",
    colour: Annotated[str, typer.Option(help="The chat page's colour.")] = "#2f6f4f",
) -> None:
    """Make a folder that works as it is: two articles, three procedures, an org with two people, a scenario."""
    from casewright.scenarios.tenants import slug
    from casewright.starter import LANGUAGES, write_starter

    if language not in LANGUAGES:
        raise InvalidInput(f"--language is {language!r}; it must be one of {', '.join(LANGUAGES)}.")
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise InvalidInput("--name must be a text of at most 100 characters.")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise InvalidInput(f'--colour is {colour!r}; it must be a colour as "#rrggbb", such as "#2f6f4f".')
    its_slug = (slug(name) or slug(folder.absolute().name))[:LONGEST_SLUG].rstrip("-")
    if not its_slug:
        raise InvalidInput("Give the folder a name with a letter from a to z in it: the company's slug is made of it.")
    files = write_starter(folder, name=name.strip(), slug=its_slug, language=language, colour=colour)
    _say(f"{folder} is made: {len(files)} files. Next:")
    _say(f"  {program_name()} company check {folder}")
    _say(f"  {program_name()} demo --company {folder}")


@company_app.command()
def check(folder: Folder) -> None:
    """Say everything that is wrong in a company's folder, without a database. Exit code: 0 nothing, 2 something."""
    from casewright.content_checking import check_folder

    checked = check_folder(folder)
    scenarios = f"{checked.scenarios} scenario{'' if checked.scenarios == 1 else 's'}"
    _say(f"Nothing is wrong. {_summary(checked.company)}, {scenarios}.")


@company_app.command()
def install(folder: Folder) -> None:
    """Bring a company's folder into the database, or what has changed in it. Doing it twice does no harm."""
    asyncio.run(_install(folder))


async def _install(folder: Path) -> None:
    from casewright.content import install_company, read_company

    company = await asyncio.to_thread(read_company, folder)
    async with _parts() as parts:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=Console(), transient=True) as bars:
            tasks: dict[str, TaskID] = {}

            def report(what: str, done: int, of: int) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=of)
                bars.update(tasks[what], completed=done)

            await install_company(parts, company, report)
    _say(f"{_summary(company)}: installed. {SEEN}")


def _summary(company: "Company") -> str:
    counts = f"{len(company.articles)} articles, {len(company.procedures)} procedures, {len(company.intents.intents)} intents"
    return f"{company.name} ({company.slug}): {counts}"


# --- its org ------------------------------------------------------------------------------------------------------------


@company_app.command()
def connect(
    slug: Slug,
    url: Annotated[str, typer.Option(help="The org's My Domain address: https://acme.my.salesforce.com")],
    client_id: Annotated[str, typer.Option(help="The consumer key of the External Client App.")],
    client_secret_file: Annotated[
        Path | None, typer.Option(help=f"File with the consumer secret. Else the variable {SECRET_VARIABLE}.")
    ] = None,
    private_key_file: Annotated[
        Path | None, typer.Option(help="Sign in by JWT bearer instead: file with the private RSA key in PEM.")
    ] = None,
    username: Annotated[str | None, typer.Option(help="With a private key: the integration user's username.")] = None,
    audience: Annotated[
        str | None, typer.Option(help="With a private key: the login address, if it is not the org's own.")
    ] = None,
) -> None:
    """Connect a company to its org, once signing in to it works. A secret is never given as an argument."""
    credentials = _credentials(client_secret_file, private_key_file, username, audience)
    asyncio.run(_connect(slug, _connection(url, client_id, credentials)))


async def _connect(slug: str, connection: "OrgConnection") -> None:
    async with _registry() as registry:
        tenant = await registry.tenants.by_slug(slug)
        name = await _sign_in(connection)
        await registry.connections.connect(tenant.id, connection)
    _say(f"{tenant.name} works with the org “{name}” at {connection.url}. A running server sees it within a minute.")


async def _sign_in(connection: "OrgConnection") -> str:
    """The org's name. Raises `OrgNotUsable`, and what the org itself says is wrong."""
    from casewright.kit.http import OutgoingError
    from casewright.salesforce.errors import RequestRefused
    from casewright.salesforce.service import organization_name

    try:
        return await organization_name(connection, SIGN_IN_SECONDS)
    except OutgoingError as error:
        raise OrgNotUsable(
            f"There is no answer from {connection.url}: check the address (the org's My Domain) and the network. "
            "Nothing was saved."
        ) from error
    except RequestRefused as error:
        raise OrgNotUsable(
            f"Signing in to {connection.url} works, but its user may not read the organization ({error.code}): give "
            "the integration user the right to use the API. Nothing was saved."
        ) from error


def _credentials(
    secret_file: Path | None, key_file: Path | None, username: str | None, audience: str | None
) -> "Credentials":
    from casewright.salesforce.models import ClientCredentials, JwtBearer

    secret = os.environ.get(SECRET_VARIABLE, "").strip()
    if key_file:
        if secret_file:
            raise InvalidInput("Give either --client-secret-file or --private-key-file.")
        if not username:
            raise InvalidInput("With --private-key-file, --username must name the integration user.")
        key = SecretStr(_content(key_file))
        try:
            return JwtBearer(private_key=key, username=username, audience=audience)
        except ValidationError:
            raise InvalidInput("--audience must be an address such as https://login.salesforce.com.") from None
    secret = _content(secret_file) if secret_file else secret
    if not secret:
        raise InvalidInput(
            f"The consumer secret is missing: put it into the variable {SECRET_VARIABLE}, or into a file and name that "
            "with --client-secret-file; or sign in with --private-key-file."
        )
    return ClientCredentials(client_secret=SecretStr(secret))


def _connection(url: str, client_id: str, credentials: "Credentials") -> "OrgConnection":
    from casewright.salesforce.models import OrgConnection

    try:
        connection = OrgConnection(url=url, client_id=client_id, credentials=credentials)
    except ValidationError:
        raise InvalidInput(f"--url is {url!r}; it must be an address such as https://acme.my.salesforce.com.") from None
    address = urlsplit(connection.url)
    if address.scheme != "https" and address.hostname not in LOCAL_HOSTS:
        raise InvalidInput(f"--url is {url!r}; it must begin with https://, for the secret goes there.")
    return connection


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(f"{file} cannot be read as a text file.") from None


# --- its keys -----------------------------------------------------------------------------------------------------------


@company_app.command()
def keys(
    slug: Slug,
    kind: Annotated[ApiKeyKind | None, typer.Option(help="Only a key of this kind. Default: one of each.")] = None,
    revoke: Annotated[str | None, typer.Option(help="Make no new key: this one is void from now on.")] = None,
    revoke_all: Annotated[bool, typer.Option("--revoke-all", help="All keys it has had until now are void.")] = False,
) -> None:
    """Make new keys for a company, and show them this once: publishable (opens chats) and operator (its people)."""
    asyncio.run(_keys(slug, [kind] if kind else list(ApiKeyKind), revoke, revoke_all=revoke_all))


async def _keys(slug: str, kinds: list[ApiKeyKind], revoked: str | None, *, revoke_all: bool) -> None:
    async with _registry() as registry:
        tenants = registry.tenants
        tenant = await tenants.by_slug(slug)
        if revoked:
            await tenants.revoke_key(tenant.id, revoked)
            _say(f"The key is void. {SEEN}")
            return
        if revoke_all:
            _say(f"{await tenants.revoke_all_keys(tenant.id)} keys are void. {SEEN}")
        made = {kind: await tenants.add_key(tenant.id, kind) for kind in kinds}
    for kind, key in made.items():
        page = (
            f"its chat page: /chat#key={key}" if kind is ApiKeyKind.PUBLISHABLE else "its people sign in at /operator"
        )
        _say(f"{kind:<12} {key}   {page}")
    _say("They are shown this once; only their digests are kept.")


# --- what is there ------------------------------------------------------------------------------------------------------


@company_app.command("list")
def list_companies() -> None:
    """Show all companies and what each has."""
    asyncio.run(_list())


async def _list() -> None:
    async with _registry() as registry:
        rows = [await _row(registry, tenant) for tenant in await registry.tenants.all()]
    counts = [Column(title, justify="right") for title in ("articles", "procedures", "intents")]
    table = Table("slug", "name", "languages", *counts, "org", box=box.SIMPLE)
    for row in rows:
        table.add_row(*row)
    Console(width=max(Console().width, LEAST_WIDTH)).print(table)


async def _row(registry: "Registry", tenant: Tenant) -> tuple[str, ...]:
    from casewright.knowledge import repository as articles
    from casewright.procedures import repository as procedures
    from casewright.salesforce.errors import OrgNotConnected

    async with registry.database.begin(system(tenant.id, "company list")) as tx:
        counts = (
            await articles.count_published(tx, tenant.id),
            len((await procedures.active_digests(tx, tenant.id)).keys() - _builtin()),
            len(await _intents(tx, tenant.id)),
        )
    try:
        org = (await registry.connections.get(tenant.id)).url
    except OrgNotConnected:
        org = "not connected"
    return (tenant.slug, tenant.name, ", ".join(tenant.profile.languages), *map(str, counts), org)


@company_app.command("remove-article")
def remove_article(
    slug: Slug,
    key: Annotated[str, typer.Argument(help="Its file's name without .md.", show_default=False)],
) -> None:
    """Answer no more from an article. Its versions are kept; installing its file again brings it back."""
    asyncio.run(_remove_article(slug, key))


async def _remove_article(slug: str, key: str) -> None:
    async with _parts() as parts:
        tenant = await parts.tenants.by_slug(slug)
        async with parts.database.begin(system(tenant.id, "company remove-article")) as tx:
            await parts.publishing.archive(tx, tenant.id, key, by="company remove-article")
    _say(f'{tenant.name} answers no more from "{key}". Delete its file as well, or the next install brings it back.')


@company_app.command("remove-procedure")
def remove_procedure(
    slug: Slug,
    name: Annotated[str, typer.Argument(help="Its name.", show_default=False)],
) -> None:
    """Begin a procedure no more. Conversations in the middle of it go on."""
    asyncio.run(_remove_procedure(slug, name))


async def _remove_procedure(slug: str, name: str) -> None:
    from casewright.procedures.service import ProcedureService

    if name in _builtin():
        raise Conflict(f'"{name}" is built in: the agent itself needs it.')
    async with _registry() as registry:
        tenant = await registry.tenants.by_slug(slug)
        async with registry.database.begin(system(tenant.id, "company remove-procedure")) as tx:
            leading = [one.name for one in await _intents(tx, tenant.id) if one.target.procedure == name]
            if leading:
                raise Conflict(
                    f'The intent "{leading[0]}" leads to "{name}": take it out of intents.yaml and install that first.'
                )
            await ProcedureService().withdraw(tx, tenant.id, name)
    _say(f'{tenant.name} begins "{name}" no more. Delete its file as well, or the next install brings it back.')


# --- the database -------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _parts() -> "AsyncIterator[Parts]":
    """On the database that is set, else on the embedded one, which a running demo shares."""
    from casewright.assembly import assembled

    async with assembled(load_settings()) as parts:
        yield parts


@dataclass(frozen=True, slots=True)
class Registry:
    """What can be done for companies without the models that answering takes."""

    database: "Database"
    tenants: "TenantService"
    connections: "OrgConnections"


@asynccontextmanager
async def _registry() -> AsyncIterator[Registry]:
    from casewright.installation import database_address, load_key
    from casewright.kit.clock import SystemClock
    from casewright.kit.data_directory import DataDirectory
    from casewright.kit.database import Database
    from casewright.salesforce.service import OrgConnections
    from casewright.tenants.service import TenantService

    settings = load_settings()
    directory = DataDirectory(settings.data_dir)
    async with AsyncExitStack() as stack:
        key = load_key(settings, directory)
        database = Database(await database_address(settings, directory, stack), pool_size=2)
        stack.push_async_callback(database.close)
        await database.open()
        tenants = TenantService(database, SystemClock(), settings.limits)
        yield Registry(database, tenants, OrgConnections(database, key))


def _builtin() -> set[str]:
    from casewright.content import ACTIONS
    from casewright.procedures.loading import load_builtin

    return {procedure.name for procedure in load_builtin(ACTIONS)}


async def _intents(tx: "Transaction", tenant_id: TenantId) -> "tuple[IntentDefinition, ...]":
    from casewright.understanding import repository
    from casewright.understanding.intents import read_header

    stored = await repository.active_model(tx, tenant_id)
    return read_header(stored.data).definitions.intents if stored else ()


def _say(sentence: str) -> None:
    Console().print(sentence, markup=False, highlight=False, soft_wrap=True)
