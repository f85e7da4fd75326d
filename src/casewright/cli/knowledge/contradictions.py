"""Statements that exclude each other, for other programs. No server and no database is needed."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel

from casewright.cli.json_lines import Line, read_batches, write_lines
from casewright.kit.data_directory import DataDirectory
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.knowledge.conflicts.statements import StatementReader


class SentencePair(Line):
    id: str | int
    a: str
    b: str


class Contradiction(BaseModel):
    id: str | int
    contradiction: float


def contradictions(
    pairs: Annotated[
        Path | None,
        typer.Option("--pairs", help='One {"id", "a", "b"} a line. Default: standard input.', dir_okay=False),
    ] = None,
) -> None:
    """Tell how likely two statements exclude each other. For each line {"id", "a", "b"} one line {"id", "contradiction": probability}, in
    input order: 0…1, from 0.5 on it is likelier than not. English, and German."""
    from casewright.knowledge.conflicts.statements import StatementReader
    from casewright.understanding.encoder import Encoder

    models = DataDirectory(load_settings().data_dir).path / "models"
    encoder = Encoder.load(models, threads=os.cpu_count() or 2)
    reader = StatementReader(encoder.encode_batch)
    try:
        for batch in read_batches(pairs, SentencePair):
            write_lines(judged(batch, reader))
    finally:
        encoder.close()


def judged(pairs: Sequence[SentencePair], reader: "StatementReader") -> Iterator[Contradiction]:
    """One answer a pair, in order."""
    from casewright.knowledge.conflicts.comparison import compare
    from casewright.knowledge.conflicts.model import conflict_model

    statements = reader.read([text for pair in pairs for text in (pair.a, pair.b)])
    for pair, one, other in zip(pairs, statements[::2], statements[1::2], strict=True):
        probability = conflict_model().probability(compare(one, other))
        yield Contradiction(id=pair.id, contradiction=round(probability, 4))
