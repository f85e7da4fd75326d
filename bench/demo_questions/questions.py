"""The questions: customers' words, and what answers them."""

from pathlib import Path
from typing import Final

import yaml
from pydantic import TypeAdapter

from casewright.kit.model import Model

FOLDER: Final = Path(__file__).parent


class Question(Model):
    """`articles`: keys of those that answer it. `procedures`: those that may rightly begin instead."""

    ask: str
    articles: tuple[str, ...]
    procedures: tuple[str, ...] = ()
    language: str = "en"


def load(company: str) -> tuple[Question, ...]:
    questions = yaml.safe_load((FOLDER / f"{company}.yaml").read_text(encoding="utf-8"))
    return TypeAdapter(tuple[Question, ...]).validate_python(questions)
