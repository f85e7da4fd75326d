"""Pages for a person: the objects, their records, one record, the mailbox, and the form behind a reset link."""

import re
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from localorg import mailbox, passwords, snapshots
from localorg.clock import from_wire
from localorg.errors import ApiError, not_found
from localorg.faults import Fault, FaultKind
from localorg.ids import is_record_id
from localorg.rest.context import org_of, sobject_of
from localorg.schema.loader import SYSTEM_FIELD_NAMES
from localorg.schema.models import Field, FieldType, Schema, SObject
from localorg.side_door.html import (
    Html,
    heading,
    joined,
    link,
    navigation,
    page,
    paragraph,
    preformatted,
    properties,
    search_form,
    table,
    text,
)
from localorg.soql.ast import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    FieldPath,
    Operator,
    Ordering,
    Query,
    Selected,
    Source,
)
from localorg.soql.executor import JsonRecord
from localorg.soql.service import run_tree
from localorg.storage.quoting import quoted

_SHOWN_RECORDS = 100
_NO_ID = "000000000000000AAA"
_SHOWN_COLUMNS = 8
_LONGEST_CELL = 120
_LONGEST_TEXT = 4000


async def objects_page(request: Request) -> Response:
    org = org_of(request)

    def count(connection: sqlite3.Connection) -> list[tuple[SObject, int]]:
        sql = 'SELECT count(*) FROM {} WHERE "IsDeleted" = 0'
        return [(d, connection.execute(sql.format(quoted(d.name))).fetchone()[0]) for d in org.schema]

    counts = await org.database.read(count)
    rows = [(link(f"/localorg/records/{d.name}", d.label_plural), text(d.name), text(number)) for d, number in counts]
    return _page(request, "Objects", table(("Label", "API Name", "Records"), rows))


async def records_page(request: Request) -> Response:
    definition = sobject_of(request)
    fields, wanted, before = _columns(definition), request.query_params.get("q", "").strip(), _before(request)
    newest_first = (Ordering(FieldPath(("Id",)), descending=True),)
    where = _all_of(_containing(definition, fields, wanted) if wanted else None, before)
    rows = await _select(request, definition, fields, where=where, order_by=newest_first)
    address = f"/localorg/records/{definition.name}"
    form = search_form(address, wanted, f"Search {definition.label_plural.lower()}")
    if not rows:
        said = f"Nothing contains “{wanted}”." if wanted else "There are none yet."
        return _page(request, definition.label_plural, joined(form, paragraph(text(said), muted=True)))
    steps = []
    if before:
        steps.append(link(_place(address, wanted), "← Newest"))
    if len(rows) == _SHOWN_RECORDS:
        steps.append(link(_place(address, wanted, str(rows[-1]["Id"])), "Older →"))
    shown = (form, _records_table(definition, fields, rows), navigation("Pages", steps))
    return _page(request, definition.label_plural, joined(*shown))


def _place(address: str, wanted: str, before: str = "") -> str:
    asked = {name: value for name, value in (("q", wanted), ("before", before)) if value}
    return f"{address}?{urlencode(asked)}" if asked else address


def _before(request: Request) -> Condition | None:
    """Records older than the last one of the page before."""
    record_id = request.query_params.get("before", "")
    if not record_id:
        return None
    if not is_record_id(record_id):
        raise not_found()
    return Comparison(FieldPath(("Id",)), Operator.LESS, record_id)


def _containing(definition: SObject, fields: Sequence[Field], wanted: str) -> Condition:
    """In any text of the table."""
    name = definition.field(definition.name_field) if definition.name_field else None
    texts = [field for field in (*((name,) if name else ()), *fields) if field.is_text and field.filterable]
    escaped = re.sub(r"([\\%_])", r"\\\1", wanted)
    pattern = f"%{escaped}%"
    found = tuple(Comparison(FieldPath((field.name,)), Operator.LIKE, pattern) for field in texts)
    if is_record_id(wanted) or not found:
        found = (*found, Comparison(FieldPath(("Id",)), Operator.EQUAL, wanted if is_record_id(wanted) else _NO_ID))
    return AnyOf(found) if len(found) > 1 else found[0]


def _all_of(*conditions: Condition | None) -> Condition | None:
    given = tuple(condition for condition in conditions if condition)
    return AllOf(given) if len(given) > 1 else next(iter(given), None)


