"""Reading a great many messages leaves nothing behind."""

import gc
import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import psutil
import pytest

from casewright.understanding.emotion import read_emotions
from casewright.understanding.entities import find_entities
from casewright.understanding.language import detect

MESSAGES = 100_000
WARM = 20_000
MOST_GROWTH = 12_000_000
NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
WORDS = (
    "the export still fails since yesterday 401 00001234 unacceptable thanks please reset my password für alle Benutzer "
    "seit Montag immer noch nicht danke 2.500 € https://example.com/a?b=1 Account__c ありがとう パスワード привет gracias "
    "INVALID_SESSION_ID v61.0 😀 !!! between Monday and Wednesday"
)


def message(rng: random.Random) -> str:
    """Known words and ones never seen before, so that nothing that is remembered by words can stay small by luck."""
    made_up = ("".join(rng.choices("abcdefghijklmnopqrstuvwxyzäöüß", k=rng.randint(3, 12))) for _ in range(4))
    words = [*rng.choices(WORDS.split(), k=8), *made_up]
    rng.shuffle(words)
    return " ".join(words)


def resident() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)


@pytest.mark.slow
def test_a_hundred_thousand_messages_leave_no_memory_behind() -> None:
    rng = random.Random(0)
    before = 0
    for number in range(MESSAGES):
        if number == WARM:
            before = resident()
        text = message(rng)
        language = detect(text).language or "en"
        read_emotions(text, language)
        find_entities(text, {}, NOW, language=language)
    assert resident() - before < MOST_GROWTH
