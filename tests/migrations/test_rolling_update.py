"""A rolling update: the version before runs on this version's schema, side by side with this version.

The source of the version before stands in for an older installation, in the same virtual environment."""

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from casewright.cli.readiness import newest_revision
from tests.live.api import Customer, Desk
from tests.programs import running_program
from tests.running import RunningDemo, given_database, running_demo

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
BEFORE = "2b3db4edc9a178625425172baf83aad10a485df6"
"""The last commit whose schema was at 0009. To be moved with every release."""
AURORA, BRUECKNER = 0, 1
NEARLY_ANSWERED = (
    "Wie lange hält der Speicher?",
    "Kann ich die Anlage versichern?",
    "Wer haftet, wenn das Dach undicht wird?",
)
"""Of which the articles come near to one at least; what comes near is told by parts that the version before does not know."""


@dataclass(frozen=True)
class RollingUpdate:
    """The old version's whole demo, whose database has the new schema, and a new server beside it."""

    old: RunningDemo
    new: RunningDemo
    old_revision: str
    begun: Customer
    """A customer who was in the middle of a procedure when the schema changed."""


def test_the_version_before_knows_an_older_schema_than_this_one(update: RollingUpdate) -> None:
    assert update.old_revision < newest_revision()


def test_a_conversation_begun_before_goes_on_with_either_version_and_does_what_it_was_for_once(
    update: RollingUpdate,
) -> None:
    customer, address = update.begun, f"hof-{uuid4().hex}@scenario.example"
    assert "Adresse" in through(update.new, customer).reply("Wartung")
    through(update.old, customer).say("Montag, Hauptstr. 1")
    asked = through(update.new, customer).reply(address)
    assert "Hauptstr. 1" in asked
    assert "Nummer" in through(update.old, customer).reply("ja")
    assert cases(update.old, address) == ["Terminanfrage: Wartung"]


def test_a_conversation_begun_on_the_new_version_goes_on_with_the_old_one(update: RollingUpdate) -> None:
    customer, address = Customer(update.new, BRUECKNER), f"hof-{uuid4().hex}@scenario.example"
    customer.say("Ich möchte einen Termin vereinbaren")
    assert "Adresse" in through(update.old, customer).reply("Wartung")
    through(update.new, customer).say("Montag, Hauptstr. 1")
    assert "Hauptstr. 1" in through(update.old, customer).reply(address)
    assert "Nummer" in through(update.new, customer).reply("ja")
    assert cases(update.old, address) == ["Terminanfrage: Wartung"]


def test_both_versions_answer_and_tell_the_same_of_a_conversation(update: RollingUpdate) -> None:
    customer = Customer(update.old, BRUECKNER)
    through(update.new, customer).say("Meine Anlage liefert keinen Strom")
    through(update.old, customer).say("Wann kommt meine Rechnung?")
    told = [through(server, customer).transcript()["messages"] for server in (update.old, update.new)]
    assert [(one["from"], one["text"]) for one in told[0]] == [(one["from"], one["text"]) for one in told[1]]
    assert [one["from"] for one in told[0]].count("agent") >= 2


def test_what_the_org_was_asked_on_the_new_version_does_not_keep_the_old_one_from_going_on(
    update: RollingUpdate,
) -> None:
    customer = Customer(update.new, AURORA)
    customer.say("I want to report an outage")
    assert "USA512" in customer.reply(f"outage-{uuid4().hex}@scenario.example")
    assert "What does not work" in through(update.old, customer).reply("yes")
    assert "since nine" in through(update.new, customer).reply("No report opens since nine")


def test_either_version_explains_the_turns_of_both(update: RollingUpdate) -> None:
    customer = Customer(update.new, BRUECKNER)
    customer.say("Meine Anlage liefert keinen Strom")
    through(update.old, customer).say("Ich möchte einen Termin vereinbaren")
    for server in (update.old, update.new):
        desk = Desk(server, BRUECKNER)
        turns = [
            desk.get(f"/v1/turns/{one['id']}").json() for one in desk.get(f"{customer.path}/turns").json()["items"]
        ]
        commands = [turn["accepted"][0]["command"] for turn in turns]
        assert commands == ["AnswerFromKnowledge", "StartProcedure"]


def test_a_conversation_that_the_old_version_cannot_read_is_gone_on_with_by_the_new_one(update: RollingUpdate) -> None:
    customer = told_what_comes_near(update.new)
    assert through(update.old, customer).post("Meine Anlage liefert keinen Strom", wait=None).status_code == 202
    through(update.new, customer).say("Wann kommt meine Rechnung?")
    assert [one["from"] for one in customer.transcript()["messages"]][-3:] == ["customer", "customer", "agent"]


@pytest.fixture(scope="module")
def update(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RollingUpdate]:
    folder = tmp_path_factory.mktemp("rolling-update")
    old_source = unpack(BEFORE, folder / "before") / "src"
    old_variables = {"PYTHONPATH": str(old_source)}
    data = folder / "data"
    with running_demo(data, old_variables) as old:
        assert str(old_source) in subprocess.check_output(
            [sys.executable, "-c", "import casewright; print(casewright.__file__)"],
            env=os.environ | old_variables,
            text=True,
        )
        begun = Customer(old, BRUECKNER)
        begun.say("Ich möchte einen Termin vereinbaren")
        variables = os.environ | given_database(data) | {"CASEWRIGHT_DATA_DIR": str(data)}
        subprocess.run([sys.executable, "-m", "casewright", "db", "upgrade"], env=variables, check=True)
        with running_program("serve", folder / "new.log", variables) as server:
            server.wait_until_ready()
            old_revision = max(file.name[:4] for file in old_source.glob("casewright/migrations/versions/0*.py"))
            yield RollingUpdate(old, replace(old, url=server.url), old_revision, begun)


def unpack(commit: str, folder: Path) -> Path:
    command = ["git", "-C", PROJECT, "archive", commit, "src", "examples"]
    archive = subprocess.run(command, capture_output=True, check=False)
    if archive.returncode:
        pytest.skip(f"this checkout's history does not reach back to {commit}")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


def through(server: RunningDemo, customer: Customer) -> Customer:
    """The same customer, whose next message reaches this server."""
    customer.http.base_url = httpx2.URL(server.url)
    return customer


def told_what_comes_near(server: RunningDemo) -> Customer:
    """A customer whose question was answered by parts of a kind that the version before does not know."""
    for question in NEARLY_ANSWERED:
        customer = Customer(server, BRUECKNER)
        if "suggestion" in [part["kind"] for part in customer.say(question)["reply"]["parts"]]:
            return customer
    raise AssertionError("the articles answer all of it, or nothing")


def cases(demo: RunningDemo, address: str) -> list[Any]:
    """Subjects of the cases that an address was given for."""
    org = demo.tenants[BRUECKNER].org
    form = {"grant_type": "client_credentials", "client_id": org.client_id, "client_secret": org.client_secret}
    token = httpx2.post(f"{org.url}/services/oauth2/token", data=form).json()["access_token"]
    query = f"SELECT Subject FROM Case WHERE SuppliedEmail = '{address}'"
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx2.get(f"{org.url}/services/data/v67.0/query", params={"q": query}, headers=headers)
    return [record["Subject"] for record in answer.json()["records"]]
