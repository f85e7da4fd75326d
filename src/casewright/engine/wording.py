"""The agent's own words: looked up by situation and language, never the same variant twice in a row."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

Variants = dict[str, list[str]]


@cache
def _copy() -> dict[str, Variants]:
    text = Path(__file__).with_name("wording.yaml").read_text(encoding="utf8")
    copy: dict[str, Variants] = yaml.safe_load(text)
    return copy


def languages() -> frozenset[str]:
    """Languages in which the agent can say everything."""
    return frozenset.intersection(*(frozenset(variants) for variants in _copy().values()))


def say(
    key: str, language: str, *, avoid: Sequence[str] = (), values: Mapping[str, object] | None = None
) -> tuple[str, str]:
    """The text for a situation, and the name of the variant chosen (`thanks/0`): the first that is not in `avoid`.

    Raises `KeyError` for a situation that `wording.yaml` does not have."""
    variants = _copy()[key].get(language) or _copy()[key]["en"]
    names = [f"{key}/{index}" for index in range(len(variants))]
    index = next((index for index, name in enumerate(names) if name not in avoid), 0)
    return variants[index].format(**(values or {})), names[index]
