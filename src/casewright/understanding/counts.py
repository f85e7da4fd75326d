"""Numbers of things, in digits and in words, in English and German: "5 more users", "two dozen", "zweiundzwanzig"."""

import re
from collections.abc import Iterator
from typing import Final

from casewright.understanding.models import Entity

_ENGLISH = [
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_ENGLISH_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_GERMAN = [
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
]
_GERMAN_TENS = ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]


def _words() -> dict[str, int]:
    words = {word: number for names in (_ENGLISH, _GERMAN) for number, word in enumerate(names, 2)}
    english_units, german_units = ("one", *_ENGLISH[:8]), ("ein", *_GERMAN[:8])
    for ten, (english, german) in enumerate(zip(_ENGLISH_TENS, _GERMAN_TENS, strict=True), 2):
        words |= {english: 10 * ten, german: 10 * ten}
        words |= {f"{english}-{unit}": 10 * ten + number for number, unit in enumerate(english_units, 1)}
        words |= {f"{unit}und{german}": 10 * ten + number for number, unit in enumerate(german_units, 1)}
    words |= {"fuenf": 5, "zwoelf": 12, "zwo": 2, "hundred": 100, "hundert": 100}
    return words | {word.casefold(): number for word, number in words.items()}


WORDS: Final = _words()
"""Words that stand for a number wherever they stand; "one" and "ein" do not: see `ONLY_ONE`."""

_ANY = "|".join(sorted(map(re.escape, WORDS), key=len, reverse=True)).replace(r"\-", "[- ]")
_DOZEN = rf"(?:(?P<half>half an? |ein halbes )|(?P<of>{_ANY}|[2-9]) |an? |ein )?(?:dozens?|dutzend)"
# "One" and "ein" are articles and pronouns as well, so they count only where a message says little else.
ONLY_ONE: Final = re.compile(
    r"\W*(?:(?:no|nope|nein|just|only|i meant?|ich meinte?|make (?:it|that)|it'?s|rather|actually|exactly|for|add|we need"
    r"|i need|nur|bloß|lieber|doch|genau|wir brauchen|ich brauche|für)\W+)*(?P<one>one|eine[nrs]?|eins|ein)"
    r"(?: (?:more|new|only|please|users?|seats?|licen[cs]es?|weitere[nrs]?|neue[nrs]?|einzige[nrs]?|bitte|benutzer(?:in)?"
    r"|lizenz|platz|person))*\W*",
    re.IGNORECASE,
)
GROUPED: Final = re.compile(r"-?\d{1,3}(?:[.,' ]\d{3})+")
_DIGITS = r"-?(?:\d{1,3}(?:[.,' ]\d{3})+|\d+(?:[.,]\d+)?)"
# What else a number stands before or after: a time, a share, a size, a pause that is asked for.
_NO_COUNT = (
    r"[ -]?(?:%|percent|prozent|[ap]\.?m\b|o'?clock|uhr|(?:milli)?sec\w*|sekunde\w*|min(?:s|ute\w*)?\b|hours?|stunde\w*|h\b"
    r"|days?|tage?n?\b|weeks?|wochen?|months?|monate?n?\b|years?|jahre?n?\b|moment\w*|augenblick\w*|mal\b|times\b|[kmgt]b\b"
    r"|usd|eur\w*|dollars?|[$€]|of\b|question|frage|thing|more thing)|:\d"
)
_COUNT = re.compile(
    rf"(?<![\w.,:#$€[-])(?:(?P<dozen>{_DOZEN})|(?P<digits>{_DIGITS})"
    rf"|(?P<word>{_ANY}))(?![\w]|[.,-]\d|{_NO_COUNT})",
    re.IGNORECASE,
)
_AT_A_TIME = re.compile(r"\b(?:at|by|until|till|since|um|bis|ab|gegen|seit|version|release|case|fall|ticket)\s+$", re.I)


def find_counts(text: str) -> Iterator[Entity]:
    """How many of something `text` says, in order of place. Times, shares, sizes and durations are left out."""
    if only_one := ONLY_ONE.fullmatch(text):
        yield _number("1", only_one.span("one"))
        return
    for match in _COUNT.finditer(text):
        if not _AT_A_TIME.search(text, 0, match.start()):
            yield _number(_value(match), match.span())


def _number(value: str, span: tuple[int, int]) -> Entity:
    return Entity(type="number", value=value, start=span[0], end=span[1])


def _value(match: re.Match[str]) -> str:
    if match["word"]:
        return str(number_of(match["word"]))
    if match["dozen"]:
        return str(6 if match["half"] else 12 * number_of(match["of"] or "1"))
    digits = match["digits"]
    is_grouped = GROUPED.fullmatch(digits) is not None
    return re.sub(r"[.,' ]", "", digits) if is_grouped else digits.replace(",", ".")


def number_of(word: str) -> int:
    """The whole number that digits or a word stand for. Raises `KeyError` for any other word."""
    return int(word) if word.isdecimal() else WORDS[folded(word)]


def folded(word: str) -> str:
    """In small letters; a Turkish İ, which patterns take for an i in any case, is one."""
    return word.casefold().replace("\u0307", "").replace(" ", "-")
