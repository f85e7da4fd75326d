"""The types of metadata an org accepts, from the file beside this module."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class MetadataType(BaseModel):
    """`children`: parts of a file that are components themselves, their types by their elements' names."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    xml_name: str
    directory_name: str
    suffix: str | None = None
    prefix: str
    """The first three characters of its components' ids."""
    meta_file: bool = False
    """The file is no XML; what XML says of it stands in another, with `-meta.xml` at its name's end."""
    in_folder: bool = False
    bundle: bool = False
    required: tuple[str, ...] = ()
    children: Mapping[str, str] = {}
    unheeded: str | None = None
    """Why its components are only stored, where somebody would expect more of them."""
    unheeded_children: Mapping[str, str] = {}


@cache
def metadata_types() -> tuple[MetadataType, ...]:
    text = (resources.files("localorg.metadata") / "types.yaml").read_text(encoding="utf-8")
    return tuple(MetadataType.model_validate(document) for document in yaml.safe_load(text))


@cache
def type_named(name: str) -> MetadataType | None:
    return next((kind for kind in metadata_types() if kind.xml_name == name), None)


@cache
def parent_of(child: str) -> MetadataType | None:
    """The type in whose files components of the type `child` stand."""
    return next((kind for kind in metadata_types() if child in kind.children.values()), None)


def unheeded(name: str) -> str | None:
    """Why components of a type change nothing here; None for those that do, or that nobody expects to."""
    parent = parent_of(name)
    if parent is not None:
        return parent.unheeded_children.get(name, parent.unheeded)
    known = type_named(name)
    return known.unheeded if known else None


def is_type(name: str) -> bool:
    return type_named(name) is not None or parent_of(name) is not None


def type_of_path(path: str) -> MetadataType | None:
    """By the folder, and where several types share one by the file's ending."""
    directory = path.split("/", 1)[0]
    return next((kind for kind in metadata_types() if kind.directory_name == directory), None)
