"""What the shipped scenarios play of the larger demo company's procedures."""

from pathlib import Path
from typing import get_args

import pytest

from casewright.scenarios.loading import load_all, scenario_files
from casewright.scenarios.models import Course, LoadedScenario, OrgCreate, OrgFault, OrgQuery, OrgStep, Scenario

EXAMPLES = Path(__file__).parents[2] / "examples"
COURSES: tuple[Course, ...] = get_args(Course)
PROCEDURES = sorted(file.stem for file in (EXAMPLES / "aurora" / "procedures").glob("*.yaml"))
SCENARIOS = load_all(scenario_files([EXAMPLES]))
COVERING = [loaded for loaded in SCENARIOS if loaded.scenario.covers]
ENDS = {"happy": "resolved", "decline": "cancelled"}


def covering(procedure: str, course: Course) -> list[Scenario]:
    return [one.scenario for one in COVERING if course in one.scenario.covers.get(procedure, ())]


def ends_expected(scenario: Scenario, procedure: str) -> set[str | None]:
    """How the scenario expects the procedure to stand, at any of its steps."""
    expectations = [step.expect for step in scenario.steps if hasattr(step, "expect") and step.expect]
    return {topic.status for one in expectations for topic in one.topics if topic.name == procedure}


@pytest.mark.parametrize("procedure", PROCEDURES)
@pytest.mark.parametrize("course", COURSES)
def test_every_course_of_every_procedure_is_played(procedure: str, course: Course) -> None:
    assert covering(procedure, course), f"write examples/aurora/scenarios/{procedure.replace('_', '-')}-{course}.yaml"


@pytest.mark.parametrize("loaded", COVERING, ids=lambda loaded: loaded.scenario.name)
def test_a_scenario_shows_what_it_covers(loaded: LoadedScenario) -> None:
    scenario = loaded.scenario
    for procedure, courses in scenario.covers.items():
        assert procedure in PROCEDURES
        for course in courses:
            if course in ENDS:
                assert ENDS[course] in ends_expected(scenario, procedure)
        assert ("failing_org" in courses) == any(
            isinstance(step, OrgStep) and isinstance(step.org, OrgFault) for step in scenario.steps
        )


@pytest.mark.parametrize("loaded", COVERING, ids=lambda loaded: loaded.scenario.name)
def test_a_scenario_works_on_records_of_its_own(loaded: LoadedScenario) -> None:
    made = [step.org for step in loaded.scenario.steps if isinstance(step, OrgStep) and isinstance(step.org, OrgCreate)]
    for record in made:
        assert "${random}" in str(record.fields) or "Id}" in str(record.fields)


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_the_outcome_of_a_happy_course_is_looked_up_in_the_org(procedure: str) -> None:
    """Or in its mailbox."""
    looks = [
        step
        for scenario in covering(procedure, "happy")
        for step in scenario.steps
        if hasattr(step, "mail") or (isinstance(step, OrgStep) and isinstance(step.org, OrgQuery))
    ]
    assert looks


def test_there_are_at_least_60_scenarios_of_both_companies() -> None:
    assert len(SCENARIOS) >= 60
    assert {loaded.scenario.tenant for loaded in SCENARIOS} == {"aurora", "brueckner"}
