from pathlib import Path

import pytest

from casewright.scenarios.errors import CannotRun, InvalidScenario
from casewright.scenarios.loading import load, load_all, scenario_files, schema_text
from casewright.scenarios.models import ClockStep, CustomerStep, LoadedScenario, MailStep

ROOT = Path(__file__).parents[2]
HEAD = "name: reset\ntitle: A reset\ntenant: aurora\nsteps:\n"


def load_text(folder: Path, text: str) -> LoadedScenario:
    file = folder / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def problems_of(folder: Path, text: str) -> list[tuple[int, str]]:
    with pytest.raises(InvalidScenario) as raised:
        load_text(folder, text)
    return [(problem.line, problem.text) for problem in raised.value.problems]


def test_a_scenario_is_read_with_the_line_of_each_step(tmp_path: Path) -> None:
    loaded = load_text(
        tmp_path,
        HEAD + "  - customer: Hello\n    expect:\n      mode: agent\n  - clock: +31m\n  - mail: {to: a@b.example}\n",
    )
    assert [type(step) for step in loaded.scenario.steps] == [CustomerStep, ClockStep, MailStep]
    assert loaded.lines == (5, 8, 9)


def test_yes_and_no_and_dates_are_what_a_customer_says_not_values(tmp_path: Path) -> None:
    loaded = load_text(tmp_path, HEAD + "  - customer: yes\n  - customer: no\n  - customer: 2026-11-22\n")
    assert [step.summary for step in loaded.scenario.steps] == ["customer: yes", "customer: no", "customer: 2026-11-22"]


def test_a_step_is_told_in_a_line(tmp_path: Path) -> None:
    steps = (
        "  - messages: [Hello, I am Ada]\n  - mail: {to: a@b.example, contains: [reset], count: 1}\n  - handoff: true\n"
    )
    assert [step.summary for step in load_text(tmp_path, HEAD + steps).scenario.steps] == [
        "messages: Hello / I am Ada",
        "mail: to a@b.example, contains reset, count 1",
        "handoff: true",
    ]


