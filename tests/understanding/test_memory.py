"""Reading a great many messages leaves nothing behind."""

import gc
import random
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psutil
import pytest

from casewright.kit.ids import TenantId
from casewright.understanding import features
from casewright.understanding.analysis import Analyst
from casewright.understanding.encoder import Encoder
from casewright.understanding.loading import load_intents
from casewright.understanding.models import UnderstandingRequest
from casewright.understanding.recognising import AMBIGUITY_GAP
from casewright.understanding.training import train

INTENTS = Path(__file__).parents[2] / "examples" / "aurora" / "intents.yaml"
MESSAGES = 100_000
WARM = 20_000
MOST_GROWTH = 20_000_000
NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
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
def test_a_hundred_thousand_messages_leave_no_memory_behind(tmp_path: Path) -> None:
    encoder = Encoder.load(tmp_path)
    model = train(load_intents(INTENTS), encoder)
    analyst = Analyst(model, lambda text: features.read(text, encoder), ambiguity_gap=AMBIGUITY_GAP, version="1")
    rng = random.Random(0)
    before = 0
    for number in range(MESSAGES):
        if number == WARM:
            before = resident()
        analyst.analyse(UnderstandingRequest(tenant_id=TenantId(UUID(int=0)), text=message(rng)), NOW)
    encoder.close()
    assert resident() - before < MOST_GROWTH
