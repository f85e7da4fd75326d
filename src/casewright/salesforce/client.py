"""The async client of one org: queries with bound values, records, password resets, mail.

Every method raises the errors of `errors.py`, and `NotSent`, `Uncertain` or `Failing` of `kit.http`.
"""

import asyncio
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import JsonValue, TypeAdapter, ValidationError

from casewright.kit.http import Failing, HttpClient, NotSent, Refused, Uncertain
from casewright.salesforce.auth import SessionKeeper
from casewright.salesforce.errors import SESSION_EXPIRED, RecordLocked, RecordNotFound, code_of, typed
from casewright.salesforce.models import (
    API_VERSION,
    ApiUsage,
    Counted,
    Created,
    Described,
    DescribedField,
    OrgConnection,
    QueryPage,
    Row,
    Upserted,
)
from casewright.salesforce.soql import Bindable, bind
from casewright.salesforce.usage import UsageGuard

DATA: Final = f"/services/data/{API_VERSION}"
LOCKED_ATTEMPTS: Final = 4
LOCKED_WAIT_SECONDS: Final = 0.15
MOST_ROWS: Final = 2000
"""A query gives at most these; whoever wants more wants a bulk job."""

RowT = TypeVar("RowT", bound=Row)
Shape = TypeVar("Shape")
Fields = Mapping[str, JsonValue]

_COUNTED: TypeAdapter[Counted] = TypeAdapter(Counted)
_DESCRIBED: TypeAdapter[Described] = TypeAdapter(Described)
_CREATED: TypeAdapter[Created] = TypeAdapter(Created)
_UPSERTED: TypeAdapter[Upserted] = TypeAdapter(Upserted)


