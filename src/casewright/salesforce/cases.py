"""Cases: what customers may read and change of their own, and the case that tells a person a conversation's story."""

import re
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from casewright.kit.errors import CasewrightError
from casewright.kit.principal import Assurance
from casewright.procedures.models import ActionCall, ActionOutcome, CallerIdentity, RecordReference
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.customers import contact_of
from casewright.salesforce.models import CaseRow, CommentRow
from casewright.salesforce.outcomes import NOT_DONE, begun, done, failed, marker, reference
from casewright.salesforce.wording import cut, cut_start, label, spoken_date

PRIORITIES: Final = ("Low", "Medium", "High", "Critical")
LISTED: Final = 10
MOST_CASES: Final = 200
REOPEN_DAYS: Final = 30
"""So long after it was closed a customer may open a case again; later it is another matter."""
KEY: Final = "Casewright_Key__c"
CONVERSATION: Final = "Casewright_Conversation__c"

SUBJECT_LENGTH: Final = 255
LONG_TEXT_LENGTH: Final = 32_000
TRANSCRIPT_LENGTH: Final = 131_072
CATEGORY_LENGTH: Final = 80
COMMENT_LENGTH: Final = 4_000
SPOKEN_COMMENT_LENGTH: Final = 500

_FIELDS: Final = "Id, CaseNumber, Subject, Status, Priority, IsClosed, ContactId, CreatedDate, ClosedDate"


# --- reading ----------------------------------------------------------------------------------------------------------------


