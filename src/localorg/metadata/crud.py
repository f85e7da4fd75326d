"""The Metadata API's CRUD-based calls: components one by one, each of which succeeds or fails by itself."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from localorg.errors import ApiError
from localorg.metadata.deploying import OF_THE_SCHEMA, Deployment, User
from localorg.metadata.models import ComponentName, DeployOptions, Manifest, Problem
from localorg.metadata.packages import NAMESPACE, PACKAGE, Package, manifest_xml, read_package
from localorg.metadata.retrieving import is_there, read_component
from localorg.metadata.setup import SET_UP
from localorg.metadata.store import Store
from localorg.metadata.types import is_type, parent_of, type_named
from localorg.schema.models import Schema, SObject
from localorg.soap.xml import SCHEMA_INSTANCE, child_text, children, local_name, parse_xml
from localorg.storage.database import savepoint
from localorg.storage.quoting import quoted

MOST_COMPONENTS: Final = 10
_VERSION: Final = "67.0"
_RENAMED: Final = frozenset({"CustomField", "ValidationRule"})
"""Of the types that have an effect."""
_TYPE: Final = f"{{{SCHEMA_INSTANCE}}}type"


class Write(Enum):
    CREATE = "createMetadata"
    UPDATE = "updateMetadata"
    UPSERT = "upsertMetadata"


@dataclass(frozen=True, slots=True)
class Result:
    """Of one component; `created` is told by upserts only, `error` is a status code and a message."""

    full_name: str
    created: bool | None = None
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Written:
    results: tuple[Result, ...]
    definitions: tuple[SObject, ...]
    """What the org's schema takes up once all is committed."""
    removed: tuple[str, ...] = ()
    """The objects that it then has no more."""


class Writing:
    """Of one call; with `all_or_none` nothing stays written if one component is refused."""

    def __init__(self, store: Store, schema: Schema, user: User, now: datetime, *, all_or_none: bool) -> None:
        self._store, self._user, self._now = store, user, now
        self._schema = Schema(tuple(schema), schema.data_category_groups)
        self._all_or_none = all_or_none
        self._definitions: list[SObject] = []
        self._removed: list[str] = []

    def write(self, components: Sequence[Element], how: Write) -> Written:
        """Raises ApiError for more components than one call may bring."""
        _check_number(len(components))
        names = [child_text(element, "fullName") or "" for element in components]
        return self._each(names, lambda number: self._write(components[number], how))

    def delete(self, kind: str, full_names: Sequence[str]) -> Written:
        """Raises ApiError for an unknown type, and for more components than one call may name."""
        _check_type(kind)
        _check_number(len(full_names))
        return self._each(full_names, lambda number: self._delete(ComponentName(kind, full_names[number])))

    def rename(self, kind: str, full_name: str, new_name: str) -> Written:
        """Raises ApiError for an unknown type."""
        _check_type(kind)
        old, new = ComponentName(kind, full_name), ComponentName(kind, new_name)
        return self._each([full_name], lambda number: self._rename(old, new))

    def _rename(self, old: ComponentName, new: ComponentName) -> None:
        known = self._store.find(old)
        if known is None:
            raise _not_there(old)
        if old.type not in _RENAMED and not _is_only_stored(old.type):
            raise _RefusedError(
                "FUNCTIONALITY_NOT_ENABLED", f"A {old.type} cannot be renamed in this org: make another"
            )
        if is_there(self._store, self._schema, new):
            raise _RefusedError("DUPLICATE_DEVELOPER_NAME", f"There is already a {new.type} named {new.full_name}.")
        (object_name, _, field), (new_object, _, new_field) = (one.full_name.rpartition(".") for one in (old, new))
        if object_name != new_object:
            raise _RefusedError("INVALID_FULL_NAME", f"{new.full_name} is no name that {old.full_name} can have")
        self._run(_package(new, parse_xml(next(iter(known.component.files.values())))))
        definition = self._schema.find(object_name)
        if old.type == "CustomField" and definition is not None and definition.field(field):
            copied = f"UPDATE {quoted(definition.name)} SET {quoted(new_field)} = {quoted(field)}"
            self._store.connection.execute(copied)
        self._delete(old)

    def _write(self, element: Element, how: Write) -> bool | None:
        name = _name(element)
        known = is_there(self._store, self._schema, name)
        if known and how is Write.CREATE:
            raise _RefusedError("DUPLICATE_DEVELOPER_NAME", f"There is already a {name.type} named {name.full_name}.")
        if not known and how is Write.UPDATE:
            raise _not_there(name)
        self._run(_package(name, element))
        return not known if how is Write.UPSERT else None

    def _delete(self, name: ComponentName) -> None:
        if self._store.find(name) is None:
            raise _not_there(name)
        self._run(Package(Manifest({}, _VERSION), (), (name,), ()))

    def _run(self, package: Package) -> None:
        deployment = Deployment(self._store, self._schema, self._user, self._now, DeployOptions())
        problem = next((one for one in deployment.run(package) if not one.warning), None)
        if problem is not None:
            raise _RefusedError(_status_code(problem), problem.text)
        for definition in deployment.definitions:
            self._schema.add(definition)
            self._definitions.append(definition)
        for name in deployment.removed:
            self._schema.remove(name)
            self._removed.append(name)

    def _each(self, full_names: Sequence[str], work: Callable[[int], bool | None]) -> Written:
        try:
            with savepoint(self._store.connection):
                results = tuple(self._one(name, number, work) for number, name in enumerate(full_names))
                if self._all_or_none and any(result.error for result in results):
                    raise _NoneStaysError(results)
        except _NoneStaysError as none:
            return Written(tuple(Result(one.full_name, error=one.error or _ROLLED_BACK) for one in none.results), ())
        return Written(results, tuple(self._definitions), tuple(self._removed))

    def _one(self, full_name: str, number: int, work: Callable[[int], bool | None]) -> Result:
        try:
            with savepoint(self._store.connection):
                return Result(full_name, created=work(number))
        except _RefusedError as refused:
            return Result(full_name, error=(refused.code, str(refused)))


