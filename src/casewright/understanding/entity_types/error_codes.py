"""Codes of errors: Salesforce's and what is written like them, and HTTP statuses."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from casewright.understanding.models import Entity, ErrorMeaning, StatusMeaning

# Of the SOAP API's ExceptionCode and StatusCode, and of REST, Bulk and Metadata API (Salesforce Developer Guides).
KNOWN: Final = frozenset(
    {
        "ALREADY_IN_PROCESS",
        "APEX_ERROR",
        "API_CURRENTLY_DISABLED",
        "API_DISABLED_FOR_ORG",
        "ASSIGNEE_TYPE_REQUIRED",
        "CANNOT_CASCADE_PRODUCT_ACTIVE",
        "CANNOT_EXECUTE_FLOW_TRIGGER",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "CANNOT_MODIFY_MANAGED_OBJECT",
        "CIRCULAR_DEPENDENCY",
        "CLIENT_NOT_ACCESSIBLE_FOR_USER",
        "CUSTOM_ENTITY_OR_FIELD_LIMIT",
        "CUSTOM_METADATA_LIMIT_EXCEEDED",
        "DELETE_FAILED",
        "DELETE_OPERATION_TOO_LARGE",
        "DEPENDENCY_EXISTS",
        "DUPLICATES_DETECTED",
        "DUPLICATE_EXTERNAL_ID",
        "DUPLICATE_USERNAME",
        "DUPLICATE_VALUE",
        "EMAIL_NOT_PROCESSED_DUE_TO_PRIOR_ERROR",
        "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE",
        "ENTITY_IS_DELETED",
        "ENTITY_IS_LOCKED",
        "ERROR_IN_MAILER",
        "EXCEEDED_ID_LIMIT",
        "EXCEEDED_MAX_SIZE_REQUEST",
        "EXCEEDED_QUOTA",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "FIELD_FILTER_VALIDATION_EXCEPTION",
        "FIELD_INTEGRITY_EXCEPTION",
        "FUNCTIONALITY_NOT_ENABLED",
        "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE",
        "INACTIVE_OWNER_OR_USER",
        "INSUFFICIENT_ACCESS",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INVALID_ASSIGNEE_TYPE",
        "INVALID_BATCH_SIZE",
        "INVALID_CROSS_REFERENCE_KEY",
        "INVALID_EMAIL_ADDRESS",
        "INVALID_FIELD",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "INVALID_ID_FIELD",
        "INVALID_LOGIN",
        "INVALID_NEW_PASSWORD",
        "INVALID_OPERATION",
        "INVALID_OPERATION_WITH_EXPIRED_PASSWORD",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "INVALID_QUERY_FILTER_OPERATOR",
        "INVALID_QUERY_LOCATOR",
        "INVALID_SEARCH",
        "INVALID_SESSION_ID",
        "INVALID_STATUS",
        "INVALID_TYPE",
        "INVALID_TYPE_ON_FIELD_IN_RECORD",
        "JSON_PARSER_ERROR",
        "LICENSE_LIMIT_EXCEEDED",
        "LIMIT_EXCEEDED",
        "LOGIN_DURING_RESTRICTED_DOMAIN",
        "LOGIN_DURING_RESTRICTED_TIME",
        "LOGIN_MUST_USE_SECURITY_TOKEN",
        "MALFORMED_ID",
        "MALFORMED_QUERY",
        "MALFORMED_SEARCH",
        "MAXIMUM_SIZE_OF_ATTACHMENT",
        "METHOD_NOT_ALLOWED",
        "MISSING_ARGUMENT",
        "MIXED_DML_OPERATION",
        "NOT_FOUND",
        "NUMBER_OUTSIDE_VALID_RANGE",
        "NUM_HISTORY_FIELDS_BY_SOBJECT_EXCEEDED",
        "OPERATION_TOO_LARGE",
        "ORG_LOCKED",
        "PASSWORD_LOCKOUT",
        "QUERY_TIMEOUT",
        "QUERY_TOO_COMPLICATED",
        "REQUEST_LIMIT_EXCEEDED",
        "REQUEST_RUNNING_TOO_LONG",
        "REQUIRED_FIELD_MISSING",
        "SELF_REFERENCE_FROM_TRIGGER",
        "SERVER_UNAVAILABLE",
        "SINGLE_EMAIL_LIMIT_EXCEEDED",
        "SSO_SERVICE_DOWN",
        "STORAGE_LIMIT_EXCEEDED",
        "STRING_TOO_LONG",
        "TOO_MANY_APEX_REQUESTS",
        "TRANSFER_REQUIRES_READ",
        "TRIAL_EXPIRED",
        "UNABLE_TO_LOCK_ROW",
        "UNKNOWN_EXCEPTION",
        "UNSUPPORTED_API_VERSION",
        "XML_PARSER_ERROR",
    }
)
# OAuth's errors (RFC 6749, section 5.2, and Salesforce's own beside them); written in small letters.
OF_OAUTH: Final = frozenset(
    {
        "access_denied",
        "inactive_org",
        "inactive_user",
        "invalid_client",
        "invalid_client_credentials",
        "invalid_client_id",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "rate_limit_exceeded",
        "redirect_uri_mismatch",
        "redirect_uri_missing",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
    }
)
LEAST_WORDS: Final = 3
"""Of a code in plain words: shorter ones are said without meaning the code."""
IN_WORDS: Final = {code.lower().replace("_", " "): code for code in KNOWN if code.count("_") + 1 >= LEAST_WORDS}

ERROR_CODE: Final = re.compile(r"(?<![\w/\[])(?:[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+|[EFW]-?[0-9]{3,4})(?!\w)")
IN_SMALL_LETTERS: Final = re.compile(r"(?<![\w/.@-])[a-z]+(?:_[a-z]+)+(?![\w@])")
EXCEPTION: Final = re.compile(r"(?<![\w.])System\.[A-Z][A-Za-z]+Exception(?!\w)")

HTTP_STATUS: Final = re.compile(
    r"(?:(?<![\w.#-])(?:https?|http/\d(?:\.\d)?|status|code|error|response|fehler|antwort|returns?|returned|gets?"
    r"|getting|got|a|an|ein|with|mit|erreur|código|codigo|erro|estado|statut|réponse|respuesta|resposta)|ステータス(?:コード)?|エラー)"
    r"[ :=]{1,3}(?P<status>[1-5][0-9]{2})(?![\w]|[.,]\d| ?(?:%|usd|eur|euros?|dollars?|rows?|records?|users?|calls?"
    r"|mb|gb))"
    r"|(?<![\w.#,-])(?P<named>[45][0-9]{2})(?= (?:error|unauthori[sz]ed|forbidden|not found|bad request|response"
    r"|status|fehler|internal|service unavailable|too many requests|gateway))",
    re.IGNORECASE,
)
_REASONS: Final = {str(status.value): status.phrase for status in HTTPStatus}


def find_error_codes(text: str) -> Iterator[Entity]:
    for match in ERROR_CODE.finditer(text):
        yield _code(match[0].replace("-", ""), match.span())
    for match in EXCEPTION.finditer(text):
        yield _code(match[0], match.span(), known=True)
    for match in IN_SMALL_LETTERS.finditer(text):
        if match[0].upper() in KNOWN:
            yield _code(match[0].upper(), match.span())
        elif match[0] in OF_OAUTH:
            yield _code(match[0], match.span(), known=True)
    lowered = text.lower()
    for words, code in IN_WORDS.items():
        place = lowered.find(words)
        # Lowering may change a text's length, and then nothing lies where it did.
        if place >= 0 and len(lowered) == len(text):
            yield _code(code, (place, place + len(words)))


def find_http_statuses(text: str) -> Iterator[Entity]:
    for match in HTTP_STATUS.finditer(text):
        group = "status" if match["status"] else "named"
        yield http_status(match[group], match.span(group))


def http_status(status: str, span: tuple[int, int]) -> Entity:
    reason = StatusMeaning(reason=_REASONS.get(status, ""))
    return Entity(type="http_status", value=status, start=span[0], end=span[1], details=reason)


def _code(code: str, span: tuple[int, int], known: bool = False) -> Entity:
    meaning = ErrorMeaning(known=known or code in KNOWN)
    return Entity(type="error_code", value=code, start=span[0], end=span[1], details=meaning)
