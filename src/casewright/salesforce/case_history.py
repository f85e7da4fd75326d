"""What an org's closed cases were about, as its people have labelled them."""

import re
from typing import Final

from pydantic import Field, create_model

from casewright.kit.errors import InvalidInput
from casewright.salesforce.client import MOST_ROWS, SalesforceClient
from casewright.salesforce.errors import ReferenceRefused
from casewright.salesforce.models import ClosedCase, NamedRow, Row

_FIELD: Final = re.compile(r"(?:Case\.)?([A-Za-z][A-Za-z0-9_]*)")


class _ClosedCaseRow(Row):
    case_number: str
    subject: str | None = None
    description: str | None = None
    supplied_name: str | None = None
    contact: NamedRow | None = None
    label: str


async def closed_cases(client: SalesforceClient, label_field: str, most: int) -> tuple[ClosedCase, ...]:
    """The newest closed cases in which the field, such as Type, says what they were about; at most `most`, or `MOST_ROWS`.

    Raises `InvalidInput` for a field that cases do not have, and like `SalesforceClient.query`."""
    named = _FIELD.fullmatch(label_field)
    if named is None:
        raise InvalidInput(f"{label_field!r} is no field's API name; it must be like Type, Reason or Product_Area__c.")
    field = named[1]
    row = create_model("_LabelledCaseRow", __base__=_ClosedCaseRow, label=(str, Field(alias=field)))
    try:
        rows = await client.query(
            row,
            f"SELECT Id, CaseNumber, Subject, Description, SuppliedName, Contact.Id, Contact.Name, {field} FROM Case "
            f"WHERE IsClosed = true AND {field} != null ORDER BY ClosedDate DESC LIMIT {min(most, MOST_ROWS)}",
        )
    except ReferenceRefused:
        raise InvalidInput(
            f"Cases of this org have no field {field}, or its integration user may not read it."
        ) from None
    return tuple(
        ClosedCase(
            number=one.case_number,
            label=one.label,
            subject=one.subject or "",
            description=one.description or "",
            names=tuple(name for name in (one.contact.name if one.contact else None, one.supplied_name) if name),
        )
        for one in rows
    )
