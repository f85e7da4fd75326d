"""How well documents are found, for anybody to measure on a collection of their own. No server and no database is needed."""

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import track

from casewright.cli.json_lines import Line, read_batches, write_lines
from casewright.kit.data_directory import DataDirectory
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.knowledge.collection import Collection, Encode, Encoders
    from casewright.knowledge.models import ArticleDraft
    from casewright.understanding.encoder import Encoder
    from casewright.understanding.models import Vector

AT_ONCE: Final = 64
MOST_KEPT: Final = 6
"""Sets of vectors, two a collection."""
SURE_OF_LANGUAGE: Final = 0.8
"""Confidence from which a query is taken to be in another language than the collection."""

_stderr = Console(stderr=True)


class Query(Line):
    id: str | int
    query: str


class Hit(BaseModel):
    document: str
    score: float


class Hits(BaseModel):
    id: str | int
    hits: list[Hit]


def search(
    collection: Annotated[
        Path, typer.Option(help="Folder of documents, or one file of them.", exists=True, show_default=False)
    ],
    queries: Annotated[
        Path | None, typer.Option(help='One {"id", "query"} a line. Default: standard input.', dir_okay=False)
    ] = None,
    limit: Annotated[int, typer.Option(help="Documents a query.", min=1)] = 10,
) -> None:
    """Find documents. For each line {"id", "query"} one line {"id", "hits": [{"document", "score"}, …]}, best first, in input order.
    Documents are files (text, Markdown, HTML, PDF, DOCX, CSV, JSON), named as the folder names them, and lines of JSON Lines, by their "id"."""
    from casewright.cli.knowledge.documents import read_documents
    from casewright.understanding.encoder import Encoder

    drafts, problems = read_documents(collection)
    for problem in problems:
        _stderr.print(problem, style="yellow", highlight=False)
    folder = DataDirectory(load_settings().data_dir).path
    with closing(Encoder.load(folder / "models", threads=os.cpu_count() or 2)) as encoder:
        made = collect(drafts, encoder, folder / "collections")
        for batch in read_batches(queries, Query):
            write_lines(found(batch, made, drafts, limit))


def collect(drafts: "Sequence[ArticleDraft]", encoder: "Encoder", folder: Path | None = None) -> "Collection":
    """The collection, its vectors kept in `folder`, or not at all."""
    from casewright.knowledge.collection import Collection, Encoders

    questions = encoders(encoder)
    documents = Encoders(
        _kept(questions.english, encoder.version, folder, "Reading the documents"),
        _kept(questions.multilingual, encoder.multilingual.version, folder, "Reading them for other languages"),
        questions.knows,
    )
    return Collection.of(drafts, questions, documents)


def encoders(encoder: "Encoder") -> "Encoders":
    from tokenizers import Tokenizer

    from casewright.knowledge.collection import Encoders
    from casewright.understanding.encoder_files import TOKENIZER

    words = Tokenizer.from_file(str(TOKENIZER.locate()))
    return Encoders(
        encoder.encode_batch,
        lambda texts: [encoder.multilingual.encode(text) for text in texts],
        lambda word: words.token_to_id(word) is not None,
    )


def found(
    queries: Sequence[Query], collection: "Collection", drafts: "Sequence[ArticleDraft]", limit: int
) -> Iterator[Hits]:
    """One answer a query, in order."""
    [(language, _)] = Counter(draft.language for draft in drafts).most_common(1)
    for query in queries:
        hits = collection.search(query.query, _language(query.query, language), limit)
        yield Hits(id=query.id, hits=[Hit(document=one.document, score=round(one.score, 6)) for one in hits])


def _language(text: str, usual: str) -> str:
    from casewright.understanding.language import detect

    detected = detect(text)
    return detected.language if detected.language and detected.confidence >= SURE_OF_LANGUAGE else usual


def _kept(encode: "Encode", version: str, folder: Path | None, what: str) -> "Encode":
    """`encode`, of which what it made of the same texts is kept in a file."""

    def vectors(texts: Sequence[str]) -> "Sequence[Vector]":
        digest = hashlib.sha256("\0".join([version, *texts]).encode(errors="replace")).hexdigest()
        file = folder / f"{digest[:32]}.npy" if folder else None
        if file and file.is_file():
            file.touch()
            return list(np.load(file, allow_pickle=False).astype(np.float32))
        made = np.array(_encoded(encode, texts, what), dtype=np.float16)
        if file:
            _keep(file, lambda path: np.save(path, made, allow_pickle=False))
        return list(made.astype(np.float32))

    return vectors


def _encoded(encode: "Encode", texts: Sequence[str], what: str) -> "list[Vector]":
    batches = [texts[start : start + AT_ONCE] for start in range(0, len(texts), AT_ONCE)]
    return [vector for batch in track(batches, what, console=_stderr, transient=True) for vector in encode(batch)]


def _keep(file: Path, write: Callable[[Path], None]) -> None:
    """In place of those not used for longest."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix="writing-") as workshop:
        write(Path(workshop) / file.name)
        (Path(workshop) / file.name).replace(file)
    kept = sorted(file.parent.glob("*.npy"), key=lambda one: one.stat().st_mtime)
    for old in kept[:-MOST_KEPT]:
        old.unlink(missing_ok=True)
