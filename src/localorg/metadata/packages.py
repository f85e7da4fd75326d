"""A zip as clients send it: package.xml, the files it names, and destructiveChanges.xml."""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, register_namespace, tostring

from localorg.errors import ApiError
from localorg.metadata.models import Component, ComponentName, Files, Manifest, Problem
from localorg.metadata.types import MetadataType, is_type, type_of_path
from localorg.soap.xml import XmlError, child_text, children, local_name, parse_xml

PACKAGE = "package.xml"
NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
_DESTRUCTIVE = ("destructiveChangesPre.xml", "destructiveChanges.xml", "destructiveChangesPost.xml")
_META = "-meta.xml"
_MOST_FILES = 10_000
_LARGEST_CONTENT = 629_145_600
"""Bytes of all files unpacked: Salesforce's limit of 600 MB."""
_UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    struct.error,
)
_IN_PACKAGE = ComponentName("", PACKAGE)

# What is written again keeps metadata's namespace as the default one.
register_namespace("", NAMESPACE)


@dataclass(frozen=True, slots=True)
class Package:
    manifest: Manifest
    components: tuple[Component, ...]
    deletions: tuple[ComponentName, ...]
    problems: tuple[Problem, ...]


def unzip(content: bytes) -> Files:
    """The files below the folder with package.xml. Raises ApiError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check_size(entries)
            files = {entry.filename.replace("\\", "/"): archive.read(entry) for entry in entries}
    except _UNREADABLE as error:
        raise ApiError("INVALID_ZIP_FILE", f"The zip file cannot be read: {error}") from None
    root = next((path.removesuffix(PACKAGE) for path in files if PurePosixPath(path).name == PACKAGE), "")
    if root.count("/") > 1:
        root = ""
    return {path.removeprefix(root): data for path, data in files.items() if path.startswith(root)}


def _check_size(entries: Sequence[zipfile.ZipInfo]) -> None:
    if len(entries) > _MOST_FILES:
        raise ApiError("LIMIT_EXCEEDED", f"Maximum number of files in a request is {_MOST_FILES}")
    if sum(entry.file_size for entry in entries) > _LARGEST_CONTENT:
        raise ApiError("LIMIT_EXCEEDED", f"Maximum size of the unpacked files is {_LARGEST_CONTENT} bytes")


def read_package(files: Files) -> Package:
    """What is wrong with it is told in `problems`."""
    if PACKAGE not in files:
        problem = Problem(_IN_PACKAGE, PACKAGE, "No package.xml found")
        return Package(Manifest({}, ""), (), (), (problem,))
    problems: list[Problem] = []
    manifest = _manifest(files[PACKAGE], PACKAGE, problems)
    deletions = [
        ComponentName(kind, member)
        for name in _DESTRUCTIVE
        if name in files
        for kind, members in _manifest(files[name], name, problems).members.items()
        for member in members
    ]
    found = list(_components(files, manifest, problems))
    known = {component.name for component in found}
    for kind, members in manifest.members.items():
        for member in members:
            name = ComponentName(kind, member)
            if member != "*" and is_type(kind) and name not in known and name not in {p.name for p in problems}:
                text = f"An object '{member}' of type {kind} was named in package.xml, but was not found in zipped directory"
                problems.append(Problem(name, PACKAGE, text))
    return Package(manifest, tuple(found), tuple(deletions), tuple(problems))


def read_manifest(element: Element) -> Manifest:
    """Of package.xml, or of the `unpackaged` of a retrieve request."""
    members: dict[str, tuple[str, ...]] = {}
    for group in children(element, "types"):
        name = child_text(group, "name") or ""
        named = tuple((member.text or "").strip() for member in children(group, "members"))
        members[name] = members.get(name, ()) + named
    return Manifest(members, child_text(element, "version") or "")


def _manifest(content: bytes, path: str, problems: list[Problem]) -> Manifest:
    where = ComponentName("", path)
    try:
        element = parse_xml(content)
    except XmlError as error:
        problems.append(_unparsed(where, path, error))
        return Manifest({}, "")
    if local_name(element) != "Package":
        problems.append(Problem(where, path, f"Expected the root element Package, but found {local_name(element)}"))
        return Manifest({}, "")
    manifest = read_manifest(element)
    if path == PACKAGE and not manifest.version:
        problems.append(Problem(where, path, "Required field is missing: version"))
    for name in manifest.members:
        if not is_type(name):
            problems.append(Problem(where, path, f"Unknown type name '{name}' specified in {path}"))
    return manifest


def _unparsed(name: ComponentName, path: str, error: XmlError) -> Problem:
    """The parser says where: `not well-formed (invalid token): line 3, column 7`."""
    sentence = str(error)
    line, column = None, None
    if ": line " in sentence:
        sentence, _, place = sentence.partition(": line ")
        numbers = place.split(", column ")
        line, column = int(numbers[0]), int(numbers[-1]) + 1
    return Problem(name, path, f"Error parsing file: {sentence}", line, column)


def _components(files: Files, manifest: Manifest, problems: list[Problem]) -> Iterator[Component]:
    taken: set[str] = {PACKAGE, *_DESTRUCTIVE}
    for path in sorted(files):
        if path in taken:
            continue
        kind = type_of_path(path)
        if kind is None or "/" not in path:
            problems.append(Problem(ComponentName("", path), path, f"Unknown folder: {path.split('/')[0]}"))
            continue
        parent = ComponentName(kind.xml_name, _full_name(kind, path))
        for component in _read(kind, path, files, taken, problems):
            if manifest.names(component.name) or manifest.names(parent):
                yield component
            elif component.name.type == kind.xml_name and not kind.children:
                problems.append(Problem(component.name, path, "Not in package.xml"))


def _read(kind: MetadataType, path: str, files: Files, taken: set[str], problems: list[Problem]) -> Iterator[Component]:
    own = _paths_of(kind, path, files)
    taken.update(own)
    name = ComponentName(kind.xml_name, _full_name(kind, path))
    described = _description(kind, own, name)
    if described is None or described not in files:
        problems.append(Problem(name, path, f"Cannot find the metadata file {described or path + _META}"))
        return
    shown = next((one for one in own if not one.endswith(_META)), path)
    if kind.meta_file and shown == path and path.endswith(_META):
        problems.append(Problem(name, path, f"Cannot find the file {path.removesuffix(_META)}"))
        return
    if kind.in_folder and path.endswith(f"Folder{_META}"):
        yield Component(name, path, {path: files[path]})
        return
    try:
        element = parse_xml(files[described])
    except XmlError as error:
        problems.append(_unparsed(name, described, error))
        return
    if local_name(element) != kind.xml_name and not _is_settings(kind, name, element):
        text = f"Expected the root element {kind.xml_name}, but found {local_name(element)}"
        problems.append(Problem(name, described, text))
        return
    problems += [
        Problem(name, described, f"Required field is missing: {needed}")
        for needed in kind.required
        if child_text(element, needed) is None and next(children(element, needed), None) is None
    ]
    yield from _children(kind, name, path, element, problems)
    rest = {described: _without_children(kind, element)} if kind.children else {}
    yield Component(name, shown, {one: files[one] for one in own} | rest)


def _is_settings(kind: MetadataType, name: ComponentName, element: Element) -> bool:
    """`Case` of the type Settings has the root element CaseSettings."""
    return kind.xml_name == "Settings" and local_name(element) == f"{name.full_name}Settings"


def _paths_of(kind: MetadataType, path: str, files: Files) -> list[str]:
    if kind.bundle:
        folder = "/".join(path.split("/")[:2]) + "/"
        return [one for one in files if one.startswith(folder)]
    content = path.removesuffix(_META)
    return [one for one in (content, content + _META) if one in files]


def _full_name(kind: MetadataType, path: str) -> str:
    inside = path.split("/", 1)[1]
    if kind.bundle:
        return inside.split("/")[0]
    plain = inside.removesuffix(_META)
    if kind.suffix is not None:
        return plain.removesuffix(f".{kind.suffix}")
    return plain


def _description(kind: MetadataType, own: Sequence[str], name: ComponentName) -> str | None:
    """The file whose XML describes the component."""
    if kind.bundle:
        return next((one for one in own if one.endswith(_META)), None)
    if kind.meta_file:
        return next((one for one in own if one.endswith(_META)), None)
    return next(iter(own), None)


def _children(
    kind: MetadataType, parent: ComponentName, path: str, element: Element, problems: list[Problem]
) -> Iterator[Component]:
    for part in children(element):
        child_type = kind.children.get(local_name(part))
        if child_type is None:
            continue
        short = child_text(part, "fullName")
        if short is None:
            problems.append(Problem(parent, path, f"Required field is missing: fullName in {local_name(part)}"))
            continue
        qualified = short if kind.xml_name == "CustomLabels" else f"{parent.full_name}.{short}"
        yield Component(ComponentName(child_type, qualified), path, {path: tostring(part)})


def _without_children(kind: MetadataType, element: Element) -> bytes:
    for part in [part for part in element if local_name(part) in kind.children]:
        element.remove(part)
    content: bytes = tostring(element)
    return content


def manifest_xml(members: dict[str, list[str]], version: str) -> bytes:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<Package xmlns="{NAMESPACE}">']
    for kind in sorted(members):
        lines.append("    <types>")
        lines += [f"        <members>{member}</members>" for member in sorted(members[kind])]
        lines += [f"        <name>{kind}</name>", "    </types>"]
    lines += [f"    <version>{version}</version>", "</Package>", ""]
    return "\n".join(lines).encode()
