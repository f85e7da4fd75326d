"""Shows how far the local orgs are with writing their histories, which they do while everything else starts or runs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

from casewright.cli.progress import Progress
from casewright.kit.http import HttpClient, OutgoingError
from casewright.scenarios.schemas import Answer, OrgAccess

_SECONDS_BETWEEN: Final = 0.5
_WRITING: Final = "writing"


class _History(Answer):
    state: str
    percent: int
    error: str


@asynccontextmanager
async def histories_shown(say: Callable[[str], None], orgs: Mapping[str, OrgAccess]) -> AsyncIterator[None]:
    """Beside what happens inside, `say` is told how far they are."""
    telling = asyncio.create_task(_tell(say, orgs))
    try:
        yield
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling


async def finish_histories(progress: Progress, orgs: Mapping[str, OrgAccess]) -> None:
    """Returns when all are written; a step for each that was not yet."""
    for name, org in orgs.items():
        history = await _read(org)
        if history is not None and history.state == _WRITING:
            with progress.step(f"History of {name}, while you can begin") as say:
                await _tell(say, {name: org})
            history = await _read(org)
        if history is not None and history.error:
            progress.tell(f"The history of {name} was not written: {history.error}")


async def _tell(say: Callable[[str], None], orgs: Mapping[str, OrgAccess]) -> None:
    """Returns when none is being written."""
    while True:
        histories = {name: await _read(org) for name, org in orgs.items()}
        written = {name: one.percent for name, one in histories.items() if one is not None and one.state == _WRITING}
        if not written:
            say("")
            return
        say(", ".join(f"history of {name} {percent} %" for name, percent in written.items()))
        await asyncio.sleep(_SECONDS_BETWEEN)


async def _read(org: OrgAccess) -> _History | None:
    """None if the org cannot say; it may just be starting again."""
    try:
        async with HttpClient("local orgs", org.url) as http:
            return _History.model_validate((await http.request("GET", "/localorg/history")).json())
    except OutgoingError:
        return None
