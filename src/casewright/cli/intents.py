"""`casewright intents train` and `predict`: what texts are about, for other programs. No server and no database is needed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from casewright.cli.json_lines import File, answer_texts
from casewright.kit.data_directory import DataDirectory
from casewright.kit.errors import InvalidInput
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.understanding.encoder import Encoder
    from casewright.understanding.encoder import Progress as OnProgress
    from casewright.understanding.recognising import Recognised

intents_app = typer.Typer(
    help="What customers want: models, their examples and how good they are.", no_args_is_help=True
)

AT_ONCE = 64
"""Texts in a batch: enough for all processors, few enough that memory stays the same however many lines come."""

ModelFolder = Annotated[
    Path, typer.Option("--model", help="The model's folder.", file_okay=False, show_default=False, metavar="DIR")
]


@intents_app.command()
def train(
    examples: Annotated[
        Path,
        typer.Argument(
            help='Examples: .jsonl ({"text", "intent"} a line), .csv (columns text, intent) or .yaml (a list of them, or as '
            'intents.yaml). An intent of null or "oos" is out of scope.',
            show_default=False,
        ),
    ],
    model: ModelFolder,
) -> None:
    """Train a model on examples alone, for `predict`. Writes DIR/intents.npz and DIR/report.json, and prints one line: {"model",
    "intents", "examples", "out_of_scope_examples", "accuracy", "out_of_scope_recall", "seconds"}, judged on examples not trained on."""
    from casewright.understanding.examples import read_examples
    from casewright.understanding.recognising import learn, save

    read = read_examples(examples)
    with _bar("Reading the examples") as on_progress, _encoder() as encoder:
        trained = learn(read, encoder, on_progress)
    try:
        save(trained, model)
    except OSError as error:
        raise InvalidInput(f"{model} cannot be written ({error.strerror}).") from None
    report = trained.header.report
    line = {
        "model": str(model),
        **report.model_dump(include={"intents", "examples", "out_of_scope_examples"}),
        **report.model_dump(include={"accuracy", "out_of_scope_recall", "seconds"}),
    }
    typer.echo(orjson.dumps(line).decode())


@intents_app.command()
def predict(
    model: ModelFolder,
    file: File = None,
    single: Annotated[bool, typer.Option("--single", help="Take each text for one request.")] = False,
) -> None:
    """Tell what texts are about. For each line {"text": …} one line {"text", "intents": [{"name", "confidence", "span": [from, to]}],
    "ranking": [{"name", "confidence"}, … at most 5], "out_of_scope", "out_of_scope_score", "ambiguous"}, in input order."""
    from casewright.understanding.recognising import Recogniser, load

    with _encoder() as encoder, _bar("Texts") as on_progress:
        recogniser = Recogniser(load(model, encoder), encoder)
        done = 0

        def answer(texts: list[str]) -> Iterator["Recognised"]:
            nonlocal done
            yield from recogniser.recognise(texts, single=single)
            done += len(texts)
            on_progress(done, 0)

        answer_texts(file, answer, AT_ONCE)


@contextmanager
def _encoder() -> "Iterator[Encoder]":
    from casewright.understanding.encoder import Encoder

    encoder = Encoder.load(DataDirectory(load_settings().data_dir).path / "models", threads=os.cpu_count() or 2)
    try:
        yield encoder
    finally:
        encoder.close()


@contextmanager
def _bar(what: str) -> "Iterator[OnProgress]":
    """On a terminal only; standard output belongs to the answers."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(what, total=None)

        def on_progress(done: int, of: int) -> None:
            description = "Training" if done == of else what
            bars.update(task, completed=done, total=of or None, description=description)

        yield on_progress
