"""Imports: what a source has is read, made articles of and installed, a portion at a time, each in a transaction of its own.

A portion that is committed is done for good: whoever dies in the middle, the next run goes on behind the last one.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from casewright.kit.clock import Clock
from casewright.kit.database import Database, Transaction
from casewright.kit.errors import CasewrightError, NotFound, TryLater
from casewright.kit.ids import TenantId, new_id
from casewright.kit.jobs import defer
from casewright.kit.principal import Principal, system
from casewright.knowledge.learning import ArticleLearning
from casewright.knowledge.models import ArticleDraft, ArticleStatus
from casewright.knowledge.ports import Progress
from casewright.knowledge.publishing import Publishing
from casewright.knowledge.sources import repository
from casewright.knowledge.sources.models import (
    Fingerprints,
    Import,
    ImportId,
    ImportProblem,
    ImportRequest,
    ImportState,
    Reading,
    SourceKind,
)
from casewright.knowledge.sources.repository import Item

READ_AT_ONCE: Final = 24
"""Files or pages."""
INSTALLED_AT_ONCE: Final = 48
"""Articles; what a run that dies has to do again at most."""
GOES_ON_FOR: Final = timedelta(days=7)
"""After that an import that did not succeed begins anew."""
KEPT: Final = timedelta(days=30)
"""How long an import can be looked at."""
GIVEN_UP_AFTER: Final = timedelta(days=1)
"""An import that a schedule began and that is still open."""
LISTED: Final = 50
QUEUE: Final = "imports"
IMPORT: Final = "knowledge.import"
"""The job that runs one."""
_ACTOR: Final = "knowledge import"


class ArticleSource(Protocol):
    """Raises `SourceUnusable`, or what its service ends with, when nothing can be read at all."""

    async def fingerprints(self, cursor: str) -> Fingerprints:
        """What there is to read. `cursor`: the largest fingerprint of the import before, "" to read everything; only a source
        that knows when its articles changed minds it."""
        ...

    async def read(self, names: Sequence[str]) -> Sequence[Reading]:
        """What is wrong with one of them is told in its reading."""
        ...

    async def withdrawn(self, published: Sequence[str]) -> Sequence[str]:
        """Of the keys of published articles, those of articles that came from there and are there no more."""
        ...


@dataclass(frozen=True, slots=True)
class _Portion:
    drafts: tuple[ArticleDraft, ...]
    items: tuple[Item, ...]
    problems: tuple[ImportProblem, ...]


class Imports:
    """A tenant's imports, and what is left to do of them."""

    def __init__(self, database: Database, publishing: Publishing, learning: ArticleLearning, clock: Clock) -> None:
        self._database = database
        self._publishing = publishing
        self._learning = learning
        self._clock = clock

    async def begin(self, tenant_id: TenantId, request: ImportRequest, by: str) -> Import:
        """The one of the same things that did not come to its end, or a new one."""
        async with self._database.begin(system(tenant_id, _ACTOR)) as tx:
            since = self._clock.now() - GOES_ON_FOR
            return await repository.unfinished(tx, tenant_id, request, since) or await self._add(
                tx, tenant_id, request, by
            )

    async def accept(self, principal: Principal, request: ImportRequest, content: bytes | None) -> Import:
        """A new one, for a worker to run. `content`: of an uploaded file."""
        async with self._database.begin(principal) as tx:
            return await self._accept(tx, principal, request, content)

    async def accept_if_due(self, principal: Principal, request: ImportRequest, minutes: int) -> None:
        """Unless the one before began less than `minutes` ago, or is still at work."""
        async with self._database.begin(principal) as tx:
            before = await repository.newest_of(tx, principal.tenant_id, request.kind)
            age = self._clock.now() - before.created_at if before else GOES_ON_FOR
            is_open = before is not None and before.state in (ImportState.WAITING, ImportState.RUNNING)
            if age >= (GIVEN_UP_AFTER if is_open else timedelta(minutes=minutes)):
                await self._accept(tx, principal, request, None)

    async def get(self, principal: Principal, import_id: ImportId) -> Import:
        """Raises `NotFound`."""
        async with self._database.begin(principal) as tx:
            found = await repository.find_import(tx, principal.tenant_id, import_id)
        if found is None:
            raise NotFound("There is no such import.")
        return found

    async def newest(self, principal: Principal) -> tuple[Import, ...]:
        async with self._database.begin(principal) as tx:
            return await repository.imports(tx, principal.tenant_id, LISTED)

    async def forget_old(self, tenant_id: TenantId) -> None:
        """Imports that nobody looks at any more, and the files of those that never came to their end."""
        now = self._clock.now()
        async with self._database.begin(system(tenant_id, _ACTOR)) as tx:
            await repository.forget(tx, tenant_id, now - KEPT, now - GOES_ON_FOR)

    async def run(
        self,
        tenant_id: TenantId,
        given: Import,
        source: ArticleSource,
        on_progress: Progress | None = None,
        *,
        everything: bool = False,
    ) -> Import:
        """To its end. `everything`: also what has not changed since the import before. Raises what the source ends with; the
        import has then failed, and running it again goes on where it stopped."""
        try:
            await self._run(tenant_id, given, source, on_progress or _nobody, everything)
        except CasewrightError as error:
            with suppress(TryLater):
                async with self._database.begin(system(tenant_id, _ACTOR)) as tx:
                    await repository.finish(
                        tx, tenant_id, given.id, ImportState.FAILED, at=self._clock.now(), error=error.message
                    )
            raise
        return await self.get(system(tenant_id, _ACTOR), given.id)

    async def _accept(
        self, tx: Transaction, principal: Principal, request: ImportRequest, content: bytes | None
    ) -> Import:
        accepted = await self._add(tx, principal.tenant_id, request, principal.actor)
        if content is not None:
            await repository.save_upload(tx, principal.tenant_id, accepted.id, content)
        await defer(tx, QUEUE, IMPORT, tenant_id=str(principal.tenant_id), import_id=str(accepted.id))
        return accepted

    async def _add(self, tx: Transaction, tenant_id: TenantId, request: ImportRequest, by: str) -> Import:
        made = Import(
            id=ImportId(new_id()), request=request, state=ImportState.WAITING, by=by, created_at=self._clock.now()
        )
        await repository.add_import(tx, tenant_id, made)
        return made

    async def _run(
        self, tenant_id: TenantId, given: Import, source: ArticleSource, on_progress: Progress, everything: bool
    ) -> None:
        principal = system(tenant_id, _ACTOR)
        async with self._database.begin(principal) as tx:
            cursor = await repository.read_cursor(tx, tenant_id, given.request)
        found = await source.fingerprints("" if everything else cursor)
        async with self._database.begin(principal) as tx:
            known = await repository.done_items(tx, tenant_id, given.id)
            names = [name for name, fingerprint in found.items() if known.get(name) != fingerprint]
            done = len(found) - len(names)
            await repository.start(tx, tenant_id, given.id, total=len(found), done=done)
        on_progress(done, len(found))
        for start in range(0, len(names), READ_AT_ONCE):
            readings = await source.read(names[start : start + READ_AT_ONCE])
            for portion in _portions(readings, found):
                await self._install(tenant_id, given, portion)
                done += sum(item.fingerprint is not None for item in portion.items)
                on_progress(done, len(found))
        await self._finish(tenant_id, given, source, max((cursor, *found.values())))

    async def _install(self, tenant_id: TenantId, given: Import, portion: _Portion) -> None:
        """Two things that would make the same article: the first does."""
        names = {key: item.name for item in portion.items for key in item.keys}
        async with self._database.begin(system(tenant_id, _ACTOR)) as tx:
            others = await repository.keys_of_others(tx, tenant_id, given.id, list(names))
            taken = {key: other for key, other in others.items() if other != names[key]}
            drafts = [draft for draft in portion.drafts if draft.key not in taken]
            if given.request.for_review:
                drafts = [_for_review(draft) for draft in drafts]
            installed = await self._publishing.install(
                tx, tenant_id, drafts, by=given.by, reason=_reason(given.request), learn=False
            )
            problems = (*portion.problems, *(_taken(names[key], key, other) for key, other in taken.items()))
            await repository.note(tx, tenant_id, given.id, portion.items, installed, problems)

    async def _finish(self, tenant_id: TenantId, given: Import, source: ArticleSource, cursor: str) -> None:
        principal = system(tenant_id, _ACTOR)
        async with self._database.begin(principal) as tx:
            published = await repository.published_keys(tx, tenant_id)
        withdrawn = await source.withdrawn(published)
        async with self._database.begin(principal) as tx:
            for key in withdrawn:
                reason = "It is no longer published where it comes from."
                await self._publishing.archive(tx, tenant_id, key, by=given.by, reason=reason)
        await self._learning.catch_up(self._database, tenant_id)
        async with self._database.begin(principal) as tx:
            if given.request.kind is SourceKind.SALESFORCE:
                await repository.save_cursor(tx, tenant_id, given.request, cursor)
            now, count = self._clock.now(), len(withdrawn)
            await repository.finish(tx, tenant_id, given.id, ImportState.SUCCEEDED, at=now, archived=count)


