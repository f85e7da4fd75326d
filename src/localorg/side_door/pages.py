"""Pages for a person: the objects, their records, one record, the mailbox, and the form behind a reset link."""

import sqlite3

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from localorg import mailbox, passwords
from localorg.errors import ApiError, not_found
from localorg.ids import RecordId
from localorg.records.values import ColumnValue, Row
from localorg.rest.context import org_of, sobject_of
from localorg.schema.loader import SYSTEM_FIELD_NAMES
from localorg.schema.models import Field, SObject
from localorg.side_door.html import Html, joined, link, page, paragraph, preformatted, properties, table, text
from localorg.storage.tables import quoted

_SHOWN_RECORDS = 200
_SHOWN_COLUMNS = 8
_LONGEST_CELL = 80


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
    sql = f'SELECT * FROM {quoted(definition.name)} WHERE "IsDeleted" = 0 ORDER BY "Id" DESC LIMIT {_SHOWN_RECORDS}'
    rows = await org_of(request).database.read(lambda c: [dict(row) for row in c.execute(sql)])
    fields = _columns(definition)
    cells = [
        [link(_address(definition, row), _name(definition, row)), *(_cell(f, row[f.name]) for f in fields)]
        for row in rows
    ]
    headings = [definition.name_field or "Id", *(field.name for field in fields)]
    note = (
        paragraph(text(f"The newest {_SHOWN_RECORDS} records."), muted=True)
        if len(rows) == _SHOWN_RECORDS
        else Html("")
    )
    return _page(request, definition.label_plural, joined(note, table(headings, cells)))


async def record_page(request: Request) -> Response:
    definition = sobject_of(request)
    sql = f'SELECT * FROM {quoted(definition.name)} WHERE "Id" = ?'
    found = await org_of(request).database.read(lambda c: c.execute(sql, (request.path_params["id"],)).fetchone())
    if found is None:
        raise not_found()
    row = dict(found)
    shown = [(f.name, _value(request, f, row[f.name])) for f in definition.stored_fields if row[f.name] is not None]
    return _page(request, f"{definition.label} {_name(definition, row)}", properties(shown))


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
    return _page(request, mail.subject, joined(head, paragraph(preformatted(mail.body))))


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


def _columns(definition: SObject) -> list[Field]:
    """What fits a table: no long texts, nothing the system sets but the day of creation."""
    own = [f for f in definition.stored_fields if not f.is_long_text and f.name not in SYSTEM_FIELD_NAMES]
    shown = [field for field in own if field.name != definition.name_field][: _SHOWN_COLUMNS - 1]
    created = definition.field("CreatedDate")
    return [*shown, created] if created else shown


def _name(definition: SObject, row: Row) -> ColumnValue:
    return (row[definition.name_field] if definition.name_field else None) or row["Id"]


def _address(definition: SObject, row: Row) -> str:
    return f"/localorg/records/{definition.name}/{row['Id']}"


def _cell(field: Field, value: ColumnValue) -> Html:
    shown = "" if value is None else str(value)
    return text(shown if len(shown) <= _LONGEST_CELL else shown[:_LONGEST_CELL] + "…")


def _value(request: Request, field: Field, value: ColumnValue) -> Html:
    target = org_of(request).schema.of_record(str(value)) if field.reference_to else None
    return link(f"/localorg/records/{target.name}/{RecordId(str(value))}", value) if target else text(value)


PAGE_ROUTES = [
    Route("/", objects_page),
    Route("/localorg/records/{object}", records_page),
    Route("/localorg/records/{object}/{id}", record_page),
    Route("/localorg/mail", mailbox_page),
    Route("/localorg/mail/{id:int}", mail_page),
    Route("/localorg/reset-password", reset_password_page),
    Route("/localorg/reset-password", choose_password, methods=["POST"]),
]
