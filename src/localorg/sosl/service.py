"""A search from text to records, the most relevant first."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from localorg.access import Access
from localorg.ids import RecordId
from localorg.schema.models import FieldType, Schema, SObject
from localorg.soql.ast import AllOf, FieldPath, InValues, Query, Selected, Source
from localorg.soql.compiler import LARGEST_OFFSET, Compiler
from localorg.soql.date_literals import Calendar
from localorg.soql.errors import unsupported_type
from localorg.soql.executor import Executor, JsonRecord
from localorg.soql.service import access_of, record_id_of
from localorg.sosl.models import MOST_RESULTS, AllTerms, AnyTerm, FieldGroup, Phrase, Search, Term, Without, Word
from localorg.sosl.parser import malformed_search, parse_search
from localorg.sosl.terms import unescaped
from localorg.storage.quoting import quoted
from localorg.storage.search import index_name, searched_fields, terms_name

_MOST_MEANT: Final = 200
"""Words that one with a wildcard may stand for."""
_NOTHING: Final = '""'
_GROUPS: Final = {
    FieldGroup.EMAIL: frozenset({FieldType.EMAIL}),
    FieldGroup.PHONE: frozenset({FieldType.PHONE}),
    FieldGroup.SIDEBAR: frozenset({FieldType.EMAIL, FieldType.PHONE}),
}


def run_search(
    connection: sqlite3.Connection,
    schema: Schema,
    calendar: Calendar,
    text: str,
    *,
    data_path: str,
    viewer: RecordId | None = None,
) -> tuple[JsonRecord, ...]:
    """Raises ApiError MALFORMED_SEARCH, or what a query with the same conditions would."""
    access = access_of(connection, schema, calendar, viewer)
    return _Searcher(connection, schema, calendar, text, data_path, access).run(parse_search(text))


@dataclass(frozen=True, slots=True)
class _Searcher:
    connection: sqlite3.Connection
    schema: Schema
    calendar: Calendar
    text: str
    data_path: str
    access: Access

    def run(self, search: Search) -> tuple[JsonRecord, ...]:
        found: list[JsonRecord] = []
        for query in search.returning or self._everywhere():
            if len(found) < search.limit:
                found += self._records(search, query)
        return tuple(found[: search.limit])

    def _everywhere(self) -> Iterator[Query]:
        for definition in self.schema:
            if definition.searchable and self.access.may(definition, "Read"):
                yield Query((Selected(FieldPath(("Id",))),), Source(definition.name))

    def _records(self, search: Search, query: Query) -> tuple[JsonRecord, ...]:
        definition = self.schema.find(query.source.name)
        if definition is None or not self.access.may(definition, "Read"):
            raise unsupported_type(self.text, query.source.position, query.source.name)
        if not definition.searchable:
            raise malformed_search(f"Entity '{definition.name}' is not supported in a search")
        ids = self._matching(definition, search)
        among = InValues(FieldPath(("Id",)), ids)
        by_relevance = not query.order_by
        asked = replace(query, where=AllOf((among, query.where)) if query.where else among)
        if by_relevance:
            asked = replace(asked, limit=None, offset=None)
        compiled = Compiler(self.schema, self.calendar, self.text, access=self.access).compile(asked)
        if compiled.aggregate:
            raise malformed_search("Aggregate functions are not supported in a search")
        records = Executor(self.connection, self.schema, self.data_path).run(compiled).records
        if not by_relevance:
            return records
        place = {record_id: position for position, record_id in enumerate(ids)}
        ordered = sorted(records, key=lambda record: place[record_id_of(record)])
        first = min(query.offset or 0, LARGEST_OFFSET)
        return tuple(ordered[first : None if query.limit is None else first + query.limit])

    def _matching(self, definition: SObject, search: Search) -> tuple[str, ...]:
        """Ids of the records whose text the term is in, the most relevant first."""
        columns = self._columns(definition, search.group)
        if not columns:
            return ()
        asked = f"{{{' '.join(map(quoted, columns))}}} : ({self._expression(definition, search.term)})"
        index = quoted(index_name(definition))
        sql = (
            f'SELECT record."Id" FROM {index} JOIN {quoted(definition.name)} AS record ON record.rowid = {index}.rowid '
            f'WHERE {index} MATCH ? AND record."IsDeleted" = 0 ORDER BY {index}.rank, record."Id" LIMIT {MOST_RESULTS}'
        )
        return tuple(row[0] for row in self.connection.execute(sql, (asked,)))

    def _columns(self, definition: SObject, group: FieldGroup) -> tuple[str, ...]:
        names = {definition.name_field, "Subject"} if group in (FieldGroup.NAME, FieldGroup.SIDEBAR) else set()
        types = _GROUPS.get(group, frozenset())
        fields = [field for name in searched_fields(definition) if (field := definition.field(name))]
        return tuple(
            field.name
            for field in fields
            if (group is FieldGroup.ALL or field.type in types or field.name in names)
            and self.access.sees(definition, field)
        )

    def _expression(self, definition: SObject, term: Term) -> str:
        match term:
            case Phrase(text):
                return _quoted(text)
            case Word(text):
                return self._word(definition, text)
            case AllTerms(terms):
                return "(" + " AND ".join(self._expression(definition, one) for one in terms) + ")"
            case AnyTerm(terms):
                return "(" + " OR ".join(self._expression(definition, one) for one in terms) + ")"
            case Without(wanted, unwanted):
                return f"({self._expression(definition, wanted)} NOT {self._expression(definition, unwanted)})"

    def _word(self, definition: SObject, text: str) -> str:
        pattern = re.split(r"(?<!\\)([*?])", text)
        wildcards = pattern[1::2]
        if not wildcards:
            return _quoted(unescaped(text))
        if wildcards == ["*"] and not pattern[-1]:
            return f"{_quoted(unescaped(pattern[0]))}*"
        glob = "".join(piece if piece in ("*", "?") else _globbed(unescaped(piece)) for piece in pattern)
        sql = f"SELECT term FROM {quoted(terms_name(definition))} WHERE term GLOB ? LIMIT {_MOST_MEANT}"
        meant = [row[0] for row in self.connection.execute(sql, (glob.lower(),))]
        return f"({' OR '.join(map(_quoted, meant))})" if meant else _NOTHING


def _quoted(text: str) -> str:
    """A string of FTS5; its own tokenizer takes it apart."""
    return '"' + text.replace('"', '""').replace("\0", " ") + '"'


def _globbed(text: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", text)
