"""Salesforce's error answers.

ApiError
  what the caller can mend in the request      400, 404, 405 (the default)
  what a new token mends                       401 `session_expired`
  what only waiting mends                      403 `request_limit_exceeded`, 400 `row_locked`, 503
"""

from collections.abc import Mapping
from typing import Any

NO_HEADERS: Mapping[str, str] = {}
NO_DETAILS: Mapping[str, Any] = {}


class ApiError(Exception):
    """Answered as `[{"message", "errorCode", "fields"?, …details}]` with `status`."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        fields: tuple[str, ...] | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
        details: Mapping[str, Any] = NO_DETAILS,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields
        self.headers = headers
        self.details = details

    def body(self) -> list[dict[str, Any]]:
        error: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            error["fields"] = list(self.fields)
        return [error | dict(self.details)]


class DuplicateExternalIdError(Exception):
    """More than one record carries the external id: answered 300 with their addresses."""

    def __init__(self, object_name: str, ids: tuple[str, ...]) -> None:
        super().__init__(f"{len(ids)} records of {object_name} share the external id")
        self.object_name = object_name
        self.ids = ids


def not_found() -> ApiError:
    return ApiError("NOT_FOUND", "The requested resource does not exist", status=404)


def session_expired() -> ApiError:
    return ApiError("INVALID_SESSION_ID", "Session expired or invalid", status=401)


def request_limit_exceeded() -> ApiError:
    return ApiError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)


def method_not_allowed(method: str, allowed: str) -> ApiError:
    message = f"HTTP Method '{method}' not allowed. Allowed are {allowed}"
    return ApiError("METHOD_NOT_ALLOWED", message, status=405, headers={"Allow": allowed})


def row_locked(record: str) -> ApiError:
    message = f"unable to obtain exclusive access to this record or 1 records: {record}"
    return ApiError("UNABLE_TO_LOCK_ROW", message, fields=())


def insufficient_access() -> ApiError:
    message = "insufficient access rights on object id"
    return ApiError("INSUFFICIENT_ACCESS_OR_READONLY", message, status=403, fields=())


def insufficient_access_to_parent(field: str) -> ApiError:
    message = "insufficient access rights on cross-reference id"
    return ApiError("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", message, fields=(field,))


def entity_is_deleted() -> ApiError:
    return ApiError("ENTITY_IS_DELETED", "entity is deleted", status=404, fields=())


def json_parser_error(message: str) -> ApiError:
    return ApiError("JSON_PARSER_ERROR", message)


def no_such_column(field: str, object_name: str) -> ApiError:
    return ApiError("INVALID_FIELD", f"No such column '{field}' on sobject of type {object_name}")


def field_not_writable(field: str) -> ApiError:
    message = (
        f"Unable to create/update fields: {field}. Please check the security settings of this field "
        "and verify that it is read/write for your profile or permission set."
    )
    return ApiError("INVALID_FIELD_FOR_INSERT_UPDATE", message, fields=(field,))


def required_fields_missing(fields: tuple[str, ...]) -> ApiError:
    return ApiError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(fields)}]", fields=fields)


def invalid_cross_reference(fields: tuple[str, ...] = (), *, status: int = 400) -> ApiError:
    return ApiError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", status=status, fields=fields)
