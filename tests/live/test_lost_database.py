"""What a customer meets while the database says nothing, and when it is back."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from tests.conftest import UNHURRIED
from tests.freezing import frozen
from tests.live.api import Customer, bearer
from tests.live.test_crash import agent_replies, eventually
from tests.running import RunningDemo, copy_of, running_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, prepared_data: Path) -> Iterator[RunningDemo]:
    with running_demo(copy_of(prepared_data, tmp_path_factory.mktemp("frozen") / "demo"), UNHURRIED) as running:
        yield running


@pytest.fixture(autouse=True)
def _database_is_found_again(demo: RunningDemo) -> None:
    """After the test before, which froze it, the server says 503 for a moment."""
    eventually(lambda: httpx2.get(f"{demo.url}/readyz").status_code == 200)


def test_while_the_database_is_frozen_every_request_is_told_so_instead_of_waiting(demo: RunningDemo) -> None:
    customer, stranger = Customer(demo), bearer(demo.tenants[0].publishable_key)
    with frozen(demo.postgres()):
        answers = [
            customer.post("How do I export data?"),
            customer.http.get(f"{customer.path}/transcript", headers=customer.headers),
            customer.http.post("/v1/conversations", json={}, headers=stranger),
            customer.http.get("/readyz"),
        ]
    for answer in answers:
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) >= 1
    assert {one.json().get("type") for one in answers[:3]} == {"/problems/database-unavailable"}


def test_a_message_refused_by_a_frozen_database_is_there_once_when_it_is_sent_again(demo: RunningDemo) -> None:
    customer, key = Customer(demo), str(uuid4())
    with frozen(demo.postgres()):
        assert customer.post("How do I export data?", key=key).status_code == 503
    eventually(lambda: customer.post("How do I export data?", key=key).status_code == 200)
    eventually(lambda: len(agent_replies(customer)) == 2)
    said = [one["text"] for one in customer.transcript()["messages"] if one["from"] == "customer"]
    assert said == ["How do I export data?"]


def test_a_turn_that_a_frozen_database_interrupted_ends_when_it_is_back(demo: RunningDemo) -> None:
    customers = [Customer(demo) for _ in range(4)]
    for customer in customers:
        assert customer.post("How do I export data?", wait=None).status_code == 202
    with frozen(demo.postgres()):
        assert customers[0].http.get("/readyz").status_code == 503
    for customer in customers:
        eventually(lambda customer=customer: len(agent_replies(customer)) == 2)
