"""Many records in one request: what became of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from localorg.errors import ApiError, DuplicateExternalIdError
from localorg.ids import RecordId
from localorg.records.service import Records
from localorg.records.values import WrongJsonTypeError


@dataclass(frozen=True, slots=True)
class Outcome:
    """`created` is told by upserts only."""

    id: RecordId | None = None
    created: bool | None = None
    error: ApiError | None = None

    def to_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"id": self.id} if self.id else {}
        body |= {"success": self.error is None, "errors": [error_json(self.error)] if self.error else []}
        return body if self.created is None else body | {"created": self.created}


Work = Callable[[Records], Outcome]


def error_json(error: ApiError) -> dict[str, Any]:
    return {"statusCode": error.code, "message": error.message, "fields": list(error.fields or ())}


def carry_out(records: Records, works: Sequence[Work], *, all_or_none: bool = False) -> list[Outcome]:
    """Each by itself; with `all_or_none` nothing stays written if one is refused."""
    try:
        return _carry_out(records, works, _attempt_unguarded, all_or_none)
    except _HalfWrittenError:
        return _carry_out(records, works, attempt, all_or_none)


def _carry_out(
    records: Records, works: Sequence[Work], attempt_one: Callable[[Records, Work], Outcome], all_or_none: bool
) -> list[Outcome]:
    try:
        with records.rows.savepoint(), records.rows.batch():
            outcomes = [attempt_one(records, work) for work in works]
            if all_or_none and any(outcome.error for outcome in outcomes):
                raise _RolledBackError(outcomes)
    except _RolledBackError as rolled_back:
        return [outcome if outcome.error else _ROLLED_BACK for outcome in rolled_back.outcomes]
    return outcomes


def attempt(records: Records, work: Work) -> Outcome:
    """What `work` wrote is undone if it is refused."""
    try:
        with records.rows.savepoint():
            return work(records)
    except (ApiError, DuplicateExternalIdError) as error:
        return Outcome(error=_told(error))


def _attempt_unguarded(records: Records, work: Work) -> Outcome:
    """Nearly all that is refused is so before it writes, and a savepoint costs as much as a record's insertion."""
    written = records.connection.total_changes
    try:
        return work(records)
    except (ApiError, DuplicateExternalIdError) as error:
        if records.connection.total_changes != written:
            raise _HalfWrittenError from error
        return Outcome(error=_told(error))


def _told(error: ApiError | DuplicateExternalIdError) -> ApiError:
    if isinstance(error, WrongJsonTypeError):
        return ApiError("INVALID_TYPE_ON_FIELD_IN_RECORD", error.sentence, fields=(error.field,))
    if isinstance(error, DuplicateExternalIdError):
        message = f"Duplicate external id specified: more than one record found: [{', '.join(error.ids)}]"
        return ApiError("DUPLICATE_EXTERNAL_ID", message, fields=())
    return error


class _HalfWrittenError(Exception):
    """A record was refused after something of it was written."""


class _RolledBackError(Exception):
    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__("not all records were accepted")
        self.outcomes = outcomes


_ROLLED_BACK = Outcome(
    error=ApiError(
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "Record rolled back because not all records were valid and the request was using AllOrNone header",
        fields=(),
    )
)
