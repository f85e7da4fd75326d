"""Components and what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from localorg.ids import RecordId

Files = Mapping[str, bytes]
"""Contents by path, as they stand below package.xml."""


@dataclass(frozen=True, slots=True)
class ComponentName:
    type: str
    full_name: str


@dataclass(frozen=True, slots=True)
class Component:
    """`files` of a child is the one element that it is, under its parent's path."""

    name: ComponentName
    file_name: str
    files: Files = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredComponent:
    component: Component
    id: RecordId
    created_at: datetime
    created_by: RecordId
    modified_at: datetime
    modified_by: RecordId


@dataclass(frozen=True, slots=True)
class Manifest:
    """package.xml: the members of each type, `*` for all, and the version of the API it is written for."""

    members: Mapping[str, tuple[str, ...]]
    version: str

    def names(self, component: ComponentName) -> bool:
        members = self.members.get(component.type, ())
        return component.full_name in members or "*" in members


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a component is refused, or, as a warning, what will not work here though it is stored."""

    name: ComponentName
    file_name: str
    text: str
    line: int | None = None
    column: int | None = None
    warning: bool = False


class DeployStatus(StrEnum):
    SUCCEEDED = "Succeeded"
    SUCCEEDED_PARTIAL = "SucceededPartial"
    FAILED = "Failed"
    CANCELED = "Canceled"


@dataclass(frozen=True, slots=True)
class DeployOptions:
    check_only: bool = False
    rollback_on_error: bool = True
    ignore_warnings: bool = False
    test_level: str = "NoTestRun"
    run_tests: tuple[str, ...] = ()
