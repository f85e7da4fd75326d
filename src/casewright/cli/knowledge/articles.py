"""What became of articles, how well they serve, and what somebody would be told."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table
from rich.text import Text

from casewright.kit.principal import system
from casewright.knowledge.models import Asker, Inquiry
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.assembly import Parts
    from casewright.kit.principal import Principal
    from casewright.knowledge.lifecycle.comparing import Line
    from casewright.knowledge.lifecycle.models import (
        ArticleStep,
        ArticleVersion,
        KnowledgeStatistics,
        ManagedArticle,
        UsedArticle,
    )
    from casewright.knowledge.models import CitedSentence, KnowledgeAnswer
    from casewright.tenants.models import Tenant

ACTOR: Final = "command line"
LEAST_WIDTH: Final = 120
"""Of a table; a narrower terminal wraps its lines."""
STYLES: Final = {"added": "green", "removed": "red", "same": "dim"}
MARKS: Final = {"added": "+ ", "removed": "- ", "same": "  "}

Company = Annotated[str, typer.Option("--company", help="The company's slug.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
Key = Annotated[
    str, typer.Argument(metavar="ARTICLE", help="Its key: its file's name without .md.", show_default=False)
]


# --- what became of them ---


def history(
    article: Key,
    company: Company,
    diff: Annotated[bool, typer.Option("--diff", help="Also what each version changed in the text.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show everything that was done with an article: by whom, when and why, the newest first."""
    steps, versions = asyncio.run(_history(company, article))
    if as_json:
        dumped = {"steps": [one.model_dump(mode="json") for one in steps]}
        _print_json({**dumped, "versions": [one.model_dump(mode="json") for one in versions]})
        return
    table = Table("when", "what", "version", "who", "why", "changed", box=box.SIMPLE)
    for step in steps:
        table.add_row(
            f"{step.at:%Y-%m-%d %H:%M} UTC",
            step.step,
            str(step.version or ""),
            step.actor,
            Text(step.reason),
            _told(step),
        )
    _print(table if steps else "Nothing was recorded; its versions are older than the records.")
    if diff:
        for newer, older in zip(versions, [*versions[1:], None], strict=True):
            _print_difference(newer, older)


