"""The syntax tree of a SOQL query. Positions say where in the text something stood; they play no part in equality."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class FieldPath:
    """`Account.Owner.Name` as its parts; the first may be an alias of the object."""

    parts: tuple[str, ...]
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """An aggregate, a date function, `toLabel(…)`, `FORMAT(…)`, `FIELDS(…)` or `DISTANCE(…)`."""

    name: str
    arguments: "tuple[Operand | str | Decimal, ...]" = ()
    position: int = field(default=0, compare=False)


Operand = FieldPath | FunctionCall


@dataclass(frozen=True, slots=True)
class DateLiteral:
    """`TODAY`, or with a count `LAST_N_DAYS:30`; the name in upper case."""

    name: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Currency:
    """`USD5000`: an amount with the ISO code of its currency, in upper case."""

    code: str
    amount: Decimal


Value = str | Decimal | Currency | bool | None | date | datetime | DateLiteral


class Operator(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LIKE = "LIKE"


@dataclass(frozen=True, slots=True)
class Comparison:
    operand: Operand
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class InValues:
    operand: Operand
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InQuery:
    operand: Operand
    query: "Query"
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Includes:
    """Each choice may join several with semicolons, all of which must then be chosen."""

    operand: Operand
    choices: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Negation:
    condition: "Condition"


Condition = Comparison | InValues | InQuery | Includes | AllOf | AnyOf | Negation


@dataclass(frozen=True, slots=True)
class Selected:
    operand: Operand
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class ChildQuery:
    query: "Query"


@dataclass(frozen=True, slots=True)
class TypeOf:
    """`TYPEOF Owner WHEN User THEN Username ELSE Name END`: other fields for each type of a polymorphic parent."""

    relationship: FieldPath
    whens: tuple[tuple[str, tuple[FieldPath, ...]], ...]
    otherwise: tuple[FieldPath, ...] = ()


SelectItem = Selected | ChildQuery | TypeOf


class Nulls(StrEnum):
    FIRST = "FIRST"
    LAST = "LAST"


@dataclass(frozen=True, slots=True)
class Ordering:
    operand: Operand
    descending: bool = False
    nulls: Nulls = Nulls.FIRST


@dataclass(frozen=True, slots=True)
class Joined:
    """In `FROM Contact c, c.Account a` the second: another name for a parent."""

    path: FieldPath
    alias: str


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    alias: str | None = None
    joined: tuple[Joined, ...] = ()
    position: int = field(default=0, compare=False)


class Mode(StrEnum):
    SECURITY_ENFORCED = "SECURITY_ENFORCED"
    USER_MODE = "USER_MODE"
    SYSTEM_MODE = "SYSTEM_MODE"


class CategorySelector(StrEnum):
    AT = "AT"
    ABOVE = "ABOVE"
    BELOW = "BELOW"
    ABOVE_OR_BELOW = "ABOVE_OR_BELOW"


@dataclass(frozen=True, slots=True)
class CategoryFilter:
    """One part of `WITH DATA CATEGORY`; several categories of a group mean any of them."""

    group: str
    selector: CategorySelector
    categories: tuple[str, ...]


class Grouping(StrEnum):
    PLAIN = ""
    ROLLUP = "ROLLUP"
    CUBE = "CUBE"


class ForClause(StrEnum):
    VIEW = "VIEW"
    REFERENCE = "REFERENCE"
    UPDATE = "UPDATE"


class UpdateClause(StrEnum):
    TRACKING = "TRACKING"
    VIEWSTAT = "VIEWSTAT"


@dataclass(frozen=True, slots=True)
class Query:
    select: tuple[SelectItem, ...]
    source: Source
    scope: str | None = None
    where: Condition | None = None
    mode: Mode | None = None
    categories: tuple[CategoryFilter, ...] = ()
    group_by: tuple[Operand, ...] = ()
    grouping: Grouping = Grouping.PLAIN
    having: Condition | None = None
    order_by: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int | None = None
    for_clauses: tuple[ForClause, ...] = ()
    update_clauses: tuple[UpdateClause, ...] = ()
    all_rows: bool = False