def read(store: Store, schema: Schema, kind: str, full_names: Sequence[str]) -> list[Element | None]:
    """None for each that is not there. Raises ApiError like `Writing.delete`."""
    _check_type(kind)
    _check_number(len(full_names))
    return [read_component(store, schema, ComponentName(kind, one)) for one in full_names]


class _RefusedError(Exception):
    """This one component is not written."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _NoneStaysError(Exception):
    def __init__(self, results: tuple[Result, ...]) -> None:
        super().__init__("not all components were accepted")
        self.results = results


_ROLLED_BACK: Final = (
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)


def _check_number(number: int) -> None:
    if number > MOST_COMPONENTS:
        raise ApiError("LIMIT_EXCEEDED", f"You may only specify up to {MOST_COMPONENTS} components in one call")


def _check_type(kind: str) -> None:
    if not is_type(kind):
        raise ApiError("INVALID_TYPE", f"Unknown type:{kind}")


def _name(element: Element) -> ComponentName:
    kind = element.get(_TYPE, "").rpartition(":")[2]
    described = type_named(kind)
    if not is_type(kind):
        raise _RefusedError("INVALID_TYPE", f"Unknown type:{kind}")
    if described is not None and (described.meta_file or described.bundle or described.in_folder):
        raise _RefusedError("INVALID_TYPE", f"{kind} is a file of its own: use deploy")
    full_name = child_text(element, "fullName")
    if full_name is None:
        raise _RefusedError("REQUIRED_FIELD_MISSING", "Required field is missing: fullName")
    if "/" in full_name or (described is None and "." not in full_name and kind != "CustomLabel"):
        raise _RefusedError("INVALID_FULL_NAME", f"{full_name} is no full name of a {kind}")
    return ComponentName(kind, full_name)


def has_effect(kind: str) -> bool:
    return kind in SET_UP or kind in OF_THE_SCHEMA


def _is_only_stored(kind: str) -> bool:
    """As one file of XML, from which nothing here follows."""
    described = type_named(kind)
    if described is None or has_effect(kind) or described.children:
        return False
    return not (described.meta_file or described.bundle or described.in_folder)


def _not_there(name: ComponentName) -> _RefusedError:
    message = f"In field: fullName - no {name.type} named {name.full_name} found"
    return _RefusedError("INVALID_CROSS_REFERENCE_KEY", message)


def _status_code(problem: Problem) -> str:
    missing = problem.text.startswith("Required field is missing")
    return "REQUIRED_FIELD_MISSING" if missing else "FIELD_INTEGRITY_EXCEPTION"


def _package(name: ComponentName, element: Element) -> Package:
    """As if the component were deployed in a file."""
    parent = parent_of(name.type)
    kind = parent or type_named(name.type)
    assert kind is not None
    inner = [part for part in children(element) if local_name(part) != "fullName"]
    owner, _, short = name.full_name.rpartition(".")
    root = Element(f"{{{NAMESPACE}}}{kind.xml_name}")
    members = {name.type: [name.full_name]}
    if parent is None:
        owner = name.full_name
        root.extend(inner)
        members |= {one: ["*"] for one in kind.children.values()}
    else:
        owner = owner or kind.xml_name
        tag = next(tag for tag, one in kind.children.items() if one == name.type)
        root.append(_named(tag, short, inner))
    path = f"{kind.directory_name}/{owner}.{kind.suffix}"
    return read_package({PACKAGE: manifest_xml(members, _VERSION), path: tostring(root)})


def _named(tag: str, full_name: str, inner: Iterable[Element]) -> Element:
    element = Element(f"{{{NAMESPACE}}}{tag}")
    SubElement(element, f"{{{NAMESPACE}}}fullName").text = full_name
    element.extend(inner)
    return element
