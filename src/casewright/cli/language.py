"""`casewright language`: which language texts are in, for other programs."""

from collections.abc import Iterator

import typer
from pydantic import BaseModel

from casewright.cli.json_lines import File, answer_texts

language_app = typer.Typer(help="The language of texts.", no_args_is_help=True)


class Segment(BaseModel):
    language: str
    span: tuple[int, int]


class Detected(BaseModel):
    text: str
    language: str | None
    confidence: float
    segments: list[Segment]


@language_app.callback()
def group() -> None:
    """The language of texts."""


@language_app.command()
def detect(file: File = None) -> None:
    """Tell the language of texts. For each line {"text": …} one line {"text", "language", "confidence", "segments": [{"language",
    "span": [from, to]}]}: languages by ISO 639-1, null where there are no words; confidence 0…1, low where a text is short or
    mixed (a conversation keeps its language below 0.6)."""
    answer_texts(file, detected)


def detected(texts: list[str]) -> Iterator[Detected]:
    from casewright.understanding.language import detect as detect_one

    for text in texts:
        found = detect_one(text)
        segments = [Segment(language=one.language, span=(one.start, one.end)) for one in found.segments]
        yield Detected(text=text, language=found.language, confidence=found.confidence, segments=segments)
