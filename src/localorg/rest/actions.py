"""Invocable actions. Of the standard ones the org has emailSimple, whose mail goes to the mailbox."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from localorg import mailbox
from localorg.answers import json_answer
from localorg.errors import json_parser_error
from localorg.records.values import JsonValue
from localorg.rest.context import data_path, json_object, now, org_of

EMAIL_SIMPLE = "emailSimple"
_LABEL = "Send Email"
_TYPE = "EMAILSIMPLE"
_REQUIRED = ("emailSubject", "emailBody")
_ADDRESSES = ("emailAddresses", "emailAddressesArray")
_MOST_ADDRESSES = 5
_INPUTS: tuple[tuple[str, str, str, bool], ...] = (
    ("emailAddresses", "Recipient Addresses (comma-separated)", "STRING", False),
    ("emailAddressesArray", "Recipient Addresses (collection)", "STRING", False),
    ("emailSubject", "Subject", "STRING", True),
    ("emailBody", "Body", "TEXTAREA", True),
    ("senderType", "Sender Type", "STRING", False),
    ("senderAddress", "Sender Email Address", "STRING", False),
    ("sendRichBody", "Rich-Text-Formatted Body", "BOOLEAN", False),
)


async def list_kinds(request: Request) -> Response:
    return json_answer({"standard": f"{data_path(request)}/actions/standard"})


async def list_standard(request: Request) -> Response:
    address = f"{data_path(request)}/actions/standard/{EMAIL_SIMPLE}"
    return json_answer({"actions": [{"label": _LABEL, "name": EMAIL_SIMPLE, "type": _TYPE, "url": address}]})


async def describe_email_simple(request: Request) -> Response:
    inputs = [
        {"name": name, "label": label, "type": kind, "required": required, "maxOccurs": 1, "description": None}
        for name, label, kind, required in _INPUTS
    ]
    body = {"name": EMAIL_SIMPLE, "label": _LABEL, "type": _TYPE, "standard": True, "inputs": inputs, "outputs": []}
    return json_answer(body)


async def send_email_simple(request: Request) -> Response:
    """One result an input; 400 if any input is refused, and then nothing is sent."""
    body = await json_object(request)
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not inputs or not all(isinstance(one, dict) for one in inputs):
        raise json_parser_error("The request must contain at least one item in 'inputs'.")
    errors = [_error(one) for one in inputs]
    if not any(errors):
        at = now(request)

        def send(connection: sqlite3.Connection) -> None:
            for one in inputs:
                for address in _addresses(one):
                    mailbox.send(connection, address, str(one["emailSubject"]), str(one["emailBody"]), at)

        await org_of(request).database.write(send)
    return json_answer([_result(error) for error in errors], 400 if any(errors) else 200)


def _addresses(one: Mapping[str, JsonValue]) -> list[str]:
    listed, collected = one.get("emailAddresses"), one.get("emailAddressesArray")
    addresses = str(listed).split(",") if listed else []
    if isinstance(collected, list):
        addresses += [str(address) for address in collected]
    return [address.strip() for address in addresses if address.strip()]


def _error(one: Mapping[str, JsonValue]) -> dict[str, Any] | None:
    for name in _REQUIRED:
        if not one.get(name):
            return _problem("REQUIRED_FIELD_MISSING", f"Missing required input parameter: {name}", name)
    addresses = _addresses(one)
    if not addresses:
        return _problem("REQUIRED_FIELD_MISSING", "Missing required input parameter: emailAddresses", _ADDRESSES[0])
    if len(addresses) > _MOST_ADDRESSES:
        return _problem("LIMIT_EXCEEDED", f"No more than {_MOST_ADDRESSES} addresses are allowed", _ADDRESSES[0])
    wrong = [address for address in addresses if "@" not in address or " " in address]
    if wrong:
        return _problem("INVALID_EMAIL_ADDRESS", f"Invalid email address: {wrong[0]}", _ADDRESSES[0])
    return None


def _problem(code: str, message: str, field: str) -> dict[str, Any]:
    return {"statusCode": code, "message": message, "fields": [field]}


def _result(error: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "actionName": EMAIL_SIMPLE,
        "errors": [error] if error else None,
        "invocationId": None,
        "isSuccess": error is None,
        "outcome": None,
        "outputValues": None,
        "sortOrder": -1,
        "version": 1,
    }
