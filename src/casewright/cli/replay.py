"""`casewright replay`: recorded turns run again on another configuration, and what would be different."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from casewright.cli.recorded import Company, companies, conversation_of
from casewright.kit.data_directory import DataDirectory
from casewright.kit.errors import CasewrightError, InvalidInput
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.content import Draft
    from casewright.conversations.models import ConversationKey
    from casewright.replaying.archive import Archive
    from casewright.replaying.configurations import Configuration
    from casewright.replaying.models import Replay
    from casewright.tenants.models import Tenant
    from casewright.understanding.encoder import Encoder

DIFFERENT: Final = 1
CANNOT_RUN: Final = 2
UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def replay(
    conversation: Annotated[UUID | None, typer.Argument(help="A conversation's id.", show_default=False)] = None,
    since: Annotated[
        str | None, typer.Option(help="All turns since then: 7d, 12h, 30m, 2w.", show_default=False)
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="A folder with a draft: tenant.yaml, intents.yaml, procedures, articles, whichever are there. They are laid "
            "over what the company has now. Without it: the company as it is now.",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ] = None,
    company: Company = None,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Conversations replayed at once.")] = 8,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write everything as JSON.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write a page to read.")] = None,
) -> None:
    """Run recorded turns again, each from its recorded starting state, and show what would be different. Nothing is written,
    mailed or called. Exit code: 0 all the same, 1 some are not, 2 nothing could be replayed."""
    console = Console()
    try:
        replays = asyncio.run(_replay(conversation, since, config, company, parallel, console))
        _report(replays, console, json_file, html_file)
    except CasewrightError as error:
        Console(stderr=True).print(Text(error.message, style="red"), soft_wrap=True)
        raise typer.Exit(CANNOT_RUN) from None
    raise typer.Exit(0 if replays.is_same else DIFFERENT)


async def _replay(
    conversation: UUID | None,
    since: str | None,
    config: Path | None,
    company: str | None,
    parallel: int,
    console: Console,
) -> "Replay":
    begin = _moment(since) if since else datetime.min.replace(tzinfo=UTC)
    if (conversation is None) == (since is None):
        raise InvalidInput("Give either a conversation's id or --since, for example --since 7d.")

    from casewright.replaying.archive import opened
    from casewright.replaying.errors import NothingToReplay
    from casewright.replaying.models import Replay
    from casewright.replaying.running import Replayer
    from casewright.understanding.encoder import Encoder

    settings = load_settings()
    async with AsyncExitStack() as stack:
        archive = await stack.enter_async_context(opened(settings))
        tenant, keys = await _wanted(archive, conversation, begin, company, config)
        encoder = await asyncio.to_thread(Encoder.load, DataDirectory(settings.data_dir).path / "models")
        stack.callback(encoder.close)
        bars = stack.enter_context(
            Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True
            )
        )
        configuration = await stack.enter_async_context(_configuration(archive, encoder, tenant, config, bars))
        task = bars.add_task("Conversations replayed", total=len(keys))
        turns = await Replayer(configuration, at_once=parallel).replay_all(
            archive.conversations,
            archive.principal(tenant),
            keys,
            wanted=lambda turn: turn.at >= begin,
            on_conversation=lambda: bars.advance(task),
        )
    if not turns:
        raise NothingToReplay(
            f"{tenant.name} has no finished turn {'since then' if since else 'in this conversation'}."
        )
    return Replay(company=tenant.name, configuration=configuration.name, turns=turns)


async def _wanted(
    archive: "Archive", conversation: UUID | None, begin: datetime, company: str | None, config: Path | None
) -> "tuple[Tenant, list[ConversationKey]]":
    company = company or (_company_of(config) if config else None)
    if conversation:
        tenant, key = await conversation_of(archive, conversation, company)
        return tenant, [key]
    candidates = await companies(archive, company)
    if len(candidates) > 1:
        slugs = ", ".join(one.slug for one in candidates)
        raise InvalidInput(f"There are several companies; name one with --company: {slugs}.")
    return candidates[0], await archive.conversations.active_since(archive.principal(candidates[0]), begin)


@asynccontextmanager
async def _configuration(
    archive: "Archive", encoder: "Encoder", tenant: "Tenant", config: Path | None, bars: Progress
) -> "AsyncIterator[Configuration]":
    from casewright.content import read_draft
    from casewright.replaying.configurations import current, drafted

    if config is None:
        async with current(archive, encoder, tenant) as configuration:
            yield configuration
        return
    draft: Draft = await asyncio.to_thread(read_draft, config, tenant.profile.default_language)
    if draft.slug not in (None, tenant.slug):
        raise InvalidInput(f"{config} is a draft of {draft.slug}, and these turns are {tenant.slug}'s.")
    task = bars.add_task("Draft read", total=None)
    async with drafted(
        archive, encoder, tenant, config, draft, lambda done, of: bars.update(task, completed=done, total=of)
    ) as configuration:
        bars.remove_task(task)
        yield configuration


def _company_of(config: Path) -> str | None:
    from casewright.content import read_profile

    file = config / "tenant.yaml"
    return read_profile(file)[0] if file.exists() else None


def _moment(since: str) -> datetime:
    found = re.fullmatch(r"(\d{1,4})([mhdw])", since.strip())
    if not found:
        raise InvalidInput(f"--since is {since!r}; it must be a number with m, h, d or w, for example 7d.")
    return datetime.now(UTC) - timedelta(**{UNITS[found[2]]: int(found[1])})


def _report(replay: "Replay", console: Console, json_file: Path | None, html_file: Path | None) -> None:
    from casewright.replaying.page import page
    from casewright.replaying.reporting import print_replay

    print_replay(replay, console)
    try:
        if json_file:
            json_file.write_text(replay.model_dump_json(indent=2), encoding="utf8")
        if html_file:
            html_file.write_text(page(replay), encoding="utf8")
    except OSError as error:
        raise InvalidInput(f"{error.filename} cannot be written ({error.strerror}).") from None
