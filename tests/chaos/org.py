"""The company's local org, which can be lost like everything else; asked by its side door, where no fault is met."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import yaml

from tests.chaos.customers import ADDRESSES
from tests.chaos.mortal_program import MortalProgram
from tests.clusters import free_port

PROCEDURE = """
name: password_reset
title: {en: reset your password}
slots:
  email: {type: email, identity: true, ask: {en: "Which e-mail address do you sign in with?"}}
steps:
  - {id: email, collect: email}
  - id: send_link
    action: reset_user_password
    arguments: {email: "{slots.email}"}
    confirm: {en: "Shall I send a password reset link to {slots.email}?"}
    save_as: reset
  - {id: sent, source: reset, say: {en: "The link to {slots.email} is on its way."}}
  - {id: done, end: resolved}
"""
EXAMPLES = (
    "I forgot my password",
    "reset my password please",
    "my password does not work any more",
    "I cannot sign in because I forgot the password",
    "send me a new password",
    "how do I get a new password?",
    "password forgotten",
    "I need a password reset link",
    "I lost my password",
    "please help me to change my forgotten password",
)


def complete(folder: Path) -> None:
    """The company's folder: users in its org, whose passwords may be reset."""
    (folder / "procedures" / "password_reset.yaml").write_text(PROCEDURE)
    intents = yaml.safe_load((folder / "intents.yaml").read_text())
    reset = {"name": "password_reset", "title": {"en": "reset your password"}, "examples": list(EXAMPLES)}
    intents["intents"].append({**reset, "target": {"procedure": "password_reset"}})
    (folder / "intents.yaml").write_text(yaml.safe_dump(intents))
    org = yaml.safe_load((folder / "org.yaml").read_text())
    org["profiles"].append({"ref": "customer", "Name": "Customer Community Plus", "UserType": "PowerCustomerSuccess"})
    for number, address in enumerate(ADDRESSES):
        name = {"FirstName": "Visitor", "LastName": str(number), "Email": address}
        org["contacts"].append({"ref": f"c{number}", **name, "AccountId": "@customers"})
        user = {"ref": f"u{number}", "Username": address, "ProfileId": "@customer", "ContactId": f"@c{number}", **name}
        org["users"].append(user)
    (folder / "org.yaml").write_text(yaml.safe_dump(org))


class MortalOrg(MortalProgram):
    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._data = directory / "org"
        command = [sys.executable, "-m", "localorg", "serve", "--data", str(self._data), "--no-history"]
        command += ["--org", f"little:{port}={directory / 'little' / 'org.yaml'}"]
        super().__init__("org", command, environment, directory, f"{self.url}/services/data")

    @property
    def credentials(self) -> tuple[str, str]:
        """Client id and secret."""
        made = json.loads((self._data / "little.credentials.json").read_bytes())
        return made["client_id"], made["client_secret"]

    def break_calls(self, kind: str, times: int) -> None:
        """So many of the next ones."""
        fault = {"kind": kind, "times": times}
        httpx2.post(f"{self.url}/localorg/faults", json=fault, timeout=5, trust_env=False).raise_for_status()

    def mend_calls(self) -> None:
        httpx2.delete(f"{self.url}/localorg/faults", timeout=5, trust_env=False).raise_for_status()

    async def query(self, soql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self._get("query", q=soql)
        return found

    async def mails(self, address: str) -> int:
        return len(await self._get("mailbox", to=address))

    async def _get(self, name: str, **params: str) -> Any:
        async with httpx2.AsyncClient(timeout=30, trust_env=False) as http:
            answer = await http.get(f"{self.url}/localorg/{name}", params=params)
            answer.raise_for_status()
            return answer.json()
