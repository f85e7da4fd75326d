"""`casewright emotions`: what texts feel like, for other programs."""

from collections.abc import Iterator

import typer
from pydantic import BaseModel

from casewright.cli.json_lines import File, answer_texts

emotions_app = typer.Typer(help="Emotions in texts.", no_args_is_help=True)


class PredictedEmotions(BaseModel):
    text: str
    labels: dict[str, float]
    valence: float
    intensity: float


@emotions_app.callback()
def group() -> None:
    """Emotions in texts."""


@emotions_app.command()
def predict(file: File = None) -> None:
    """Tell what texts feel like. For each line {"text": …} one line {"text", "labels": {name: score}, "valence", "intensity"}: the 28
    labels of GoEmotions, each chosen where its score is 0.5 or more; valence −1…1; intensity 0…1. For other languages than English
    the labels are those of known phrases only."""
    answer_texts(file, predicted)


def predicted(texts: list[str]) -> Iterator[PredictedEmotions]:
    from casewright.understanding.emotion import read_emotions
    from casewright.understanding.language import detect_language

    for text in texts:
        emotion, labels = read_emotions(text, detect_language(text, "en")[0])
        yield PredictedEmotions(text=text, labels=labels, valence=emotion.valence, intensity=emotion.intensity)
