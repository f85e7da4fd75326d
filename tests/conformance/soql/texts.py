"""Queries made at random, each as SOQL's grammar allows; the names in them mean nothing.

Three things are left out that the oracle reads wrongly: OFFSET without LIMIT, NOT in HAVING, and NOT right inside NOT.
"""

from collections.abc import Callable
from random import Random

_OBJECTS = ("Account", "Case", "Contact", "Credit__c", "Opportunity", "Service_Request__c", "User")
_FIELDS = ("Id", "Name", "Status", "Priority", "CreatedDate", "Amount__c", "OwnerId", "IsClosed", "x1", "My_Field__c")
_PARENTS = ("Account", "Owner", "Contact", "Parent", "Account__r", "CreatedBy")
_CHILDREN = ("Contacts", "Cases", "CaseComments", "Credits__r", "Histories")
_AGGREGATES = ("COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX")
_DATE_FUNCTIONS = ("CALENDAR_YEAR", "CALENDAR_MONTH", "DAY_ONLY", "FISCAL_QUARTER", "HOUR_IN_DAY", "WEEK_IN_YEAR")
_STRINGS = (
    "",
    "a",
    "New",
    "it\\'s",
    "tab\\tend",
    "line\\nend",
    "back\\\\slash",
    '\\"quoted\\"',
    "100%",
    "a_b",
    "Ärger",
    "x y",
)
_PATTERNS = ("%", "a%", "%a%", "_b", "50\\\\%", "it\\'s%")
_LITERALS = ("TODAY", "YESTERDAY", "TOMORROW", "LAST_WEEK", "THIS_MONTH", "NEXT_QUARTER", "LAST_YEAR", "LAST_90_DAYS")
_LITERALS += ("NEXT_90_DAYS", "THIS_FISCAL_QUARTER", "LAST_FISCAL_YEAR")
_COUNTED = ("LAST_N_DAYS", "NEXT_N_WEEKS", "N_MONTHS_AGO", "LAST_N_QUARTERS", "N_YEARS_AGO", "NEXT_N_FISCAL_QUARTERS")
_DATES = ("2026-01-31", "1999-12-01", "2024-02-29")
_MOMENTS = ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00.000+01:00", "2026-06-01T00:00:00-08:00")
_NUMBERS = ("0", "1", "42", "-7", "3.5", "-0.25", "1000000")
_OPERATORS = ("=", "!=", "<", "<=", ">", ">=")


