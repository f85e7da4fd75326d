"""`casewright intents …`: a company's model in the database: its versions, what it is learned from, and how good it is."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table
from rich.text import Text

from casewright.cli.intents import intents_app
from casewright.kit.errors import InvalidInput
from casewright.kit.principal import system
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.assembly import Parts
    from casewright.tenants.models import Tenant
    from casewright.understanding.collecting import ProposedExample
    from casewright.understanding.encoder import Progress as OnProgress
    from casewright.understanding.intents import TrainingReport
    from casewright.understanding.models import Imported, LabellingCandidate, ModelVersion

__all__ = ["intents_app"]

ACTOR = "command line"
SEEN = "Running servers take it for the next message within five seconds; turns that have begun keep the one they began with."
SHOWN_OF_TEXT = 90
LEAST_WIDTH = 150
"""Of a table, so that ids can be copied whole; a narrower terminal wraps its lines."""

Company = Annotated[
    str | None,
    typer.Option(help="The company's slug. Default: the only one there is.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
Html = Annotated[Path | None, typer.Option("--html", help="Write a page to read.", show_default=False)]
Candidate = Annotated[UUID, typer.Argument(help="Its id, as `queue` shows it.", show_default=False)]
Group = Annotated[bool, typer.Option("--group", help="All that say nearly the same as well.")]


# --- versions ---


@intents_app.command()
def versions(company: Company = None, as_json: AsJson = False) -> None:
    """Show the versions of a company's model that are kept, the newest first."""
    found = asyncio.run(_versions(company))
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=2))
        return
    table = Table("version", "state", "trained", "by", box=box.SIMPLE)
    for name in ("intents", "examples", "understood right"):
        table.add_column(name, justify="right")
    for one in found:
        state = "active" if one.active else "retired"
        figures = (str(one.intents), str(one.examples), f"{100 * one.accuracy:.1f} %")
        style = "bold" if one.active else ""
        table.add_row(
            str(one.version), state, f"{one.trained_at:%Y-%m-%d %H:%M} UTC", one.trained_by, *figures, style=style
        )
    Console(width=max(Console().width, LEAST_WIDTH)).print(table if found else "No model has been trained yet.")


@intents_app.command()
def activate(
    version: Annotated[int, typer.Argument(help="Its number, as `versions` shows it.", show_default=False)],
    company: Company = None,
) -> None:
    """Use another version of the model from now on."""
    asyncio.run(_activate(company, version))
    _say(f"Version {version} is active. {SEEN}")


@intents_app.command()
def rollback(company: Company = None) -> None:
    """Go back to the version before the active one. Again, and it is the one before that."""
    version = asyncio.run(_roll_back(company))
    _say(f"Version {version} is active again. {SEEN}")
    _say("The company's folder is as it was: the next `company install` trains on it anew.")


@intents_app.command()
def retrain(company: Company = None) -> None:
    """Train again on what is installed and on all examples imported or labelled by now, then show the report."""
    version, report, tenant = asyncio.run(_retrain(company))
    _show(tenant, version, report)


# --- what it learns from ---


@intents_app.command("import")
def import_examples(
    file: Annotated[
        Path,
        typer.Argument(
            help='Examples: .jsonl ({"text", "intent"} a line), .csv (columns text, intent), or .yaml (a list of them, or as '
            'intents.yaml). An intent of "oos" is out of scope.',
            show_default=False,
        ),
    ],
    company: Company = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Instead of all that was imported before, rather than beside it.")
    ] = False,
) -> None:
    """Add examples to those of the company's folder, train on all, and show the report. With a mistake in any line nothing is
    changed."""
    tenant, imported, masked, trained = asyncio.run(_import(company, file, instead=replace))
    if masked:
        _say(f"Personal data was found in {masked} texts and replaced by tokens, as in what customers write.")
    _say(f"{imported.added} examples are new, {imported.known} were known.")
    if trained:
        _show(tenant, *trained)
    else:
        _say("So there was nothing to train.")


