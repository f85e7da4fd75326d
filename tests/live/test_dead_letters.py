"""Actions that wait for a person, over the API and on the command line, against the whole running system."""

import subprocess
from typing import Any

import httpx2
import pytest

from tests.live.api import Customer, Desk
from tests.running import CASEWRIGHT, RunningDemo, environment_of


def by_command(demo: RunningDemo, *words: str) -> subprocess.CompletedProcess[str]:
    environment = environment_of(demo.data_directory)
    return subprocess.run(
        [*CASEWRIGHT, *words], capture_output=True, text=True, env=environment, timeout=60, check=False
    )


@pytest.fixture
def desk(live_server: RunningDemo) -> Desk:
    return Desk(live_server)


@pytest.fixture
def unclear(live_server: RunningDemo, desk: Desk) -> dict[str, Any]:
    """A password link of which nobody knows whether it went out."""
    org = live_server.tenants[0].org
    fault = {"kind": "lost_answer", "path_contains": "/password", "method": "DELETE", "times": 1}
    assert httpx2.post(f"{org.url}/localorg/faults", json=fault).status_code < 300
    customer = Customer(live_server)
    customer.say("I want to reset my password")
    customer.say("user@example.com")
    assert "could not find out" in customer.reply("yes")
    found = desk.get("/v1/dead-letters").json()["items"]
    return next(one for one in found if one["conversation_id"] == customer.id)


def test_an_operator_sees_it_and_cannot_have_it_done_a_second_time(desk: Desk, unclear: dict[str, Any]) -> None:
    assert (unclear["action"], unclear["status"], unclear["retryable"]) == ("reset_user_password", "open", False)
    refused = desk.post(f"/v1/dead-letters/{unclear['id']}/retry", {})
    assert refused.status_code == 409
    assert "never done a second time" in refused.json()["detail"]


def test_an_operator_discards_it_once(desk: Desk, unclear: dict[str, Any]) -> None:
    settled = desk.post(f"/v1/dead-letters/{unclear['id']}/discard", {})
    assert settled.json()["status"] == "discarded"
    assert desk.post(f"/v1/dead-letters/{unclear['id']}/discard", {}).status_code == 409
    assert unclear["id"] not in str(desk.get("/v1/dead-letters").json())
    assert unclear["id"] in str(desk.get("/v1/dead-letters", status="all").json())


def test_another_company_does_not_find_it(live_server: RunningDemo, unclear: dict[str, Any]) -> None:
    stranger = Desk(live_server, tenant=1)
    assert unclear["id"] not in str(stranger.get("/v1/dead-letters", status="all").json())
    assert stranger.post(f"/v1/dead-letters/{unclear['id']}/discard", {}).status_code == 404


def test_the_command_line_lists_it_and_discards_it(live_server: RunningDemo, unclear: dict[str, Any]) -> None:
    listed = by_command(live_server, "dead-letters", "list", "aurora")
    assert unclear["id"] in listed.stdout
    assert "user@example.com" not in listed.stdout
    assert by_command(live_server, "dead-letters", "discard", "aurora", unclear["id"]).returncode == 0
    again = by_command(live_server, "dead-letters", "retry", "aurora", unclear["id"])
    assert again.returncode == 2
    assert "settled already" in again.stderr


def test_the_command_line_tells_the_schedules_and_says_which_job_it_does_not_know(live_server: RunningDemo) -> None:
    listed = by_command(live_server, "jobs", "list")
    assert "casewright.retry_stalled" in listed.stdout
    unknown = by_command(live_server, "jobs", "retry", "999999999")
    assert unknown.returncode == 2
    assert "No job 999999999 has failed" in unknown.stderr
