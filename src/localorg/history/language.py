"""What people say in a language whatever it is about: greetings, moods, thanks, and how they misspell it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import yaml

from localorg.history.errors import HistoryError
from localorg.history.grammar import Piece, lines

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Rewrites = tuple[tuple[re.Pattern[str], str], ...]
Spellings = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Spelling:
    """`typos` and `abbreviations` by the right word; `british` and `learner` rewrite, always or now and then."""

    typos: Spellings
    abbreviations: Spellings
    british: Rewrites
    learner: Rewrites
    formal: Rewrites
    """What those who write formally write out."""
    plain: Mapping[int, str]


@dataclass(frozen=True)
class Language:
    """`pieces` by dotted name, `greeting.formal`; `weekdays` from Monday, `months` from January."""

    code: str
    pieces: Mapping[str, tuple[Piece, ...]]
    spelling: Spelling
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    clock: str
    """Ways to write a time of day, as are `dates` for a date: formats between bars."""
    dates: str
    dates_american: str
    small_after_greeting: frozenset[str]
    """Words that go on in small letters after `Sehr geehrte Damen und Herren,`."""

    def of(self, name: str) -> tuple[Piece, ...]:
        return self.pieces.get(name, ())

    def with_phrases(self, phrases: Mapping[str, Any]) -> "Language":
        """A company's own phrases take the place of those with the same name."""
        pieces = {**self.pieces, **_flat(phrases, "")}
        return replace(self, pieces=pieces)


def load_yaml(text: str) -> Any:
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, the fast one where there is one


@cache
def load_language(code: str) -> Language:
    """Raises HistoryError for one that is not there."""
    file = resources.files("localorg.history") / "data" / "languages" / f"{code}.yaml"
    if not file.is_file():
        raise HistoryError(f"there is no language {code!r}")
    document = load_yaml(file.read_text(encoding="utf-8"))
    spelling = document["spelling"]
    return Language(
        code=code,
        pieces=_flat(document["pieces"], ""),
        spelling=Spelling(
            typos=_spellings(spelling.get("typos", "")),
            abbreviations=_spellings(spelling.get("abbreviations", "")),
            british=_rewrites(spelling.get("british", "")),
            learner=_rewrites(spelling.get("learner", "")),
            formal=_rewrites(spelling.get("formal", "")),
            plain=str.maketrans(spelling.get("plain", {})),
        ),
        weekdays=tuple(document["weekdays"].split()),
        months=tuple(document["months"].split()),
        clock=document["clock"],
        dates=document["dates"],
        dates_american=document.get("dates_american", document["dates"]),
        small_after_greeting=frozenset(document.get("small_after_greeting", "").split()),
    )


def _flat(tree: Mapping[str, Any], prefix: str) -> dict[str, tuple[Piece, ...]]:
    flat: dict[str, tuple[Piece, ...]] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = lines(value)
    return flat


def _pairs(text: str) -> list[tuple[str, str]]:
    """Lines `this: that`."""
    found = (line.partition(": ") for line in text.splitlines() if line.strip())
    return [(left.strip(), right.strip()) for left, _, right in found]


def _spellings(text: str) -> Spellings:
    return {right: tuple(wrong.split("|")) for right, wrong in _pairs(text)}


def _rewrites(text: str) -> Rewrites:
    return tuple((re.compile(pattern), replacement.replace("∅", "")) for pattern, replacement in _pairs(text))
