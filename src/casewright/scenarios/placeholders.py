"""`${…}` in a scenario's texts."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}")
ALWAYS_KNOWN: Final = frozenset({"random", "conversation_id"})

Values = Mapping[str, str]
"""Known values by the placeholder's whole name: `random`, `case.CaseNumber`."""


class UnknownPlaceholder(KeyError):
    """`name` has no value."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def names_in(value: Any) -> Iterator[str]:
    """The names of all placeholders in the texts of `value`, which is made of mappings, lists and scalars."""
    if isinstance(value, str):
        yield from _PLACEHOLDER.findall(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from names_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from names_in(item)


def filled(value: Any, values: Values) -> Any:
    """`value` with every placeholder in its texts replaced. Raises `UnknownPlaceholder`."""
    if isinstance(value, str):
        return filled_text(value, values, escape=str)
    if isinstance(value, Mapping):
        return {key: filled(item, values) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [filled(item, values) for item in value]
    return value


def filled_text(text: str, values: Values, escape: Callable[[str], str]) -> str:
    """`text` with every placeholder replaced by its value, put through `escape`. Raises `UnknownPlaceholder`."""

    def value_of(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in values:
            raise UnknownPlaceholder(name)
        return escape(values[name])

    return _PLACEHOLDER.sub(value_of, text)


def soql_escaped(value: str) -> str:
    """`value` as it stands between the quotes of a SOQL string."""
    return value.replace("\\", "\\\\").replace("'", "\\'")
