"""The conditions of a rule's entry, `criteriaItems` or a formula, as one formula."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element

from localorg.formulas.evaluation import FormulaError, check, unknown_functions
from localorg.metadata.errors import NotComputedError, RefusedError
from localorg.schema.models import Field, FieldType, Schema, SObject
from localorg.soap.xml import child_text, children

_EVERY: Final = "TRUE"
_ORDERS: Final = {"lessThan": "<", "greaterThan": ">", "lessOrEqual": "<=", "greaterOrEqual": ">="}
_TEXTS: Final[Mapping[str, Callable[[str, str], str]]] = {
    "equals": lambda path, text: f"ISPICKVAL({path}, {text})",
    "contains": lambda path, text: f"CONTAINS({path}, {text})",
    "startsWith": lambda path, text: f"BEGINS({path}, {text})",
    "includes": lambda path, text: f"INCLUDES({path}, {text})",
}
_DENIED: Final = {"notEqual": "equals", "notContain": "contains", "excludes": "includes"}
_LOGIC: Final = {"AND": "&&", "OR": "||", "NOT": "!", "(": "(", ")": ")"}
_LOGIC_PART: Final = re.compile(r"\s*(\d+|and|or|not|[()])", re.IGNORECASE)


def formula_of(entry: Element, definition: SObject, schema: Schema) -> str:
    """Raises RefusedError, or NotComputedError for what is not computed here."""
    formula = child_text(entry, "formula") or _joined(
        child_text(entry, "booleanFilter"),
        [_condition(item, definition, schema) for item in children(entry, "criteriaItems")],
    )
    try:
        if unknown := unknown_functions(formula):
            raise NotComputedError(", ".join(unknown))
        check(formula)
    except FormulaError as error:
        raise RefusedError(f"Error: {error}") from None
    return formula


def _joined(logic: str | None, conditions: list[str]) -> str:
    """`1 AND (2 OR 3)` with the conditions in place of their numbers."""
    if logic is None:
        return " && ".join(conditions) or _EVERY
    pieces: list[str] = []
    position = 0
    while position < len(logic.rstrip()):
        found = _LOGIC_PART.match(logic, position)
        if found is None:
            raise RefusedError(f"The booleanFilter {logic} cannot be read")
        position, word = found.end(), found[1].upper()
        if word.isdigit() and not 0 < int(word) <= len(conditions):
            raise RefusedError(f"The booleanFilter {logic} speaks of a criteria item {word} that is not there")
        pieces.append(conditions[int(word) - 1] if word.isdigit() else _LOGIC[word])
    return " ".join(pieces)


def _condition(item: Element, definition: SObject, schema: Schema) -> str:
    named, operation = child_text(item, "field") or "", child_text(item, "operation") or ""
    if child_text(item, "valueField") is not None:
        raise NotComputedError("a comparison of two fields")
    path, known = _field(named, definition, schema)
    given = child_text(item, "value")
    if operation in _DENIED:
        return f"NOT({_either(path, known, _DENIED[operation], given)})"
    return _either(path, known, operation, given)


def _field(named: str, definition: SObject, schema: Schema) -> tuple[str, Field]:
    """`Case.Priority` or `Account.Industry`, as a formula writes it."""
    owner, _, name = named.rpartition(".")
    if owner.lower() in ("", definition.name.lower()):
        target, prefix = definition, ""
    else:
        reference = definition.parent_relationship(owner)
        if reference is None:
            raise NotComputedError(f"the field {named}")
        target, prefix = schema.get(reference.reference_to[0]), f"{owner}."
    known = target.field(name)
    if known is None:
        raise RefusedError(f"In field: field - no CustomField named {named} found")
    return prefix + known.name, known


def _either(path: str, known: Field, operation: str, given: str | None) -> str:
    """One value of several, divided by commas, is enough."""
    if given is None:
        if operation != "equals":
            raise NotComputedError(f"{operation} without a value")
        return f"ISBLANK({path})"
    values = [value.strip().strip('"') for value in given.split(",")]
    return f"OR({', '.join(_compared(path, known, operation, value) for value in values)})"


def _compared(path: str, known: Field, operation: str, value: str) -> str:
    match known.type:
        case FieldType.BOOLEAN if operation == "equals":
            return f"{path} = {'TRUE' if value.lower() in ('true', '1') else 'FALSE'}"
        case FieldType.DATE | FieldType.DATETIME:
            return f"{path} {_order(operation)} {_day(value)}"
        case _ if known.is_number:
            if not re.fullmatch(r"-?\d+(\.\d+)?", value):
                raise RefusedError(f"Invalid value for the filter of {path}: {value}")
            return f"{path} {_order(operation)} {value}"
        case _ if operation in _TEXTS:
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return _TEXTS[operation](path, f'"{escaped}"')
        case _:
            raise NotComputedError(f"{operation} of {path}")


def _order(operation: str) -> str:
    if operation != "equals" and operation not in _ORDERS:
        raise NotComputedError(f"{operation} of a number or a date")
    return _ORDERS.get(operation, "=")


def _day(value: str) -> str:
    if value.upper() == "TODAY":
        return "TODAY()"
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise NotComputedError(f"the date {value}") from None
    return f"DATE({day.year}, {day.month}, {day.day})"
