"""Texts with placeholders: which locale is taken, which values they name, and how they are filled in."""

import re
from collections.abc import Callable, Iterator

from casewright.procedures.models import Scalar, Texts

Lookup = Callable[[str], Scalar]
"""Gives the value at a path such as `slots.email`; None when there is none."""

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w.]*)\}")


def in_locale(texts: Texts, locale: str, default_locale: str) -> str:
    """The text in the locale, else in its language (`de-AT` → `de`), else the same for the default, else the first there is."""
    for wanted in (locale, default_locale):
        for candidate in (wanted, wanted.partition("-")[0]):
            if candidate in texts:
                return texts[candidate]
    return next(iter(texts.values()), "")


def placeholders(text: str) -> Iterator[str]:
    """The paths that a text names, in order."""
    return (match[1] for match in _PLACEHOLDER.finditer(text))


def fill_in(text: str, lookup: Lookup) -> str:
    """The text with its placeholders replaced, in one pass: a value that looks like a placeholder stays as it is."""
    return _PLACEHOLDER.sub(lambda match: _as_words(lookup(match[1])), text)


def evaluate(template: str, lookup: Lookup) -> Scalar:
    """Like `fill_in`, except that a template that is one placeholder gives the value itself, with its type."""
    only = _PLACEHOLDER.fullmatch(template)
    return lookup(only[1]) if only else fill_in(template, lookup)


def _as_words(value: Scalar) -> str:
    return "" if value is None else str(value)
