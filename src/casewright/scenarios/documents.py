"""A YAML file's data, with the line on which each part of it stands."""

import re
from pathlib import Path
from typing import Any

import yaml

from casewright.kit.yaml_reading import SafeLoader
from casewright.scenarios.errors import InvalidScenario, Problem

Location = tuple[str | int, ...]
"""Where a value stands in a file: keys and indices from the top."""


class _Loader(SafeLoader):
    """Only true and false are truth values, and dates stay text: `yes`, `no` and `on` are things people say."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class Document:
    """A file's data, and the line on which each part of it stands."""

    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._lines: dict[Location, int] = {(): 1}
        try:
            loader = _Loader(text)
            node = loader.get_single_node()
            self.data = self._value(loader, node, (), ()) if node is not None else None
        except yaml.MarkedYAMLError as error:
            # What is missing at the end of a file is missing on its last line.
            line = min(error.problem_mark.line, text.count("\n")) + 1 if error.problem_mark else 1
            raise InvalidScenario(file, (Problem(line, f"is not valid YAML: {error.problem}."),)) from error
        except yaml.YAMLError as error:
            forbidden = Problem(1, "is not valid YAML: it holds a character that YAML forbids.")
            raise InvalidScenario(file, (forbidden,)) from error

    def line(self, location: Location) -> int:
        """Of the value at `location`, or of what holds it."""
        while location not in self._lines:
            location = location[:-1]
        return self._lines[location]

    def _value(self, loader: _Loader, node: yaml.Node, location: Location, above: tuple[yaml.Node, ...]) -> Any:
        self._lines.setdefault(location, node.start_mark.line + 1)
        if node in above:
            raise InvalidScenario(self._file, (Problem(node.start_mark.line + 1, "an alias contains itself."),))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, location, (*above, node))
        if isinstance(node, yaml.SequenceNode):
            return [self._value(loader, item, (*location, i), (*above, node)) for i, item in enumerate(node.value)]
        return loader.construct_object(node)

    def _mapping(
        self, loader: _Loader, node: yaml.MappingNode, location: Location, above: tuple[yaml.Node, ...]
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise InvalidScenario(self._file, (Problem(line, "a key must be a word, not a list or a mapping."),))
            key = str(key_node.value)
            if key in values:
                raise InvalidScenario(self._file, (Problem(line, f"{key!r} stands here a second time; keep one."),))
            self._lines[(*location, key)] = line
            values[key] = self._value(loader, value_node, (*location, key), above)
        return values
