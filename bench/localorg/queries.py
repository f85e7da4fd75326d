"""How long a selective query takes at the client, over HTTP, in an org of the size asked for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from time import perf_counter
from urllib.parse import quote

import httpx2

from bench.figures import Figure
from localorg.testing import RunningOrg

SELECTIVE_P95_MS = 20.0
_TIMES = 150


async def measure_queries(org: RunningOrg) -> list[Figure]:
    """Each kind many times, with other values each time."""
    headers = {"Authorization": f"Bearer {await org.access_token()}"}
    base = f"{org.url}/services/data/v67.0/"
    random = Random(5)
    async with httpx2.AsyncClient(base_url=base, headers=headers, timeout=60, trust_env=False) as client:
        cases = await _records(
            client, "SELECT Id, CaseNumber, ContactId FROM Case ORDER BY CreatedDate DESC LIMIT 2000"
        )
        contacts = await _records(client, "SELECT Id, Email FROM Contact WHERE Email LIKE '%a%' LIMIT 2000")
        kinds = {
            "by number": lambda: f"WHERE CaseNumber = '{random.choice(cases)['CaseNumber']}'",
            "by id": lambda: f"WHERE Id = '{random.choice(cases)['Id']}'",
            "open ones of a contact": lambda: (
                f"WHERE ContactId = '{random.choice(contacts)['Id']}' AND IsClosed = false ORDER BY CreatedDate DESC"
            ),
            "by a parent's e-mail": lambda: f"WHERE Contact.Email = '{random.choice(contacts)['Email']}'",
            "newest 50": lambda: f"ORDER BY CreatedDate DESC LIMIT 50 OFFSET {random.randrange(100)}",
            "created in two hours": lambda: _created_between(random.randrange(1, 17_000)),
        }
        figures = []
        all_times: list[float] = []
        for name, condition in kinds.items():
            fields = "Id, CaseNumber, Subject, Status, Priority, Contact.Name, Account.Name, Owner.Name, CreatedDate"
            times = [await _timed(client, f"SELECT {fields} FROM Case {condition()}") for _ in range(_TIMES)]
            all_times += times
            figures.append(Figure(f"query {name}, p95", _p95(times), "ms", SELECTIVE_P95_MS, better="lower"))
        figures.append(
            Figure("selective queries together, p95", _p95(all_times), "ms", SELECTIVE_P95_MS, better="lower")
        )
        search = [await _search(client, random.choice(contacts)["Email"]) for _ in range(_TIMES)]
        figures.append(Figure("search for an address, p95", _p95(search), "ms"))
        whole = await _timed(client, "SELECT COUNT() FROM Case WHERE Type = 'Problem'")
        figures.append(Figure("count over a field without index, once", 1000 * whole, "ms"))
        return figures


def _p95(seconds: Sequence[float]) -> float:
    """In milliseconds."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def _created_between(hours_ago: int) -> str:
    start = datetime.now(UTC) - timedelta(hours=hours_ago + 2)
    until = start + timedelta(hours=2)
    return f"WHERE CreatedDate >= {start:%Y-%m-%dT%H:%M:%SZ} AND CreatedDate < {until:%Y-%m-%dT%H:%M:%SZ}"


async def _records(client: httpx2.AsyncClient, soql: str) -> list[dict[str, str]]:
    answer = await client.get("query", params={"q": soql})
    answer.raise_for_status()
    records: list[dict[str, str]] = answer.json()["records"]
    return records


async def _timed(client: httpx2.AsyncClient, soql: str) -> float:
    started = perf_counter()
    answer = await client.get("query", params={"q": soql})
    answer.raise_for_status()
    return perf_counter() - started


async def _search(client: httpx2.AsyncClient, address: str) -> float:
    term = quote(f'FIND {{"{address}"}} IN EMAIL FIELDS RETURNING Contact(Id, Name), Case(Id)')
    started = perf_counter()
    answer = await client.get(f"search?q={term}")
    answer.raise_for_status()
    return perf_counter() - started
