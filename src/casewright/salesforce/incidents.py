"""Outages: the incident that the company has opened, and customers' reports, which join it.

An incident is a Case of type Incident without a parent that belongs to no customer: what one customer wrote is never
told to another. A report is the reporting customer's own Case, the incident's child.
"""

from typing import Final

from pydantic import JsonValue

from casewright.kit.errors import CasewrightError
from casewright.kit.principal import Assurance
from casewright.procedures.models import ActionCall, ActionOutcome
from casewright.salesforce.cases import KEY, LONG_TEXT_LENGTH, SUBJECT_LENGTH, customer_fields, text_of
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.models import IncidentRow, ReportRow
from casewright.salesforce.outcomes import NOT_DONE, done, marker, reference
from casewright.salesforce.subscriptions import subscription_of
from casewright.salesforce.wording import cut, spoken_moment

MOST_INCIDENTS: Final = 50
PRODUCT_LENGTH: Final = 80
INSTANCE_LENGTH: Final = 20
SUBJECT_WORDS: Final = 100

_OPEN_INCIDENTS: Final = (
    "SELECT Id, CaseNumber, Subject, CreatedDate, Product__c, Instance__c FROM Case WHERE Type = 'Incident' "
    "AND IsClosed = false AND ParentId = null AND ContactId = null AND AccountId = null AND SuppliedEmail = null "
    "ORDER BY CreatedDate DESC, CaseNumber DESC LIMIT :most"
)
_REPORTS: Final = "SELECT Id, CaseNumber, Parent.Id, Parent.CaseNumber, Parent.Subject FROM Case"


# --- looking ----------------------------------------------------------------------------------------------------------------


async def find_open(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    incident = await _fitting_incident(client, text_of(call, "product"), await _instance(client, call))
    if incident is None:
        return done("none")
    reports = await client.count("SELECT COUNT() FROM Case WHERE ParentId = :incident", incident=incident.id)
    return done(
        records=(reference(client, "Case", incident.id, incident.case_number),),
        number=incident.case_number,
        subject=incident.subject or "",
        since=spoken_moment(incident.created_date, call.locale),
        affected=reports,
    )


async def _fitting_incident(client: SalesforceClient, product: str, instance: str) -> IncidentRow | None:
    """The newest of the given product and instance; what either side leaves open fits everything."""
    found = await client.query(IncidentRow, _OPEN_INCIDENTS, most=MOST_INCIDENTS)
    fitting = (one for one in found if _fits(one.product, product) and _fits(one.instance, instance))
    return next(fitting, None)


def _fits(of_incident: str | None, given: str) -> bool:
    return not of_incident or not given or of_incident.casefold() == given.casefold()


async def _instance(client: SalesforceClient, call: ActionCall) -> str:
    """As given, else that of a verified customer's subscription."""
    given = text_of(call, "instance").strip()
    if given or not call.identity.assurance.covers(Assurance.VERIFIED):
        return given
    asset = await subscription_of(client, call.identity)
    return (asset.instance if asset else None) or ""


# --- reporting --------------------------------------------------------------------------------------------------------------


async def report(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    """A report that joins no incident is urgent: it may be the first of one."""
    product, instance = text_of(call, "product").strip(), await _instance(client, call)
    incident = await _fitting_incident(client, product, instance)
    description = text_of(call, "description").strip()
    fields: dict[str, JsonValue] = {
        "Subject": cut(f"{product or 'Outage'}: {cut(_first_line(description), SUBJECT_WORDS)}", SUBJECT_LENGTH),
        "Description": cut(description, LONG_TEXT_LENGTH),
        "Origin": "Chat",
        "Type": "Problem",
        "Priority": "Medium" if incident else "High",
        "ParentId": incident.id if incident else None,
        "Product__c": cut(product, PRODUCT_LENGTH) or None,
        "Instance__c": cut(instance, INSTANCE_LENGTH) or None,
        **customer_fields(call.identity),
    }
    made = await client.upsert("Case", client.connection.field(KEY), marker(call.key), fields, auto_assign=True)
    try:
        saved = await _report_where(client, "Id", made.id)
    except CasewrightError:
        saved = None  # It is saved; that its number cannot be read any more must not make it look unsaved.
    return _reported(client, saved or ReportRow(id=made.id, case_number="", parent=incident))


async def was_reported(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    found = await _report_where(client, client.connection.field(KEY), marker(call.key))
    return NOT_DONE if found is None else _reported(client, found)


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text else "–"


async def _report_where(client: SalesforceClient, field: str, value: str) -> ReportRow | None:
    found = await client.query(ReportRow, f"{_REPORTS} WHERE {field} = :value LIMIT 1", value=value)
    return found[0] if found else None


def _reported(client: SalesforceClient, row: ReportRow) -> ActionOutcome:
    incident = row.parent
    return done(
        records=(reference(client, "Case", row.id, row.case_number),),
        number=row.case_number,
        joined=incident is not None,
        incident_number=incident.case_number if incident else "",
        incident_subject=(incident.subject or "") if incident else "",
    )