@intents_app.command()
def collect(
    label_field: Annotated[
        str, typer.Option(help="The field of a case that says what it was about: Category__c, Reason, Type.")
    ],
    out: Annotated[
        Path, typer.Option(help="The .csv file to write, for a person to look through.", show_default=False)
    ],
    source: Annotated[str, typer.Option("--from", help="Where from; salesforce is all there is.")] = "salesforce",
    most: Annotated[int, typer.Option(min=1, max=2000, help="Cases at most, the newest first.")] = 500,
    company: Company = None,
) -> None:
    """Propose examples from the org's closed cases, personal data masked. Nothing is learned: look the file through, complete
    its column "intent", delete what is no good example, and `import` it."""
    if source != "salesforce":
        raise InvalidInput(f"--from is {source!r}; salesforce is all there is.")
    if out.suffix.lower() != ".csv":
        raise InvalidInput(f"--out is {out}; it must end in .csv.")
    if out.exists():
        raise InvalidInput(f"{out} is there already, perhaps with somebody's work in it: choose another name.")
    proposed = asyncio.run(_collect(company, label_field, most))
    if not proposed:
        _say(f"The org has no closed cases with a {label_field}; nothing was written.")
        return
    from casewright.understanding.collecting import as_csv

    try:
        out.write_text(as_csv(proposed), encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written ({error.strerror}).") from None
    open_ones = sum(not one.intent for one in proposed)
    _say(f"{out}: {len(proposed)} examples, of which {open_ones} have no intent yet. Look it through, then import it.")


@intents_app.command()
def queue(
    company: Company = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is labelled or dismissed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what customers wrote that is worth labelling, personal data masked; what is most alike comes first."""
    found = asyncio.run(_queue(company, open_only=not everything))
    _print_queue(found, as_json=as_json)


@intents_app.command()
def label(
    candidate: Candidate,
    intent: Annotated[str, typer.Argument(help='What it is about; "oos": out of scope.', show_default=False)],
    company: Company = None,
    group: Group = False,
) -> None:
    """Make a text of the queue an example for the next training."""
    settled = asyncio.run(_label(company, candidate, intent, group=group))
    _say(
        f"It is an example of {settled.intent or 'what is out of scope'}. `casewright intents retrain` learns from it."
    )


@intents_app.command()
def dismiss(candidate: Candidate, company: Company = None, group: Group = False) -> None:
    """Learn nothing from a text of the queue."""
    asyncio.run(_dismiss(company, candidate, group=group))
    _say("It is dismissed.")


# --- how good it is ---


@intents_app.command()
def report(
    version: Annotated[int | None, typer.Option(help="Default: the active one.", show_default=False)] = None,
    company: Company = None,
    model: Annotated[
        Path | None,
        typer.Option(help="Of the folder that `train` wrote, rather than of a company.", show_default=False),
    ] = None,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Show how good a version is, intent by intent, and what would make the next one better."""
    from casewright.understanding.report import print_report
    from casewright.understanding.report_page import page

    if model:
        heading, about, trained = f"Intents in {model}", {}, _report_in(model)
    else:
        found, trained, tenant = asyncio.run(_report(company, version))
        heading, about = _heading(tenant, found), found.model_dump(mode="json")
    if as_json:
        typer.echo(json.dumps({**about, "report": trained.model_dump(mode="json")}, indent=2, ensure_ascii=False))
    else:
        print_report(heading, trained, Console())
    if html:
        try:
            html.write_text(page(heading, trained), encoding="utf-8")
        except OSError as error:
            raise InvalidInput(f"{html} cannot be written ({error.strerror}).") from None


def _report_in(model: Path) -> "TrainingReport":
    from pydantic import ValidationError

    from casewright.understanding.intents import TrainingReport
    from casewright.understanding.recognising import REPORT_FILE

    try:
        return TrainingReport.model_validate_json((model / REPORT_FILE).read_bytes())
    except OSError as error:
        raise InvalidInput(f"{model / REPORT_FILE} cannot be read ({error.strerror}): `train` writes it.") from None
    except ValidationError:
        raise InvalidInput(f"{model / REPORT_FILE} is no report that `train` wrote.") from None


def _show(tenant: "Tenant", version: "ModelVersion", report: "TrainingReport") -> None:
    from casewright.understanding.report import print_report

    print_report(_heading(tenant, version), report, Console())


def _heading(tenant: "Tenant", version: "ModelVersion") -> str:
    state = "active" if version.active else "retired"
    by = f" by {version.trained_by}" if version.trained_by else ""
    return f"Intents of {tenant.name}, version {version.version} ({state}), trained {version.trained_at:%Y-%m-%d %H:%M} UTC{by}"


# --- the work ---


async def _versions(company: str | None) -> "list[ModelVersion]":
    async with _company(company) as (parts, tenant):
        return await parts.understanding.versions(tenant.id)


async def _activate(company: str | None, version: int) -> None:
    async with _company(company) as (parts, tenant):
        await parts.understanding.activate(tenant.id, version)


async def _roll_back(company: str | None) -> int:
    async with _company(company) as (parts, tenant):
        return await parts.understanding.roll_back(tenant.id)


async def _retrain(company: str | None) -> "tuple[ModelVersion, TrainingReport, Tenant]":
    async with _company(company) as (parts, tenant):
        with _bar() as on_progress:
            await parts.understanding.retrain(tenant.id, on_progress, by="intents retrain")
        return *await parts.understanding.report(tenant.id), tenant


async def _import(
    company: str | None, file: Path, *, instead: bool
) -> "tuple[Tenant, Imported, int, tuple[ModelVersion, TrainingReport] | None]":
    from casewright.security.models import Vault
    from casewright.security.personal_data import PersonalDataMasker
    from casewright.understanding.examples import read_examples

    examples = await asyncio.to_thread(read_examples, file)
    async with _company(company) as (parts, tenant):
        masker, locale = PersonalDataMasker(), tenant.profile.default_language
        private = tenant.profile.record_ids_private
        texts = [masker.mask(one.text, locale=locale, vault=Vault(), record_ids=private).text for one in examples]
        masked = [one.model_copy(update={"text": text}) for one, text in zip(examples, texts, strict=True)]
        with _bar() as on_progress:
            imported = await parts.understanding.import_examples(
                tenant.id, masked, on_progress, by=f"intents import {file.name}", instead=instead
            )
        trained = await parts.understanding.report(tenant.id) if imported.added or instead else None
        changed = sum(one.text != other.text for one, other in zip(examples, masked, strict=True))
        return tenant, imported, changed, trained


async def _collect(company: str | None, label_field: str, most: int) -> "list[ProposedExample]":
    from casewright.salesforce.case_history import closed_cases
    from casewright.salesforce.service import Orgs
    from casewright.security.models import Vault
    from casewright.security.personal_data import PersonalDataMasker
    from casewright.understanding.collecting import ProposedExample, meanings, without_names, words_of

    async with _company(company) as (parts, tenant), AsyncExitStack() as stack:
        orgs = Orgs(parts.connections, timeout=parts.settings.action_timeout_seconds)
        stack.push_async_callback(orgs.close)
        cases = await closed_cases(await orgs.client(tenant.id), label_field, most)
        masker, locale = PersonalDataMasker(), tenant.profile.default_language
        private = tenant.profile.record_ids_private
        texts = [
            without_names(masker.mask(words_of(one), locale=locale, vault=Vault(), record_ids=private).text, one.names)
            for one in cases
        ]
        with _bar() as on_progress:
            taken = []
            for done, text in enumerate(texts, 1):
                taken.append(await parts.understanding.takes_for(tenant.id, text))
                on_progress(done, len(texts))
        known = list(await parts.understanding.intents(tenant.id))
        meaning = meanings([(one.label, intent) for one, intent in zip(cases, taken, strict=True)], known)
        return [
            ProposedExample(text=text, intent=meaning[case.label], label=case.label, taken_for=intent, case=case.number)
            for case, text, intent in zip(cases, texts, taken, strict=True)
            if text
        ]


async def _report(company: str | None, version: int | None) -> "tuple[ModelVersion, TrainingReport, Tenant]":
    async with _company(company) as (parts, tenant):
        return *await parts.understanding.report(tenant.id, version), tenant


async def _queue(company: str | None, *, open_only: bool) -> "tuple[LabellingCandidate, ...]":
    from casewright.understanding.models import LabellingState

    async with _company(company) as (parts, tenant):
        await parts.labelling.look_through(tenant.id)
        state = LabellingState.OPEN if open_only else None
        return await parts.labelling.candidates(system(tenant.id, ACTOR), state, None)


async def _label(company: str | None, candidate: UUID, intent: str, *, group: bool) -> "LabellingCandidate":
    from casewright.understanding.examples import OUT_OF_SCOPE

    wanted = None if intent == OUT_OF_SCOPE else intent
    async with _company(company) as (parts, tenant):
        return await parts.labelling.label(system(tenant.id, ACTOR), candidate, wanted, and_group=group)


async def _dismiss(company: str | None, candidate: UUID, *, group: bool) -> None:
    async with _company(company) as (parts, tenant):
        await parts.labelling.dismiss(system(tenant.id, ACTOR), candidate, and_group=group)


def _print_queue(found: "tuple[LabellingCandidate, ...]", *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=2, ensure_ascii=False))
        return
    if not found:
        _say("There is nothing to label.")
        return
    table = Table(Column("id", no_wrap=True), "text", "why", "taken for", "alike", "state", box=box.SIMPLE)
    for one in found:
        nearest = ", ".join(f"{near.name} {near.probability:.0%}" for near in one.nearest[:2])
        text = one.text if len(one.text) <= SHOWN_OF_TEXT else f"{one.text[:SHOWN_OF_TEXT]}…"
        alike = str(one.group_size) if one.group_size > 1 else ""
        table.add_row(
            str(one.id), Text(text or "[erased]"), one.reason.replace("_", " "), Text(nearest), alike, _state(one)
        )
    Console(width=max(Console().width, LEAST_WIDTH)).print(table)


def _state(candidate: "LabellingCandidate") -> Text:
    return Text(f"{candidate.state} {candidate.intent or 'oos'}" if candidate.state == "labelled" else candidate.state)


@contextmanager
def _bar() -> "Iterator[OnProgress]":
    """How far reading the texts is; what is computed from them then cannot be told in steps."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("Texts read", total=None)

        def on_progress(done: int, of: int) -> None:
            bars.update(task, completed=done, total=of)
            if done == of:
                bars.update(task, description="Computing")

        yield on_progress


@asynccontextmanager
async def _company(slug: str | None) -> "AsyncIterator[tuple[Parts, Tenant]]":
    """Raises `TenantNotFound`, and `InvalidInput` where several might be meant."""
    from casewright.assembly import assembled

    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(assembled(load_settings()))
        if slug is not None:
            yield parts, await parts.tenants.by_slug(slug)
            return
        companies = await parts.tenants.all()
        if len(companies) != 1:
            slugs = ", ".join(one.slug for one in companies)
            raise InvalidInput(
                f"There are several companies; name one with --company: {slugs}."
                if companies
                else "There is no company yet: `casewright company install FOLDER` makes one."
            )
        yield parts, companies[0]


def _say(sentence: str) -> None:
    Console().print(sentence, markup=False, highlight=False, soft_wrap=True)
