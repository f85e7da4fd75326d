"""From a value in a JSON body to the value of a column, with Salesforce's errors for what does not fit."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from localorg.clock import to_wire
from localorg.errors import ApiError
from localorg.ids import InvalidIdError, parse_record_id
from localorg.schema.models import Field, FieldType

JsonValue = object
"""What a JSON parser gives: None, bool, int, float, str, list or dict."""
ColumnValue = str | int | float | None
Row = Mapping[str, ColumnValue]

_EMAIL = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[^@\s,;<>().]+")
_DATETIME = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)


class WrongJsonTypeError(ApiError):
    """The value of a field is of a type that cannot become the field's; whoever has the body's text can say where."""

    def __init__(self, field: str, sentence: str, line: int = 1, column: int = 1) -> None:
        super().__init__("JSON_PARSER_ERROR", f"{sentence} at [line:{line}, column:{column}]")
        self.field = field
        self.sentence = sentence

    def at(self, line: int, column: int) -> "WrongJsonTypeError":
        return WrongJsonTypeError(self.field, self.sentence, line, column)


def read_value(field: Field, value: JsonValue) -> ColumnValue:
    """The column value for `value`; empty text becomes null. Raises ApiError."""
    if value is None or value == "":
        return 0 if field.type is FieldType.BOOLEAN else None
    if isinstance(value, (list, dict)):
        raise _not_of_type(field, value)
    reader = _READERS.get(field.type, _text)
    return reader(field, value)


def _text(field: Field, value: JsonValue) -> str | None:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if field.type is not FieldType.TEXTAREA:
        text = text.strip()
    if len(text) > field.length:
        message = f"{field.label}: data value too large: {_shortened(text)} (max length={field.length})"
        raise ApiError("STRING_TOO_LONG", message, fields=(field.name,))
    return text or None


def _shortened(text: str, longest: int = 255) -> str:
    return text if len(text) <= longest else text[:longest] + "..."


def _email(field: Field, value: JsonValue) -> str | None:
    text = _text(field, value)
    if text is not None and not _EMAIL.fullmatch(text):
        message = f"{field.label}: invalid email address: {text}"
        raise ApiError("INVALID_EMAIL_ADDRESS", message, fields=(field.name,))
    return text


def _picklist(field: Field, value: JsonValue) -> str | None:
    text = _text(field, value)
    if text is None or not field.values:
        return text
    known = _by_folded_case(field.values)
    if field.restricted and text.casefold() not in known:
        message = f"{field.label}: bad value for restricted picklist field: {text}"
        raise ApiError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, fields=(field.name,))
    return known.get(text.casefold(), text)


@lru_cache(maxsize=1_024)
def _by_folded_case(choices: tuple[str, ...]) -> Mapping[str, str]:
    return {choice.casefold(): choice for choice in choices}


def _boolean(field: Field, value: JsonValue) -> int:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return int(value.lower() == "true")
    raise _not_of_type(field, value)


def _number(field: Field, value: JsonValue) -> int | float:
    if isinstance(value, bool):
        raise _not_of_type(field, value)
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise _not_of_type(field, value) from None
    if not number.is_finite():
        raise _not_of_type(field, value)
    if abs(number) >= Decimal(10) ** (field.precision - field.scale):
        message = f"{field.label}: value outside of valid range on numeric field: {value}"
        raise ApiError("NUMBER_OUTSIDE_VALID_RANGE", message, fields=(field.name,))
    rounded = number.quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP)
    return int(rounded) if field.type is FieldType.INT else float(rounded)


def _date(field: Field, value: JsonValue) -> str:
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise _not_of_type(field, value) from None


def _datetime(field: Field, value: JsonValue) -> str:
    try:
        return to_wire(parse_datetime(str(value)))
    except (ValueError, OverflowError):
        raise _not_of_type(field, value) from None


def _time(field: Field, value: JsonValue) -> str:
    try:
        return time.fromisoformat(str(value).removesuffix("Z")).strftime("%H:%M:%S.000Z")
    except ValueError:
        raise _not_of_type(field, value) from None


def parse_datetime(text: str) -> datetime:
    """ISO 8601 with or without seconds, fractions, zone (then UTC) or time (then midnight). Raises ValueError."""
    if matched := _DATETIME.fullmatch(text):
        day, time, zone = matched.groups()
        moment = datetime.fromisoformat(f"{day}T{time}{zone or '+00:00'}")
    else:
        moment = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    return moment.astimezone(UTC)


def _reference(field: Field, value: JsonValue) -> str:
    try:
        return parse_record_id(str(value))
    except InvalidIdError:
        message = f"{field.label}: id value of incorrect type: {value}"
        raise ApiError("MALFORMED_ID", message, fields=(field.name,)) from None


def _base64(field: Field, value: JsonValue) -> str:
    if not isinstance(value, str):
        raise _not_of_type(field, value)
    return value


_READERS: Mapping[FieldType, Callable[[Field, JsonValue], ColumnValue]] = {
    FieldType.EMAIL: _email,
    FieldType.PICKLIST: _picklist,
    FieldType.BOOLEAN: _boolean,
    FieldType.INT: _number,
    FieldType.DOUBLE: _number,
    FieldType.CURRENCY: _number,
    FieldType.PERCENT: _number,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.TIME: _time,
    FieldType.REFERENCE: _reference,
    FieldType.ID: _reference,
    FieldType.BASE64: _base64,
}


def _not_of_type(field: Field, value: JsonValue) -> ApiError:
    kind, shown = _json_token(value)
    sentence = (
        f"Cannot deserialize instance of {field.type.value} from {kind} value {shown} "
        "or request may be missing a required field"
    )
    return WrongJsonTypeError(field.name, sentence)


def _json_token(value: JsonValue) -> tuple[str, str]:
    match value:
        case bool():
            return f"VALUE_{str(value).upper()}", str(value).lower()
        case int():
            return "VALUE_NUMBER_INT", str(value)
        case float():
            return "VALUE_NUMBER_FLOAT", str(value)
        case list():
            return "START_ARRAY", "["
        case dict():
            return "START_OBJECT", "{"
        case _:
            return "VALUE_STRING", str(value)


def to_json(field: Field, value: ColumnValue) -> JsonValue:
    """A column value as it goes out in a JSON body."""
    if value is None:
        return None
    if field.type is FieldType.BOOLEAN:
        return bool(value)
    if isinstance(value, float) and math.isfinite(value) and field.type is FieldType.INT:
        return int(value)
    return value
