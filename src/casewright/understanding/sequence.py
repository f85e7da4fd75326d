"""The order in which a message wants its requests done: "unlock me first", "… and then close it". It outweighs urgency."""

import re
from collections.abc import Sequence
from typing import Final

from casewright.understanding.models import Segment

LAST_OF_ALL: Final = 5
OPENING: Final = 30
"""Characters at a request's start in which words may say what it comes after."""

AFTER_IT: Final = re.compile(
    r"(?<!\w)(?:then|after (?:that|this|which)|afterwards?|subsequently|once (?:that|this|it)(?:'s| is| has)|when (?:that|this|it)(?:'s| is)"
    r" (?:done|fixed|sorted)|dann|danach|anschließend|hinterher|wenn das (?:erledigt|fertig|gemacht) ist|sobald|luego|después"
    r"|puis|ensuite|après|depois|então)(?!\w)|その後|それから|次に",
    re.IGNORECASE,
)
BEFORE_IT: Final = re.compile(
    r"(?<!\w)(?:(?:but|please|and|however) )*(?:first(?: of all)?|before that|beforehand|zuerst|zunächst|vorher|davor|erst(?: mal| einmal)"
    r"|primero|antes|d'abord|avant(?: cela| ça)?|primeiro)(?!\w)|先に|まず",
    re.IGNORECASE,
)
FIRST_AT_THE_END: Final = re.compile(r"(?<!\w)(?:first|zuerst|vorher|primero|d'abord|primeiro)\W*$", re.IGNORECASE)
BEFORE_THE_NEXT: Final = re.compile(r"\W*(?:before|bevor|ehe|antes de|avant (?:de|que))(?!\w)", re.IGNORECASE)


def in_wanted_order(text: str, segments: Sequence[Segment]) -> list[Segment]:
    """The segments, their priorities such that what must come first has the smaller one, or the same and stands before."""
    ordered = list(segments)
    for index in range(1, len(ordered)):
        before, here = ordered[index - 1], ordered[index]
        opening = text[before.end : here.start + OPENING]
        if BEFORE_IT.search(opening) or FIRST_AT_THE_END.search(here.text) or BEFORE_THE_NEXT.match(before.text):
            ordered[:index] = [_not_before(one, here.priority + 1) for one in ordered[:index]]
            ordered[index] = _not_after(here, LAST_OF_ALL - 1)
        elif AFTER_IT.search(opening):
            ordered[index] = _not_before(here, max(one.priority for one in ordered[:index]))
    return ordered


def _not_before(segment: Segment, priority: int) -> Segment:
    return segment.model_copy(update={"priority": min(LAST_OF_ALL, max(segment.priority, priority))})


def _not_after(segment: Segment, priority: int) -> Segment:
    return segment.model_copy(update={"priority": min(segment.priority, priority)})