def restore(
    article: Key,
    version: Annotated[int, typer.Argument(min=1, help="Its number, as `history` shows it.", show_default=False)],
    company: Company,
    reason: Annotated[str, typer.Option(help="Why, for its history.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Bring a version's text back, as the newest version. Whom it is for, and how long it is valid, stays as it is."""
    restored = asyncio.run(_restore(company, article, version, reason))
    if as_json:
        _print_json(restored.model_dump(mode="json"))
    elif restored.draft is not None and restored.draft.in_review:
        _print(
            f'"{article}" is in review with the text of version {version}: this company wants somebody else to publish it.'
        )
    else:
        assert restored.current is not None
        _print(f'"{article}" is published with the text of version {version}, as version {restored.current.version}.')


def reindex(company: Company, as_json: AsJson = False) -> None:
    """Cut and encode all published articles anew, and learn what tells them apart. Customers are answered meanwhile."""
    count = asyncio.run(_reindex(company))
    if as_json:
        _print_json({"articles": count})
    else:
        _print(f"{count} articles are indexed anew.")


# --- how they serve ---


def stats(company: Company, as_json: AsJson = False) -> None:
    """Show what articles there are, which are to be looked at again, and how well they serve."""
    found, due = asyncio.run(_stats(company))
    if as_json:
        _print_json(
            {
                **found.model_dump(mode="json"),
                "due_articles": [{"key": one.key, "due_on": str(one.due_on)} for one in due],
            }
        )
        return
    for title, counts in (("Articles", found.articles), ("Published in", found.languages), ("For", found.audiences)):
        _print(f"{title}: {_counted(counts)}")
    _print(f"Drafts: {found.drafts}, and {found.in_review} in review")
    _print(f"Passages: {found.passages}, revision {found.revision}")
    _print(f"Published but not valid today: {found.not_valid}; never used: {found.never_used}")
    _print(f"What became of answers: {_counted(found.outcomes)}")
    for title, some in (("Seldom of help", found.misleading), ("Mostly of help", found.resolving)):
        _print_uses(title, some)
    if due:
        table = Table("to be looked at again", "since", box=box.SIMPLE)
        for one in due:
            table.add_row(one.key, str(one.due_on))
        _print(table)


def ask(
    question: Annotated[str, typer.Argument(help="As a customer would write it.", show_default=False)],
    company: Company,
    assurance: Annotated[Asker, typer.Option(help="As whom: how sure the company is of them.")] = Asker.ANONYMOUS,
    language: Annotated[
        str | None, typer.Option(help="Of the question. Default: the company's.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a customer would be told, with the sources. Exit code: 0 an answer, 1 nothing certain."""
    answer, least = asyncio.run(_ask(company, question, assurance, language))
    if as_json:
        _print_json(
            {
                "sentences": [one.model_dump(mode="json") for one in answer.sentences],
                "near": [one.model_dump(mode="json") for one in answer.near],
                "disagreeing": [one.model_dump(mode="json") for one in answer.disagreeing],
                "choices": [one.label for one in answer.choices],
                "confidence": round(answer.confidence, 4),
                "min_confidence": least,
                "revision": answer.revision,
            }
        )
    else:
        for line in _lines(answer, least):
            _print(line)
    raise typer.Exit(0 if answer.sentences else 1)


# --- the work ---


async def _history(company: str, key: str) -> "tuple[list[ArticleStep], list[ArticleVersion]]":
    async with _opened(company) as (parts, principal, tenant), parts.database.begin(principal) as tx:
        article = await parts.articles.by_key(tx, tenant.id, key)
        return (
            await parts.articles.steps(tx, tenant.id, article.id),
            await parts.articles.versions(tx, tenant.id, article.id),
        )


async def _restore(company: str, key: str, version: int, reason: str) -> "ManagedArticle":
    async with _opened(company) as (parts, principal, tenant):
        async with parts.database.begin(principal) as tx:
            article = await parts.articles.by_key(tx, tenant.id, key)
            restored = await parts.articles.restore(tx, principal, article.id, version, reason=reason)
        await parts.learning.catch_up(parts.database, tenant.id)
        return restored


async def _reindex(company: str) -> int:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    async with _opened(company) as (parts, _, tenant):
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task("Articles", total=None)
            count = await parts.publishing.reindex(
                parts.database, tenant.id, lambda done, of: bars.update(task, completed=done, total=of)
            )
        await parts.graph.redraw(tenant.id)
        return count


async def _stats(company: str) -> "tuple[KnowledgeStatistics, Sequence[ManagedArticle]]":
    from casewright.knowledge.lifecycle.models import ArticleFilter

    async with _opened(company) as (parts, principal, tenant), parts.database.begin(principal) as tx:
        found = await parts.articles.statistics(tx, tenant.id)
        wanted = ArticleFilter(due_by=datetime.now(UTC).date())
        due, _ = await parts.articles.page(tx, tenant.id, wanted, most=max(found.due, 1))
        return found, due


async def _ask(company: str, question: str, asker: Asker, language: str | None) -> "tuple[KnowledgeAnswer, float]":
    async with _opened(company) as (parts, principal, _):
        return await parts.inquiries.ask(principal, Inquiry(text=question, language=language, asker=asker))


@asynccontextmanager
async def _opened(company: str) -> "AsyncIterator[tuple[Parts, Principal, Tenant]]":
    """Raises `TenantNotFound`."""
    from casewright.assembly import assembled

    async with assembled(load_settings()) as parts:
        tenant = await parts.tenants.by_slug(company)
        yield parts, system(tenant.id, ACTOR), tenant


# --- in words ---


def _told(step: "ArticleStep") -> Text:
    return Text("; ".join(f"{name}: {_short(old)} → {_short(new)}" for name, (old, new) in step.changes.items()))


def _short(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value in (None, "") else str(value)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(counts.items())) or "none"


def _print_uses(title: str, articles: "Sequence[UsedArticle]") -> None:
    if not articles:
        return
    figures = [Column(name, justify="right") for name in ("used", "helped", "did not", "helped, of those known")]
    table = Table(title, *figures, box=box.SIMPLE)
    for one in articles:
        numbers = one.figures
        rate = f"{100 * numbers.success_rate:.0f} %" if numbers.success_rate is not None else ""
        table.add_row(one.key, str(numbers.uses), str(numbers.successes), str(numbers.failures), rate)
    _print(table)


def _lines(answer: "KnowledgeAnswer", least: float) -> Iterator[Text]:
    if answer.sentences:
        yield from (Text.assemble(one.text, ("  " + _source(one), "dim")) for one in answer.sentences)
        if answer.disagreeing:
            yield Text("Another article says:")
            yield from (Text.assemble(one.text, ("  " + _source(one), "dim")) for one in answer.disagreeing)
    else:
        yield Text("Nothing certain is known. What is near:" if answer.near else "Nothing is known.")
        yield from (Text(f"  {_source(one)}") for one in answer.near)
    if answer.choices:
        yield Text("The customer is asked which it is about: " + ", ".join(one.label for one in answer.choices))
    yield Text(f"Confidence {answer.confidence:.2f}; {least:.2f} is needed.", style="dim")


def _source(sentence: "CitedSentence") -> str:
    section = f" › {sentence.section}" if sentence.section else ""
    return f"[{sentence.title}{section}, version {sentence.version}]"


def _print_difference(newer: "ArticleVersion", older: "ArticleVersion | None") -> None:
    from casewright.knowledge.lifecycle.comparing import compare

    before = f"# {older.title}\n\n{older.body}" if older else ""
    _print(Text(f"\nVersion {newer.version}" + (f", beside version {older.version}" if older else ""), style="bold"))
    for line in compare(before, f"# {newer.title}\n\n{newer.body}"):
        _print(_marked(line))


def _marked(line: "Line") -> Text:
    return Text(MARKS[line.state] + line.text, style=STYLES[line.state])


def _print_json(content: object) -> None:
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def _print(what: Table | Text | str) -> None:
    if isinstance(what, Table):
        Console(width=max(Console().width, LEAST_WIDTH)).print(what)
    else:
        Console().print(what, markup=False, highlight=False, soft_wrap=True)
