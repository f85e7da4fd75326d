"""Several intents in one sentence: MixATIS and MixSNIPS, by a model that has only ever seen single ones."""

from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.public_data import Data, Part
from bench.understanding.intents import recognise
from casewright.understanding.models import LabelledText
from casewright.understanding.recognising import Recogniser, learn

SOURCE = "github.com/LooperXX/AGIF (GPL-2.0; of ATIS and SNIPS)"
SETS = (
    ("ATIS", 85.0, "GL-GIN 76.3, trained on mixtures (on test)"),
    ("SNIPS", 96.0, "GL-GIN 95.6, trained on mixtures"),
)


def several(data: Data) -> Iterator[Figure]:
    for name, target, published in SETS:
        training = _read(data.file(f"mixatis_mixsnips/data/{name}/train.txt", SOURCE))
        unseen = _read(data.file(f"mixatis_mixsnips/data/Mix{name}_clean/dev.txt", SOURCE))
        recogniser = Recogniser(learn(training, data.encoder), data.encoder)
        found = recognise(recogniser, [one.text for one in unseen])
        # A few single sentences of ATIS are about two things; their name is that of both.
        sets = [{name for intent in one.intents for name in intent.name.split("#")} for one in found]
        right = sum(names == set((meant.intent or "").split("#")) for names, meant in zip(sets, unseen, strict=True))
        yield Figure(f"Mix{name} dev: exact set of intents", 100 * right / len(unseen), target=target, note=published)


def _read(file: Path) -> list[LabelledText]:
    """A word and its slot a line; then the intents; then an empty line."""
    found = []
    for block in file.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line.strip()]
        if lines:
            text = " ".join(line.split()[0] for line in lines[:-1])
            found.append(LabelledText(text=text, intent=lines[-1].strip()))
    return found


PARTS = (Part("several", "Several intents in one sentence", several),)
