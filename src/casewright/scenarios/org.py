"""The org from outside: Salesforce's REST API with the tenant's own credentials, and a local org's mailbox."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Self

from pydantic import JsonValue

from casewright.kit.http import Refused
from casewright.scenarios.api import Api, read, refused
from casewright.scenarios.errors import StepBroken
from casewright.scenarios.schemas import Created, Mail, MailBox, OrgAccess, QueryResult, Token

LONGEST_ANSWER: Final = 30.0
DATA: Final = "/services/data/v67.0"


class Org:
    """A tenant's org. Use as `async with`."""

    def __init__(self, access: OrgAccess) -> None:
        self._access = access
        self._api = Api("The org", access.url, timeout=LONGEST_ANSWER)
        self._token: str | None = None

    async def query(self, soql: str) -> list[dict[str, Any]]:
        """All records, page after page."""
        answer = await self._call("GET", f"{DATA}/query", params={"q": soql})
        page = read(QueryResult, answer, "a query")
        records = list(page.records)
        while page.next_page:
            page = read(QueryResult, await self._call("GET", page.next_page), "a query")
            records.extend(page.records)
        return records

    async def create(self, kind: str, fields: Mapping[str, JsonValue]) -> str:
        """The new record's id. Its owner stays who is written there: assignment rules do not run."""
        answer = await self._call(
            "POST", f"{DATA}/sobjects/{kind}", json=dict(fields), headers={"Sforce-Auto-Assign": "FALSE"}
        )
        return read(Created, answer, f"creating a {kind}").id

    async def record(self, kind: str, record_id: str) -> dict[str, Any]:
        answer = await self._call("GET", f"{DATA}/sobjects/{kind}/{record_id}")
        if not isinstance(answer, dict):
            raise StepBroken(f"The org did not answer with the {kind}.")
        return answer

    async def remove(self, kind: str, record_id: str) -> bool:
        """Deletes the record, or deactivates it if it is a user, which Salesforce never deletes. False if it is still there,
        because other records belong to it for instance."""
        path = f"{DATA}/sobjects/{kind}/{record_id}"
        try:
            if kind == "User":
                await self._call("PATCH", path, json={"IsActive": False})
            else:
                await self._call("DELETE", path)
        except StepBroken as broken:
            refusal = broken.__cause__
            return isinstance(refusal, Refused) and refusal.status_code == HTTPStatus.NOT_FOUND
        return True

    async def change(self, kind: str, record_id: str, fields: Mapping[str, JsonValue]) -> None:
        """Sets also what no caller may set. Only in a local org."""
        await self._api.tell("PATCH", f"/localorg/records/{kind}/{record_id}", {}, json=dict(fields))

    async def add_fault(self, fault: Mapping[str, JsonValue]) -> None:
        """Lets something go wrong from now on. Only in a local org."""
        await self._api.tell("POST", "/localorg/faults", {}, json=dict(fault))

    async def clear_faults(self) -> None:
        await self._api.tell("DELETE", "/localorg/faults", {})

    async def mailbox(self, address: str) -> tuple[Mail, ...]:
        """Mail that the org sent to the address, newest first. Only a local org can be looked into."""
        try:
            answer = await self._api.call("GET", "/localorg/mailbox", {}, params={"to": address})
        except Refused as refusal:
            raise StepBroken("Mail can only be looked at in a local org; this one has no mailbox to read.") from refusal
        return read(MailBox, answer, "a look into the mailbox").root

    async def _call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any
    ) -> JsonValue:
        """One renewal of the session when it has expired."""
        for is_last_try in (False, True):
            session = {"Authorization": f"Bearer {await self._session()}", **(headers or {})}
            try:
                return await self._api.call(method, path, session, **request)
            except Refused as refusal:
                if refusal.status_code != HTTPStatus.UNAUTHORIZED or is_last_try:
                    raise refused(f"{method} {path}", refusal) from refusal
                self._token = None
        raise AssertionError("the second try returns or raises")

    async def _session(self) -> str:
        if self._token is None:
            grant = {
                "grant_type": "client_credentials",
                "client_id": self._access.client_id,
                "client_secret": self._access.client_secret,
            }
            token = await self._api.ask(Token, "POST", "/services/oauth2/token", {}, form=grant)
            self._token = token.access_token
        return self._token

    async def close(self) -> None:
        await self._api.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
