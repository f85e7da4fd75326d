"""Several servers and workers on one database: it does not matter which of them a request reaches."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.conftest import UNHURRIED
from tests.live.api import Customer
from tests.live.test_crash import agent_replies, ask_for_an_appointment, eventually, org_rows
from tests.running import RunningDemo, copy_of, running_demo
from tests.several import SeveralProcesses, several_processes


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, prepared_data: Path) -> Iterator[RunningDemo]:
    with running_demo(copy_of(prepared_data, tmp_path_factory.mktemp("several") / "demo"), UNHURRIED) as running:
        yield running


@pytest.fixture(scope="module")
def several(demo: RunningDemo) -> Iterator[SeveralProcesses]:
    with several_processes(demo, UNHURRIED) as processes:
        yield processes


@pytest.fixture
def two(demo: RunningDemo) -> Iterator[SeveralProcesses]:
    """The second of which may be lost."""
    with several_processes(demo, UNHURRIED, workers=0) as processes:
        yield processes


def test_a_conversation_goes_on_with_whichever_server_each_message_reaches(several: SeveralProcesses) -> None:
    customer = several.customer(server=1, tenant=1, language="de")
    customer.say("Ich möchte einen Termin vereinbaren")
    assert "Adresse" in several.through(0, customer).reply("Wartung")
    several.through(1, customer).say("Montag, Hauptstr. 1")
    assert "Hauptstr. 1" in several.through(0, customer).reply("jonas.keller@keller-holzbau.example")


def test_an_event_reaches_a_customer_who_is_connected_to_another_server(several: SeveralProcesses) -> None:
    customer = several.customer(server=0)
    listening = httpx2.Client(base_url=several.demos[1].url, timeout=30)
    with listening.stream("GET", f"{customer.path}/events", headers=customer.headers) as stream:
        lines = stream.iter_lines()
        assert any("message" in line for line in lines)
        customer.post("How do I export data?", wait=None)
        assert any('"from":"agent"' in line and "export" in line.lower() for line in lines)


def test_messages_sent_to_all_servers_at_once_are_each_answered_once_and_in_order(several: SeveralProcesses) -> None:
    customer = several.customer()
    twins = [Customer.__new__(Customer) for _ in several.demos]
    for twin, server in zip(twins, several.demos, strict=True):
        twin.__dict__ |= customer.__dict__ | {"http": httpx2.Client(base_url=server.url, timeout=60)}
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda n: twins[n % 2].post(f"How do I export data? {n}", wait=None).json(), range(12)))
    told = eventually(lambda: answered_messages(several, customer, 12))
    assert sorted(told) == sorted(one["message_id"] for one in said)
    order = [one["id"] for one in customer.transcript()["messages"] if one["from"] == "customer"]
    assert told == order


def answered_messages(several: SeveralProcesses, customer: Customer, count: int) -> list[str] | None:
    """By the turns that answered them; None as long as there are fewer than `count`."""
    headers = {"Authorization": f"Bearer {several.demos[0].tenants[0].operator_key}"}
    turns = customer.http.get(f"{customer.path}/turns", headers=headers).json()["items"]
    found = [message for turn in turns for message in turn["message_ids"]]
    return found if len(found) >= count else None


@pytest.mark.parametrize("how", ["kill", "suspend"])
def test_what_a_lost_server_had_in_hand_is_finished_by_another_and_done_once(two: SeveralProcesses, how: str) -> None:
    """In the middle of a WRITE. A frozen server goes on with it when it wakes up, and finds itself shut out."""
    second = two.demos[1]
    customer, mark = ask_for_an_appointment(second)
    switch = {"kind": "slow", "path_contains": "/sobjects/Case", "times": 1, "seconds": 2}
    httpx2.post(f"{second.tenants[1].org.url}/localorg/faults", json=switch).raise_for_status()
    assert customer.post("ja", wait=None).status_code == 202
    time.sleep(0.7)
    server = psutil.Process(two.programs[0].process.pid)
    getattr(server, how)()
    try:
        two.through(0, customer)
        eventually(lambda: any("Nummer" in text for text in agent_replies(customer)))
    finally:
        if how == "suspend":
            server.resume()
    time.sleep(3)
    assert sum("Ihre Anfrage ist unter der Nummer" in text for text in agent_replies(customer)) == 1
    cases = org_rows(second, 1, "SELECT Id, Description FROM Case WHERE Subject LIKE 'Terminanfrage%'")
    assert sum(mark in (row["Description"] or "") for row in cases) == 1
