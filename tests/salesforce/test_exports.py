from datetime import UTC, datetime

import pytest

from casewright.procedures.models import ActionStatus, CallerIdentity
from casewright.salesforce.exports import first_run
from casewright.salesforce.outcomes import NOT_DONE
from localorg.testing import RunningOrg
from tests.salesforce.conftest import Act

NIGHTLY = {"objects": "Account, Contact", "format": "CSV", "frequency": "daily"}


# --- scheduling -------------------------------------------------------------------------------------------------------------


async def test_an_export_is_scheduled_once(org: RunningOrg, act: Act, look: Act, marcus: CallerIdentity) -> None:
    asked = {**NIGHTLY, "objects": "accounts, Kontakte und Shipment__c; contacts", "locale": "de"}
    assert await look("schedule_export", marcus, **asked) == NOT_DONE
    outcome = await act("schedule_export", marcus, **asked)
    number = outcome.values["number"]
    assert outcome.values["objects"] == "Account, Contact, Shipment__c"
    assert outcome.values["frequency_label"] == "Täglich"
    assert str(outcome.values["next_run"]).endswith(", 02:00 UTC")
    assert await act("schedule_export", marcus, **asked) == outcome == await look("schedule_export", marcus, **asked)
    (request,) = await org.query(
        "SELECT Type__c, Status__c, Format__c, Frequency__c, Contact__c, Account__c, Next_Run__c "
        f"FROM Service_Request__c WHERE Name = '{number}'"
    )
    assert (request["Type__c"], request["Status__c"]) == ("Data Export", "Scheduled")
    assert (request["Format__c"], request["Frequency__c"]) == ("CSV", "Daily")
    assert (request["Contact__c"], request["Account__c"]) == (marcus.contact_id, marcus.account_id)
    assert datetime.fromisoformat(request["Next_Run__c"]) > datetime.now(UTC)


@pytest.mark.parametrize("everything", ["all", "Everything", "alle Objekte"])
async def test_everything_may_be_exported(everything: str, act: Act, marcus: CallerIdentity) -> None:
    assert (await act("schedule_export", marcus, **{**NIGHTLY, "objects": everything})).values["objects"] == "All"


@pytest.mark.parametrize(
    ("changes", "code", "values"),
    [
        ({"objects": "Account, Unicorns"}, "unknown_object", {"object": "Unicorns"}),
        ({"objects": " , "}, "unknown_object", {"object": ""}),
        ({"objects": ", ".join(f"Thing{n}__c" for n in range(300))}, "unknown_object", {"object": ""}),
        ({"format": "PDF"}, "unknown_format", {}),
        ({"frequency": "hourly"}, "unknown_frequency", {}),
        ({"first_run": "2020-01-01"}, "invalid_date", {}),
        ({"first_run": "soon"}, "invalid_date", {}),
    ],
)
async def test_what_cannot_be_exported_says_why_and_schedules_nothing(
    changes: dict[str, str], code: str, values: dict[str, str], org: RunningOrg, act: Act, marcus: CallerIdentity
) -> None:
    outcome = await act("schedule_export", marcus, **{**NIGHTLY, **changes})
    assert (outcome.status, outcome.code, outcome.values) == (ActionStatus.FAILED, code, values)
    assert await org.query(f"SELECT Id FROM Service_Request__c WHERE Contact__c = '{marcus.contact_id}'") == []


@pytest.mark.parametrize(
    ("given", "now", "expected"),
    [
        (None, "2026-11-22T15:00", "2026-11-23T02:00"),
        ("", "2026-11-22T01:59", "2026-11-22T02:00"),
        ("2026-11-22", "2026-11-22T15:00", "2026-11-23T02:00"),
        ("2026-12-01", "2026-11-22T15:00", "2026-12-01T02:00"),
        ("2026-11-21", "2026-11-22T15:00", None),
        ("2028-01-01", "2026-11-22T15:00", None),
        ("22.11.2026", "2026-11-22T15:00", None),
    ],
)
def test_an_export_first_runs_at_night(given: str | None, now: str, expected: str | None) -> None:
    moment = first_run(given, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert moment == (datetime.fromisoformat(expected).replace(tzinfo=UTC) if expected else None)


async def test_a_schedule_that_never_arrived_was_not_made(
    org: RunningOrg, act: Act, look: Act, marcus: CallerIdentity
) -> None:
    await org.fault("drop_connection", method="PATCH")
    assert (await act("schedule_export", marcus, **NIGHTLY)).status is ActionStatus.UNCERTAIN
    await org.clear_faults()
    assert await look("schedule_export", marcus, **NIGHTLY) == NOT_DONE


# --- going on after an interruption -----------------------------------------------------------------------------------------


async def test_an_interrupted_export_is_found_and_goes_on_where_it_stopped(
    org: RunningOrg, act: Act, look: Act, dana: CallerIdentity
) -> None:
    found = await act("find_interrupted_export", dana)
    number = found.values["number"]
    assert found.values == {
        "number": number,
        "objects": "Account, Contact, Order, Shipment__c",
        "rows_done": 480_000,
        "rows_total": 1_200_000,
        "rows_done_label": "480,000",
        "rows_total_label": "1,200,000",
        "percent": 40,
    }
    assert await look("resume_export", dana, number=number) == NOT_DONE
    outcome = await act("resume_export", dana, number=number)
    assert (outcome.code, outcome.values) == ("done", {"number": number, "percent": 40})
    assert await look("resume_export", dana, number=number) == outcome
    (request,) = await org.query(f"SELECT Status__c, Rows_Done__c FROM Service_Request__c WHERE Name = '{number}'")
    assert (request["Status__c"], request["Rows_Done__c"]) == ("In Progress", 480_000)
    again = await act("resume_export", dana, number=number, locale="de")
    assert (again.code, again.values) == ("not_interrupted", {"number": number, "status_label": "In Arbeit"})
    assert (await act("find_interrupted_export", dana)).code == "none"


async def test_nobody_finds_another_customers_export(act: Act, marcus: CallerIdentity) -> None:
    outcome = await act("find_interrupted_export", marcus)
    assert (outcome.status, outcome.code, outcome.values) == (ActionStatus.SUCCEEDED, "none", {})


async def test_a_request_that_is_no_export_cannot_be_resumed(org: RunningOrg, act: Act, greta: CallerIdentity) -> None:
    (users,) = await org.query("SELECT Name FROM Service_Request__c WHERE Type__c = 'Add Users' AND Quantity__c = 3")
    assert (await act("resume_export", greta, number=users["Name"])).code == "not_found"
