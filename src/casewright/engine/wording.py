"""The agent's own words: looked up by situation and language, never the same variant twice in a row."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from casewright.kit.yaml_reading import read_yaml

Variants = dict[str, list[str]]


@cache
def _copy() -> dict[str, Variants]:
    """English and German from `wording.yaml`, each further language from a file of its own in `translations`."""
    here = Path(__file__).parent
    copy: dict[str, Variants] = read_yaml((here / "wording.yaml").read_text(encoding="utf8"))
    for file in sorted((here / "translations").glob("*.yaml")):
        for key, variants in read_yaml(file.read_text(encoding="utf8")).items():
            copy[key][file.stem] = variants
    return copy


@cache
def languages() -> frozenset[str]:
    """Languages in which the agent can say everything."""
    return frozenset.intersection(*(frozenset(variants) for variants in _copy().values()))


def languages_of(key: str) -> frozenset[str]:
    """Languages in which this one thing can be said: some are for those whom the agent cannot answer in their own."""
    return frozenset(_copy()[key])


def say(
    key: str, language: str, *, avoid: Sequence[str] = (), values: Mapping[str, object] | None = None
) -> tuple[str, str]:
    """The text for a situation, and the name of the variant chosen (`thanks/0`): the first that is not in `avoid`.

    Raises `KeyError` for a situation that `wording.yaml` does not have."""
    variants = _copy()[key].get(language) or _copy()[key]["en"]
    names = [f"{key}/{index}" for index in range(len(variants))]
    index = next((index for index, name in enumerate(names) if name not in avoid), 0)
    return variants[index].format(**(values or {})), names[index]
