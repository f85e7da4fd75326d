"""Every operation of the API, as its description promises: whatever is sent, valid or broken, the answer has a documented
status, type and shape, is never a 500, and what is not valid is refused."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from casewright.app import describe_api
from casewright.conversations import repository
from casewright.conversations.models import ConversationId, ConversationKey
from casewright.conversations.sealer import Sealer
from casewright.kit.database import Database
from casewright.kit.principal import system
from casewright.kit.sealing import KeyEncryptionKey
from casewright.tenants.models import ApiKeyKind, TenantProfile
from casewright.tenants.service import TenantService
from tests.clusters import Cluster
from tests.conftest import UNHURRIED
from tests.live.api import bearer
from tests.programs import running_program
from tests.running import bring_models

SCHEMA = schemathesis.openapi.from_dict(describe_api())
OPERATIONS = {one.label: one for one in (result.ok() for result in SCHEMA.get_all_operations())}  # type: ignore[union-attr]
REQUESTS = [
    pytest.param(label, mode, id=f"{label}-{mode.value}")
    for label, operation in OPERATIONS.items()
    for mode in schemathesis.GenerationMode
    if mode is schemathesis.GenerationMode.POSITIVE or operation.body or any(operation.iter_parameters())
]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    missing_required_header,
    unsupported_method,
]
QUICK, LONG = 5, 200
"""Requests of one kind to one operation."""
OF_CUSTOMERS = ("messages", "feedback", "handoff", "events", "transcript", "clock")
"""What a conversation's own token opens."""


@dataclass(frozen=True)
class Api:
    """A running server, with one thing of every kind in it. `ids`: by the name of the path's parameter."""

    url: str
    publishable_key: str
    operator_key: str
    token: str
    ids: Mapping[str, str]

    def headers(self, path: str) -> dict[str, str]:
        if path in ("/v1/conversations", "/v1/site"):
            return bearer(self.publishable_key)
        return bearer(self.token if path.rpartition("/")[2] in OF_CUSTOMERS else self.operator_key)


@pytest.fixture(scope="module")
async def api(
    cluster: Cluster, database: Database, tenants: TenantService, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Api]:
    data = tmp_path_factory.mktemp("api")
    bring_models(data / "models")
    tenant = await tenants.save(f"api-{uuid4()}", "Some Company", TenantProfile())
    publishable, operator = [await tenants.add_key(tenant.id, kind) for kind in ApiKeyKind]
    environment = {**os.environ, **UNHURRIED, **cluster.environment(), "CASEWRIGHT_REHEARSAL": "true"}
    with running_program("serve", data / "serve.log", {**environment, "CASEWRIGHT_DATA_DIR": str(data)}) as program:
        await asyncio.to_thread(program.wait_until_ready)
        opened = _post(f"{program.url}/v1/conversations", publishable, {})
        path = f"{program.url}/v1/conversations/{opened['id']}"
        _post(f"{path}/messages?wait=20", opened["token"], {"text": "What does it cost?"})
        turns = requests.get(f"{path}/turns", headers=bearer(operator), timeout=10).json()["items"]
        another = _post(f"{program.url}/v1/conversations", publishable, {})
        erasure = _post(f"{program.url}/v1/people/erasures", operator, {"conversation_id": another["id"]})
        key = ConversationKey(tenant_id=tenant.id, conversation_id=ConversationId(opened["id"]))
        await _make_a_person_wait(database, key, data)
        hook = _post(f"{program.url}/v1/webhooks", operator, {"url": "http://127.0.0.1:9/", "kinds": ["knowledge.gap"]})
        delivery = _post(f"{program.url}/v1/webhooks/{hook['id']}/test", operator, {})
        await _leave_a_gap(database, key)
        article = _post(f"{program.url}/v1/knowledge/articles", operator, {"key": "a", "title": "A", "body": "A."})
        ids = {"conversation_id": opened["id"], "turn_id": turns[0]["id"], "erasure_id": erasure["id"]}
        ids |= {"gap_id": opened["id"], "webhook_id": hook["id"], "delivery_id": delivery["id"]}
        ids["article_id"] = article["id"]
        yield Api(program.url, publishable, operator, opened["token"], {**ids, "dead_letter_id": opened["id"]})


def _post(url: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = requests.post(url, json=body, headers={**bearer(key), "Idempotency-Key": str(uuid4())}, timeout=30)
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _make_a_person_wait(database: Database, key: ConversationKey, data: Path) -> None:
    """An approval to decide and a dead letter to settle, both of the conversation's own id."""
    sealer = Sealer(KeyEncryptionKey.load(data / "secrets" / "key-encryption-key"))
    async with database.begin(system(key.tenant_id)) as tx:
        row = await repository.lock(tx, key)
        assert row is not None
        person, now = sealer.person(row), row["created_at"]
        content = sealer.seal(person, key, key.conversation_id, b'{"summary": "A gift", "arguments": {}}')
        await repository.insert_approval(
            tx, key, approval_id=key.conversation_id, person_id=person.id, action="gift", sealed=content or b"", now=now
        )
        await repository.save_dead_letter(
            tx, key, id=key.conversation_id, action="gift", code="uncertain", retryable=True, at=now
        )


async def _leave_a_gap(database: Database, key: ConversationKey) -> None:
    """A topic of the conversation's own id."""
    async with database.begin(system(key.tenant_id)) as tx:
        await tx.execute(
            "insert into knowledge_gap (tenant_id, id, begun_at) values ($1, $2, now())",
            key.tenant_id,
            key.conversation_id,
        )


@pytest.mark.parametrize(("label", "mode"), REQUESTS)
def test_every_answer_is_as_described(api: Api, label: str, mode: schemathesis.GenerationMode) -> None:
    _try(api, label, mode, QUICK)


@pytest.mark.slow
@pytest.mark.parametrize(("label", "mode"), REQUESTS)
def test_every_answer_is_as_described_however_long_one_tries(
    api: Api, label: str, mode: schemathesis.GenerationMode
) -> None:
    _try(api, label, mode, LONG)


@pytest.mark.parametrize("body", [b"\xff", b"{", b'{"consent_to_improvement": 0.0}', b'{"page": 1}'])
def test_a_body_that_is_none_is_refused_as_an_invalid_value(api: Api, body: bytes) -> None:
    headers = {**bearer(api.publishable_key), "Content-Type": "application/json"}
    answer = requests.post(f"{api.url}/v1/conversations", data=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-input")


def _try(api: Api, label: str, mode: schemathesis.GenerationMode, times: int) -> None:
    operation = OPERATIONS[label]
    healthy = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    with requests.Session() as http:

        @settings(
            max_examples=times, deadline=None, database=None, suppress_health_check=healthy, phases=[Phase.generate]
        )
        @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
        def holds(case: schemathesis.Case[Any], known: bool) -> None:
            if known and mode is schemathesis.GenerationMode.POSITIVE:
                case.path_parameters = {**(case.path_parameters or {}), **_known(api, operation)}
            response = case.call(base_url=api.url, session=http, headers=api.headers(operation.path), timeout=30)
            case.validate_response(response, checks=CHECKS)

        holds()


def _known(api: Api, operation: schemathesis.APIOperation[Any, Any, Any, Any]) -> dict[str, str]:
    """Ids of what there is; none for a stream, which would not end."""
    if operation.path.endswith("/events"):
        return {}
    return {name: value for name, value in api.ids.items() if f"{{{name}}}" in operation.path}