class Writer:
    """Writes one query after another."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._alias = ""

    def query(self) -> str:
        r = self._random
        self._alias = r.choice(("", "", "", "c", "acct"))
        grouped = self._chance(0.25)
        select = self._aggregate_select() if grouped else self._select()
        clauses = [f"SELECT {select} FROM {r.choice(_OBJECTS)}{' ' + self._alias if self._alias else ''}"]
        if self._chance(0.1):
            clauses.append(f"USING SCOPE {r.choice(('mine', 'everything', 'team'))}")
        if self._chance(0.75):
            clauses.append(f"WHERE {self._condition(3, self._comparison)}")
        if self._chance(0.12):
            clauses.append(f"WITH {r.choice(('SECURITY_ENFORCED', 'USER_MODE', 'SYSTEM_MODE'))}")
        elif self._chance(0.1):
            clauses.append(f"WITH DATA CATEGORY {self._categories()}")
        if grouped:
            clauses.append(self._group_by())
        if grouped and self._chance(0.5):
            clauses.append(f"HAVING {self._condition(1, self._having)}")
        if self._chance(0.4):
            clauses.append(f"ORDER BY {self._orderings(grouped)}")
        text = " ".join([*clauses, *self._ending(grouped)])
        return self._spelled(text)

    def _spelled(self, text: str) -> str:
        """Keywords in either case, white space of any kind."""
        if self._chance(0.2):
            for word in ("SELECT", " FROM ", " WHERE ", " AND ", " OR ", " LIKE ", " ORDER BY ", " LIMIT "):
                text = text.replace(word, word.lower()) if "'" not in text else text
        return text.replace(" FROM ", "\n  FROM ", 1) if self._chance(0.2) else text

    def _ending(self, grouped: bool) -> list[str]:
        r = self._random
        ending = [f"LIMIT {r.randrange(2001)}"] if self._chance(0.4) else []
        ending += [f"OFFSET {r.randrange(2001)}"] if ending and self._chance(0.35) else []
        if not grouped and self._chance(0.15):
            ending.append(f"FOR {r.choice(('VIEW', 'REFERENCE', 'UPDATE'))}")
        elif self._chance(0.05):
            ending.append(f"UPDATE {r.choice(('TRACKING', 'VIEWSTAT'))}")
        return ending

    def _select(self) -> str:
        r = self._random
        items = [self._path() for _ in range(r.randint(1, 4))]
        if self._chance(0.15):
            items.append(f"toLabel({r.choice(_FIELDS)})")
        if self._chance(0.1):
            items.append(f"FORMAT({r.choice(_FIELDS)}) shown")
        if self._chance(0.08):
            items.append(f"FIELDS({r.choice(('ALL', 'STANDARD', 'CUSTOM'))})")
        if self._chance(0.12):
            items.append(self._type_of())
        if self._chance(0.25):
            items.append(f"({self._child()})")
        return ", ".join(items)

    def _aggregate_select(self) -> str:
        r = self._random
        items = [r.choice(_FIELDS) for _ in range(r.randint(0, 2))]
        items += [f"{self._aggregate()}{r.choice(('', ' total', ' n'))}" for _ in range(r.randint(1, 3))]
        if self._chance(0.2):
            items.append(f"{r.choice(_DATE_FUNCTIONS)}(CreatedDate) part")
        return ", ".join(items)

    def _aggregate(self) -> str:
        return f"{self._random.choice(_AGGREGATES)}({self._random.choice(_FIELDS)})"

    def _type_of(self) -> str:
        r = self._random
        names = r.sample(("User", "Group", "Account"), r.randint(1, 2))
        whens = " ".join(f"WHEN {name} THEN {', '.join(r.sample(_FIELDS, r.randint(1, 2)))}" for name in names)
        otherwise = f" ELSE {r.choice(_FIELDS)}" if self._chance(0.6) else ""
        return f"TYPEOF {r.choice(_PARENTS)} {whens}{otherwise} END"

    def _child(self) -> str:
        r = self._random
        text = f"SELECT {', '.join(r.sample(_FIELDS, r.randint(1, 3)))} FROM {r.choice(_CHILDREN)}"
        if self._chance(0.5):
            text += f" WHERE {self._condition(1, self._simple_comparison)}"
        if self._chance(0.4):
            text += f" ORDER BY {r.choice(_FIELDS)} {r.choice(('ASC', 'DESC'))}"
        return text + (f" LIMIT {r.randrange(200)}" if self._chance(0.4) else "")

    def _condition(self, depth: int, comparison: Callable[[], str]) -> str:
        r = self._random
        simple = [self._simple(depth, comparison) for _ in range(r.choice((1, 1, 2, 3)))]
        if len(simple) == 1:
            negated = comparison != self._having and not simple[0].startswith("(NOT") and self._chance(0.12)
            return f"NOT {simple[0]}" if negated else simple[0]
        return r.choice((" AND ", " OR ")).join(simple)

    def _simple(self, depth: int, comparison: Callable[[], str]) -> str:
        if depth and self._chance(0.35):
            return f"({self._condition(depth - 1, comparison)})"
        return comparison()

    def _comparison(self) -> str:
        r = self._random
        if self._chance(0.1):
            wanted = f"SELECT {r.choice(('AccountId', 'ContactId', 'Id'))} FROM {r.choice(_OBJECTS)}"
            inner = f"{wanted} WHERE {self._simple_comparison()}" if self._chance(0.6) else wanted
            return f"{r.choice(('Id', 'AccountId'))} {r.choice(('IN', 'NOT IN'))} ({inner})"
        if self._chance(0.12):
            return f"{r.choice(_DATE_FUNCTIONS)}(CreatedDate) {r.choice(_OPERATORS)} {r.choice(('1', '2026'))}"
        if self._chance(0.05):
            return f"CALENDAR_YEAR(convertTimezone(CreatedDate)) = {r.choice(('2025', '2026'))}"
        return self._simple_comparison()

    def _simple_comparison(self) -> str:
        r, field = self._random, self._path()
        match r.randrange(7):
            case 0:
                return f"{field} LIKE '{r.choice(_PATTERNS)}'"
            case 1:
                values = [f"'{r.choice(_STRINGS)}'" for _ in range(r.randint(1, 4))]
                return f"{field} {r.choice(('IN', 'NOT IN', 'in'))} ({', '.join(values)})"
            case 2:
                choices = [f"'{r.choice(('A', 'A;B', 'C'))}'" for _ in range(r.randint(1, 3))]
                return f"{field} {r.choice(('INCLUDES', 'EXCLUDES'))} ({', '.join(choices)})"
            case _:
                space = r.choice((" ", "", "  "))
                return f"{field}{space}{r.choice(_OPERATORS)}{space}{self._value()}"

    def _value(self) -> str:
        r = self._random
        kinds = (
            lambda: f"'{r.choice(_STRINGS)}'",
            lambda: r.choice(_NUMBERS),
            lambda: r.choice(("true", "FALSE", "null", "NULL")),
            lambda: r.choice(_DATES),
            lambda: r.choice(_MOMENTS),
            lambda: r.choice(_LITERALS),
            lambda: f"{r.choice(_COUNTED)}:{r.randrange(1, 400)}",
            lambda: r.choice(("USD5000", "EUR10.5")),
        )
        return r.choice(kinds)()

    def _having(self) -> str:
        return f"{self._aggregate()} {self._random.choice(_OPERATORS)} {self._random.choice(_NUMBERS)}"

    def _group_by(self) -> str:
        r = self._random
        fields = r.sample(_FIELDS, r.randint(1, 3))
        if self._chance(0.3):
            return f"GROUP BY {r.choice(('ROLLUP', 'CUBE'))}({', '.join(fields)})"
        if self._chance(0.3):
            fields.append(f"{r.choice(_DATE_FUNCTIONS)}(CreatedDate)")
        return f"GROUP BY {', '.join(fields)}"

    def _orderings(self, grouped: bool) -> str:
        r = self._random
        operands = [
            self._aggregate() if grouped and self._chance(0.5) else self._path() for _ in range(r.randint(1, 2))
        ]
        ends = ("", " ASC", " DESC", " NULLS LAST", " DESC NULLS LAST", " ASC NULLS FIRST")
        return ", ".join(operand + r.choice(ends) for operand in operands)

    def _categories(self) -> str:
        r = self._random
        filters = [
            f"{r.choice(('Geography__c', 'Product__c'))} {r.choice(('AT', 'ABOVE', 'BELOW', 'ABOVE_OR_BELOW'))} "
            f"{r.choice(('usa__c', '(usa__c, uk__c)'))}"
            for _ in range(r.randint(1, 2))
        ]
        return " AND ".join(filters)

    def _path(self) -> str:
        r = self._random
        parents = r.sample(_PARENTS, r.choice((0, 0, 0, 1, 1, 2, 5)))
        alias = [self._alias] if self._alias and self._chance(0.3) else []
        return ".".join([*alias, *parents, r.choice(_FIELDS)])

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability
