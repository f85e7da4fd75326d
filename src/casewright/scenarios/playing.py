"""Plays scenarios against a running server, several at once, and reports what came of each."""

import asyncio
import secrets
import time
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from typing import Protocol

from casewright.kit.errors import CasewrightError
from casewright.scenarios.models import LoadedScenario, OtherTenantStep
from casewright.scenarios.org import Org
from casewright.scenarios.performing import Performance
from casewright.scenarios.results import Mismatch, Result, ScenarioReport
from casewright.scenarios.schemas import Connection
from casewright.scenarios.server import Server
from casewright.scenarios.tenants import tenant_called


class Listener(Protocol):
    """Is told how the playing goes."""

    def step_begins(self, scenario: LoadedScenario, step: int) -> None:
        """`step` counts from 0."""
        ...

    def finished(self, report: ScenarioReport) -> None: ...


async def play_all(
    scenarios: Sequence[LoadedScenario], connection: Connection, listener: Listener, parallel: int = 4
) -> tuple[ScenarioReport, ...]:
    """Reports in the order of `scenarios`, at most `parallel` of them being played at once; those that let something go wrong
    in an org come last, each alone.

    Raises `CannotRun` before anything is played when the server is not ready or a tenant is not known.
    """
    for loaded in scenarios:
        others = [step.as_tenant for step in loaded.scenario.steps if isinstance(step, OtherTenantStep)]
        for name in (loaded.scenario.tenant, *others):
            tenant_called(name, connection.tenants)
    reports: dict[int, ScenarioReport] = {}
    async with Server(connection.url) as server:
        await server.require_ready()

        async def play_one(place: int, slots: asyncio.Semaphore) -> None:
            async with slots:
                reports[place] = await play(scenarios[place], connection, server, listener)
                listener.finished(reports[place])

        async def play_some(places: Iterable[int], at_once: int) -> None:
            slots = asyncio.Semaphore(at_once)
            await asyncio.gather(*(play_one(place, slots) for place in places))

        alone = {place for place, loaded in enumerate(scenarios) if loaded.scenario.is_played_alone}
        await play_some(set(range(len(scenarios))) - alone, parallel)
        await play_some(sorted(alone), 1)
    return tuple(reports[place] for place in range(len(scenarios)))


async def play(loaded: LoadedScenario, connection: Connection, server: Server, listener: Listener) -> ScenarioReport:
    """Step after step until one does not come out as expected."""
    run = _Run(loaded, listener)
    try:
        async with AsyncExitStack() as resources:
            performance = await _begin(run, connection, server, resources)
            try:
                await run.through(performance)
            finally:
                run.left_behind = await performance.clean_up()
    except CasewrightError as error:
        run.stop(Result.BROKEN, (Mismatch(expectation="the step can be carried out", found=error.message),))
    return run.report()


async def _begin(run: "_Run", connection: Connection, server: Server, resources: AsyncExitStack) -> Performance:
    scenario = run.loaded.scenario
    tenant = tenant_called(scenario.tenant, connection.tenants)
    org = await resources.enter_async_context(Org(tenant.org)) if tenant.org else None
    conversation = await server.open_conversation(tenant.publishable_key, scenario.language, scenario.time_zone)
    run.conversation_id = conversation.id
    performance = Performance(
        conversation=conversation,
        desk=server.desk(tenant.operator_key),
        org=org,
        desk_of=lambda name: server.desk(tenant_called(name, connection.tenants).operator_key),
        values={"random": secrets.token_hex(4), "conversation_id": conversation.id},
    )
    await performance.note_mail_before(scenario.steps)
    return performance


class _Run:
    """How far one scenario has come."""

    def __init__(self, loaded: LoadedScenario, listener: Listener) -> None:
        self.loaded = loaded
        self.conversation_id: str | None = None
        self.left_behind: tuple[str, ...] = ()
        self._listener = listener
        self._started = time.perf_counter()
        self._step: int | None = None
        self._result = Result.PASSED
        self._mismatches: tuple[Mismatch, ...] = ()

    async def through(self, performance: Performance) -> None:
        steps = self.loaded.scenario.steps
        for self._step, step in enumerate(steps):
            self._listener.step_begins(self.loaded, self._step)
            mismatches = await performance.carry_out(step)
            if mismatches:
                self.stop(Result.FAILED, tuple(mismatches))
                return

    def stop(self, result: Result, mismatches: tuple[Mismatch, ...]) -> None:
        if self._result is Result.PASSED:
            self._result, self._mismatches = result, mismatches

    def report(self) -> ScenarioReport:
        scenario = self.loaded.scenario
        is_passed = self._result is Result.PASSED
        stopped_at = None if is_passed else self._step
        return ScenarioReport(
            name=scenario.name,
            title=scenario.title,
            file=str(self.loaded.file),
            tenant=scenario.tenant,
            result=self._result,
            steps=len(scenario.steps),
            steps_passed=len(scenario.steps) if is_passed else (stopped_at or 0),
            milliseconds=round((time.perf_counter() - self._started) * 1000, 1),
            conversation_id=self.conversation_id,
            line=None if stopped_at is None else self.loaded.lines[stopped_at],
            step=None if stopped_at is None else scenario.steps[stopped_at].summary,
            mismatches=self._mismatches,
            left_behind=self.left_behind,
        )
