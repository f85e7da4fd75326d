"""`casewright demo`: everything on one machine, from nothing to a page one can chat on."""

import asyncio
import json
import os
import sys
import webbrowser
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Protocol

import typer
from pydantic import SecretStr
from rich.console import Console

from casewright.assets import EXAMPLES
from casewright.cli.addresses import home_address, tour_address
from casewright.cli.histories import finish_histories, histories_shown
from casewright.cli.interruption import run_until_interrupted
from casewright.cli.ports import free_port, program_name, require_free_port
from casewright.cli.progress import Progress
from casewright.cli.supervisor import Program, Supervisor
from casewright.kit import lifeline
from casewright.kit.data_directory import DataDirectory
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.kit.errors import SetupError
from casewright.kit.private_file import write_private_file
from casewright.scenarios.schemas import Connection, OrgAccess, TenantAccess
from casewright.settings import Settings, load_settings

CONNECTION_FILE: Final = "demo.json"
COMPANIES: Final = {slug: EXAMPLES / slug for slug in ("aurora", "brueckner")}
"""The demo's own, by slug: their folders."""

_SAID_WHY: Final = 2
"""Exit code of the child process that installs content, when what it wrote is for people."""
_DYING_SECONDS: Final = 15.0
"""How long what a killed demo left behind may take to go: longer than a lifeline's patience."""


class ContentNotInstalled(SetupError):
    """The child process that installs the demo's content failed; the message is its own."""


class CompanyUnfit(SetupError):
    """A company cannot be started beside the others; the message says what would be right."""


class InstallContent(Protocol):
    """Makes or refreshes the demo's tenants, one for each org, by the company's slug."""

    def __call__(self, settings: Settings, orgs: Mapping[str, OrgAccess]) -> Awaitable[tuple[TenantAccess, ...]]: ...


@dataclass(frozen=True)
class Commands:
    """How the two processes of Casewright are started; each ends with its standard input."""

    server: tuple[str, ...] = (sys.executable, "-m", "casewright", "serve", lifeline.OPTION)
    worker: tuple[str, ...] = (sys.executable, "-m", "casewright", "worker", lifeline.OPTION)


