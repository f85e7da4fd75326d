"""Record ids: 15 case-sensitive characters, or 18 with a checksum that makes them safe where case is lost."""

import hashlib
import string
import time
from functools import lru_cache
from typing import NewType

RecordId = NewType("RecordId", str)
"""Always the 18-character form."""

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CHECKSUM = string.ascii_uppercase + "012345"


class InvalidIdError(ValueError):
    """The text is not a 15 or 18 character record id."""


def with_checksum(short: str) -> RecordId:
    """The 18-character form of a 15-character id: each group of five adds a letter that says which are upper case."""
    return RecordId(short + _letter(short[:5]) + _letter(short[5:10]) + _letter(short[10:15]))


@lru_cache(maxsize=8_192)
def _letter(group: str) -> str:
    return _CHECKSUM[_upper_case(group)]


def _upper_case(text: str) -> int:
    """A bit for each character."""
    return sum(1 << bit for bit, letter in enumerate(text) if letter.isupper())


def parse_record_id(text: str) -> RecordId:
    """Accepts both forms; an 18-character id whose letters lost their case is repaired from its checksum."""
    if len(text) not in (15, 18) or not (text.isascii() and text.isalnum()):
        raise InvalidIdError(text)
    if len(text) == 15:
        return with_checksum(text)
    return _restore_case(text)


def is_record_id(text: str) -> bool:
    try:
        parse_record_id(text)
    except InvalidIdError:
        return False
    return True


def _restore_case(text: str) -> RecordId:
    if with_checksum(text[:15]) == text:
        return RecordId(text)
    restored = ""
    for group, letter in enumerate(text[15:].upper()):
        bits = _CHECKSUM.find(letter)
        if bits < 0:
            raise InvalidIdError(text)
        for bit, character in enumerate(text[group * 5 : group * 5 + 5]):
            restored += character.upper() if bits >> bit & 1 else character.lower()
    whole = with_checksum(restored)
    if whole[15:] != text[15:].upper():
        raise InvalidIdError(text)
    return whole


def instance_code(org_name: str) -> str:
    """Three characters that tell the ids of one org from those of another; the same name gives the same code."""
    digest = hashlib.sha256(org_name.encode()).digest()
    return _DIGITS[digest[0] % 62] + _DIGITS[digest[1] % 62] + "0"


def numbered_id(key_prefix: str, instance: str, number: int) -> RecordId:
    """The id of the `number`-th record of an object."""
    high, low = divmod(number, 62 * 62)
    beginning, letters, upper_case = _beginning(key_prefix, instance, high)
    end, upper_case_of_end = _ENDS[low]
    return RecordId(beginning + end + letters + _CHECKSUM[upper_case | upper_case_of_end << 3])


_ENDS = tuple((first + second, _upper_case(first + second)) for first in _DIGITS for second in _DIGITS)


@lru_cache(maxsize=256)
def _beginning(key_prefix: str, instance: str, number: int) -> tuple[str, str, int]:
    """What 3,844 ids in a row have in common, with their first two letters of the checksum and the bits of the last."""
    counter = ""
    for _ in range(7):
        number, digit = divmod(number, 62)
        counter = _DIGITS[digit] + counter
    text = key_prefix + instance + counter
    return text, _letter(text[:5]) + _letter(text[5:10]), _upper_case(text[10:])


_last_unique = 0


def unique_number() -> int:
    """For the ids of what outlives a reset, after which sequences begin again: higher with every call."""
    global _last_unique  # noqa: PLW0603
    _last_unique = max(_last_unique + 1, time.time_ns() // 1_000)
    return _last_unique
