"""Articles in from files, a website or the org; and out again as files."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from casewright.kit.errors import InvalidInput
from casewright.knowledge.models import Audience
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.assembly import Parts
    from casewright.knowledge.sources.models import Defaults, Import, ImportRequest

SALESFORCE: Final = "salesforce"
SHOWN_PROBLEMS: Final = 50
SEEN: Final = "A running server answers from them at once."

Company = Annotated[str, typer.Option("--company", help="The company's slug.", show_default=False)]


def import_articles(
    source: Annotated[
        str,
        typer.Argument(
            help="A file or folder (.md, .html, .pdf, .docx, .csv, .zip), a website's address, or the word salesforce.",
            show_default=False,
        ),
    ],
    company: Company,
    language: Annotated[
        str | None, typer.Option(help="Of what does not say it itself. Default: the company's language.")
    ] = None,
    audience: Annotated[Audience, typer.Option(help="Of what does not say it itself.")] = Audience.PUBLIC,
    product: Annotated[str, typer.Option(help="Of what does not say it itself.")] = "",
    everything: Annotated[
        bool, typer.Option("--everything", help="From salesforce: all articles, not only what has changed since.")
    ] = False,
) -> None:
    """Bring articles in. A second time brings in what has changed; if it was interrupted, it goes on where it was.

    Exit code: 0 all was read, 1 something could not be, 2 nothing could."""
    done = asyncio.run(_import(source, company, language, audience, product, everything))
    _tell(done)
    raise typer.Exit(1 if done.problem_count else 0)


def export(
    folder: Annotated[Path, typer.Argument(help="Where to write; made if it is not there.", show_default=False)],
    company: Company,
) -> None:
    """Write all published articles as Markdown files with front matter, as `import` takes them in."""
    count = asyncio.run(_export(folder, company))
    _say(f"{count} articles are in {folder}.")


async def _import(
    source: str, company: str, language: str | None, audience: Audience, product: str, everything: bool
) -> "Import":
    from casewright.knowledge.sources.models import Defaults

    async with _parts() as parts:
        tenant = await parts.tenants.by_slug(company)
        defaults = Defaults(language=language or tenant.profile.default_language, audience=audience, product=product)
        request = _request(source, defaults)
        begun = await parts.imports.begin(tenant.id, request, by="knowledge import")
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task("Reading", total=None)

            def report(done: int, of: int) -> None:
                bars.update(task, completed=done, total=of)

            async with parts.article_sources.opened(tenant.id, begun) as opened:
                return await parts.imports.run(tenant.id, begun, opened, report, everything=everything)


def _request(source: str, defaults: "Defaults") -> "ImportRequest":
    from casewright.knowledge.sources.models import ImportRequest, SourceKind

    if source == SALESFORCE:
        return ImportRequest(kind=SourceKind.SALESFORCE, location="", defaults=defaults)
    if source.startswith(("http://", "https://")):
        return ImportRequest(kind=SourceKind.WEBSITE, location=source, defaults=defaults)
    path = Path(source).absolute()
    if not path.exists():
        raise InvalidInput(f"There is no file or folder {source}; else give an address with https://, or: {SALESFORCE}")
    return ImportRequest(kind=SourceKind.FILES, location=str(path), defaults=defaults)


async def _export(folder: Path, company: str) -> int:
    from casewright.knowledge.sources.exporting import export_articles

    async with _parts() as parts:
        tenant = await parts.tenants.by_slug(company)
        try:
            return await export_articles(parts.database, tenant.id, folder)
        except OSError as error:
            raise InvalidInput(f"{folder} cannot be written to ({error.strerror}).") from None


def _tell(done: "Import") -> None:
    for problem in done.problems[:SHOWN_PROBLEMS]:
        Console(stderr=True).print(f"{problem.name}: {problem.message}", markup=False, highlight=False, soft_wrap=True)
    if done.problem_count > SHOWN_PROBLEMS:
        _say(f"… and {done.problem_count - SHOWN_PROBLEMS} more that could not be read.")
    counts = done.counts
    archived = f", {counts.archived} archived" if counts.archived else ""
    _say(
        f"{counts.added} articles are new, {counts.revised} have a new version, {counts.updated} other particulars, "
        f"{counts.unchanged} were known{archived}. {SEEN}"
    )


@asynccontextmanager
async def _parts() -> AsyncIterator["Parts"]:
    from casewright.assembly import assembled

    async with assembled(load_settings()) as parts:
        yield parts


def _say(sentence: str) -> None:
    Console().print(sentence, markup=False, highlight=False, soft_wrap=True)
