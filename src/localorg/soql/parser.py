"""SOQL text to syntax tree."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from localorg.errors import ApiError
from localorg.soql.ast import (
    AllOf,
    AnyOf,
    CategoryFilter,
    CategorySelector,
    ChildQuery,
    Comparison,
    Condition,
    Currency,
    DateLiteral,
    FieldPath,
    ForClause,
    FunctionCall,
    Grouping,
    Includes,
    InQuery,
    InValues,
    Joined,
    Mode,
    Negation,
    Nulls,
    Operand,
    Operator,
    Ordering,
    Query,
    Selected,
    SelectItem,
    Source,
    TypeOf,
    UpdateClause,
    Value,
)
from localorg.soql.date_literals import is_date_literal
from localorg.soql.errors import malformed_query, too_complicated, unexpected_token

LONGEST_QUERY = 100_000
_SURROGATES = range(0xD800, 0xE000)
_LONGEST_COUNT = 9
_CODE = re.compile(r"[0-9A-Fa-f]{4}")
_WORD = re.compile(r"\w+|\S")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_LIKE_ESCAPES = {"_": "\\_", "%": "\\%", "\\": "\\\\"}
"""In a LIKE pattern these stay escaped, so that the matcher takes them literally."""


@lru_cache(maxsize=256)
def parse(text: str) -> Query:
    """Raises ApiError MALFORMED_QUERY with the place of the error."""
    if len(text) > LONGEST_QUERY:
        raise malformed_query(f"SOQL statements cannot be longer than {LONGEST_QUERY} characters.")
    try:
        tree = _parser().parse(text)
        query: Query = Builder(text).transform(tree)
    except UnexpectedInput as error:
        raise syntax_error(text, error) from None
    except RecursionError:
        raise too_complicated() from None
    except VisitError as error:
        if isinstance(error.orig_exc, RecursionError):
            raise too_complicated() from None
        if isinstance(error.orig_exc, ApiError):
            raise error.orig_exc from None
        raise
    return query


@cache
def _parser() -> Lark:
    grammar = (resources.files("localorg.soql") / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, start="query", parser="lalr", lexer="contextual", maybe_placeholders=False)


def syntax_error(text: str, error: UnexpectedInput) -> ApiError:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return unexpected_token("<EOF>", text, len(text))
    position = error.pos_in_stream or 0
    if isinstance(error, UnexpectedToken):
        return unexpected_token(str(error.token), text, error.token.start_pos or 0)
    if isinstance(error, UnexpectedCharacters) and text[position] == "'":
        return malformed_query("unterminated string: quote not closed", text, position)
    word = _WORD.match(text, position)
    return unexpected_token(word.group() if word else "<EOF>", text, position)


def unescape(text: str, *, keep_wildcards: bool) -> str:
    """The characters a quoted literal stands for. Raises ValueError for an escape SOQL does not know."""
    result = ""
    characters = iter(text)
    for character in characters:
        if character != "\\":
            result += character
            continue
        escaped = next(characters)
        if keep_wildcards and escaped in _LIKE_ESCAPES:
            result += _LIKE_ESCAPES[escaped]
        elif escaped in _ESCAPES or escaped.lower() in "nrtbf":
            result += _ESCAPES[escaped.lower() if escaped.isalpha() else escaped]
        elif escaped in "_%":
            result += escaped
        elif escaped == "u":
            result += _unicode_character("".join(next(characters, "") for _ in range(4)))
        else:
            raise ValueError(escaped)
    return result


def _unicode_character(code: str) -> str:
    if not _CODE.fullmatch(code) or int(code, 16) in _SURROGATES:
        raise ValueError(code)
    return chr(int(code, 16))


def _grouping(operands: tuple[Operand, ...]) -> dict[str, Any]:
    """ROLLUP(…) and CUBE(…) are read as calls; what they group by stands inside."""
    only = operands[0] if len(operands) == 1 else None
    if not isinstance(only, FunctionCall) or only.name.upper() not in (Grouping.ROLLUP, Grouping.CUBE):
        return {}
    return {"grouping": Grouping(only.name.upper()), "group_by": only.arguments}


@v_args(inline=True)
class Builder(Transformer[Token, Any]):
    """Makes the tree, bottom up."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def query(self, *parts: object) -> Query:
        select: list[SelectItem] = []
        clauses: dict[str, Any] = {}
        for part in parts:
            if isinstance(part, (Selected, ChildQuery, TypeOf)):
                select.append(part)
            elif isinstance(part, Source):
                clauses["source"] = part
            elif isinstance(part, tuple):
                name, value = part
                clauses[name] = clauses[name] + value if name == "for_clauses" and name in clauses else value
        clauses.update(_grouping(clauses.get("group_by", ())))
        return Query(tuple(select), **clauses)

    def selected(self, operand: Operand, alias: str | None = None) -> Selected:
        return Selected(operand, alias)

    def alias(self, name: Token) -> str:
        return str(name)

    def child_query(self, query: Query) -> ChildQuery:
        return ChildQuery(query)

    def type_of(self, relationship: FieldPath, *parts: object) -> TypeOf:
        """Names of types and their fields by turns; fields without a type before them are ELSE's."""
        pairs = list(parts)
        otherwise = pairs.pop() if len(pairs) % 2 else ()
        whens = tuple((str(name), fields) for name, fields in zip(pairs[::2], pairs[1::2], strict=True))
        return TypeOf(relationship, whens, otherwise)  # type: ignore[arg-type]

    def field_list(self, *paths: FieldPath) -> tuple[FieldPath, ...]:
        return paths

    def object_name(self, *names: Token) -> Token:
        return Token.new_borrow_pos("NAME", ".".join(names), names[0])

    def source(self, name: Token, *rest: Token | Joined) -> Source:
        alias = next((str(word) for word in rest if isinstance(word, Token)), None)
        joined = tuple(part for part in rest if isinstance(part, Joined))
        return Source(str(name), alias, joined, name.start_pos or 0)

    def joined(self, path: FieldPath, alias: Token) -> Joined:
        return Joined(path, str(alias))

    def scope(self, name: Token) -> tuple[str, str]:
        return "scope", str(name)

    def mode(self, word: Token) -> tuple[str, Mode]:
        return "mode", Mode(word.upper())

    def categories(self, *filters: CategoryFilter) -> tuple[str, tuple[CategoryFilter, ...]]:
        return "categories", filters

    def category(self, group: Token, selector: Token, *names: Token) -> CategoryFilter:
        return CategoryFilter(str(group), CategorySelector(selector.upper()), tuple(str(name) for name in names))

    def where(self, condition: Condition) -> tuple[str, Condition]:
        return "where", condition

    def having(self, condition: Condition) -> tuple[str, Condition]:
        return "having", condition

    def group_by(self, *operands: Operand) -> tuple[str, tuple[Operand, ...]]:
        return "group_by", operands

    def order_by(self, *orderings: Ordering) -> tuple[str, tuple[Ordering, ...]]:
        return "order_by", orderings

    def ordering(self, operand: Operand, *words: Token) -> Ordering:
        kinds = {word.type for word in words}
        return Ordering(operand, "DESC" in kinds, Nulls.LAST if "LAST" in kinds else Nulls.FIRST)

    def limit(self, number: Token) -> tuple[str, int]:
        return "limit", self._whole(number)

    def offset(self, number: Token) -> tuple[str, int]:
        return "offset", self._whole(number)

    def for_clause(self, *words: Token) -> tuple[str, tuple[ForClause, ...]]:
        return "for_clauses", tuple(ForClause(word.upper()) for word in words)

    def update_clause(self, *words: Token) -> tuple[str, tuple[UpdateClause, ...]]:
        return "update_clauses", tuple(UpdateClause(word.upper()) for word in words)

    def all_rows(self) -> tuple[str, bool]:
        return "all_rows", True

    def all_of(self, *conditions: Condition) -> AllOf:
        return AllOf(conditions)

    def any_of(self, *conditions: Condition) -> AnyOf:
        return AnyOf(conditions)

    def negation(self, condition: Condition) -> Negation:
        return Negation(condition)

    def compare(self, operand: Operand, operator: Token, value: Value) -> Comparison:
        return Comparison(operand, Operator("!=" if operator == "<>" else str(operator)), value)

    def like(self, operand: Operand, pattern: Token) -> Comparison:
        return Comparison(operand, Operator.LIKE, self._quoted(pattern, keep_wildcards=True))

    def in_values(self, operand: Operand, *values: Value) -> InValues:
        return InValues(operand, values)

    def not_in_values(self, operand: Operand, *values: Value) -> InValues:
        return InValues(operand, values, negated=True)

    def in_query(self, operand: Operand, query: Query) -> InQuery:
        return InQuery(operand, query)

    def not_in_query(self, operand: Operand, query: Query) -> InQuery:
        return InQuery(operand, query, negated=True)

    def includes(self, operand: Operand, *choices: Token) -> Includes:
        return Includes(operand, self._choices(choices))

    def excludes(self, operand: Operand, *choices: Token) -> Includes:
        return Includes(operand, self._choices(choices), negated=True)

    def path(self, *names: Token) -> FieldPath:
        return FieldPath(tuple(str(name) for name in names), names[0].start_pos or 0)

    def call(self, name: Token, *arguments: Operand | str | Decimal) -> FunctionCall:
        return FunctionCall(str(name), arguments, name.start_pos or 0)

    def string(self, token: Token) -> str:
        return self._quoted(token, keep_wildcards=False)

    def number(self, token: Token) -> Decimal:
        return Decimal(str(token))

    def currency(self, token: Token) -> Currency:
        return Currency(token[:3].upper(), Decimal(token[3:]))

    def date(self, token: Token) -> date:
        try:
            return date.fromisoformat(token)
        except ValueError:
            raise self._unreal_date(token) from None

    def datetime(self, token: Token) -> datetime:
        try:
            return datetime.fromisoformat(token.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self._unreal_date(token) from None

    def word(self, token: Token) -> Value:
        word = token.upper()
        if word in ("TRUE", "FALSE"):
            return word == "TRUE"
        if is_date_literal(word, counted=False):
            return DateLiteral(word)
        raise unexpected_token(str(token), self._text, token.start_pos or 0)

    def counted_literal(self, token: Token) -> DateLiteral:
        name, _, count = token.upper().partition(":")
        if not is_date_literal(name, counted=True):
            raise unexpected_token(str(token), self._text, token.start_pos or 0)
        return DateLiteral(name, int(count))

    def null(self, token: Token) -> None:
        return None

    def _choices(self, tokens: Sequence[Token]) -> tuple[str, ...]:
        return tuple(self._quoted(token, keep_wildcards=False) for token in tokens)

    def _quoted(self, token: Token, *, keep_wildcards: bool) -> str:
        try:
            return unescape(token[1:-1], keep_wildcards=keep_wildcards)
        except ValueError:
            sentence = f"invalid string literal {token}. Illegal character sequence in string literal"
            raise malformed_query(sentence, self._text, token.start_pos or 0) from None

    def _unreal_date(self, token: Token) -> ApiError:
        return malformed_query(f"invalid date: {token}", self._text, token.start_pos or 0)

    def _whole(self, token: Token) -> int:
        if not token.isdigit() or len(token) > _LONGEST_COUNT:
            raise unexpected_token(str(token), self._text, token.start_pos or 0)
        return int(token)
