"""Against a real server, its database and its orgs."""

from pathlib import Path

import pytest

from casewright.scenarios.errors import CannotRun
from casewright.scenarios.loading import load
from casewright.scenarios.models import LoadedScenario
from casewright.scenarios.org import Org
from casewright.scenarios.playing import play_all
from casewright.scenarios.results import Result, ScenarioReport
from casewright.scenarios.schemas import Connection

EXAMPLES = Path(__file__).parents[2] / "examples"
HEAD = "name: made-up\ntitle: Made up\ntenant: aurora\nsteps:\n"


class Silent:
    """Listens to the playing and keeps what it hears."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, int]] = []
        self.finished_names: list[str] = []

    def step_begins(self, scenario: LoadedScenario, step: int) -> None:
        self.begun.append((scenario.scenario.name, step))

    def finished(self, report: ScenarioReport) -> None:
        self.finished_names.append(report.name)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return tmp_path / "made-up.yaml"


async def play_text(scenario: Path, steps: str, connection: Connection) -> ScenarioReport:
    scenario.write_text(HEAD + steps, encoding="utf-8")
    (report,) = await play_all([load(scenario)], connection, Silent())
    return report


def told(report: ScenarioReport) -> str:
    return "\n".join(f"{report.step}: {one.expectation}, found {one.found}" for one in report.mismatches)


async def test_a_scenario_can_be_played_beside_itself_again_and_again(connection: Connection) -> None:
    loaded = load(EXAMPLES / "aurora/scenarios/raise-priority.yaml")
    reports = await play_all([loaded] * 3, connection, Silent(), parallel=3)
    assert [report.result for report in reports] == [Result.PASSED] * 3, [told(report) for report in reports]


async def test_an_unmet_expectation_ends_the_scenario_and_says_what_was_said_instead(
    scenario: Path, connection: Connection
) -> None:
    steps = "  - customer: How do I export data?\n    expect: {contains: [heliotrope]}\n  - customer: Never said\n"
    report = await play_text(scenario, steps, connection)
    assert (report.result, report.line, report.steps_passed) == (Result.FAILED, 5, 0)
    (mismatch,) = report.mismatches
    assert mismatch.expectation == "the reply contains 'heliotrope'"
    assert "export" in mismatch.found.lower()


async def test_records_made_for_a_run_are_gone_after_it_even_if_it_fails(
    scenario: Path, connection: Connection
) -> None:
    steps = (
        "  - org: {create: Contact, fields: {LastName: 'Passing ${random}'}, save_as: contact}\n"
        "  - org: {query: \"SELECT Id FROM Contact WHERE Id = '${contact.Id}'\", count: 1}\n"
        "  - customer: Hello\n    expect: {contains: [heliotrope]}\n"
    )
    report = await play_text(scenario, steps, connection)
    assert (report.result, report.steps_passed, report.left_behind) == (Result.FAILED, 2, ())
    access = connection.tenants[0].org
    assert access is not None
    async with Org(access) as org:
        assert await org.query("SELECT Id FROM Contact WHERE LastName LIKE 'Passing %'") == []


async def test_a_step_that_cannot_be_carried_out_breaks_the_scenario(scenario: Path, connection: Connection) -> None:
    without_org = connection.tenants[0].model_copy(update={"org": None})
    limited = connection.model_copy(update={"tenants": (without_org,)})
    report = await play_text(scenario, "  - org: {query: SELECT Id FROM Case, count: 0}\n", limited)
    assert report.result is Result.BROKEN
    assert report.mismatches[0].found.startswith("This step needs the tenant's org")


async def test_a_field_that_a_saved_record_lacks_breaks_the_scenario(scenario: Path, connection: Connection) -> None:
    steps = "  - org: {query: SELECT Id FROM User LIMIT 1, save_as: user}\n  - customer: Hello ${user.Nmae}\n"
    report = await play_text(scenario, steps, connection)
    assert (report.result, report.line) == (Result.BROKEN, 6)
    assert "${user.Nmae}" in report.mismatches[0].found


async def test_messages_in_a_burst_are_answered_together(scenario: Path, connection: Connection) -> None:
    steps = (
        "  - messages: [I have a question, it is about our data, 'How do I export data?']\n"
        "    expect: {status: replied, sources: [export]}\n"
        "  - transcript: {contains: [I have a question, it is about our data]}\n"
    )
    report = await play_text(scenario, steps, connection)
    assert report.result is Result.PASSED, told(report)


async def test_a_form_is_filled_in_and_what_it_asked_for_is_known(scenario: Path, connection: Connection) -> None:
    steps = (
        "  - customer: I forgot my password\n    expect: {fields: [email]}\n"
        "  - fill: {email: '${random}@scenario.example'}\n"
        "    expect: {expects: confirmation, fields: [email], contains: ['${random}@scenario.example']}\n"
        "  - fill: {colour: blue}\n"
    )
    report = await play_text(scenario, steps, connection)
    assert (report.result, report.steps_passed) == (Result.BROKEN, 2), told(report)
    assert "refused with 422" in report.mismatches[0].found


async def test_a_fault_ends_with_its_scenario(scenario: Path, connection: Connection) -> None:
    steps = (
        "  - org: {fault: status, path_contains: /nowhere}\n"
        "  - org: {fault: none}\n"
        "  - org: {fault: status, path_contains: /query}\n"
        "  - customer: Hello\n    expect: {contains: [heliotrope]}\n"
    )
    report = await play_text(scenario, steps, connection)
    assert (report.result, report.steps_passed) == (Result.FAILED, 3), told(report)
    access = connection.tenants[0].org
    assert access is not None
    async with Org(access) as org:
        assert len(await org.query("SELECT Id FROM User LIMIT 1")) == 1


async def test_scenarios_with_faults_are_played_after_the_others_one_at_a_time(
    tmp_path: Path, connection: Connection
) -> None:
    texts = {
        "first-alone": "  - org: {fault: slow, path_contains: /nowhere}\n  - customer: Hello\n",
        "second-alone": "  - org: {fault: slow, path_contains: /nowhere}\n  - customer: Hello\n",
        "together": "  - customer: Hello\n  - customer: How do I export data?\n",
    }
    for name, steps in texts.items():
        (tmp_path / f"{name}.yaml").write_text(HEAD.replace("made-up", name) + steps)
    listener = Silent()
    reports = await play_all([load(tmp_path / f"{name}.yaml") for name in texts], connection, listener)
    assert [report.name for report in reports] == list(texts)
    assert listener.finished_names == ["together", "first-alone", "second-alone"]
    assert [name for name, _ in listener.begun] == ["together"] * 2 + ["first-alone"] * 2 + ["second-alone"] * 2


async def test_an_operator_who_sees_what_must_be_hidden_is_told_about(scenario: Path, connection: Connection) -> None:
    report = await play_text(scenario, "  - customer: How do I export data?\n  - as_tenant: aurora\n", connection)
    assert (report.result, report.steps_passed) == (Result.FAILED, 1)
    seen = told(report)
    for leak in ("/transcript succeeds", "/replies succeeds", "/v1/turns/", "its inbox lists the conversation"):
        assert leak in seen


async def test_the_listener_hears_of_every_step_and_of_the_end(connection: Connection) -> None:
    loaded = load(EXAMPLES / "aurora/scenarios/unknown-question.yaml")
    listener = Silent()
    await play_all([loaded], connection, listener)
    assert listener.begun == [("unknown-question", 0)]
    assert listener.finished_names == ["unknown-question"]


async def test_an_unknown_tenant_is_told_before_anything_is_played(scenario: Path, connection: Connection) -> None:
    scenario.write_text(HEAD.replace("aurora", "acme") + "  - customer: Hello\n")
    listener = Silent()
    with pytest.raises(CannotRun, match="The tenant 'acme' is not known here"):
        await play_all([load(scenario)], connection, listener)
    assert listener.begun == []


async def test_a_server_that_is_not_there_is_told_with_what_to_do(scenario: Path, connection: Connection) -> None:
    scenario.write_text(HEAD + "  - customer: Hello\n")
    away = connection.model_copy(update={"url": "http://127.0.0.1:1"})
    with pytest.raises(CannotRun, match=r"No Casewright is ready at http://127\.0\.0\.1:1: start one with"):
        await play_all([load(scenario)], away, Silent())