async def record_page(request: Request) -> Response:
    definition = sobject_of(request)
    asked = request.path_params["id"]
    if not is_record_id(asked):
        raise not_found()
    where = Comparison(FieldPath(("Id",)), Operator.EQUAL, asked)
    rows = await _select(request, definition, definition.fields, where=where)
    if not rows:
        raise not_found()
    shown = [(f.name, _value(request, f, rows[0])) for f in definition.fields if rows[0][f.name] is not None]
    children = await _children(request, definition, asked)
    title = f"{definition.label} {_name(definition, rows[0])}"
    return _page(request, title, joined(properties(shown), *children))


async def mailbox_page(request: Request) -> Response:
    to = request.query_params.get("to")
    mails = await org_of(request).database.read(lambda c: mailbox.mails(c, to))
    rows = [(text(m.at), text(m.to), link(f"/localorg/mail/{m.id}", m.subject)) for m in mails]
    empty = paragraph(text("No mail has been sent yet."), muted=True)
    return _page(request, "Mailbox", table(("Sent", "To", "Subject"), rows) if rows else empty)


async def mail_page(request: Request) -> Response:
    mail = await org_of(request).database.read(lambda c: mailbox.find_mail(c, request.path_params["id"]))
    if mail is None:
        raise not_found()
    head = properties((("To", text(mail.to)), ("Sent", text(mail.at))))
    return _page(request, mail.subject, joined(head, preformatted(mail.body)))


async def state_page(request: Request) -> Response:
    """What tests have changed of the org besides its records."""
    org = org_of(request)
    state = properties(
        (
            ("The org's time", text(f"{org.clock():%Y-%m-%d %H:%M} UTC")),
            ("Ahead of the machine's", text(timedelta(seconds=round(org.clock.offset.total_seconds())))),
            ("API requests today", text(f"{org.usage.used} of {org.usage.limit}")),
        )
    )
    snapshots_taken = [(text(one.name), text(one.at)) for one in await snapshots.all_of(org)]
    kept = table(("Name", "Taken"), snapshots_taken) if snapshots_taken else paragraph(text("None."), muted=True)
    faults = [_fault_row(fault) for fault in org.faults.all()]
    on = table(_FAULT_HEADINGS, faults) if faults else paragraph(text("None is on."), muted=True)
    kinds = table(
        ("Kind", "What happens to the requests it meets"),
        [(text(k), text(k.effect.replace("`", ""))) for k in FaultKind],
    )
    parts = (state, heading("Faults"), on, heading("Snapshots"), kept, heading("Faults there are"), kinds)
    return _page(request, "State", joined(*parts))


_FAULT_HEADINGS = ("Kind", "Method", "Path contains", "Times left")


def _fault_row(fault: Fault) -> tuple[Html, ...]:
    left = "until cleared" if fault.times is None else fault.times
    return text(fault.kind), text(fault.method or "any"), text(fault.path_contains or "anything"), text(left)


async def reset_password_page(request: Request) -> Response:
    token = request.query_params.get("token", "")
    user_id = await org_of(request).database.read(lambda c: passwords.user_of_reset_token(c, token))
    if user_id is None:
        return _page(request, "This link has been used already or is not valid", Html(""), 410)
    return _page(request, "Choose a new password", _PASSWORD_FORM)


async def choose_password(request: Request) -> Response:
    token = request.query_params.get("token", "")
    password = (await request.form()).get("password")
    try:
        used = await org_of(request).database.write(lambda c: _use_reset_token(c, token, password))
    except ApiError as error:
        return _page(request, "Choose a new password", joined(paragraph(text(error.message)), _PASSWORD_FORM), 400)
    if not used:
        return _page(request, "This link has been used already or is not valid", Html(""), 410)
    return _page(request, "Your password has been changed", Html(""))


_PASSWORD_FORM = Html(
    '<form method="post"><label for="password">New password</label>'
    '<input id="password" name="password" type="password" autocomplete="new-password" required minlength="8">'
    "<button>Change password</button></form>"
)


def _use_reset_token(connection: sqlite3.Connection, token: str, password: object) -> bool:
    user_id = passwords.user_of_reset_token(connection, token)
    if user_id is None:
        return False
    user = connection.execute('SELECT * FROM "User" WHERE "Id" = ?', (user_id,)).fetchone()
    passwords.set_password(connection, dict(user), password)
    return True


def _page(request: Request, title: str, content: Html, status: int = 200) -> Response:
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    return HTMLResponse(page(org_of(request).display_name, title, content), status, headers)


