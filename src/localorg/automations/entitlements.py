"""Entitlement processes: a case with an entitlement gets milestones, which are met in time or violated."""

import sqlite3
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import orjson

from localorg.automations.assignment import meets
from localorg.automations.base import Automation, Change
from localorg.business_hours import BusinessHours, business_hours
from localorg.clock import from_wire, to_wire
from localorg.errors import ApiError
from localorg.ids import RecordId
from localorg.records.values import Row

if TYPE_CHECKING:
    from localorg.records.service import Records

_OVERDUE: Final = """
SELECT milestone."Id", milestone."CaseId" FROM "CaseMilestone" AS milestone
JOIN "Case" ON "Case"."Id" = milestone."CaseId"
WHERE milestone."TargetDate" < ? AND milestone."IsCompleted" = 0 AND milestone."IsViolated" = 0
  AND milestone."IsDeleted" = 0 AND "Case"."SlaExitDate" IS NULL AND NOT coalesce("Case"."IsStopped", 0)
"""
_STATUS: Final = """
UPDATE "Case" SET "MilestoneStatus" = (SELECT CASE
    WHEN sum("IsViolated" AND NOT "IsCompleted") THEN 'Open Violation'
    WHEN sum("IsViolated") THEN 'Closed Violation' ELSE 'Compliant' END
  FROM "CaseMilestone" WHERE "CaseId" = "Case"."Id" AND "IsDeleted" = 0 HAVING count(*))
WHERE "Id" = ?
"""


def add_milestone(
    records: "Records",
    process_id: RecordId,
    position: int,
    milestone_type_id: RecordId,
    minutes: int,
    criteria: dict[str, str],
    completed_when: dict[str, str],
) -> None:
    """Of a process; minutes are minutes of business."""
    texts = (orjson.dumps(criteria).decode(), orjson.dumps(completed_when).decode())
    values = (process_id, position, milestone_type_id, minutes, *texts)
    records.connection.execute("INSERT INTO _milestone VALUES (?, ?, ?, ?, ?, ?)", values)


def follow_process(change: Change, records: "Records") -> None:
    """A case enters the process with its entitlement, leaves it when it is closed, and can be stopped in between."""
    row = change.row
    if not row["EntitlementId"]:
        return
    row["SlaStartDate"] = row["SlaStartDate"] or records.now
    if (change.old is not None and change.changes("IsClosed")) or (change.old is None and row["IsClosed"]):
        row["SlaExitDate"] = (row["ClosedDate"] or records.now) if row["IsClosed"] else None
    if change.old is None or change.changes("IsStopped"):
        row["StopStartDate"] = records.now if row["IsStopped"] else None


def keep_milestones(change: Change, records: "Records") -> None:
    """Begins and completes what the case as it is now asks for."""
    row = change.row
    if not row["EntitlementId"]:
        return
    if change.old is not None and change.old["IsStopped"] and not row["IsStopped"]:
        _push_back(change, records)
    if not (row["SlaExitDate"] and change.old is not None and change.old["SlaExitDate"]) and not row["IsStopped"]:
        _advance(row, records)
    records.connection.execute(_STATUS, (row["Id"],))


def violate_overdue(connection: sqlite3.Connection, now: datetime) -> int:
    """Marks the milestones whose time is over, and their cases. Tells how many."""
    at = to_wire(now)
    overdue = connection.execute(_OVERDUE, (at,)).fetchall()
    for milestone in overdue:
        sql = 'UPDATE "CaseMilestone" SET "IsViolated" = 1, "SystemModstamp" = ? WHERE "Id" = ?'
        connection.execute(sql, (at, milestone["Id"]))
        connection.execute(_STATUS, (milestone["CaseId"],))
    return len(overdue)


def any_overdue(connection: sqlite3.Connection, now: datetime) -> bool:
    return connection.execute(_OVERDUE + " LIMIT 1", (to_wire(now),)).fetchone() is not None