async def list_cases(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    cases = await client.query(
        CaseRow,
        f"SELECT {_FIELDS} FROM Case WHERE ContactId = :contact AND IsClosed = false "
        "ORDER BY CreatedDate DESC, CaseNumber DESC LIMIT :most",
        contact=call.identity.contact_id,
        most=MOST_CASES,
    )
    if not cases:
        return done("none", count=0)
    shown = cases[:LISTED]
    lines = [_line(case, call.locale) for case in shown] + (["…"] if len(cases) > LISTED else [])
    records = tuple(_reference(client, case) for case in shown)
    return done(records=records, count=len(cases), lines="\n".join(lines), first_number=cases[0].case_number)


async def read_case(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    case = await own_case(client, call)
    if case is None:
        return failed("not_found")
    comments = await client.query(
        CommentRow,
        "SELECT Id, CommentBody, CreatedDate FROM CaseComment WHERE ParentId = :case AND IsPublished = true "
        "ORDER BY CreatedDate DESC LIMIT 1",
        case=case.id,
    )
    comment = comments[0] if comments else None
    return done(
        records=(_reference(client, case),),
        number=case.case_number,
        subject=case.subject or "",
        status=case.status,
        status_label=label(case.status, call.locale),
        priority=case.priority,
        priority_label=label(case.priority, call.locale),
        closed=case.is_closed,
        created_on=spoken_date(case.created_on, call.locale),
        last_comment=cut(comment.comment_body or "", SPOKEN_COMMENT_LENGTH) if comment else None,
        last_comment_on=spoken_date(comment.created_date.date(), call.locale) if comment else None,
    )


async def own_case(client: SalesforceClient, call: ActionCall) -> CaseRow | None:
    """The case of that number if it is the customer's. `#1001` and `1001` mean 00001001."""
    given = re.sub(r"[#\s]", "", str(call.arguments.get("number", "")))
    found = await client.query(
        CaseRow,
        f"SELECT {_FIELDS} FROM Case WHERE CaseNumber IN :numbers AND ContactId = :contact LIMIT 1",
        numbers=list({given, given.zfill(8)}),
        contact=call.identity.contact_id,
    )
    return found[0] if found else None


# --- changing ---------------------------------------------------------------------------------------------------------------


async def raise_priority(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    wanted = _priority(call)
    if wanted is None:
        return failed("unknown_priority")
    case = await own_case(client, call)
    if case is None:
        return failed("not_found")
    if case.is_closed:
        return failed("closed", number=case.case_number)
    if _rank(case.priority) >= _rank(wanted):
        return failed("already", number=case.case_number, priority_label=label(case.priority, call.locale))
    await client.update("Case", case.id, {"Priority": wanted})
    return _raised(client, call, case, wanted)


async def was_raised(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    wanted, case = _priority(call), await own_case(client, call)
    if wanted is None or case is None or case.priority != wanted:
        return NOT_DONE
    return _raised(client, call, case, wanted)


async def comment(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    case = await own_case(client, call)
    if case is None:
        return failed("not_found")
    await _add_comment(client, case, _comment(call, "comment"))
    return _done(client, case)


async def was_commented(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    """A comment has no room for a marker, so its words are compared. SOQL cannot filter by them."""
    case = await own_case(client, call)
    if case is None:
        return NOT_DONE
    return _done(client, case) if await _has_comment(client, case, _comment(call, "comment")) else NOT_DONE


async def close(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    case = await own_case(client, call)
    if case is None:
        return failed("not_found")
    if case.is_closed:
        return failed("already", number=case.case_number)
    await client.update("Case", case.id, {"Status": "Closed"})
    return _done(client, case)


async def was_closed(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    case = await own_case(client, call)
    return _done(client, case) if case is not None and case.is_closed else NOT_DONE


async def reopen(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    """The reason first: whoever gets the case then finds why. It is not written a second time."""
    case = await own_case(client, call)
    if case is None:
        return failed("not_found")
    if not case.is_closed:
        return failed("already_open", number=case.case_number)
    if not await _closed_lately(client, case):
        closed_on = spoken_date(case.closed_date.date() if case.closed_date else None, call.locale)
        return failed("too_old", number=case.case_number, closed_on=closed_on)
    reason = _comment(call, "reason")
    if not await _has_comment(client, case, reason, since=case.closed_date):
        await _add_comment(client, case, reason)
    with begun():
        await client.update("Case", case.id, {"Status": "New"}, auto_assign=True)
    return _done(client, case)


async def was_reopened(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    case = await own_case(client, call)
    return _done(client, case) if case is not None and not case.is_closed else NOT_DONE


async def _closed_lately(client: SalesforceClient, case: CaseRow) -> bool:
    """By the org's clock."""
    template = f"SELECT COUNT() FROM Case WHERE Id = :case AND ClosedDate >= LAST_N_DAYS:{REOPEN_DAYS}"
    return await client.count(template, case=case.id) > 0


async def _add_comment(client: SalesforceClient, case: CaseRow, text: str) -> None:
    fields: dict[str, JsonValue] = {"ParentId": case.id, "CommentBody": text, "IsPublished": True}
    await client.create("CaseComment", fields)


async def _has_comment(client: SalesforceClient, case: CaseRow, text: str, *, since: datetime | None = None) -> bool:
    newest = await client.query(
        CommentRow,
        "SELECT Id, CommentBody, CreatedDate FROM CaseComment WHERE ParentId = :case ORDER BY CreatedDate DESC LIMIT 50",
        case=case.id,
    )
    return any(row.comment_body == text for row in newest if since is None or row.created_date >= since)


async def create(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    fields: dict[str, JsonValue] = {
        "Subject": cut(text_of(call, "subject"), SUBJECT_LENGTH),
        "Description": cut(text_of(call, "description"), LONG_TEXT_LENGTH),
        "Origin": "Chat",
        **customer_fields(call.identity),
    }
    if "priority" in call.arguments:
        fields["Priority"] = _priority(call)
        if fields["Priority"] is None:
            return failed("unknown_priority")
    if "category" in call.arguments:
        fields["Category__c"] = cut(text_of(call, "category"), CATEGORY_LENGTH)
    made = await client.upsert("Case", client.connection.field(KEY), marker(call.key), fields, auto_assign=True)
    return await _numbered(client, made.id)


async def was_created(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    case = await _case_where(client, client.connection.field(KEY), marker(call.key))
    return NOT_DONE if case is None else _with_number(client, case)


# --- handing over -----------------------------------------------------------------------------------------------------------


async def hand_over(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    """One case a conversation. A person's own changes of subject, description and status are left alone; a closed case is
    opened again and assigned anew."""
    conversation = client.connection.field(CONVERSATION)
    existing = await _case_where(client, conversation, call.conversation_id)
    contact_id = await contact_of(client, call.identity)
    fields = _story(client, call)
    if existing is None:
        fields |= {
            "Subject": cut(text_of(call, "subject"), SUBJECT_LENGTH),
            "Description": cut(text_of(call, "description"), LONG_TEXT_LENGTH),
            "Origin": "Chat",
            **_customer(call.identity, contact_id),
        }
    elif existing.contact_id is None:
        fields |= _customer(call.identity, contact_id)
    wanted = _priority(call)
    if wanted and (existing is None or _rank(wanted) > _rank(existing.priority)):
        fields["Priority"] = wanted
    if existing is not None and existing.is_closed:
        fields["Status"] = "New"
    assigns = existing is None or existing.is_closed
    saved = await client.upsert("Case", conversation, call.conversation_id, fields, auto_assign=assigns)
    return await _numbered(client, saved.id)


async def write_back(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    """Brings the story of the conversation's case up to date, and leaves everything that people work with alone."""
    conversation = client.connection.field(CONVERSATION)
    existing = await _case_where(client, conversation, call.conversation_id)
    if existing is None:
        return failed("not_found")
    fields: dict[str, JsonValue] = {
        client.connection.field(KEY): marker(call.key),
        "Agent_Summary__c": cut(text_of(call, "summary"), LONG_TEXT_LENGTH),
        "Transcript__c": cut_start(text_of(call, "transcript"), TRANSCRIPT_LENGTH),
    }
    await client.update("Case", existing.id, fields)
    return await _numbered(client, existing.id)


async def was_handed_over(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    case = await _case_where(client, client.connection.field(KEY), marker(call.key))
    return NOT_DONE if case is None else _with_number(client, case)


def _story(client: SalesforceClient, call: ActionCall) -> dict[str, JsonValue]:
    fields: dict[str, JsonValue] = {
        client.connection.field(KEY): marker(call.key),
        "Agent_Summary__c": cut(text_of(call, "summary"), LONG_TEXT_LENGTH),
        "Transcript__c": cut_start(text_of(call, "transcript"), TRANSCRIPT_LENGTH),
        "Sentiment_Score__c": call.arguments.get("sentiment"),
        "Confidence__c": call.arguments.get("confidence"),
    }
    if recommended := text_of(call, "recommended_action"):
        fields["Recommended_Action__c"] = cut(recommended, LONG_TEXT_LENGTH)
    if category := text_of(call, "category"):
        fields["Category__c"] = cut(category, CATEGORY_LENGTH)
    return {name: value for name, value in fields.items() if value is not None}


# --- parts ------------------------------------------------------------------------------------------------------------------


def customer_fields(identity: CallerIdentity) -> dict[str, JsonValue]:
    """Whose case it is. An address that is only claimed is noted, and links to nobody."""
    return _customer(identity, identity.contact_id if identity.assurance.covers(Assurance.VERIFIED) else None)


def _customer(identity: CallerIdentity, contact_id: str | None) -> dict[str, JsonValue]:
    if contact_id:
        return {"ContactId": contact_id}
    return {"SuppliedEmail": identity.email} if identity.email else {}


def text_of(call: ActionCall, name: str) -> str:
    value = call.arguments.get(name)
    return "" if value is None else str(value)


def _comment(call: ActionCall, argument: str) -> str:
    return cut(text_of(call, argument).strip(), COMMENT_LENGTH)


def _priority(call: ActionCall) -> str | None:
    given = text_of(call, "priority").strip().casefold()
    return next((priority for priority in PRIORITIES if priority.casefold() == given), None)


def _rank(priority: str | None) -> int:
    return PRIORITIES.index(priority) if priority in PRIORITIES else -1


def _line(case: CaseRow, locale: str) -> str:
    return f"{case.case_number}: {case.subject or '–'} ({label(case.status, locale)}, {label(case.priority, locale)})"


async def _case_where(client: SalesforceClient, field: str, value: str) -> CaseRow | None:
    found = await client.query(CaseRow, f"SELECT {_FIELDS} FROM Case WHERE {field} = :value LIMIT 1", value=value)
    return found[0] if found else None


def _done(client: SalesforceClient, case: CaseRow) -> ActionOutcome:
    return done(records=(_reference(client, case),), number=case.case_number)


def _raised(client: SalesforceClient, call: ActionCall, case: CaseRow, priority: str) -> ActionOutcome:
    return done(
        records=(_reference(client, case),),
        number=case.case_number,
        priority=priority,
        priority_label=label(priority, call.locale),
    )


async def _numbered(client: SalesforceClient, case_id: str) -> ActionOutcome:
    """The case is saved; that its number cannot be read any more must not make it look unsaved."""
    try:
        case = await _case_where(client, "Id", case_id)
    except CasewrightError:
        case = None
    return _with_number(client, case or CaseRow(id=case_id, case_number=""))


def _with_number(client: SalesforceClient, case: CaseRow) -> ActionOutcome:
    record = _reference(client, case)
    return done(records=(record,), number=case.case_number, url=record.url)


def _reference(client: SalesforceClient, case: CaseRow) -> RecordReference:
    return reference(client, "Case", case.id, case.case_number)
