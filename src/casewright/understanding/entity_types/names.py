"""Names from lists: the tenant's products and editions, and the priorities of cases."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from casewright.understanding.models import Entity

PRIORITIES: Final = {
    "Low": r"low|niedrige?[rsn]?|gering|baja|basse|baixa|faible",
    "Medium": r"medium|normal|mittlere?[rsn]?|mittel|media|moyenne|média",
    "High": r"high|hohe?[rsn]?|hoch|urgent|dringend|alta|haute",
    "Critical": r"critical|kritische?[rsn]?|kritisch|crítica|critique|blocker",
}
PRIORITY: Final = re.compile(
    "|".join(rf"(?P<{name}>(?<!\w)(?:{words})(?!\w))" for name, words in PRIORITIES.items()), re.IGNORECASE
)
PRIORITY_WORD: Final = re.compile(
    r"priorit|priorid|dringlichkeit|urgency|severity|wichtigkeit|urgencia|urgence", re.IGNORECASE
)
Names = tuple[tuple[str, tuple[str, ...]], ...]
"""Each name with other names for the same."""


def find_names(text: str, type_: str, names: Mapping[str, tuple[str, ...]]) -> Iterator[Entity]:
    """By the name as the tenant's list has it, however it is written: with spaces, hyphens or neither, in any case."""
    if not names:
        return
    pattern, meant = _pattern(tuple((name, tuple(others)) for name, others in names.items()))
    for match in pattern.finditer(text):
        if name := meant.get(_bare(match[0])):
            yield Entity(type=type_, value=name, start=match.start(), end=match.end())


def find_priorities(text: str) -> Iterator[Entity]:
    """A priority's name, where the message is about a priority or is nothing but the name."""
    matches = list(PRIORITY.finditer(text))
    is_short = len(text.split()) <= 4
    for match in matches:
        if is_short or PRIORITY_WORD.search(text):
            yield Entity(type="priority", value=str(match.lastgroup), start=match.start(), end=match.end())


@lru_cache(maxsize=512)
def _pattern(names: Names) -> tuple[re.Pattern[str], dict[str, str]]:
    meant: dict[str, str] = {}
    for name, others in names:
        for written in (name, *others):
            if _bare(written):
                meant.setdefault(_bare(written), name)
    every = [one for name, others in names for one in (name, *others) if _bare(one)]
    longest_first = sorted(every, key=len, reverse=True)
    loose = [r"[\s_-]?".join(map(re.escape, re.split(r"[\s_-]+", one.strip()))) for one in longest_first]
    return re.compile(rf"(?<!\w)(?:{'|'.join(loose) or '(?!)'})(?!\w)", re.IGNORECASE), meant


def _bare(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()
