"""SOSL text to a search."""

from dataclasses import replace
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

from lark import Lark, Token, v_args
from lark.exceptions import UnexpectedInput, VisitError

from localorg.errors import ApiError
from localorg.soql.ast import CategoryFilter, FieldPath, Query, Selected, Source
from localorg.soql.parser import Builder, syntax_error
from localorg.sosl.models import MOST_RESULTS, FieldGroup, Search
from localorg.sosl.terms import parse_term

LONGEST_SEARCH: Final = 100_000
_ID: Final = (Selected(FieldPath(("Id",))),)
_HARMLESS: Final = frozenset({"SPELL_CORRECTION"})
"""Options without which an answer is the same: nothing is corrected here."""


def malformed_search(sentence: str) -> ApiError:
    return ApiError("MALFORMED_SEARCH", sentence)


@lru_cache(maxsize=128)
def parse_search(text: str) -> Search:
    """Raises ApiError MALFORMED_SEARCH, or INVALID_SEARCH."""
    if len(text) > LONGEST_SEARCH:
        raise malformed_search(f"SOSL statements cannot be longer than {LONGEST_SEARCH} characters.")
    if "{" not in text:
        raise malformed_search("No search term found. The search term must be enclosed in braces.")
    try:
        search: Search = _SearchBuilder(text).transform(_parser().parse(text))
    except UnexpectedInput as error:
        raise malformed_search(syntax_error(text, error).message) from None
    except RecursionError:
        raise malformed_search("The search is too complicated.") from None
    except VisitError as error:
        if isinstance(error.orig_exc, RecursionError):
            raise malformed_search("The search is too complicated.") from None
        if isinstance(error.orig_exc, ApiError) and error.orig_exc.code == "INVALID_SEARCH":
            raise error.orig_exc from None
        if isinstance(error.orig_exc, ApiError):
            raise malformed_search(error.orig_exc.message) from None
        raise
    return search


@cache
def _parser() -> Lark:
    soql = (resources.files("localorg.soql") / "grammar.lark").read_text(encoding="utf-8")
    sosl = (resources.files("localorg.sosl") / "grammar.lark").read_text(encoding="utf-8")
    return Lark(f"{soql}\n{sosl}", start="search", parser="lalr", lexer="contextual", maybe_placeholders=False)


@v_args(inline=True)
class _SearchBuilder(Builder):
    def search(self, term: Token, *parts: Any) -> Search:
        group = next((part for part in parts if isinstance(part, FieldGroup)), FieldGroup.ALL)
        returning = tuple(part for part in parts if isinstance(part, Query))
        limits = [part[1] for part in parts if isinstance(part, tuple) and part[0] == "limit"]
        limit = min([*limits, MOST_RESULTS])
        chosen = tuple(one for part in parts if isinstance(part, tuple) and part[0] == "categories" for one in part[1])
        if chosen and not returning:
            raise malformed_search("WITH DATA CATEGORY needs a RETURNING clause")
        returning = tuple(replace(query, categories=chosen) for query in returning) if chosen else returning
        return Search(parse_term(str(term)[1:-1]), group, returning, limit)

    def field_group(self, group: Token) -> FieldGroup:
        return FieldGroup(group.upper())

    def returned(self, name: Token, *parts: Any) -> Query:
        select = tuple(part for part in parts if not isinstance(part, tuple))
        clauses: dict[str, Any] = dict(part for part in parts if isinstance(part, tuple))
        return Query(select or _ID, Source(str(name), position=name.start_pos or 0), **clauses)

    def option(self, *parts: Any) -> tuple[str, tuple[CategoryFilter, ...]] | None:
        if isinstance(parts[0], CategoryFilter):
            return "categories", parts
        name = str(parts[0]).upper()
        if name not in _HARMLESS:
            raise malformed_search(f"WITH {name} is not supported in this organization")
        return None
