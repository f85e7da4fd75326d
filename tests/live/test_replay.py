"""`casewright replay`, `explain` and `inspect` on a demo that runs, as an operator uses them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.live.api import Customer, Desk
from tests.running import CASEWRIGHT, RunningDemo, given_database

EXAMPLE = Path(__file__).parents[2] / "examples" / "aurora"


@pytest.fixture(scope="module")
def customer(live_server: RunningDemo) -> Customer:
    """Somebody who forgot their password."""
    customer = Customer(live_server)
    customer.say("I forgot my password")
    customer.say("dana.whitfield@harborlight.example")
    customer.say("yes")
    return customer


def casewright(demo: RunningDemo, *arguments: str) -> "subprocess.CompletedProcess[str]":
    directory = demo.data_directory
    environment = {**os.environ, "CASEWRIGHT_DATA_DIR": str(directory), **given_database(directory), "COLUMNS": "200"}
    return subprocess.run(
        [*CASEWRIGHT, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def turns(desk: Desk, customer: Customer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.get(f"{customer.path}/turns").json()["items"]
    return found


def test_a_conversation_is_the_same_on_the_configuration_it_ran_on(
    live_server: RunningDemo, customer: Customer
) -> None:
    replayed = casewright(live_server, "replay", customer.id)
    assert "3 turns of 1 conversation of Aurora Cloud on the current configuration: 3 same." in replayed.stdout
    assert (replayed.returncode, replayed.stderr) == (0, "")


def test_a_draft_that_changes_a_procedure_tells_where_and_says_so_to_pipelines(
    live_server: RunningDemo, customer: Customer, tmp_path: Path
) -> None:
    procedures = tmp_path / "draft" / "procedures"
    procedures.mkdir(parents=True)
    text = (EXAMPLE / "procedures" / "password_reset.yaml").read_text(encoding="utf8")
    (procedures / "password_reset.yaml").write_text(
        text.replace("Please look into your spam folder too.", "Mind the gap.")
    )
    page, data = tmp_path / "replay.html", tmp_path / "replay.json"
    replayed = casewright(
        live_server,
        "replay",
        customer.id,
        "--config",
        str(tmp_path / "draft"),
        "--html",
        str(page),
        "--json",
        str(data),
    )
    assert replayed.returncode == 1, replayed.stderr
    assert "2 same, 1 different." in replayed.stdout
    assert "Mind the gap." in page.read_text(encoding="utf8")
    assert [turn["result"] for turn in json.loads(data.read_text())["turns"]] == ["same", "same", "different"]


def test_a_replay_leaves_mailbox_log_and_records_as_they_are(live_server: RunningDemo, customer: Customer) -> None:
    desk = Desk(live_server)
    before = turns(desk, customer), customer.transcript()
    assert casewright(live_server, "replay", "--since", "1d", "--company", "aurora").returncode in (0, 1)
    assert (turns(desk, customer), customer.transcript()) == before


@pytest.mark.parametrize("command", ["replay", "inspect"])
def test_another_companys_conversation_is_not_found(live_server: RunningDemo, customer: Customer, command: str) -> None:
    refused = casewright(live_server, command, customer.id, "--company", "brueckner")
    assert refused.returncode == 2
    assert "There is no such conversation" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        ((), "Give either a conversation's id or --since"),
        (("--since", "soon"), "it must be a number with m, h, d or w"),
        (("--since", "1d"), "name one with --company"),
    ],
)
def test_what_cannot_be_replayed_says_why(live_server: RunningDemo, arguments: tuple[str, ...], advice: str) -> None:
    refused = casewright(live_server, "replay", *arguments)
    assert refused.returncode == 2
    assert advice in refused.stderr


def test_any_past_state_can_be_inspected(live_server: RunningDemo, customer: Customer) -> None:
    first = casewright(live_server, "inspect", customer.id, "--at", "1")
    last = json.loads(casewright(live_server, "inspect", customer.id, "--json").stdout)
    assert "After event 1 of" in first.stdout
    assert "conversation_started" in first.stdout
    assert last["topics"][-1]["name"] == "password_reset"
    assert "dana.whitfield" not in json.dumps(last)


def test_a_position_after_the_end_is_refused_with_what_would_be_right(
    live_server: RunningDemo, customer: Customer
) -> None:
    refused = casewright(live_server, "inspect", customer.id, "--at", "100000")
    assert refused.returncode == 2
    assert "--at must be from 1 to" in refused.stderr


def test_a_turn_explains_what_it_changed_in_the_state(live_server: RunningDemo, customer: Customer) -> None:
    turn = turns(Desk(live_server), customer)[-1]["id"]
    told = casewright(live_server, "explain", turn)
    whole = json.loads(casewright(live_server, "explain", turn, "--json").stdout)
    assert "What changed in the state" in told.stdout
    assert {"what": "waits for", "before": "confirmation", "after": ""} in whole["changes"]
