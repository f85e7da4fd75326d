"""The oracle's tree and ours, both as plain tuples that can be compared."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from localorg.soql.ast import (
    AllOf,
    AnyOf,
    ChildQuery,
    Comparison,
    Condition,
    Currency,
    DateLiteral,
    FieldPath,
    FunctionCall,
    Includes,
    InQuery,
    InValues,
    Negation,
    Nulls,
    Operator,
    Query,
    TypeOf,
)

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def ours(query: Query) -> dict[str, Any]:
    grouped = tuple(map(_our_operand, query.group_by))
    return {
        "select": tuple(map(_our_item, query.select)),
        "source": (query.source.name, query.source.alias),
        "scope": query.scope,
        "where": query.where and _our_condition(query.where),
        "mode": query.mode and query.mode.value,
        "categories": tuple((c.group, c.selector.value, c.categories) for c in query.categories),
        "group_by": (("call", query.grouping.value, grouped),) if query.grouping else grouped,
        "having": query.having and _our_condition(query.having),
        "order_by": tuple((_our_operand(o.operand), o.descending, o.nulls is Nulls.LAST) for o in query.order_by),
        "limit": query.limit,
        "offset": query.offset,
        "for": tuple(clause.value for clause in query.for_clauses),
        "update": tuple(clause.value for clause in query.update_clauses),
    }


def _our_item(item: Any) -> tuple[Any, ...]:
    match item:
        case ChildQuery(query):
            return ("child", tuple(sorted(ours(query).items(), key=lambda entry: entry[0])))
        case TypeOf(relationship, whens, otherwise):
            branches = tuple((name, tuple(map(str, fields))) for name, fields in whens)
            return ("typeof", str(relationship), branches, tuple(map(str, otherwise)))
        case _:
            return (*_our_operand(item.operand), item.alias)


def _our_operand(operand: Any) -> tuple[Any, ...]:
    match operand:
        case FieldPath(parts):
            return ("path", ".".join(parts))
        case FunctionCall(name, arguments):
            return ("call", name.upper(), tuple(map(_our_operand, arguments)))
        case _:
            return ("value", operand)


def _our_condition(condition: Condition) -> tuple[Any, ...]:
    match condition:
        case AllOf(parts):
            return ("AND", *map(_our_condition, parts))
        case AnyOf(parts):
            return ("OR", *map(_our_condition, parts))
        case Negation(part):
            return ("NOT", _our_condition(part))
        case Comparison(operand, Operator.LIKE, value):
            return (_our_operand(operand), "LIKE", str(value))
        case Comparison(operand, operator, value):
            return (_our_operand(operand), operator.value, _our_value(value))
        case InValues(operand, values, negated):
            return (_our_operand(operand), "NOT IN" if negated else "IN", tuple(map(_our_value, values)))
        case Includes(operand, choices, negated):
            return (_our_operand(operand), "EXCLUDES" if negated else "INCLUDES", choices)
        case InQuery(operand, query, negated):
            inside = tuple(sorted(ours(query).items(), key=lambda entry: entry[0]))
            return (_our_operand(operand), "NOT IN" if negated else "IN", inside)


def _our_value(value: Any) -> Any:
    match value:
        case DateLiteral(name, count):
            return ("literal", name, count)
        case Currency(code, amount):
            return ("currency", code, amount)
        case _:
            return value


def theirs(tree: dict[str, Any]) -> dict[str, Any]:
    return {
        "select": tuple(map(_their_item, tree["fields"])),
        "source": (tree.get("sObject") or tree.get("relationshipName"), tree.get("sObjectAlias")),
        "scope": tree.get("usingScope"),
        "where": _their_condition(tree.get("where")),
        "mode": "SECURITY_ENFORCED" if tree.get("withSecurityEnforced") else tree.get("withAccessLevel"),
        "categories": tuple(
            (c["groupName"], c["selector"], tuple(c["parameters"]))
            for c in tree.get("withDataCategory", {}).get("conditions", ())
        ),
        "group_by": tuple(_their_operand(item) for item in tree.get("groupBy", ())),
        "having": _their_condition(tree.get("having")),
        "order_by": tuple(
            (_their_operand(item), item.get("order") == "DESC", item.get("nulls") == "LAST")
            for item in tree.get("orderBy", ())
        ),
        "limit": tree.get("limit"),
        "offset": tree.get("offset"),
        "for": (tree["for"],) if "for" in tree else (),
        "update": (tree["update"],) if "update" in tree else (),
    }


def _their_item(item: dict[str, Any]) -> tuple[Any, ...]:
    match item["type"]:
        case "FieldSubquery":
            return ("child", tuple(sorted(theirs(item["subquery"]).items(), key=lambda entry: entry[0])))
        case "FieldTypeof":
            whens = [c for c in item["conditions"] if c["type"] == "WHEN"]
            otherwise = [c for c in item["conditions"] if c["type"] == "ELSE"]
            branches = tuple((c["objectType"], tuple(c["fieldList"])) for c in whens)
            return ("typeof", item["field"], branches, tuple(otherwise[0]["fieldList"]) if otherwise else ())
        case "FieldFunctionExpression":
            return (*_their_call(item), item.get("alias"))
        case _:
            prefix = [item["objectPrefix"]] if item.get("objectPrefix") else []
            return ("path", ".".join([*prefix, *item.get("relationships", ()), item["field"]]), item.get("alias"))


def _their_operand(item: dict[str, Any]) -> tuple[Any, ...]:
    return _their_call(item["fn"]) if "fn" in item else ("path", item["field"])


def _their_call(call: dict[str, Any]) -> tuple[Any, ...]:
    parameters = tuple(
        _their_call(one) if isinstance(one, dict) else ("path", one) for one in call.get("parameters", ())
    )
    return ("call", call["functionName"].upper(), parameters)


def _their_condition(node: dict[str, Any] | None) -> tuple[Any, ...] | None:
    if node is None:
        return None
    tokens = list(_tokens(node))
    tree, rest = _tree(tokens)
    assert not rest, f"unread: {rest}"
    return tree


def _tokens(node: dict[str, Any] | None) -> Iterator[Any]:
    """The oracle gives a chain with counts of parentheses; here they stand as tokens between the conditions."""
    while node is not None:
        left = node.get("left") or {}
        yield from "(" * left.get("openParen", 0)
        if "operator" in left:
            yield _their_comparison(left)
        yield from ")" * left.get("closeParen", 0)
        if "operator" in node:
            yield node["operator"]
        node = node.get("right")


def _tree(tokens: list[Any]) -> tuple[tuple[Any, ...], list[Any]]:
    if tokens[0] == "NOT":
        inside, tokens = _simple(tokens[1:])
        return ("NOT", inside), tokens
    first, tokens = _simple(tokens)
    parts, operator = [first], None
    while tokens and tokens[0] in ("AND", "OR"):
        assert operator in (None, tokens[0]), "AND and OR are mixed"
        operator = tokens[0]
        following, tokens = _simple(tokens[1:])
        parts.append(following)
    return ((operator, *parts) if operator else first), tokens


def _simple(tokens: list[Any]) -> tuple[tuple[Any, ...], list[Any]]:
    if tokens[0] != "(":
        return tokens[0], tokens[1:]
    inside, tokens = _tree(tokens[1:])
    assert tokens[0] == ")"
    return inside, tokens[1:]


def _their_comparison(condition: dict[str, Any]) -> tuple[Any, ...]:
    operand, operator = _their_operand(condition), condition["operator"].upper()
    if "valueQuery" in condition:
        return operand, operator, tuple(sorted(theirs(condition["valueQuery"]).items(), key=lambda entry: entry[0]))
    value, kind = condition["value"], condition["literalType"]
    if operator == "LIKE":
        return operand, operator, _unescaped(value[1:-1], keep_wildcards=True)
    if isinstance(value, list):
        kinds = kind if isinstance(kind, list) else [kind] * len(value)
        return operand, operator, tuple(_their_value(v, k, None) for v, k in zip(value, kinds, strict=True))
    return operand, operator, _their_value(value, kind, condition.get("dateLiteralVariable"))


def _their_value(text: str, kind: str, count: int | None) -> Any:
    match kind:
        case "STRING":
            return _unescaped(text[1:-1], keep_wildcards=False)
        case "INTEGER" | "DECIMAL":
            return Decimal(text)
        case "INTEGER_WITH_CURRENCY_PREFIX" | "DECIMAL_WITH_CURRENCY_PREFIX":
            return ("currency", text[:3], Decimal(text[3:]))
        case "BOOLEAN":
            return text.upper() == "TRUE"
        case "NULL":
            return None
        case "DATE":
            return date.fromisoformat(text)
        case "DATETIME":
            return datetime.fromisoformat(text).astimezone(UTC)
        case "DATE_LITERAL":
            return ("literal", text.upper(), None)
        case "DATE_N_LITERAL":
            return ("literal", text.upper().partition(":")[0], count)
        case _:
            raise AssertionError(kind)


def _unescaped(text: str, *, keep_wildcards: bool) -> str:
    result, characters = "", iter(text)
    for character in characters:
        escaped = next(characters) if character == "\\" else ""
        if escaped == "\\" and keep_wildcards:
            result += "\\\\"
        else:
            result += _ESCAPES[escaped] if escaped else character
    return result
