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
    """An aggregate, a date function, `toLabel(…)`, `FORMAT(…)` or `FIELDS(…)`."""

    name: str
    arguments: "tuple[Operand, ...]" = ()
    position: int = field(default=0, compare=False)


Operand = FieldPath | FunctionCall


@dataclass(frozen=True, slots=True)
class DateLiteral:
    """`TODAY`, or with a count `LAST_N_DAYS:30`; the name in upper case."""

    name: str
    count: int | None = None


Value = str | Decimal | bool | None | date | datetime | DateLiteral


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


class Nulls(StrEnum):
    FIRST = "FIRST"
    LAST = "LAST"


@dataclass(frozen=True, slots=True)
class Ordering:
    operand: Operand
    descending: bool = False
    nulls: Nulls = Nulls.FIRST


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    alias: str | None = None
    position: int = field(default=0, compare=False)


class ForClause(StrEnum):
    VIEW = "VIEW"
    REFERENCE = "REFERENCE"
    UPDATE = "UPDATE"


@dataclass(frozen=True, slots=True)
class Query:
    select: tuple[Selected | ChildQuery, ...]
    source: Source
    where: Condition | None = None
    group_by: tuple[Operand, ...] = ()
    having: Condition | None = None
    order_by: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int | None = None
    for_clause: ForClause | None = None
