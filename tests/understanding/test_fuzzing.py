"""Messages of any characters that there are, read as a customer's are."""

import random
import sys
from collections.abc import Iterator

import pytest

from casewright.understanding.goemotions import emotion_model
from casewright.understanding.language import detect
from casewright.understanding.models import DialogueContext
from tests.understanding.conftest import EMAIL, RESETTING, Company

MESSAGES = 1_000
WORDS = 'reset my password and also why is the export empty , it worked yesterday 00001234 a@b.example €5 12/13 v1.2 [EMAIL_1] ``` " 『'
SITUATIONS = (
    DialogueContext(),
    DialogueContext(awaiting=EMAIL, fillable=(EMAIL,)),
    DialogueContext(confirmation="c1", active=RESETTING),
    DialogueContext(paused=(RESETTING,)),
)


def messages() -> Iterator[str]:
    """Any code points, marks that combine, change direction or have no width, and words between them."""
    chance = random.Random(0)
    odd = "\u202e\u200d\u0301\ufeff\u2028\x00\x1b\ud800\udfff\U0010ffff\U0001f1e6\r\n\t'\"`([{<>}])\\"
    for _ in range(MESSAGES):
        parts = []
        for _ in range(chance.randint(1, 24)):
            kind = chance.random()
            if kind < 0.35:
                parts.append(chance.choice(WORDS.split()))
            elif kind < 0.6:
                parts.append(chance.choice(odd) * chance.choice((1, 1, 1, 40)))
            else:
                block = chance.randrange(0, sys.maxunicode - 256, 256)
                parts.append("".join(chr(block + chance.randrange(256)) for _ in range(chance.randint(1, 12))))
        yield chance.choice(("", " ")).join(parts)


@pytest.mark.slow
def test_any_message_is_read_within_its_bounds(aurora: Company) -> None:
    chance = random.Random(1)
    for text in messages():
        heard = aurora.hears(text, chance.choice(SITUATIONS))
        spans = [(one.start, one.end) for one in (*heard.segments, *heard.entities)]
        spans += [(one.start, one.end) for one in detect(text).segments]
        assert all(0 <= start <= end <= len(text) for start, end in spans), ascii(text)
        assert all(0 <= one.confidence <= 1 for one in heard.proposals), ascii(text)
        for segment in heard.segments:
            assert sum(one.probability for one in segment.ranking) <= 1.0001, ascii(text)
        assert -1 <= heard.emotion.valence <= 1, ascii(text)
        assert 0 <= heard.emotion.intensity <= 1, ascii(text)
        assert all(0 <= score <= 1 for score in emotion_model().scores(text).values()), ascii(text)
