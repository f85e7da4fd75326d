"""What understanding costs: processor time of a message and of a training, and memory of the models."""

import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from uuid import UUID

from bench.figures import Figure
from bench.public_data import Data, Part
from bench.understanding.intents import read_banking
from casewright.kit.data_directory import default_data_directory
from casewright.kit.ids import TenantId
from casewright.understanding import features, recognising
from casewright.understanding.analysis import Analyst
from casewright.understanding.encoder import Encoder
from casewright.understanding.intents import IntentModel
from casewright.understanding.loading import load_intents
from casewright.understanding.models import UnderstandingRequest
from casewright.understanding.recognising import AMBIGUITY_GAP
from casewright.understanding.training import train

EXAMPLES = Path(__file__).parents[2] / "examples"
NOBODY = TenantId(UUID(int=0))
NOW = datetime(2026, 11, 22, tzinfo=UTC)
TIMES = 40
TENANTS = 5
# One request of 25 tokens each.
MESSAGES = (
    "How can I get the weekly export of our accounts to run again that stopped working with the update of this morning?",
    "I would like to know how long it takes until an invoice for our additional licences is sent to the accounting department",
    "Could you please reset the password of the user who signs in from the new office and has forgotten what it was",
    "Our dashboards have been loading very slowly for the whole team since the beginning of this week",
)


def message(_: Data) -> Iterator[Figure]:
    """The demo company's model, on one thread, after a warm-up."""
    encoder = Encoder.load(default_data_directory() / "models")
    model = train(load_intents(EXAMPLES / "aurora" / "intents.yaml"), encoder)
    encoding = 0.0

    def read(text: str) -> features.Reading:
        nonlocal encoding
        begun = process_time()
        reading = features.read(text, encoder)
        encoding += process_time() - begun
        return reading

    analyst = Analyst(model, read, ambiguity_gap=AMBIGUITY_GAP, version="")
    requests = [UnderstandingRequest(tenant_id=NOBODY, text=text) for text in MESSAGES]
    for request in requests:
        analyst.analyse(request, NOW)
    encoding, begun = 0.0, process_time()
    for request in requests * TIMES:
        analyst.analyse(request, NOW)
    each = 1000 / (TIMES * len(requests))
    yield Figure(
        "a message of 25 tokens through all of it, CPU",
        (process_time() - begun) * each,
        unit="ms",
        target=10.0,
        note="Rasa 19.7 ms for the intent alone",
        better="lower",
    )
    yield Figure("… of which both encoders", encoding * each, unit="ms", better="lower")
    encoder.close()


def training(data: Data) -> Iterator[Figure]:
    """From nothing: no vector is remembered."""
    examples = read_banking(data)
    with tempfile.TemporaryDirectory(prefix="cw-bench-") as folder:
        encoder = Encoder.load(Path(folder))
        begun = process_time()
        model = recognising.learn(examples, encoder)
        spent = process_time() - begun
        encoder.close()
    yield Figure(
        "training on BANKING77's 10,003 examples, CPU",
        spent,
        unit="s",
        target=120.0,
        note="Rasa DIET: many minutes",
        better="lower",
    )
    yield Figure("… its model as a file", len(model.to_bytes()) / 2**20, unit="MB", better="lower")


def memory(data: Data) -> Iterator[Figure]:
    """In a process of its own: the encoders with one tenant's model, then more of the largest models there are."""
    examples = read_banking(data)
    with tempfile.TemporaryDirectory(prefix="cw-bench-") as folder:
        recognising.save(recognising.learn(examples, data.encoder), Path(folder))
        command = [sys.executable, "-m", "bench.understanding.cost", folder, str(default_data_directory() / "models")]
        output = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ.copy()).stdout
    first, further = map(float, output.split())
    yield Figure(
        "memory of all models, one tenant (77 intents, 10,003 examples)",
        first,
        unit="MB",
        target=400.0,
        note="Rasa 936 MB",
        better="lower",
    )
    yield Figure("memory of each further tenant", further, unit="MB", target=15.0, better="lower")


def _hold(folder: Path, models: Path) -> tuple[float, float]:
    """Megabytes of this process with one model, and of each further one."""
    encoder = Encoder.load(models)
    held = [_used(folder, encoder)]
    first = _megabytes()
    held += [_used(folder, encoder) for _ in range(TENANTS)]
    return first, (_megabytes() - first) / TENANTS


def _used(folder: Path, encoder: Encoder) -> IntentModel:
    model = recognising.load(folder, encoder)
    analyst = Analyst(
        model, lambda text: features.read(text, encoder), ambiguity_gap=AMBIGUITY_GAP, version=str(random.random())
    )
    for text in MESSAGES:
        analyst.analyse(UnderstandingRequest(tenant_id=NOBODY, text=text), NOW)
    return model


def _megabytes() -> float:
    """Resident, now where the system tells it (Linux), else the most so far."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


PARTS = (
    Part("message", "Cost of a message", message),
    Part("training", "Cost of training", training),
    Part("memory", "Memory", memory),
)

if __name__ == "__main__":
    sys.stdout.write(" ".join(f"{amount:.2f}" for amount in _hold(Path(sys.argv[1]), Path(sys.argv[2]))))
