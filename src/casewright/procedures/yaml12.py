"""YAML as 1.2 has it: `on`, `yes` and `no` are words, and a key given twice is an error."""

import re
from typing import Any

import yaml

from casewright.kit.yaml_reading import SafeLoader


class StrictLoader(SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f'the key "{key.value}" stands here twice', key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_NOT_IN_1_2 = {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"}

StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _NOT_IN_1_2]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