class SalesforceClient:
    """Holds one session; may be used by any number of callers at once."""

    def __init__(self, connection: OrgConnection, http: HttpClient, usage: UsageGuard | None = None) -> None:
        self.connection = connection
        self._http = http
        self._sessions = SessionKeeper(connection, http)
        self._usage = usage or UsageGuard()

    @property
    def usage(self) -> ApiUsage | None:
        """As of the last answer."""
        return self._usage.usage

    async def close(self) -> None:
        await self._http.close()

    async def query(self, row: type[RowT], template: str, **values: Bindable) -> tuple[RowT, ...]:
        """The records as `row`s, at most `MOST_ROWS`: `query(CaseRow, "… WHERE CaseNumber = :number", number="00001001")`.

        It changes nothing, so whatever goes wrong on the way is `NotSent`."""
        query = bind(template, **values)
        with _nothing_changed():
            return await self._pages(TypeAdapter(QueryPage[row]), query)  # type: ignore[valid-type]

    async def count(self, template: str, **values: Bindable) -> int:
        """How many records a query `SELECT COUNT() FROM …` finds. Raises like `query`."""
        query = bind(template, **values)
        with _nothing_changed():
            return _read(_COUNTED, await self._call("GET", f"{DATA}/query", params={"q": query})).total_size

    async def _pages(self, page_of: TypeAdapter[QueryPage[RowT]], query: str) -> tuple[RowT, ...]:
        page = _read(page_of, await self._call("GET", f"{DATA}/query", params={"q": query}))
        records = page.records
        while page.next_records_url and len(records) < MOST_ROWS:
            page = _read(page_of, await self._call("GET", page.next_records_url))
            records += page.records
        return records[:MOST_ROWS]

    async def fields(self, sobject: str) -> tuple[DescribedField, ...]:
        """Those that the integration user may see, in the org's order. Raises like `query`."""
        with _nothing_changed():
            answer = await self._call("GET", f"{DATA}/sobjects/{sobject}/describe")
        return _read(_DESCRIBED, answer).fields

    async def create(self, sobject: str, fields: Fields, *, auto_assign: bool = False) -> str:
        """The new record's id. Never sent twice."""
        answer = await self._call(
            "POST", f"{DATA}/sobjects/{sobject}", json=dict(fields), headers=_assignment(auto_assign), retry=False
        )
        return _read(_CREATED, answer).id

    async def update(self, sobject: str, record_id: str, fields: Fields, *, auto_assign: bool = False) -> None:
        """Setting fields twice is the same as once, so it is retried."""
        path = f"{DATA}/sobjects/{sobject}/{quote(record_id, safe='')}"
        await self._call("PATCH", path, json=dict(fields), headers=_assignment(auto_assign), retry=True)

    async def delete(self, sobject: str, record_id: str) -> None:
        """A record that is gone already counts as deleted, so it is retried."""
        try:
            await self._call("DELETE", f"{DATA}/sobjects/{sobject}/{quote(record_id, safe='')}", retry=True)
        except RecordNotFound:
            return

    async def upsert(
        self, sobject: str, external_id: str, value: str, fields: Fields, *, auto_assign: bool = False
    ) -> Upserted:
        """Creates or updates the record whose external id field has the value. Raises `SeveralRecords`.

        With `auto_assign` it is sent once: a repetition would assign an owner again."""
        path = f"{DATA}/sobjects/{sobject}/{external_id}/{quote(value, safe='')}"
        answer = await self._call(
            "PATCH", path, json=dict(fields), headers=_assignment(auto_assign), retry=not auto_assign
        )
        return _read(_UPSERTED, answer)

    async def reset_password(self, user_id: str) -> None:
        """The org sends a link to the address on file. Never sent twice. The temporary password is not looked at."""
        await self._call("DELETE", f"{DATA}/sobjects/User/{quote(user_id, safe='')}/password", retry=False)

    async def send_email(self, to: str, subject: str, body: str) -> None:
        """Plain text, through the standard action emailSimple. Never sent twice."""
        given: JsonValue = {"emailAddresses": to, "emailSubject": subject, "emailBody": body}
        await self._call("POST", f"{DATA}/actions/standard/emailSimple", json={"inputs": [given]}, retry=False)

    def record_url(self, sobject: str, record_id: str) -> str:
        """Where people look at the record."""
        return f"{self.connection.url}/lightning/r/{sobject}/{record_id}/view"

    # --- one call -----------------------------------------------------------------------------------------------------------

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: JsonValue = None,
        headers: Mapping[str, str] | None = None,
        retry: bool | None = None,
    ) -> httpx2.Response:
        """With a new session once, and again after a locked row: in both cases the org did nothing."""
        for attempt in range(1, LOCKED_ATTEMPTS + 1):
            try:
                return await self._signed_in(method, path, params=params, json=json, headers=headers, retry=retry)
            except RecordLocked:
                if attempt == LOCKED_ATTEMPTS:
                    raise
                await asyncio.sleep(LOCKED_WAIT_SECONDS * 2 ** (attempt - 1) * (0.5 + random.random()))
        raise AssertionError("the last attempt returns or raises")

    async def _signed_in(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None,
        json: JsonValue,
        headers: Mapping[str, str] | None,
        retry: bool | None,
    ) -> httpx2.Response:
        if pause := self._usage.pause():
            await asyncio.sleep(pause)
        session = await self._sessions.session()
        for is_last in (False, True):
            try:
                answer = await self._http.request(
                    method,
                    session.instance_url + path,
                    params=params,
                    json=json,
                    headers={**(headers or {}), **session.headers()},
                    retry=retry,
                )
            except Refused as error:
                if is_last or code_of(error) != SESSION_EXPIRED:
                    raise typed(error) from None
                session = await self._sessions.renew(session)
            else:
                self._usage.note(answer.headers.get("Sforce-Limit-Info"))
                return answer
        raise AssertionError("the last attempt returns or raises")


@contextmanager
def _nothing_changed() -> Iterator[None]:
    """Around what only reads: whatever goes wrong on the way, it may be asked again."""
    try:
        yield
    except (Uncertain, Failing) as error:
        wait = error.retry_after if isinstance(error, Failing) and error.retry_after else 1.0
        raise NotSent("salesforce", "The org could not answer a query.", retry_after=wait) from error


def _read(shape: TypeAdapter[Shape], answer: httpx2.Response) -> Shape:
    """An answer that is not Salesforce's leaves open what happened."""
    try:
        return shape.validate_json(answer.content)
    except ValidationError:
        raise Uncertain("salesforce", "The org's answer could not be understood.") from None


def _assignment(auto_assign: bool) -> dict[str, str]:
    """Absent, Salesforce takes it for TRUE and an update would change the owner."""
    return {"Sforce-Auto-Assign": "TRUE" if auto_assign else "FALSE"}
