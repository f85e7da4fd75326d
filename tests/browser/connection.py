"""The running server under test: its address, its keys, and the API calls that stand for the other side of a chat."""

import os
import re
from pathlib import Path
from typing import Any, Protocol

import httpx2
from pydantic import BaseModel, ConfigDict

DEMO_FILE_VARIABLE = "CASEWRIGHT_TEST_DEMO_FILE"


class Org(Protocol):
    @property
    def url(self) -> str: ...


class Keys(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def org(self) -> Org: ...
    @property
    def publishable_key(self) -> str: ...
    @property
    def operator_key(self) -> str: ...


class LocalOrg(BaseModel):
    model_config = ConfigDict(frozen=True)

    url: str


class TenantKeys(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: str
    org: LocalOrg
    publishable_key: str
    operator_key: str


class RunningDemo(BaseModel):
    """What a demo leaves in its `demo.json`."""

    model_config = ConfigDict(frozen=True)

    url: str
    tenants: tuple[TenantKeys, ...]


def running_demo() -> RunningDemo | None:
    """The demo that the environment names, if it names one."""
    file = os.environ.get(DEMO_FILE_VARIABLE)
    return RunningDemo.model_validate_json(Path(file).read_text()) if file else None


def newest_code(tenant: Keys, address: str) -> str:
    """The one-time code in the newest mail to this address."""
    mails = httpx2.get(f"{tenant.org.url}/localorg/mailbox", params={"to": address}).raise_for_status().json()
    found = re.search(r"\b\d{6}\b", mails[0]["body"])
    assert found is not None, "the newest mail has no code"
    return found.group()


class Operator:
    """A person of the company, at the API."""

    def __init__(self, url: str, tenant: Keys) -> None:
        headers = {"Authorization": f"Bearer {tenant.operator_key}"}
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=20)

    def close(self) -> None:
        self._http.close()

    def transcript(self, conversation_id: str) -> list[tuple[str, str]]:
        """Who said what, in order."""
        answer = self._http.get(f"/v1/conversations/{conversation_id}/transcript").raise_for_status()
        return [(message["from"], message["text"]) for message in answer.json()["messages"]]

    def customer_said(self, conversation_id: str) -> list[str]:
        return [text for author, text in self.transcript(conversation_id) if author == "customer"]

    def reply(self, conversation_id: str, text: str) -> None:
        self._post(f"/v1/conversations/{conversation_id}/replies", {"text": text})

    def give_back(self, conversation_id: str) -> None:
        self._post(f"/v1/conversations/{conversation_id}/mode", {"mode": "agent"})

    def let_time_pass(self, conversation_id: str, minutes: float) -> None:
        """Moves the conversation's own clock. A closed one has none any more, which is fine."""
        answer = self._http.post(f"/v1/conversations/{conversation_id}/clock", json={"advance_seconds": minutes * 60})
        if answer.status_code != httpx2.codes.NOT_FOUND:
            answer.raise_for_status()

    def _post(self, path: str, body: dict[str, Any]) -> None:
        self._http.post(path, json=body).raise_for_status()