def demo(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of the page; 0 takes any free one. Default: 8765.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    tour: Annotated[
        bool, typer.Option("--tour", help="Open the page on a guided minute that plays four conversations.")
    ] = False,
    no_history: Annotated[
        bool, typer.Option("--no-history", help="Make the orgs without the companies' past cases.")
    ] = False,
    company: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder of a company of your own, to be started beside the two; repeatable.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Start everything on this machine, with two demo companies, until Ctrl-C."""
    console = Console()
    companies = with_own(company or [])
    install = partial(install_in_child, companies)
    demo = Demo(
        load_settings(port),
        console,
        install,
        companies=companies,
        browser=not no_browser,
        tour=tour,
        history=not no_history,
    )
    asyncio.run(run_until_interrupted(demo.run(), lambda: console.print("\nStopping …")))


class Demo:
    """PostgreSQL, the local orgs, the demo's content, a worker and a server, in this order; stopped in the reverse."""

    def __init__(
        self,
        settings: Settings,
        console: Console,
        install: InstallContent,
        *,
        companies: Mapping[str, Path] = COMPANIES,
        browser: bool = True,
        tour: bool = False,
        history: bool = False,
        commands: Commands = Commands(),
    ) -> None:
        self._settings = settings
        self._console = console
        self._install = install
        self._companies = companies
        self._browser = browser
        self._tour = tour
        self._history = history
        self._commands = commands
        self._progress = Progress(console)

    async def run(self) -> None:
        """Start, then supervise until cancelled; however it ends, everything is stopped. Raises `SetupError`s."""
        async with AsyncExitStack() as stack:
            connection = await self._start(stack)
            self._announce(connection)
            await finish_histories(self._progress, {one.name: one.org for one in connection.tenants if one.org})
            await asyncio.Event().wait()

    async def _start(self, stack: AsyncExitStack) -> Connection:
        with self._progress.step("Port and data directory"):
            data_directory, port = await self._claim(stack)
        settings = self._settings.model_copy(update={"data_dir": data_directory, "port": port, "rehearsal": True})
        with self._progress.step("PostgreSQL"):
            settings = await self._with_database(settings, stack)
        supervisor = Supervisor(self._progress.tell)
        stack.push_async_callback(supervisor.stop)
        with self._progress.step("Database schema"):
            from casewright import migrations

            await asyncio.to_thread(migrations.upgrade, _secret(settings.database_admin_url))
        with self._progress.step("Local orgs"):
            orgs = await self._start_orgs(supervisor, data_directory, port)
        with self._progress.step("Demo companies, models, server and worker") as say:
            async with histories_shown(say, orgs):
                tenants, _ = await asyncio.gather(
                    self._install(settings, orgs), self._start_casewright(supervisor, settings)
                )
        connection = Connection(url=_url(settings.host, port), tenants=tenants)
        connection_file = data_directory / CONNECTION_FILE
        stack.callback(connection_file.unlink, missing_ok=True)
        write_private_file(connection_file, connection.model_dump_json(indent=2).encode())
        return connection

    async def _claim(self, stack: AsyncExitStack) -> tuple[Path, int]:
        """The data directory, held against other demos, and a port."""
        data_directory = DataDirectory(self._settings.data_dir)
        was_killed = stack.enter_context(data_directory.exclusive("`casewright demo`"))
        (data_directory.path / CONNECTION_FILE).unlink(missing_ok=True)
        patience = _DYING_SECONDS if was_killed else 0.0
        return data_directory.path, await require_free_port(self._settings.host, self._settings.port, patience)

    async def _with_database(self, settings: Settings, stack: AsyncExitStack) -> Settings:
        """The settings with addresses of the embedded PostgreSQL, unless they name another."""
        if settings.database_url is not None:
            return settings.model_copy(
                update={"database_admin_url": settings.database_admin_url or settings.database_url}
            )
        assert settings.data_dir is not None
        server = await stack.enter_async_context(EmbeddedPostgres(settings.data_dir))
        return settings.model_copy(
            update={
                "database_url": SecretStr(server.dsn(Role.APPLICATION)),
                "database_admin_url": SecretStr(server.dsn(Role.OWNER)),
            }
        )

    async def _start_orgs(self, supervisor: Supervisor, data_directory: Path, port: int) -> dict[str, OrgAccess]:
        directory = data_directory / "orgs"
        # Beside the server's port, so that an org keeps its address from one start to the next.
        ports = {slug: free_port("127.0.0.1", port + 1 + index) for index, slug in enumerate(self._companies)}
        urls = {slug: f"http://127.0.0.1:{org_port}" for slug, org_port in ports.items()}
        arguments = [f"--org={slug}:{ports[slug]}={folder / 'org.yaml'}" for slug, folder in self._companies.items()]
        await supervisor.start(
            Program(
                name="local orgs",
                command=(
                    sys.executable,
                    "-m",
                    "localorg",
                    "serve",
                    "--data",
                    str(directory),
                    lifeline.OPTION,
                    "--history" if self._history else "--no-history",
                    *arguments,
                ),
                log=data_directory / "logs" / "orgs.log",
                environment={name: value for name, value in os.environ.items() if not name.startswith("LOCALORG_")},
                ready_url=f"{list(urls.values())[-1]}/services/data",
            )
        )
        return {slug: _org_access(url, directory / f"{slug}.credentials.json") for slug, url in urls.items()}

    async def _start_casewright(self, supervisor: Supervisor, settings: Settings) -> None:
        assert settings.data_dir is not None
        logs, environment = settings.data_dir / "logs", _environment(settings)
        await supervisor.start(Program("worker", self._commands.worker, logs / "worker.log", environment))
        ready_url = f"{_url(settings.host, settings.port)}/readyz"
        await supervisor.start(Program("server", self._commands.server, logs / "server.log", environment, ready_url))

    def _announce(self, connection: Connection) -> None:
        for line in _what_next(connection, self._progress.seconds):
            self._console.print(line, soft_wrap=True, highlight=False)
        if self._browser and _has_display():
            address = tour_address(connection) if self._tour else home_address(connection)
            asyncio.get_running_loop().run_in_executor(None, webbrowser.open, address)


def with_own(folders: Sequence[Path]) -> dict[str, Path]:
    """The demo's companies and those of the folders, by slug. Raises `ContentUnusable` and `CompanyUnfit`."""
    companies = dict(COMPANIES)
    for folder in folders:
        from casewright.content_checking import check_folder

        slug = check_folder(folder).company.slug
        if slug in companies:
            raise CompanyUnfit(f"{folder}/tenant.yaml: the slug {slug} is taken by {companies[slug]}; choose another.")
        if not (folder / "org.yaml").exists():
            raise CompanyUnfit(f"{folder} has no org.yaml: the demo makes the company's local org from it.")
        companies[slug] = folder.absolute()
    return companies


async def install_in_child(
    companies: Mapping[str, Path], settings: Settings, orgs: Mapping[str, OrgAccess]
) -> tuple[TenantAccess, ...]:
    """Installs the demo's content in a process of its own: the models it trains take half a gigabyte with them.

    Raises `ContentNotInstalled`."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "casewright.demo_content",
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env=_environment(settings),
    )
    try:
        wanted = json.dumps(
            {slug: {"folder": str(companies[slug]), "org": org.model_dump()} for slug, org in orgs.items()}
        )
        output, complaint = await process.communicate(wanted.encode())
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode:
        said = complaint.decode(errors="replace").strip()
        raise ContentNotInstalled(said if process.returncode == _SAID_WHY else said.splitlines()[-1])
    return tuple(TenantAccess.model_validate(one) for one in json.loads(output))


def _what_next(connection: Connection, seconds: float) -> list[str]:
    program = program_name()
    orgs = [
        f"  {tenant.name:<22}{tenant.org.url}  (records and mailbox)" for tenant in connection.tenants if tenant.org
    ]
    return [
        "",
        f"[bold]Casewright is ready[/] after {seconds:.1f} s: [bold]{connection.url}[/]",
        "Write to it there. Try: change the subject in mid-conversation, ask for a person, be upset.",
        f"  With the inspector    {home_address(connection)}",
        f"  A guided minute       {tour_address(connection)}",
        "  (These two links hold operator keys: they are for you.)",
        *orgs,
        f"In another terminal: `{program} scenarios run`, `{program} db status`, `{program} explain TURN`.",
        "Ctrl-C stops everything and keeps the data.",
        "",
    ]


def _environment(settings: Settings) -> dict[str, str]:
    """For the server and the worker: what was found out here, and nothing that only administration needs."""
    return {
        **{name: value for name, value in os.environ.items() if name != "CASEWRIGHT_DATABASE_ADMIN_URL"},
        "CASEWRIGHT_DATA_DIR": str(settings.data_dir),
        "CASEWRIGHT_DATABASE_URL": _secret(settings.database_url),
        "CASEWRIGHT_HOST": settings.host,
        "CASEWRIGHT_PORT": str(settings.port),
        "CASEWRIGHT_REHEARSAL": "true",
        # A demo's few people are asked for by every rehearsal.
        "CASEWRIGHT_VERIFICATION_CONVERSATIONS_PER_HOUR": "1000",
        # Every scenario at once is no flood.
        "CASEWRIGHT_LIMITS__REQUESTS_PER_MINUTE": os.environ.get("CASEWRIGHT_LIMITS__REQUESTS_PER_MINUTE", "5000"),
        "CASEWRIGHT_LIMITS__CONCURRENT_CONVERSATIONS": os.environ.get(
            "CASEWRIGHT_LIMITS__CONCURRENT_CONVERSATIONS", "500"
        ),
    }


def _secret(value: SecretStr | None) -> str:
    assert value is not None
    return value.get_secret_value()


def _org_access(url: str, credentials: Path) -> OrgAccess:
    return OrgAccess.model_validate({"url": url, **json.loads(credentials.read_bytes())})


def _url(host: str, port: int) -> str:
    """Where the server is reached from this machine."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _has_display() -> bool:
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