@pytest.mark.parametrize(
    ("steps", "line", "said"),
    [
        ("  - custmer: Hello\n", 5, "step 1: this kind of step is not known. Did you mean 'customer'?"),
        ("  - Hello\n", 5, "step 1: a step is a mapping such as 'customer: \"Hello\"', not 'Hello'."),
        ("  - customer: 12\n", 5, "step 1 → customer: must be text, not 12; put it in quotes."),
        (
            "  - customer: Hello\n    expect:\n      contain: [a]\n",
            7,
            "step 1 → expect → contain: the key is not known. Did you mean 'contains'?",
        ),
        (
            "  - customer: Hello\n    expect: {contains: a}\n",
            6,
            "step 1 → expect → contains: must be a list, not 'a'; write [ … ].",
        ),
        (
            "  - customer: Hello\n    expect: {mode: robot}\n",
            6,
            "step 1 → expect → mode: must be 'agent' or 'human', not 'robot'.",
        ),
        (
            "  - clock: 31m\n",
            5,
            "step 1 → clock: '31m' has not the right form; "
            "write a plus sign, a number and s, m, h or d, such as '+31m'.",
        ),
        (
            "  - org: {quer: SELECT Id FROM Case}\n",
            5,
            "step 1 → org: needs one of 'query', 'create', 'change' and 'fault'.",
        ),
        ("  - org: {query: SELECT Id FROM Case}\n", 5, "step 1 → org: a query needs expect, count or save_as."),
        (
            "  - org:\n      query: SELECT Id FROM Case\n      expect:\n        - Id: [1]\n",
            8,
            "step 1 → org → expect → 0 → Id: must be text, a number, true, false or null, not [1].",
        ),
        (
            "  - operator: {reply: Hello, give_back: true}\n",
            5,
            "step 1 → operator: say exactly one of reply, approve, give_back, take_over.",
        ),
        ("  - mail: {contains: [reset]}\n", 5, "step 1 → mail needs 'to'."),
        ("  - fill: {amount: 50}\n", 5, "step 1 → fill → amount: must be text, not 50; put it in quotes."),
        (
            "  - org: {fault: row_lock, tims: 1}\n",
            5,
            "step 1 → org → tims: the key is not known. Did you mean 'times'?",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_would_be_right(
    tmp_path: Path, steps: str, line: int, said: str
) -> None:
    assert problems_of(tmp_path, HEAD + steps) == [(line, said)]


def test_a_scenario_with_a_fault_is_played_alone(tmp_path: Path) -> None:
    fault = "  - org: {fault: lost_answer, path_contains: /sobjects/Case, times: 1}\n"
    assert load_text(tmp_path, HEAD + fault).scenario.is_played_alone
    assert not load_text(tmp_path, HEAD + "  - customer: Hello\n").scenario.is_played_alone


def test_what_a_scenario_covers_is_named_by_procedure(tmp_path: Path) -> None:
    covers = "covers: {password_reset: [happy, decline]}\n"
    loaded = load_text(tmp_path, HEAD.replace("steps:", f"{covers}steps:") + "  - customer: Hello\n")
    assert loaded.scenario.covers == {"password_reset": ("happy", "decline")}
    assert problems_of(tmp_path, covers.replace("happy", "lucky") + HEAD + "  - customer: Hello\n") != []


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = "name: Bad Name\ntitel: x\ntenant: aurora\nsteps:\n  - clock: soon\n"
    assert [line for line, _ in problems_of(tmp_path, text)] == [1, 1, 5, 2]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("name: a\nname: b\n", 2, "'name' stands here a second time; keep one."),
        ("name: [a\nb", 2, "is not valid YAML: did not find expected ',' or ']'."),
        ("name: &a [*a]\n", 1, "an alias contains itself."),
        ("? [a, b]\n: c\n", 1, "a key must be a word, not a list or a mapping."),
        ("", 1, "must be a mapping with keys, not None."),
        ("name: a\x00b\n", 1, "is not valid YAML: it holds a character that YAML forbids."),
    ],
)
def test_a_file_that_is_no_mapping_of_keys_is_refused(tmp_path: Path, text: str, line: int, said: str) -> None:
    assert problems_of(tmp_path, text) == [(line, said)]


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_bytes(b"name: \xff\xfe")
    with pytest.raises(InvalidScenario, match="it is not UTF-8 text"):
        load(file)


def test_a_placeholder_that_no_earlier_step_saved_is_refused(tmp_path: Path) -> None:
    steps = "  - customer: ${case.CaseNumber}\n  - org: {query: SELECT Id FROM Case LIMIT 1, save_as: case}\n"
    assert problems_of(tmp_path, HEAD + steps) == [
        (5, "nothing is known as ${case.CaseNumber} at this step; known are ${conversation_id}, ${random}.")
    ]


def test_a_placeholder_that_an_earlier_step_saved_is_known(tmp_path: Path) -> None:
    steps = "  - org: {query: SELECT Id FROM Case LIMIT 1, save_as: case}\n  - customer: ${case.Id} ${random}\n"
    assert len(load_text(tmp_path, HEAD + steps).scenario.steps) == 2


def test_two_scenarios_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("first.yaml", "second.yaml"):
        (tmp_path / name).write_text(HEAD + "  - customer: Hello\n")
    with pytest.raises(InvalidScenario, match="the name 'reset' is already taken by "):
        load_all([tmp_path / "first.yaml", tmp_path / "second.yaml"])


def test_a_folder_gives_the_files_of_its_scenario_folders(tmp_path: Path) -> None:
    for file in ("aurora/scenarios/b.yaml", "aurora/scenarios/a.yaml", "aurora/procedures/c.yaml"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    scenarios = tmp_path / "aurora/scenarios"
    assert scenario_files([tmp_path]) == (scenarios / "a.yaml", scenarios / "b.yaml")
    assert scenario_files([scenarios]) == (scenarios / "a.yaml", scenarios / "b.yaml")


def test_a_folder_without_scenarios_and_a_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="No scenarios found in"):
        scenario_files([tmp_path])
    with pytest.raises(CannotRun, match="There is no file or folder"):
        scenario_files([tmp_path / "missing.yaml"])


def test_the_shipped_scenarios_are_well_formed() -> None:
    assert len(load_all(scenario_files([ROOT / "examples"]))) >= 20


def test_the_published_schema_is_that_of_the_models() -> None:
    published = (ROOT / "docs/reference/scenario.schema.json").read_text(encoding="utf-8")
    assert published == schema_text(), (
        "write it anew: casewright scenarios schema > docs/reference/scenario.schema.json"
    )
