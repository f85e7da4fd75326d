"""The public API of a running server, as its documents promise it."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.live.api import Customer, Desk, bearer
from tests.running import RunningDemo


@pytest.fixture
def customer(live_server: RunningDemo) -> Customer:
    return Customer(live_server)


@pytest.fixture
def desk(live_server: RunningDemo) -> Desk:
    return Desk(live_server)


def test_a_conversation_begins_by_saying_that_it_is_an_ai(customer: Customer) -> None:
    assert "AI" in customer.transcript()["messages"][0]["text"]


def test_a_message_is_accepted_at_once_without_waiting(customer: Customer) -> None:
    response = customer.post("How do I export data?", wait=None)
    assert response.status_code == 202
    assert set(response.json()) == {"message_id"}


def test_a_reply_has_parts_with_sources_and_the_whole_text(customer: Customer) -> None:
    answer = customer.say("How do I export data?")
    reply = answer["reply"]
    assert answer["status"] == "replied"
    assert answer["mode"] == "agent"
    sourced = [part for part in reply["parts"] if part["sources"]]
    assert {"type", "id", "version", "title", "quote"} <= set(sourced[0]["sources"][0])
    assert all(part["text"] in reply["text"] for part in reply["parts"])


def test_no_time_to_wait_gives_pending_and_the_turn_goes_on(customer: Customer) -> None:
    answer = customer.post("How do I export data?", wait=0).json()
    assert answer["status"] in ("pending", "replied")
    again = customer.say("thanks")
    assert again["reply"]
    assert sum(one["from"] == "agent" for one in customer.transcript()["messages"]) >= 2


def test_the_same_key_with_the_same_text_gives_the_stored_answer(customer: Customer) -> None:
    key = str(uuid4())
    first = customer.post("How do I export data?", key=key).json()
    assert customer.post("How do I export data?", key=key).json() == first


def test_the_same_key_with_another_text_is_a_conflict(customer: Customer) -> None:
    key = str(uuid4())
    customer.post("How do I export data?", key=key)
    response = customer.post("something else", key=key)
    assert response.status_code == 409
    assert response.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("text", ["", "   \n"])
def test_an_empty_message_is_refused_with_what_would_be_right(customer: Customer, text: str) -> None:
    response = customer.post(text)
    assert response.status_code == 422
    assert "Write what you need" in response.json()["detail"]


def test_a_message_without_idempotency_key_is_refused(customer: Customer) -> None:
    response = customer.http.post(f"{customer.path}/messages", json={"text": "hi"}, headers=customer.headers)
    assert response.status_code == 422
    assert "idempotency-key" in response.json()["detail"].lower()


@pytest.mark.parametrize("key", ["", "pk_wrong", "ok_wrong", "ct_wrong", "ct_" + "A" * 76, "nonsense"])
def test_a_wrong_key_opens_nothing_and_says_nothing(live_server: RunningDemo, key: str) -> None:
    headers = bearer(key) if key else {}
    response = httpx2.post(f"{live_server.url}/v1/conversations", json={}, headers=headers)
    assert response.status_code == 401
    assert response.json()["type"] == "/problems/not-authenticated"
    inbox = httpx2.get(f"{live_server.url}/v1/inbox", headers=headers)
    assert inbox.status_code == 401


def test_one_conversations_token_does_not_open_another(live_server: RunningDemo, customer: Customer) -> None:
    other = Customer(live_server)
    response = other.http.get(f"{customer.path}/transcript", headers=other.headers)
    assert response.status_code == 404


def test_a_second_tenants_operator_sees_nothing_of_the_first(live_server: RunningDemo, customer: Customer) -> None:
    customer.say("How do I export data?")
    stranger = Desk(live_server, tenant=1)
    assert stranger.get(f"{customer.path}/transcript").status_code == 404
    assert stranger.post(f"{customer.path}/replies", {"text": "hello"}).status_code == 404
    assert stranger.post(f"{customer.path}/mode", {"mode": "human"}).status_code == 404
    ids = [one["conversation_id"] for one in stranger.get("/v1/inbox").json()["items"]]
    assert customer.id not in ids
    turn = Desk(live_server).get(f"{customer.path}/turns").json()["items"][0]["id"]
    assert stranger.get(f"/v1/turns/{turn}").status_code == 404


def test_a_turn_explains_itself_with_commands_and_stages(customer: Customer, desk: Desk) -> None:
    customer.say("I forgot my password, I am dana.whitfield@harborlight.example")
    turn = desk.get(f"/v1/turns/{desk.get(f'{customer.path}/turns').json()['items'][0]['id']}").json()
    assert "dana.whitfield@harborlight.example" not in json.dumps(turn["masked_text"])
    assert [one["command"] for one in turn["accepted"]]
    assert {"screen", "understand", "decide", "act", "compose", "verify"} <= {one["name"] for one in turn["stages"]}
    assert turn["configuration_digest"]


def test_talking_to_a_person_silences_the_agent_until_it_is_given_back(customer: Customer, desk: Desk) -> None:
    response = customer.http.post(f"{customer.path}/handoff", json={}, headers=customer.headers)
    assert (response.status_code, response.json()) == (202, {"mode": "human"})
    customer.http.get(f"{customer.path}/transcript", headers=customer.headers)
    assert customer.say("are you there?")["status"] == "human"
    assert desk.post(f"{customer.path}/replies", {"text": "Yes, I am here."}).status_code == 201
    assert desk.post(f"{customer.path}/mode", {"mode": "agent"}).json() == {"mode": "agent"}
    assert customer.say("How do I export data?")["status"] == "replied"
    assert "Yes, I am here." in [one["text"] for one in customer.transcript()["messages"]]


def test_feedback_is_taken_and_bad_feedback_is_refused(customer: Customer) -> None:
    path = f"{customer.path}/feedback"
    assert customer.http.post(path, json={"rating": 5, "comment": "good"}, headers=customer.headers).status_code == 204
    assert customer.http.post(path, json={"rating": 9}, headers=customer.headers).status_code == 422
    assert customer.http.post(path, json={}, headers=customer.headers).status_code == 422


def test_what_is_asked_for_comes_as_fields_and_a_form_answers_it(customer: Customer) -> None:
    reply = customer.say("I forgot my password")["reply"]
    assert (reply["expects"]["kind"], [one["slot"] for one in reply["fields"]]) == ("email", ["email"])
    again = customer.fill_in(email="dana.whitfield@harborlight.example")
    assert again["expects"]["kind"] == "confirmation"
    assert [(one["slot"], one["value"]) for one in again["fields"]] == [("email", "dana.whitfield@harborlight.example")]
    shown = customer.transcript()["messages"]
    assert shown[-2]["text"] == "dana.whitfield@harborlight.example"
    assert shown[-1]["fields"] == again["fields"]


def test_a_form_that_nobody_asked_for_and_one_with_an_unknown_field_are_refused(customer: Customer) -> None:
    unasked = customer.post("", form={"email": "dana.whitfield@harborlight.example"})
    assert (unasked.status_code, unasked.json()["code"]) == (422, "InvalidInput")
    customer.say("I forgot my password")
    unknown = customer.post("", form={"colour": "red"})
    assert unknown.status_code == 422
    assert "It asks for: `email`" in unknown.json()["detail"]
    assert customer.post("", form={}).status_code == 422


def test_an_operators_reply_with_the_same_key_is_written_once(customer: Customer, desk: Desk) -> None:
    path, key = f"{customer.path}/replies", str(uuid4())
    first = desk.post(path, {"text": "Hello"}, key)
    assert desk.post(path, {"text": "Hello"}, key).json() == first.json()
    assert desk.post(path, {"text": "Other"}, key).status_code == 409
    assert [one["text"] for one in customer.transcript()["messages"] if one["from"] == "operator"] == ["Hello"]


def test_whoever_waits_for_a_person_sees_a_place_in_the_queue_until_somebody_answers(
    customer: Customer, desk: Desk
) -> None:
    assert customer.transcript()["queue"] is None
    customer.http.post(f"{customer.path}/handoff", json={}, headers=customer.headers)
    place = next(one for one in events(customer, customer.headers, "queue"))
    assert 1 <= place["position"] <= place["waiting"]
    assert customer.transcript()["queue"]
    desk.post(f"{customer.path}/replies", {"text": "Here I am."})
    assert customer.transcript()["queue"] is None


def test_only_operators_are_told_of_finished_turns(customer: Customer, desk: Desk) -> None:
    customer.say("How do I export data?")
    told = next(events(customer, dict(desk.http.headers), "turn"))
    assert desk.get(f"/v1/turns/{told['id']}").status_code == 200
    customer.http.post(f"{customer.path}/handoff", json={}, headers=customer.headers)
    names = [name for name, _ in all_events(customer, customer.headers, until="queue")]
    assert "turn" not in names


def test_a_site_greets_by_page_hour_and_language(live_server: RunningDemo) -> None:
    headers = bearer(live_server.tenants[0].publishable_key)
    query = {"page": "/", "time_zone": "Europe/Berlin", "language": "de"}
    site = httpx2.get(f"{live_server.url}/v1/site", params=query, headers=headers).json()
    assert "KI" in site["greeting"]
    assert site["suggested"]
    assert {"agent_name", "avatar", "colour"} <= set(site)


def events(customer: Customer, headers: dict[str, str], wanted: str) -> Iterator[dict[str, Any]]:
    """The data of the events of one name, as they come."""
    for name, data in all_events(customer, headers):
        if name == wanted:
            yield data


def all_events(
    customer: Customer, headers: dict[str, str], until: str | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    fields: dict[str, str] = {}
    with customer.http.stream("GET", f"{customer.path}/events", headers=headers) as response:
        for line in response.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            if "event" in fields:
                yield fields["event"], json.loads(fields["data"])
                if fields["event"] == until:
                    return
            fields = {}


def test_events_come_live_and_again_from_where_the_reader_was(customer: Customer) -> None:
    customer.say("How do I export data?")
    seen = first_events(customer, {})
    assert [name for _, name, _ in seen][:2] == ["message", "message"]
    last = seen[0][0]
    again = first_events(customer, {"Last-Event-ID": last})
    assert again[0] == seen[1]


def first_events(customer: Customer, headers: dict[str, str], count: int = 3) -> list[tuple[str, str, str]]:
    """Id, name and data of the next events (without typing)."""
    found: list[tuple[str, str, str]] = []
    fields: dict[str, str] = {}
    with customer.http.stream("GET", f"{customer.path}/events", headers={**customer.headers, **headers}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            if fields.get("event") not in (None, "typing"):
                found.append((fields.get("id", ""), fields["event"], fields["data"]))
            fields = {}
            if len(found) == count or (headers and found):
                break
    return found


def test_health_readiness_and_metrics_answer(live_server: RunningDemo) -> None:
    assert httpx2.get(f"{live_server.url}/healthz").json()["status"] == "alive"
    assert httpx2.get(f"{live_server.url}/readyz").status_code == 200
    metrics = httpx2.get(f"{live_server.url}/metrics").text
    assert "casewright_stage_seconds" in metrics
    assert "dana" not in metrics


def test_an_unknown_path_is_a_problem_document(live_server: RunningDemo) -> None:
    response = httpx2.get(f"{live_server.url}/v1/nothing")
    assert (response.status_code, response.json()["status"]) == (404, 404)


def test_a_language_the_company_does_not_speak_falls_back_to_its_default(live_server: RunningDemo) -> None:
    assert Customer(live_server, language="xx").transcript()["language"] == "en"
    assert Customer(live_server, tenant=1, language="xx").transcript()["language"] == "de"
