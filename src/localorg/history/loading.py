"""Reads a history's document: the file, and the topics in the folder of its name beside it."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml
from pydantic import ValidationError

from localorg.history.checking import check
from localorg.history.errors import HistoryError
from localorg.history.language import Language, load_language, load_yaml
from localorg.history.models import History, Topic

FILE_NAME = "history.yaml"


@dataclass(frozen=True)
class Document:
    """A history with the languages its people write."""

    history: History
    languages: dict[str, Language]
    topics: dict[str, Topic]

    def random(self, purpose: str, number: int) -> Random:
        """A source of its own for each purpose and thing, so that one never moves another."""
        return Random(f"{self.history.seed}/{purpose}/{number}")


def beside(seed: Path) -> Path | None:
    """The history that belongs to a seed, if it has one."""
    path = seed.with_name(FILE_NAME)
    return path if path.is_file() else None


def load(path: Path) -> Document:
    """Raises HistoryError."""
    document = _read(path)
    topics = [_read(file) | {"name": file.stem} for file in sorted(path.with_suffix("").glob("*.yaml"))]
    if not topics:
        raise HistoryError(f"the history {path} has no topics; they belong into the folder {path.with_suffix('')}")
    try:
        history = History.model_validate({**document, "topics": topics, "source": path})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise HistoryError(f"the history {path} does not fit at {where}: {first['msg']}") from error
    codes = {code for country in history.countries.values() for code in country.languages} | {history.language}
    languages = {code: load_language(code).with_phrases(history.phrases.get(code, {})) for code in sorted(codes)}
    check(history, languages)
    return Document(history, languages, {topic.name: topic for topic in history.topics})


def _read(path: Path) -> dict[str, Any]:
    try:
        document = load_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HistoryError(f"the history {path} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise HistoryError(f"the history {path} is not YAML: {error}") from error
    if not isinstance(document, dict):
        raise HistoryError(f"the history {path} must be a mapping")
    return document
