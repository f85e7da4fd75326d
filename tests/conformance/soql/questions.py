"""Questions made at random, each in SOQL and in plain SQL. The SQL is written here, by hand, from what SOQL documents."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.conformance.soql.people import NOW


@dataclass(frozen=True)
class Question:
    """`columns` are the places in a record of what the SQL's columns hold; `ordered`: the rows come in one order only."""

    soql: str
    sql: str
    columns: tuple[str, ...]
    ordered: bool


@dataclass(frozen=True)
class _Part:
    soql: str
    sql: str


_TEXTS = {
    "Case": ("Subject", "Status", "Priority", "Origin", "Reason"),
    "Account": ("Name", "Industry", "BillingCity", "Type"),
    "Contact": ("LastName", "FirstName", "Email", "Title"),
    "Credit__c": ("Reason__c", "Status__c"),
}
_NUMBERS = {
    "Case": ("Confidence__c",),
    "Account": ("NumberOfEmployees", "AnnualRevenue"),
    "Contact": (),
    "Credit__c": ("Amount__c",),
}
_PICKLISTS = {
    "Status": ("New", "Working", "Waiting on Customer", "Escalated", "Closed"),
    "Priority": ("Low", "Medium", "High", "Critical"),
    "Origin": ("Web", "Chat", "Email", "Phone"),
    "Reason": ("Installation", "Performance", "Breakdown", "Access", "Billing", "User education", "Other"),
    "Type": ("Prospect", "Customer - Direct", "Customer - Channel", "Partner", "Other"),
    "Status__c": ("Pending", "Approved", "Issued", "Rejected"),
}
_VALUES = (
    "New",
    "closed",
    "HIGH",
    "Low",
    "Energy",
    "media",
    "Oslo",
    "Ada",
    "B3",
    "login 2",
    "Acme 1",
    "Billing",
    "Web",
)
_VALUES += ("Pending", "it's late", "Partner", "p7@one.example")
_PATTERNS = ("%", "a%", "%o", "%e%", "_e%", "l%n%", "ACME%", "%_b%", "50\\\\%%", "%it\\'s%", "b")
_PARENTS = {
    "Case": {"Contact": "ContactId", "Account": "AccountId"},
    "Contact": {"Account": "AccountId"},
    "Credit__c": {"Account__r": "Account__c"},
    "Account": {},
}
_PARENT_OBJECTS = {"Contact": "Contact", "Account": "Account", "Account__r": "Account"}
_CHILDREN = {"Account": (("Contacts", "Contact", "AccountId"), ("Cases", "Case", "AccountId")), "Contact": (("Cases", "Case", "ContactId"),), "Case": (("CaseComments", "CaseComment", "ParentId"), ("Cases", "Case", "ParentId"))}  # fmt: skip
_FOLD = " COLLATE NOCASE"


