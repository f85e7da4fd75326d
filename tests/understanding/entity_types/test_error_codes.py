import pytest

from casewright.understanding.entity_types.error_codes import find_error_codes, find_http_statuses
from casewright.understanding.models import ErrorMeaning, StatusMeaning


@pytest.mark.parametrize(
    ("text", "code", "known"),
    [
        ("INVALID_SESSION_ID: Session expired", "INVALID_SESSION_ID", True),
        ("we get invalid_session_id", "INVALID_SESSION_ID", True),
        ("it says unable to lock row", "UNABLE_TO_LOCK_ROW", True),
        ("the token call returns invalid_grant", "invalid_grant", True),
        ("System.LimitException: Too many SOQL queries: 101", "System.LimitException", True),
        ("OUR_OWN_CODE came up", "OUR_OWN_CODE", False),
        ("Display zeigt E-203", "E203", False),
    ],
)
def test_a_code_is_found_however_it_is_written(text: str, code: str, known: bool) -> None:
    assert [(one.value, one.details) for one in find_error_codes(text)] == [(code, ErrorMeaning(known=known))]


@pytest.mark.parametrize(
    "text", ["it was not found", "a duplicate value", "my_own_field", "[EMAIL_1]", "a/INVALID_TYPE"]
)
def test_plain_words_and_names_are_no_codes(text: str) -> None:
    assert list(find_error_codes(text)) == []


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("Die REST-API antwortet mit 401", "401", "Unauthorized"),
        ("error code: 503", "503", "Service Unavailable"),
        ("da error 404", "404", "Not Found"),
        ("エラー 500 になります", "500", "Internal Server Error"),
        ("HTTP 299", "299", ""),
    ],
)
def test_a_status_has_its_reason(text: str, status: str, reason: str) -> None:
    assert [(one.value, one.details) for one in find_http_statuses(text)] == [(status, StatusMeaning(reason=reason))]
