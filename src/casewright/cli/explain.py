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
    from casewright.kit.principal import Principal
    from casewright.replaying.archive import Archive
    from casewright.understanding.explaining import ExplainedSegment


def explain(
    turn: Annotated[UUID, typer.Argument(help="The turn's id, as the operator page or the API shows it.")],
    company: Company = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Tell in plain words why the agent said what it said in a turn."""
    from casewright.explaining import in_plain_words

    view, nearest = asyncio.run(_read(turn, company, with_examples=not as_json))
    if as_json:
        typer.echo(view.model_dump_json(indent=2))
        return
    console = Console()
    for heading, lines in in_plain_words(view, nearest):
        console.print(f"[bold]{heading}[/]")
        for line in lines:
            console.print(f"  {line}", markup=False, highlight=False)


async def _read(
    turn: UUID, company: str | None, *, with_examples: bool
) -> "tuple[TurnView, tuple[ExplainedSegment, ...]]":
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
            view = turn_view(conversation_id, entry, log, state_changes(log, TurnId(turn)))
            return view, await _nearest(archive, principal, view) if with_examples else ()
    raise TurnNotFound


async def _nearest(archive: "Archive", principal: "Principal", view: "TurnView") -> "tuple[ExplainedSegment, ...]":
    """The examples closest to what was said; none where the company has no model any more."""
    from casewright.kit.data_directory import DataDirectory
    from casewright.understanding.encoder import Encoder
    from casewright.understanding.errors import IntentModelMissing
    from casewright.understanding.explaining import TurnExplainer
    from casewright.understanding.service import UnderstandingService

    if not any(segment.ranking for segment in view.segments):
        return ()
    encoder = await asyncio.to_thread(Encoder.load, DataDirectory(archive.settings.data_dir).path / "models")
    try:
        explainer = TurnExplainer(UnderstandingService(archive.database, encoder), archive.conversations)
        return await explainer.nearest_examples(principal, view.id)
    except IntentModelMissing:
        return ()
    finally:
        encoder.close()
