"""The server, the worker and PostgreSQL are killed with -9 while customers write: nothing acknowledged is lost, nothing is
done twice, no reply comes twice."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.conftest import UNHURRIED
from tests.live.api import Customer
from tests.running import RunningDemo, copy_of, running_demo, start, stop

RECOVERY_SECONDS = 45.0


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, prepared_data: Path) -> Iterator[RunningDemo]:
    with running_demo(copy_of(prepared_data, tmp_path_factory.mktemp("crash") / "demo"), UNHURRIED) as running:
        yield running


def agent_replies(customer: Customer) -> list[str]:
    return [one["text"] for one in customer.transcript()["messages"] if one["from"] == "agent"]


def eventually(check: Any, seconds: float = RECOVERY_SECONDS) -> Any:
    """The first true result of `check`, which may fail while the system is down."""
    until = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < until:
        try:
            last = check()
            if last:
                return last
        except (httpx2.HTTPError, AssertionError) as error:
            last = error
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {last!r}")


def org_rows(demo: RunningDemo, tenant: int, query: str) -> list[dict[str, Any]]:
    org = demo.tenants[tenant].org
    form = {"grant_type": "client_credentials", "client_id": org.client_id, "client_secret": org.client_secret}
    token = httpx2.post(f"{org.url}/services/oauth2/token", data=form).json()["access_token"]
    answer = httpx2.get(
        f"{org.url}/services/data/v67.0/query", params={"q": query}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["records"]
    return rows


def test_messages_acknowledged_before_the_server_was_killed_are_answered_once(demo: RunningDemo) -> None:
    customers = [Customer(demo) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: one.post("How do I export data?", wait=None).status_code, customers))
    demo.server().kill()
    assert answers == [202] * 8
    for customer in customers:
        eventually(lambda customer=customer: len(agent_replies(customer)) == 2)
    time.sleep(1)
    assert [len(agent_replies(customer)) for customer in customers] == [2] * 8


def ask_for_an_appointment(demo: RunningDemo) -> tuple[Customer, str]:
    """A German customer, one yes away from a Case in the org; and words by which it is found."""
    mark = f"Hof {uuid4().hex[:8]}"
    customer = Customer(demo, tenant=1, language="de")
    customer.say("Ich möchte einen Termin vereinbaren")
    customer.say("Wartung")
    customer.say(f"Nächste Woche, {mark}")
    assert customer.say("jonas.keller@keller-holzbau.example")["reply"]["quick_replies"]
    return customer, mark


@pytest.mark.parametrize("fault", ["slow", "lost_answer"])
def test_a_server_killed_in_mid_write_leaves_one_record_and_one_answer(demo: RunningDemo, fault: str) -> None:
    customer, mark = ask_for_an_appointment(demo)
    side_door = f"{demo.tenants[1].org.url}/localorg/faults"
    switch = {"kind": fault, "path_contains": "/sobjects/Case", "times": 1}
    httpx2.post(side_door, json={**switch, "seconds": 3} if fault == "slow" else switch).raise_for_status()
    assert customer.post("ja", wait=None).status_code == 202
    time.sleep(0.7)
    demo.server().kill()
    eventually(lambda: any("Nummer" in text for text in agent_replies(customer)))
    time.sleep(1)
    assert sum("Ihre Anfrage ist unter der Nummer" in text for text in agent_replies(customer)) == 1
    cases = org_rows(demo, 1, "SELECT Id, Description FROM Case WHERE Subject LIKE 'Terminanfrage%'")
    assert sum(mark in (row["Description"] or "") for row in cases) == 1


def test_a_killed_database_comes_back_with_everything_that_was_acknowledged(demo: RunningDemo) -> None:
    customer = Customer(demo)
    customer.say("How do I export data?")
    before = customer.transcript()["messages"]
    demo.postgres().kill()
    eventually(lambda: customer.post("thanks, and how do I import data?").status_code == 200)
    assert customer.transcript()["messages"][: len(before)] == before


def test_while_there_is_no_database_nothing_is_acknowledged(demo: RunningDemo) -> None:
    customer = Customer(demo)
    postgres = demo.postgres()
    postgres.suspend()
    try:
        postgres.kill()
        response = customer.post("hello", wait=None)
        assert response.status_code in (202, 503)
        if response.status_code == 503:
            assert response.json()["type"] == "/problems/database-unavailable"
            assert int(response.headers["Retry-After"]) >= 1
    finally:
        eventually(lambda: customer.post("How do I export data?").status_code == 200)
    accepted = int(response.status_code == 202)
    said = [one for one in customer.transcript()["messages"] if one["from"] == "customer"]
    assert sum(one["text"] == "hello" for one in said) == accepted


def test_a_killed_worker_is_started_again(demo: RunningDemo) -> None:
    before = demo.worker()
    before.kill()
    assert eventually(lambda: demo.worker().pid != before.pid)


def test_a_killed_demo_starts_again_with_all_its_conversations(tmp_path: Path, prepared_data: Path) -> None:
    demo = start(copy_of(prepared_data, tmp_path / "data"), UNHURRIED)
    customer = Customer(demo)
    customer.say("How do I export data?")
    said = customer.transcript()["messages"]
    demo.process.kill()
    demo.process.wait(10)
    again = start(tmp_path / "data", UNHURRIED)
    try:
        customer.http.base_url = httpx2.URL(again.url)
        assert customer.transcript()["messages"] == said
        assert customer.say("thanks")["status"] == "replied"
    finally:
        stop(again)