class Asker:
    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def question(self) -> Question:
        kinds = (self._list, self._list, self._list, self._group, self._count, self._children, self._total)
        return self._random.choice(kinds)()

    def _list(self) -> Question:
        r = self._random
        name = r.choice(tuple(_TEXTS))
        columns = [_Part("Id", 't."Id"')] + [self._column(name) for _ in range(r.randint(1, 3))]
        columns = list({part.soql: part for part in columns}.values())
        where = self._condition(name, 2) if r.random() < 0.85 else None
        soql = f"SELECT {', '.join(part.soql for part in columns)} FROM {name}"
        sql = f"SELECT {', '.join(part.sql for part in columns)} {self._from(name)}"
        soql, sql = self._filtered(soql, sql, where)
        ordered = r.random() < 0.6
        if ordered:
            order = self._ordering(name)
            soql, sql = f"{soql} ORDER BY {order.soql}, Id", f'{sql} ORDER BY {order.sql}, t."Id"'
            if r.random() < 0.5:
                page = f" LIMIT {r.randrange(1, 40)}" + (f" OFFSET {r.randrange(30)}" if r.random() < 0.5 else "")
                soql, sql = soql + page, sql + page
        return Question(soql, sql, tuple(part.soql for part in columns), ordered)

    def _group(self) -> Question:
        r = self._random
        name = r.choice(("Case", "Account", "Credit__c"))
        key = r.choice((*_TEXTS[name], "@"))
        group = (
            self._date_part()
            if key == "@" and name == "Case"
            else _Part(key.replace("@", "Id"), f't."{key.replace("@", "Id")}"')
        )
        folded = group.sql if "substr" in group.sql else f"{group.sql}{_FOLD}"
        calls = [self._aggregate(name) for _ in range(r.randint(1, 3))]
        shown = ", ".join(f"{call.soql} a{number}" for number, call in enumerate(calls))
        where = self._condition(name, 1) if r.random() < 0.6 else None
        soql = f"SELECT {shown} FROM {name}"
        sql = f"SELECT {', '.join(call.sql for call in calls)} {self._from(name)}"
        soql, sql = self._filtered(soql, sql, where)
        soql, sql = f"{soql} GROUP BY {group.soql}", f"{sql} GROUP BY {folded}"
        if r.random() < 0.5:
            having = r.choice((" > 2", " <= 20", " != 1"))
            soql, sql = f"{soql} HAVING COUNT(Id){having}", f"{sql} HAVING count(*){having}"
        return Question(soql, sql, tuple(f"a{number}" for number in range(len(calls))), ordered=False)

    def _total(self) -> Question:
        r = self._random
        name = r.choice(("Case", "Account", "Credit__c"))
        calls = [self._aggregate(name) for _ in range(r.randint(1, 3))]
        soql = f"SELECT {', '.join(f'{call.soql} a{n}' for n, call in enumerate(calls))} FROM {name}"
        sql = f"SELECT {', '.join(call.sql for call in calls)} {self._from(name)}"
        soql, sql = self._filtered(soql, sql, self._condition(name, 1))
        return Question(soql, sql, tuple(f"a{number}" for number in range(len(calls))), ordered=True)

    def _count(self) -> Question:
        name = self._random.choice(tuple(_TEXTS))
        soql, sql = f"SELECT COUNT() FROM {name}", f"SELECT count(*) {self._from(name)}"
        return Question(*self._filtered(soql, sql, self._condition(name, 2)), (), ordered=True)

    def _children(self) -> Question:
        """How many children each record has that meet a condition, told by a subquery."""
        r = self._random
        name = r.choice(tuple(_CHILDREN))
        relationship, child, key = r.choice(_CHILDREN[name])
        inner = _Part("IsPublished = true", 'c."IsPublished" = 1') if child == "CaseComment" else self._text(child, "c")
        soql = f"SELECT Id, (SELECT Id FROM {relationship} WHERE {inner.soql}) FROM {name}"
        counted = f'(SELECT count(*) FROM "{child}" c WHERE c."{key}" = t."Id" AND {inner.sql})'
        sql = f'SELECT t."Id", {counted} {self._from(name)}'
        soql, sql = self._filtered(soql, sql, self._condition(name, 1))
        return Question(soql, sql, ("Id", f"{relationship}.totalSize"), ordered=False)

    def _from(self, name: str) -> str:
        joins = [
            f'LEFT JOIN "{_PARENT_OBJECTS[parent]}" AS "{parent}" ON "{parent}"."Id" = t."{key}"'
            for parent, key in _PARENTS[name].items()
        ]
        return " ".join((f'FROM "{name}" t', *joins))

    def _filtered(self, soql: str, sql: str, where: _Part | None) -> tuple[str, str]:
        return (soql, sql) if where is None else (f"{soql} WHERE {where.soql}", f"{sql} WHERE {where.sql}")

    def _column(self, name: str) -> _Part:
        r = self._random
        if _PARENTS[name] and r.random() < 0.3:
            parent = r.choice(tuple(_PARENTS[name]))
            column = r.choice(_TEXTS[_PARENT_OBJECTS[parent]])
            return _Part(f"{parent}.{column}", f'"{parent}"."{column}"')
        column = r.choice((*_TEXTS[name], *_NUMBERS[name]))
        return _Part(column, f't."{column}"')

    def _ordering(self, name: str) -> _Part:
        r = self._random
        column = r.choice((*_TEXTS[name], *_NUMBERS[name]))
        direction, nulls = r.choice(("ASC", "DESC")), r.choice(("", " NULLS FIRST", " NULLS LAST"))
        key = f't."{column}"' + ("" if column in _NUMBERS[name] else _FOLD)
        if column in _PICKLISTS:
            ranks = " ".join(f"WHEN '{value}' THEN {rank}" for rank, value in enumerate(_PICKLISTS[column]))
            key = f't."{column}" IS NOT NULL, CASE t."{column}" {ranks} END'
        null_key = f't."{column}" IS NULL' + (" DESC" if "LAST" not in nulls else "")
        plain = key.split(" IS NOT NULL, ")[-1]
        return _Part(f"{column} {direction}{nulls}", f"{null_key}, {plain} {direction}")

    def _aggregate(self, name: str) -> _Part:
        r = self._random
        number = r.choice(_NUMBERS[name])
        text = r.choice(_TEXTS[name])
        return r.choice(
            (
                _Part("COUNT(Id)", "count(*)"),
                _Part(f"SUM({number})", f'sum(t."{number}")'),
                _Part(f"AVG({number})", f'avg(t."{number}")'),
                _Part(f"MIN({number})", f'min(t."{number}")'),
                _Part(f"MAX({number})", f'max(t."{number}")'),
                _Part(f"COUNT({text})", f'count(t."{text}")'),
                _Part(f"COUNT_DISTINCT({text})", f'count(DISTINCT t."{text}"{_FOLD})'),
            )
        )

    def _date_part(self) -> _Part:
        return self._random.choice(
            (
                _Part("CALENDAR_YEAR(CreatedDate)", 'substr(t."CreatedDate", 1, 4)'),
                _Part("CALENDAR_MONTH(CreatedDate)", 'substr(t."CreatedDate", 6, 2)'),
                _Part("DAY_IN_MONTH(CreatedDate)", 'substr(t."CreatedDate", 9, 2)'),
                _Part("HOUR_IN_DAY(CreatedDate)", 'substr(t."CreatedDate", 12, 2)'),
            )
        )

    def _condition(self, name: str, depth: int) -> _Part:
        r = self._random
        parts = [self._simple(name, depth) for _ in range(r.choice((1, 2, 2, 3)))]
        if len(parts) == 1:
            part = parts[0]
            return _Part(f"NOT {part.soql}", f"NOT ifnull({part.sql}, 0)") if r.random() < 0.15 else part
        word = r.choice((" AND ", " OR "))
        return _Part(word.join(part.soql for part in parts), f"({word.join(part.sql for part in parts)})")

    def _simple(self, name: str, depth: int) -> _Part:
        r = self._random
        if depth and r.random() < 0.3:
            inside = self._condition(name, depth - 1)
            return _Part(f"({inside.soql})", f"({inside.sql})")
        kinds = [self._text, self._text, self._null]
        kinds += [self._number] if _NUMBERS[name] else []
        kinds += [self._parent] if _PARENTS[name] else []
        kinds += [self._day, self._moment, self._flag] if name == "Case" else []
        return r.choice(kinds)(name, "t")

    def _text(self, name: str, table: str) -> _Part:
        r = self._random
        column = r.choice(_TEXTS[name])
        return self._compared(column, f'{table}."{column}"')

    def _compared(self, soql: str, sql: str) -> _Part:
        r = self._random
        value = r.choice(_VALUES)
        written, literal = "'" + value.replace("'", "\\'") + "'", "'" + value.replace("'", "''") + "'"
        match r.randrange(5):
            case 0:
                pattern = r.choice(_PATTERNS)
                like = pattern.replace("\\\\", "\\").replace("\\'", "''")
                return _Part(f"{soql} LIKE '{pattern}'", f"({sql} LIKE '{like}' ESCAPE '\\')")
            case 1:
                others = [v for v in r.sample(_VALUES, 3) if "'" not in v]
                values = ", ".join(f"'{v}'" for v in others)
                if r.random() < 0.5:
                    return _Part(f"{soql} IN ({values})", f"({sql}{_FOLD} IN ({values}))")
                return _Part(f"{soql} NOT IN ({values})", f"({sql} IS NULL OR {sql}{_FOLD} NOT IN ({values}))")
            case 2:
                return _Part(f"{soql} != {written}", f"({sql} IS NULL OR {sql} <> {literal}{_FOLD})")
            case 3:
                operator = r.choice(("<", "<=", ">", ">="))
                return _Part(f"{soql} {operator} {written}", f"({sql} {operator} {literal}{_FOLD})")
            case _:
                return _Part(f"{soql} = {written}", f"({sql} = {literal}{_FOLD})")

    def _number(self, name: str, table: str) -> _Part:
        r = self._random
        column, operator = r.choice(_NUMBERS[name]), r.choice(("=", "<", "<=", ">", ">="))
        value = r.choice((0, 0.5, 100, 40_000, 250.25))
        return _Part(f"{column} {operator} {value}", f'({table}."{column}" {operator} {value})')

    def _null(self, name: str, table: str) -> _Part:
        column = self._random.choice((*_TEXTS[name], *_NUMBERS[name]))
        if self._random.random() < 0.5:
            return _Part(f"{column} = null", f'({table}."{column}" IS NULL)')
        return _Part(f"{column} != null", f'({table}."{column}" IS NOT NULL)')

    def _parent(self, name: str, table: str) -> _Part:
        parent = self._random.choice(tuple(_PARENTS[name]))
        column = self._random.choice(_TEXTS[_PARENT_OBJECTS[parent]])
        return self._compared(f"{parent}.{column}", f'"{parent}"."{column}"')

    def _flag(self, name: str, table: str) -> _Part:
        column, wanted = self._random.choice(("IsClosed", "IsEscalated")), self._random.random() < 0.5
        return _Part(f"{column} = {str(wanted).lower()}", f'({table}."{column}" = {int(wanted)})')

    def _moment(self, name: str, table: str) -> _Part:
        moment = NOW - timedelta(hours=self._random.randrange(0, 18_000))
        operator = self._random.choice(("<", ">=", ">"))
        wire = f"{moment:%Y-%m-%dT%H:%M:%S}.000+0000"
        return _Part(
            f"CreatedDate {operator} {moment:%Y-%m-%dT%H:%M:%SZ}", f"({table}.\"CreatedDate\" {operator} '{wire}')"
        )

    def _day(self, name: str, table: str) -> _Part:
        """A date literal: the days it means, counted here by the calendar."""
        literal, first, until = self._random.choice(_days(self._random.randrange(1, 30)))
        start, end = (f"{day.isoformat()}T00:00:00.000+0000" for day in (first, until))
        column = f'{table}."CreatedDate"'
        match self._random.randrange(4):
            case 0:
                return _Part(f"CreatedDate < {literal}", f"({column} < '{start}')")
            case 1:
                return _Part(f"CreatedDate > {literal}", f"({column} >= '{end}')")
            case 2:
                return _Part(f"CreatedDate != {literal}", f"({column} < '{start}' OR {column} >= '{end}')")
            case _:
                return _Part(f"CreatedDate = {literal}", f"({column} >= '{start}' AND {column} < '{end}')")


