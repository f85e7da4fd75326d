"""What an invocable action is: what it takes, and what it does with many inputs at once."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localorg.errors import ApiError
from localorg.org import Org
from localorg.records.service import Caller
from localorg.records.values import JsonValue

Input = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    label: str
    type: str
    required: bool = False
    most: int = 1

    def to_json(self) -> dict[str, Any]:
        told = {"name": self.name, "label": self.label, "type": self.type, "required": self.required}
        return {**told, "maxOccurs": self.most, "description": None}


@dataclass(frozen=True, slots=True)
class Result:
    """Of one input; a refused one has an error, and then nothing at all is done."""

    outputs: Mapping[str, JsonValue] | None = None
    error: ApiError | None = None
    partly_refused: bool = False
    """Some items of the input were; `outputs` says which and why, and the others are done."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An action's call, inside its transaction."""

    org: Org
    connection: sqlite3.Connection
    caller: Caller
    inputs: Sequence[Input]

    @property
    def at(self) -> datetime:
        return self.caller.at


@dataclass(frozen=True, slots=True)
class Action:
    """`perform` gives a result for each input; what it wrote is undone if one of them is refused."""

    name: str
    label: str
    type: str
    perform: Callable[[Asked], Sequence[Result]]
    inputs: tuple[Parameter, ...] = ()
    outputs: tuple[Parameter, ...] = ()
    standard: bool = field(default=True)

    def to_json(self) -> dict[str, Any]:
        described: dict[str, Any] = {"name": self.name, "label": self.label, "type": self.type}
        described |= {"standard": self.standard, "description": None, "targetEntityName": None}
        inputs, outputs = ([one.to_json() for one in some] for some in (self.inputs, self.outputs))
        return {**described, "inputs": inputs, "outputs": outputs}