def _for_review(draft: ArticleDraft) -> ArticleDraft:
    if draft.status is not ArticleStatus.PUBLISHED:
        return draft
    return draft.model_copy(update={"status": ArticleStatus.REVIEW})


def _nobody(done: int, of: int) -> None:
    """Is told of the progress."""


def _portions(readings: Sequence[Reading], found: Fingerprints) -> Iterator[_Portion]:
    """Each with few enough articles; a table of many questions is divided."""
    drafts: list[ArticleDraft] = []
    items: list[Item] = []
    problems: list[ImportProblem] = []
    owners: dict[str, str] = {}
    for reading in readings:
        kept = tuple(draft for draft in reading.drafts if owners.setdefault(draft.key, reading.name) == reading.name)
        problems += reading.problems
        problems += (
            _taken(reading.name, draft.key, owners[draft.key]) for draft in reading.drafts if draft not in kept
        )
        parts = [kept[start : start + INSTALLED_AT_ONCE] for start in range(0, len(kept), INSTALLED_AT_ONCE)] or [()]
        for number, part in enumerate(parts, 1):
            if drafts and len(drafts) + len(part) > INSTALLED_AT_ONCE:
                yield _Portion(tuple(drafts), tuple(items), tuple(problems))
                drafts, items, problems = [], [], []
            drafts += part
            fingerprint = found[reading.name] if number == len(parts) else None
            items.append(Item(reading.name, fingerprint, tuple(draft.key for draft in part)))
    yield _Portion(tuple(drafts), tuple(items), tuple(problems))


def _taken(name: str, key: str, other: str) -> ImportProblem:
    message = f'{other} makes an article "{key}" already; give one of them another name'
    return ImportProblem(name=name, message=message)


def _reason(request: ImportRequest) -> str:
    return f"Imported from {request.location or 'the org'}."
