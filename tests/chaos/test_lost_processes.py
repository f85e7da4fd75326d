"""A server that is killed or frozen with its hands full: the others finish what it had accepted, soon and once."""

import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.chaos.installation import Installation, installed
from tests.chaos.traffic import QUESTIONS, Traffic
from tests.live.api import Customer
from tests.losable import LosablePostgres
from tests.programs import running_program
from tests.running import RunningDemo

pytestmark = pytest.mark.slow

ROUNDS = 6
CUSTOMERS = 16
LONG_STORY = " ".join(QUESTIONS * 40)
"""Keeps a server busy for longer than it takes to send it the next one."""
PICKED_UP_WITHIN_SECONDS = 5.0
"""From the loss to the moment another process takes the turn up."""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("processes")
    with (
        LosablePostgres.running(folder / "postgres") as postgres,
        postgres.given.database() as made,
        installed(folder / "installation", made.environment(), servers=1, workers=1) as running,
    ):
        yield running


@pytest.mark.parametrize("number", range(ROUNDS))
def test_what_a_lost_server_had_accepted_is_answered_by_the_others_once(
    installation: Installation, number: int, tmp_path: Path
) -> None:
    chance, how = random.Random(number), (signal.SIGKILL, signal.SIGSTOP)[number % 2]
    with running_program("serve", tmp_path / "victim.log", installation.environment) as victim:
        victim.wait_until_ready()
        doomed = RunningDemo(tmp_path, victim.process, victim.url, installation.servers[0].tenants)
        traffic = Traffic(installation.servers, [Customer(doomed) for _ in range(CUSTOMERS)])
        traffic.acknowledged = {customer.id: [] for customer in traffic.customers}
        with ThreadPoolExecutor(CUSTOMERS) as pool:
            sent = [pool.submit(_write, customer, traffic) for customer in traffic.customers]
            wait(sent, return_when=FIRST_COMPLETED)
            time.sleep(chance.uniform(0, 0.2))
            psutil.Process(victim.process.pid).send_signal(how)
            lost_at = time.time()
            if how == signal.SIGSTOP:
                _settle(traffic, lost_at, number)
                lost_at = time.time()
                psutil.Process(victim.process.pid).resume()
            wait(sent)
        _settle(traffic, lost_at, number)
        time.sleep(1)
        assert traffic.is_settled()


def _write(customer: Customer, traffic: Traffic) -> None:
    try:
        answer = customer.post(QUESTIONS[0], wait=None)
    except httpx2.HTTPError:
        return
    if answer.status_code == 202:
        traffic.acknowledged[customer.id].append(answer.json()["message_id"])


def _settle(traffic: Traffic, since: float, number: int) -> None:
    until = time.monotonic() + 60
    while not traffic.is_settled():
        assert time.monotonic() < until, "what a lost server had accepted is not answered"
        time.sleep(0.1)
    acknowledged = sum(map(len, traffic.acknowledged.values()))
    took = max(0.0, traffic.last_turn_at - since)
    print(f"\nround {number}: {acknowledged} acknowledged, the last answered {took:.2f} s after the loss")
    assert took < PICKED_UP_WITHIN_SECONDS


def test_a_server_with_its_hands_full_says_so_and_when_to_come_back(installation: Installation, tmp_path: Path) -> None:
    narrow = {**installation.environment, "CASEWRIGHT_TURNS_IN_HAND": "1", "CASEWRIGHT_TURNS_AT_ONCE": "1"}
    with running_program("serve", tmp_path / "narrow.log", narrow) as program:
        program.wait_until_ready()
        server = RunningDemo(tmp_path, program.process, program.url, installation.servers[0].tenants)
        customers = [Customer(server) for _ in range(20)]
        answers = [one.post(LONG_STORY, wait=None) for one in customers]
        assert {answer.status_code for answer in answers} == {202, 429}
        for answer in answers:
            if answer.status_code == 429:
                assert int(answer.headers["Retry-After"]) >= 1
                assert answer.json()["type"] == "/problems/resource-limit-exceeded"
        _answered([one for one, answer in zip(customers, answers, strict=True) if answer.status_code == 202])


def _answered(customers: list[Customer]) -> None:
    until = time.monotonic() + 60
    while not all(_replies(customer) == 2 for customer in customers):
        assert time.monotonic() < until, "not all that was accepted was answered"
        time.sleep(0.1)


def _replies(customer: Customer) -> int:
    return sum(one["from"] == "agent" for one in customer.transcript()["messages"])
