"""Results larger than one batch, kept until they are fetched with nextRecordsUrl."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from localorg.errors import ApiError
from localorg.soql.executor import JsonRecord, QueryResult

_MOST_CURSORS = 10
"""As many as Salesforce keeps for a user; the oldest gives way."""


@dataclass(frozen=True, slots=True)
class Batch:
    records: tuple[JsonRecord, ...]
    total_size: int
    next_locator: str | None


@dataclass
class Cursors:
    _results: OrderedDict[str, QueryResult] = field(default_factory=OrderedDict)

    def first(self, result: QueryResult, size: int) -> Batch:
        if len(result.records) <= size:
            return Batch(result.records, result.total_size, None)
        locator = "01g" + secrets.token_hex(8)[:15]
        self._results[locator] = result
        while len(self._results) > _MOST_CURSORS:
            self._results.popitem(last=False)
        return self._batch(locator, result, 0, size)

    def next(self, locator: str, size: int) -> Batch:
        """`locator` is `01g…-2000`: the cursor and how many records were given. Raises ApiError."""
        cursor, _, given = locator.partition("-")
        result = self._results.get(cursor)
        if result is None or not given.isdigit() or int(given) >= len(result.records):
            raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._batch(cursor, result, int(given), size)

    def clear(self) -> None:
        self._results.clear()

    def _batch(self, cursor: str, result: QueryResult, start: int, size: int) -> Batch:
        end = start + size
        following = f"{cursor}-{end}" if end < len(result.records) else None
        return Batch(result.records[start:end], result.total_size, following)
