"""Beside a real org that writes its history."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from rich.console import Console

from casewright.cli.histories import finish_histories, histories_shown
from casewright.cli.progress import Progress
from casewright.scenarios.schemas import OrgAccess
from localorg.testing import RunningOrg, start_org

SEED = Path(__file__).resolve().parents[2] / "examples" / "brueckner" / "org.yaml"


@pytest_asyncio.fixture
async def org(tmp_path: Path) -> AsyncIterator[RunningOrg]:
    async with start_org("brueckner", SEED, tmp_path, options=["--history"]) as org:
        yield org


def access(org: RunningOrg) -> OrgAccess:
    return OrgAccess(url=org.url, client_id=org.client_id, client_secret=org.client_secret)


async def test_a_history_being_written_is_a_step_that_ends_with_it(org: RunningOrg) -> None:
    output = io.StringIO()
    progress = Progress(Console(file=output, width=120))
    await finish_histories(progress, {"Brückner Solar": access(org)})
    (row,) = await org.query("SELECT COUNT(Id) number FROM Case")
    assert row["number"] == 910
    assert "✓ History of Brückner Solar" in output.getvalue()
    said = len(output.getvalue())
    await finish_histories(progress, {"Brückner Solar": access(org)})
    assert len(output.getvalue()) == said


async def test_beside_other_work_it_is_said_how_far_it_is(org: RunningOrg) -> None:
    said: list[str] = []
    async with histories_shown(said.append, {"brueckner": access(org)}):
        await finish_histories(Progress(Console(file=io.StringIO())), {"Brückner Solar": access(org)})
    assert any("history of brueckner" in sentence and "%" in sentence for sentence in said)


async def test_an_org_that_does_not_answer_is_left_alone() -> None:
    output = io.StringIO()
    nobody = OrgAccess(url="http://127.0.0.1:9", client_id="", client_secret="")
    await finish_histories(Progress(Console(file=output)), {"Nobody": nobody})
    assert output.getvalue() == ""