class CaseMilestoneAutomation(Automation):
    def before_save(self, change: Change, records: "Records") -> None:
        row = change.row
        done, target = row["CompletionDate"], row["TargetDate"]
        if done and row["StartDate"] and str(done) < str(row["StartDate"]):
            message = "Completion Date: the completion date can't be before the start date"
            raise ApiError("FIELD_INTEGRITY_EXCEPTION", message, fields=("CompletionDate",))
        row["IsCompleted"] = int(done is not None)
        row["IsViolated"] = int(bool(target and str(done or to_wire(records.caller.at)) > str(target)))

    def after_save(self, change: Change, records: "Records") -> None:
        records.connection.execute(_STATUS, (change.row["CaseId"],))


def _advance(case: Row, records: "Records") -> None:
    entitlement = records.rows.find(records.schema.get("Entitlement"), str(case["EntitlementId"]))
    if entitlement is None or not entitlement["SlaProcessId"]:
        return
    sql = "SELECT * FROM _milestone WHERE process_id = ? ORDER BY position"
    definition = records.schema.get("CaseMilestone")
    latest = {one["MilestoneTypeId"]: one for one in records.rows.matching(definition, "CaseId", case["Id"])}
    for told in records.connection.execute(sql, (entitlement["SlaProcessId"],)).fetchall():
        kind = told["milestone_type_id"]
        completes = told["completed_when"] != "{}" and meets(case, told["completed_when"])
        if not case["SlaExitDate"] and meets(case, told["criteria"]):
            start = _start(kind, latest.get(kind), records, completes=completes)
            if start is not None:
                values = _milestone(case, entitlement, kind, told["minutes"], start, records)
                milestone_id = records.create_own(definition, values)
                latest[kind] = records.rows.matching(definition, "Id", milestone_id)[0]
        if completes and kind in latest and not latest[kind]["IsCompleted"]:
            late = str(records.now) > str(latest[kind]["TargetDate"])
            done: Row = {"CompletionDate": records.now, "IsCompleted": 1, "IsViolated": int(late)}
            records.rows.update(definition, str(latest[kind]["Id"]), done)


def _start(kind: str, latest: Row | None, records: "Records", *, completes: bool) -> str | None:
    """When a milestone of a case that meets its criteria begins; None if none does.

    One that recurs begins again after it was completed: at once, or, chained, not before the time of the last one is over.
    """
    if latest is None:
        return records.now
    kind_row = records.rows.find(records.schema.get("MilestoneType"), kind) or {}
    recurs = kind_row.get("RecurrenceType") in ("recursIndependently", "recursChained")
    if not recurs or completes or not latest["IsCompleted"]:
        return None
    chained = kind_row["RecurrenceType"] == "recursChained"
    return max(records.now, str(latest["TargetDate"])) if chained else records.now


def _milestone(case: Row, entitlement: Row, kind: str, minutes: int, begins: str, records: "Records") -> Row:
    process = records.rows.find(records.schema.get("SlaProcess"), str(entitlement["SlaProcessId"]))
    hours_id = case["BusinessHoursId"] or entitlement["BusinessHoursId"] or (process or {}).get("BusinessHoursId")
    start = from_wire(begins)
    hours = _hours(str(hours_id), records) if hours_id else None
    target = hours.after(start, minutes) if hours else start + timedelta(minutes=minutes)
    return {
        "CaseId": case["Id"],
        "MilestoneTypeId": kind,
        "BusinessHoursId": hours_id,
        "StartDate": begins,
        "TargetDate": to_wire(target),
        "TargetResponseInMins": minutes,
    }


def _hours(hours_id: str, records: "Records") -> BusinessHours | None:
    row = records.rows.find(records.schema.get("BusinessHours"), hours_id)
    days = records.connection.execute('SELECT "ActivityDate" FROM "Holiday" WHERE "IsDeleted" = 0')
    return business_hours(row, frozenset(date.fromisoformat(one[0]) for one in days)) if row else None


def _push_back(change: Change, records: "Records") -> None:
    """The time in which a case was stopped does not count."""
    assert change.old is not None
    stopped = from_wire(str(records.now)) - from_wire(str(change.old["StopStartDate"] or records.now))
    definition = records.schema.get("CaseMilestone")
    for one in records.rows.matching(definition, "CaseId", change.row["Id"]):
        if not one["IsCompleted"] and not one["IsViolated"]:
            target = to_wire(from_wire(str(one["TargetDate"])) + stopped)
            records.rows.update(definition, str(one["Id"]), {"TargetDate": target})
