"""`casewright knowledge conflicts …`: articles that disagree, and what is done about it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from casewright.kit.errors import InvalidInput
from casewright.kit.principal import system
from casewright.knowledge.conflicts.models import (
    ConflictId,
    ConflictState,
    KnownConflict,
    Resolution,
    Severity,
    Side,
)
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.assembly import Parts
    from casewright.tenants.models import Tenant

ACTOR: Final = "command line"
LEAST_WIDTH: Final = 150
"""So that ids can be copied whole."""
MOST_SHOWN: Final = 500
_STYLES: Final = {Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: ""}

conflicts_app = typer.Typer(help="Articles that disagree.", invoke_without_command=True)

Company = Annotated[
    str | None, typer.Option(help="The company's slug. Default: the only one there is.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


class Way(StrEnum):
    """How a conflict is settled: a resolution, or `dismiss`: it is none."""

    MERGE = Resolution.MERGE
    REPLACE = Resolution.REPLACE
    VERSION = Resolution.VERSION
    REJECT = Resolution.REJECT
    DISMISS = "dismiss"


@conflicts_app.callback()
def conflicts(
    context: typer.Context,
    company: Company = None,
    all_: Annotated[bool, typer.Option("--all", help="Also those that are settled or closed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show sentences of published articles that disagree, side by side, the newest first. A worker checks what was published within a
    minute."""
    if context.invoked_subcommand is not None:
        return
    found = asyncio.run(_all(company, None if all_ else ConflictState.OPEN))
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=2))
        return
    table = Table("id", "what", "one says", "the other says", box=box.HORIZONTALS, show_lines=True)
    for conflict in found:
        table.add_row(str(conflict.id), _in_words(conflict), *_side_by_side(conflict.one, conflict.other))
    Console(width=max(Console().width, LEAST_WIDTH)).print(table if found else "There are none.")


@conflicts_app.command()
def resolve(
    conflict: Annotated[
        UUID, typer.Argument(metavar="ID", help="The conflict's id, as `conflicts` shows it.", show_default=False)
    ],
    by: Annotated[
        Way,
        typer.Option(
            help="merge: what only the other says goes into the kept article, and the other is archived. replace: the other's sentence "
            "becomes the kept one's. version: the other is archived. reject: the newer goes back to the version before. dismiss: it is no "
            "conflict.",
            show_default=False,
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why, for the history.", show_default=False)],
    keep: Annotated[
        str | None,
        typer.Option(
            help="Key of the article to keep. Default: the one that the company's rules prefer, else the one changed last; with reject, "
            "what was there before.",
            show_default=False,
        ),
    ] = None,
    company: Company = None,
    as_json: AsJson = False,
) -> None:
    """Settle a conflict. Nothing is lost: `knowledge restore` brings back what was there before, as the answer tells."""
    settled, slug = asyncio.run(_settle(company, ConflictId(conflict), by, reason, keep))
    if as_json:
        typer.echo(settled.model_dump_json(indent=2))
        return
    typer.echo(f"It is {settled.state}.")
    for done in settled.done:
        undo = f'casewright knowledge restore {done.article} {done.version_before} --company {slug} --reason "…"'
        typer.echo(f"{done.article}: {done.step}. To undo it: {undo}")


def _in_words(conflict: KnownConflict) -> Text:
    settled = "" if conflict.state is ConflictState.OPEN else f"\n{conflict.resolution or conflict.state}"
    return Text.assemble((conflict.severity, _STYLES[conflict.severity]), f"\n{conflict.kind}{settled}")


def _side_by_side(one: Side, other: Side) -> tuple[Text, Text]:
    """Both sentences under their articles, with the words that only one has in bold."""
    words, others = re.findall(r"\S+|\s+", one.text), re.findall(r"\S+|\s+", other.text)
    texts = _headed(one), _headed(other)
    for change, a, b, c, d in SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
        style = "" if change == "equal" else "bold reverse"
        texts[0].append("".join(words[a:b]), style)
        texts[1].append("".join(others[c:d]), style)
    return texts


def _headed(side: Side) -> Text:
    heading = " > ".join(filter(None, (side.title, side.section)))
    return Text.assemble((f"{heading} ({side.article}, version {side.version})\n", "dim"))


async def _all(company: str | None, state: ConflictState | None) -> list[KnownConflict]:
    async with _parts(company) as (parts, tenant), parts.database.begin(system(tenant.id, ACTOR)) as tx:
        found, _ = await parts.conflicts.page(tx, tenant.id, state, most=MOST_SHOWN)
        return list(found)


async def _settle(
    company: str | None, conflict_id: ConflictId, way: Way, reason: str, keep: str | None
) -> tuple[KnownConflict, str]:
    """With the company's slug."""
    async with _parts(company) as (parts, tenant):
        principal = system(tenant.id, ACTOR)
        async with parts.database.begin(principal) as tx:
            if way is Way.DISMISS:
                return await parts.conflicts.dismiss(tx, principal, conflict_id, reason=reason), tenant.slug
            kept = (await parts.articles.by_key(tx, tenant.id, keep)).id if keep else None
            resolution = Resolution(way)
            settled = await parts.conflicts.resolve(tx, principal, conflict_id, resolution, reason=reason, kept=kept)
            return settled, tenant.slug


@asynccontextmanager
async def _parts(company: str | None) -> "AsyncIterator[tuple[Parts, Tenant]]":
    """Raises `TenantNotFound`, and `InvalidInput` where there are several companies and none is named."""
    from casewright.assembly import assembled

    async with assembled(load_settings()) as parts:
        if company is not None:
            yield parts, await parts.tenants.by_slug(company)
            return
        every = await parts.tenants.all()
        if len(every) != 1:
            raise InvalidInput(f"There are {len(every)} companies; name one with --company.")
        yield parts, every[0]
