"""emailSimple: its mail goes to the mailbox."""

from collections.abc import Sequence

from localorg import mailbox
from localorg.actions.base import Action, Asked, Input, Parameter, Result
from localorg.email_to_case import threading_token
from localorg.errors import ApiError
from localorg.ids import instance_code, is_record_id, parse_record_id
from localorg.records.service import Records

_REQUIRED = ("emailSubject", "emailBody")
_ADDRESSES = ("emailAddresses", "emailAddressesArray")
_MOST_ADDRESSES = 5
_SENT = "3"


def _perform(asked: Asked) -> Sequence[Result]:
    results = [Result(error=_error(one)) for one in asked.inputs]
    if not any(result.error for result in results):
        for one in asked.inputs:
            _send(asked, one)
    return results


def _send(asked: Asked, one: Input) -> None:
    subject, body, case_id = str(one["emailSubject"]), str(one["emailBody"]), _related_case(asked, one)
    if case_id and one.get("addThreadingTokenToSubject") is True:
        subject = f"{subject} [ {threading_token(asked.connection, case_id)} ]"
    if case_id and one.get("addThreadingTokenToBody") is True:
        body = f"{body}\n\n{threading_token(asked.connection, case_id)}"
    for address in _addresses(one):
        mailbox.send(asked.connection, address, subject, body, asked.at)
    if case_id and one.get("logEmailOnSend") is True:
        records = Records(asked.connection, asked.org.schema, instance_code(asked.org.name), asked.caller)
        sent = {"ParentId": case_id, "Subject": subject, "TextBody": body, "ToAddress": "; ".join(_addresses(one))}
        records.create(asked.org.schema.get("EmailMessage"), {**sent, "Status": _SENT, "Incoming": False})


def _related_case(asked: Asked, one: Input) -> str | None:
    """The case a mail is about, if it is about one."""
    related = str(one.get("relatedRecordId") or "")
    if not is_record_id(related):
        return None
    definition = asked.org.schema.of_record(related)
    return parse_record_id(related) if definition and definition.name == "Case" else None


def _addresses(one: Input) -> list[str]:
    listed, collected = one.get("emailAddresses"), one.get("emailAddressesArray")
    addresses = str(listed).split(",") if listed else []
    if isinstance(collected, list):
        addresses += [str(address) for address in collected]
    return [address.strip() for address in addresses if address.strip()]


def _error(one: Input) -> ApiError | None:
    for name in _REQUIRED:
        if not one.get(name):
            return ApiError("REQUIRED_FIELD_MISSING", f"Missing required input parameter: {name}", fields=(name,))
    addresses, first = _addresses(one), (_ADDRESSES[0],)
    if not addresses:
        return ApiError("REQUIRED_FIELD_MISSING", f"Missing required input parameter: {_ADDRESSES[0]}", fields=first)
    if len(addresses) > _MOST_ADDRESSES:
        return ApiError("LIMIT_EXCEEDED", f"No more than {_MOST_ADDRESSES} addresses are allowed", fields=first)
    wrong = [address for address in addresses if "@" not in address or " " in address]
    if wrong:
        return ApiError("INVALID_EMAIL_ADDRESS", f"Invalid email address: {wrong[0]}", fields=first)
    return None


EMAIL_SIMPLE = Action(
    name="emailSimple",
    label="Send Email",
    type="EMAILSIMPLE",
    perform=_perform,
    inputs=(
        Parameter("emailAddresses", "Recipient Addresses (comma-separated)", "STRING"),
        Parameter("emailAddressesArray", "Recipient Addresses (collection)", "STRING"),
        Parameter("emailSubject", "Subject", "STRING", required=True),
        Parameter("emailBody", "Body", "TEXTAREA", required=True),
        Parameter("senderType", "Sender Type", "STRING"),
        Parameter("senderAddress", "Sender Email Address", "STRING"),
        Parameter("relatedRecordId", "Related Record ID", "STRING"),
        Parameter("logEmailOnSend", "Log Email on Send", "BOOLEAN"),
        Parameter("addThreadingTokenToBody", "Add Threading Token to Body", "BOOLEAN"),
        Parameter("addThreadingTokenToSubject", "Add Threading Token to Subject", "BOOLEAN"),
        Parameter("sendRichBody", "Rich-Text-Formatted Body", "BOOLEAN"),
    ),
)
