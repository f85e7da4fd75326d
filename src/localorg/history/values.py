"""The named values of a text: the report, the number of rows, the colleague. What was said once in a case stays."""

from collections.abc import Mapping, Sequence
from random import Random

from localorg.history.errors import HistoryError
from localorg.history.grammar import Piece, pick
from localorg.history.models import ByLanguage

Localised = Mapping[str, tuple[Piece, ...]]
ANY_LANGUAGE = "any"
NO_NUMBERS: Mapping[str, str] = {}
_ATTEMPTS = 8


def localised(values: Mapping[str, ByLanguage], language: str) -> Localised:
    """Those of the language; `any` is every language's."""
    found = {name: by.get(language) or by.get(ANY_LANGUAGE) for name, by in values.items()}
    return {name: pieces for name, pieces in found.items() if pieces}


class Values:
    """Callable as a grammar's `Value`. Earlier layers go before later ones; `fixed` before all."""

    def __init__(
        self,
        random: Random,
        fixed: Mapping[str, str],
        layers: Sequence[Localised],
        numbers: Mapping[str, str] = NO_NUMBERS,
    ) -> None:
        """`numbers`: the bounds of those that have a name."""
        self._random = random
        self._known = dict(fixed)
        self._layers = layers
        self._numbers = numbers

    def __call__(self, name: str) -> str:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._calculated(name) or self._new(name)
        return known

    def _calculated(self, name: str) -> str | None:
        if "=" in name:
            return self._number(name)
        if "*" in name:
            return self._share(name)
        if "+" in name:
            return str(sum(int(part) if part.isdigit() else int(self(part)) for part in name.split("+")))
        return None

    def set(self, name: str, text: str) -> None:
        self._known[name] = text

    def _number(self, name: str) -> str:
        name, _, bounds = name.partition("=")
        if name not in self._known:
            lowest, _, highest = bounds.partition("-")
            self._known[name] = str(_roughly(self._random, int(lowest), int(highest)))
        return self._known[name]

    def _share(self, name: str) -> str:
        """`licences*60-100`: so many per cent of another value."""
        base, _, bounds = name.partition("*")
        lowest, _, highest = bounds.partition("-")
        return str(int(self(base)) * self._random.randint(int(lowest), int(highest)) // 100)

    def _new(self, name: str) -> str:
        kind = name.rstrip("'")
        pieces = next((layer[kind] for layer in self._layers if kind in layer), None)
        if pieces is None and name in self._numbers:
            return self._number(f"{name}={self._numbers[name]}")
        if pieces is None:
            raise HistoryError(f"the value {{{name}}} is not known there")
        others = {known for given, known in self._known.items() if given.rstrip("'") == kind}
        text = ""
        for _ in range(_ATTEMPTS):
            text = str(pick(self._random, pieces).expand(self._random, self))
            if text not in others:
                break
        return text


def _roughly(random: Random, lowest: int, highest: int) -> int:
    """Large ranges are drawn evenly in magnitude, and half of the time people round."""
    if highest < 20 * max(lowest, 1):
        number = random.randint(lowest, highest)
    else:
        number = round(max(lowest, 1) * (highest / max(lowest, 1)) ** random.random())
    if number >= 1000 and random.random() < 0.5:
        digits = 10 ** (len(str(number)) - 2)
        number = number // digits * digits
    return number
