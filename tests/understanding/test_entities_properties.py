"""Whatever is written, extracting does not break, and what is found lies where it says."""

import random
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewright.understanding.contradictions import find_contradiction
from casewright.understanding.entities import find_awaited, find_entities, with_counts
from casewright.understanding.models import DialogueContext, Entity, ExpectedSlot, Option, OwnNames
from casewright.understanding.open_questions import read_answer

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=ZoneInfo("America/New_York"))
NAMES = OwnNames(products={"Data Loader": ("Loader",), "İstanbul ß": ()}, editions={"Enterprise": ()})
SLOTS = (
    ExpectedSlot(name="day", type="date", value="2026-11-20"),
    ExpectedSlot(name="quantity", type="number", value="5"),
    ExpectedSlot(name="where", type="choice", options=(Option(value="a", label="A"), Option(value="b", label="B"))),
)
# Pieces of what is looked for, broken and joined in ways nobody would write.
_FRAGMENTS = (
    "yesterday morning|since|between|and|Monday|3.|31.02.2026|2026-13-45|99:99|at 25:00|9999-12-31|in 999 years|vor 999 Jahren"
    "|001A0000006Vm9rIAC|00D|INVALID_|__c|Case.|Case.Status|https://|http://[::1|https://a.b/(c|v61.0|API|$1,2,3|€|5k|1.000.000"
    "|昨日|から|まで|3日前|月|fİve|ſix|Kelvin K|٣|３|²|①|[EMAIL_1]|[EMAIL_|\u0000|\ud800|\u202e|🤷🏽‍♀️|\n|  |not|no,|I meant|half a"
    "|dozen|enable|disable|#|+49 30|@|.|,|-|–|999999999999999999999|1e999|priority|urgent|Data Loader|İSTANBUL SS"
)
FRAGMENTS = _FRAGMENTS.split("|")
texts = st.text() | st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=12).flatmap(
    lambda parts: st.sampled_from(["", " "]).map(lambda joint: joint.join(parts))
)


def extracted(text: str, now: datetime = NOW, language: str = "en") -> tuple[Entity, ...]:
    return with_counts(text, find_entities(text, {"[EMAIL_1]": "email"}, now, language=language, names=NAMES))


def check(text: str, found: tuple[Entity, ...]) -> None:
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert one.value
    ends = [one for one in found if one.type != "url"]
    inside = {"record_id", "org_id", "case_number"}
    for one, other in pairwise(ends):
        assert one.end <= other.start
    for url in (one for one in found if one.type == "url"):
        assert all(
            one.end <= url.start or one.start >= url.end or one.type in inside for one in found if one is not url
        )


@given(texts, st.sampled_from(["en", "de", "ja"]))
@settings(max_examples=150, deadline=None)
def test_spans_lie_in_the_text_and_do_not_overlap(text: str, language: str) -> None:
    check(text, extracted(text, language=language))


@given(texts, st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))
@settings(max_examples=60, deadline=None)
def test_any_moment_can_be_the_reference(text: str, moment: datetime) -> None:
    check(text, extracted(text, moment.replace(tzinfo=UTC)))


@given(texts, st.sampled_from(["code", "money", "number", "case_number", "http_status", "date", "text"]))
@settings(max_examples=60, deadline=None)
def test_what_is_asked_for_lies_in_the_text(text: str, type_: str) -> None:
    for one in find_awaited(text, type_):
        assert 0 <= one.start < one.end <= len(text)


@given(texts)
@settings(max_examples=60, deadline=None)
def test_answers_and_contradictions_can_be_read_in_anything(text: str) -> None:
    find_contradiction(text)
    entities = find_entities(text, {}, NOW)
    for context in (DialogueContext(confirmation="c1", fillable=SLOTS), DialogueContext(awaiting=SLOTS[0])):
        for start, end in read_answer(text, context, entities, NOW.date()).pieces:
            assert 0 <= start < end <= len(text)


@pytest.mark.slow
def test_twenty_thousand_broken_messages_break_nothing() -> None:
    """Real messages, cut, joined and damaged at random from a fixed seed."""
    chance = random.Random(2026)
    corpus = [
        line.strip(" -'\"")
        for file in (Path(__file__).parents[2] / "examples").glob("*/intents.yaml")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("      - ")
    ]
    for _ in range(20_000):
        parts = [chance.choice(corpus if chance.random() < 0.5 else FRAGMENTS) for _ in range(chance.randint(1, 6))]
        letters = list(chance.choice(["", " ", ", "]).join(parts))
        for _ in range(chance.randint(0, 5)):
            letters[chance.randrange(len(letters))] = chr(
                chance.choice([chance.randrange(128), chance.randrange(0xD7FF)])
            )
        text = "".join(letters)
        check(text, extracted(text))
        find_contradiction(text)