def _days(count: int) -> tuple[tuple[str, date, date], ...]:
    today, day = NOW.date(), timedelta(days=1)
    sunday = today - day * ((today.weekday() + 1) % 7)
    return (
        ("TODAY", today, today + day),
        ("YESTERDAY", today - day, today),
        (f"LAST_N_DAYS:{count}", today - day * count, today + day),
        (f"N_DAYS_AGO:{count}", today - day * count, today - day * (count - 1)),
        ("LAST_90_DAYS", today - day * 90, today + day),
        ("THIS_WEEK", sunday, sunday + day * 7),
        ("LAST_WEEK", sunday - day * 7, sunday),
        (f"LAST_N_WEEKS:{count}", sunday - day * 7 * count, sunday),
        ("THIS_MONTH", date(2026, 11, 1), date(2026, 12, 1)),
        ("LAST_MONTH", date(2026, 10, 1), date(2026, 11, 1)),
        ("LAST_N_MONTHS:4", date(2026, 7, 1), date(2026, 11, 1)),
        ("THIS_QUARTER", date(2026, 10, 1), date(2027, 1, 1)),
        ("LAST_QUARTER", date(2026, 7, 1), date(2026, 10, 1)),
        ("N_QUARTERS_AGO:3", date(2026, 1, 1), date(2026, 4, 1)),
        ("THIS_YEAR", date(2026, 1, 1), date(2027, 1, 1)),
        ("LAST_YEAR", date(2025, 1, 1), date(2026, 1, 1)),
        ("LAST_FISCAL_QUARTER", date(2026, 7, 1), date(2026, 10, 1)),
        ("N_FISCAL_YEARS_AGO:1", date(2025, 1, 1), date(2026, 1, 1)),
    )
