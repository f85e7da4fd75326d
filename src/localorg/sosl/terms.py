"""The term of a search: words, phrases, wildcards, AND, OR, AND NOT and parentheses."""

import re
from typing import Final

from localorg.errors import ApiError
from localorg.sosl.models import AllTerms, AnyTerm, Phrase, Term, Without, Word

_TOKEN: Final = re.compile(
    r"""\s+|(?P<paren>[()])|"(?P<phrase>(?:\\.|[^"\\])*)"|(?P<word>(?:\\.|[^\s()"\\])+)""", re.DOTALL
)
_SHORTEST: Final = 2
_DEEPEST: Final = 50


def parse_term(text: str) -> Term:
    """Raises ApiError MALFORMED_SEARCH, or INVALID_SEARCH for a term that is too short."""
    tokens = _tokens(text)
    if not tokens:
        raise ApiError("INVALID_SEARCH", "search term must be longer than one character: ")
    parser = _Parser(tokens)
    term = parser.any_term(0)
    if parser.tokens:
        raise _malformed(f"unexpected token: '{parser.tokens[0][1]}'")
    return term


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens = []
    position = 0
    while position < len(text):
        matched = _TOKEN.match(text, position)
        if matched is None:
            raise _malformed(f"unexpected token: '{text[position]}'")
        position = matched.end()
        if matched.lastgroup:
            tokens.append((matched.lastgroup, matched.group(matched.lastgroup)))
    return tokens


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens

    def any_term(self, depth: int) -> Term:
        if depth > _DEEPEST:
            raise _malformed("the search term is too complicated")
        terms = [self._all_terms(depth)]
        while self._takes("OR"):
            terms.append(self._all_terms(depth))
        return terms[0] if len(terms) == 1 else AnyTerm(tuple(terms))

    def _all_terms(self, depth: int) -> Term:
        """Words side by side must all be there, as if AND stood between them."""
        found = self._simple(depth)
        while self.tokens and self.tokens[0] != ("paren", ")") and not self._is_next("OR"):
            self._takes("AND")
            if self._takes("NOT"):
                found = Without(found, self._simple(depth))
            else:
                found = AllTerms((found, self._simple(depth)))
        return found

    def _simple(self, depth: int) -> Term:
        if not self.tokens:
            raise _malformed("unexpected token: '<EOF>'")
        kind, text = self.tokens.pop(0)
        if (kind, text) == ("paren", "("):
            inside = self.any_term(depth + 1)
            if not self.tokens or self.tokens.pop(0) != ("paren", ")"):
                raise _malformed("unexpected token: '<EOF>'")
            return inside
        if kind == "paren" or (kind == "word" and text.upper() in ("AND", "OR", "NOT")):
            raise _malformed(f"unexpected token: '{text}'")
        if len(re.sub(r"[*?\\\s]", "", text)) < _SHORTEST:
            raise ApiError("INVALID_SEARCH", f"search term must be longer than one character: {unescaped(text)}")
        return Phrase(unescaped(text)) if kind == "phrase" else Word(text)

    def _is_next(self, word: str) -> bool:
        return bool(self.tokens) and self.tokens[0][0] == "word" and self.tokens[0][1].upper() == word

    def _takes(self, word: str) -> bool:
        taken = self._is_next(word)
        if taken:
            self.tokens.pop(0)
        return taken


def _malformed(sentence: str) -> ApiError:
    return ApiError("MALFORMED_SEARCH", sentence)