async def _select(
    request: Request,
    definition: SObject,
    fields: Sequence[Field],
    *,
    where: Condition | None = None,
    order_by: tuple[Ordering, ...] = (),
) -> tuple[JsonRecord, ...]:
    """The fields, and beside each reference the name of what it refers to."""
    org = org_of(request)
    names = [("Id",), *([(definition.name_field,)] if definition.name_field else [])]
    paths = [*names, *((field.name,) for field in fields), *(filter(None, (_name_path(f, org.schema) for f in fields)))]
    select = tuple(Selected(FieldPath(path)) for path in dict.fromkeys(paths))
    query = Query(select, Source(definition.name), where=where, order_by=order_by, limit=_SHOWN_RECORDS)
    calendar = org.calendar()
    return await org.database.read(lambda c: run_tree(c, org.schema, calendar, query, data_path="").records)


async def _children(request: Request, definition: SObject, record_id: str) -> list[Html]:
    """A table for each kind of record that refers to this one."""
    schema = org_of(request).schema
    tables: list[Html] = []
    for child in schema.child_relationships(definition):
        child_definition = schema.get(child.child)
        fields = [field for field in _columns(child_definition) if field.name != child.field.name]
        where = Comparison(FieldPath((child.field.name,)), Operator.EQUAL, record_id)
        rows = await _select(request, child_definition, fields, where=where) if child.name else ()
        if rows:
            tables += [heading(child_definition.label_plural), _records_table(child_definition, fields, rows)]
    return tables


def _records_table(definition: SObject, fields: Sequence[Field], rows: Sequence[JsonRecord]) -> Html:
    headings = [definition.name_field or "Id", *(field.name for field in fields)]
    cells = [
        [link(_address(definition, row), _name(definition, row)), *(text(_cut(_shown(f, row))) for f in fields)]
        for row in rows
    ]
    return table(headings, cells)


def _name_path(field: Field, schema: Schema) -> tuple[str, str] | None:
    name = "Name" if field.polymorphic else field.reference_to and schema.get(field.reference_to[0]).name_field
    return (field.relationship_name, name) if field.relationship_name and name else None


def _columns(definition: SObject) -> list[Field]:
    """What fits a table: no very long texts, nothing the system sets but the day of creation."""
    own = [f for f in definition.stored_fields if f.length <= _LONGEST_TEXT and f.name not in SYSTEM_FIELD_NAMES]
    shown = [field for field in own if field.name != definition.name_field][: _SHOWN_COLUMNS - 1]
    created = definition.field("CreatedDate")
    return [*shown, created] if created else shown


def _name(definition: SObject, row: JsonRecord) -> object:
    return (row[definition.name_field] if definition.name_field else None) or row["Id"]


def _address(definition: SObject, row: JsonRecord) -> str:
    return f"/localorg/records/{definition.name}/{row['Id']}"


def _shown(field: Field, row: JsonRecord) -> str:
    """A reference by the name of what it refers to, anything else as it is."""
    value = row[field.name]
    parent: JsonRecord | None = row.get(field.relationship_name) if field.relationship_name else None
    if parent:
        value = next(name for key, name in parent.items() if key != "attributes") or value
    if value is not None and field.type is FieldType.DATETIME:
        return f"{from_wire(str(value)):%Y-%m-%d %H:%M} UTC"
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _cut(shown: str) -> str:
    return shown if len(shown) <= _LONGEST_CELL else shown[:_LONGEST_CELL] + "…"


def _value(request: Request, field: Field, row: JsonRecord) -> Html:
    value = str(row[field.name])
    target = org_of(request).schema.of_record(value) if field.reference_to else None
    return link(f"/localorg/records/{target.name}/{value}", _shown(field, row)) if target else text(_shown(field, row))


def _found(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """A person who asks for what is not there gets a page too."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except ApiError as error:
            if error.status != 404:
                raise
            told = paragraph(text("There is no such object or record. It may have been deleted, or the org was reset."))
            return _page(request, "Not found", told, 404)

    return answer


PAGE_ROUTES = [
    Route("/", objects_page),
    Route("/localorg/records/{object}", _found(records_page)),
    Route("/localorg/records/{object}/{id}", _found(record_page)),
    Route("/lightning/r/{object}/{id}/view", _found(record_page)),
    Route("/localorg/mail", mailbox_page),
    Route("/localorg/mail/{id:int}", _found(mail_page)),
    Route("/localorg/state", state_page),
    Route("/localorg/reset-password", reset_password_page),
    Route("/localorg/reset-password", choose_password, methods=["POST"]),
]
