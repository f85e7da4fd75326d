"""XML in and out. Nothing from outside is ever resolved or expanded."""

from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element, ParseError, tostring
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

XmlValue = str | int | bool | None | Element | Mapping[str, "XmlValue"] | Sequence["XmlValue"]
"""What an element holds: text, nothing, elements by name; a list repeats the element, an Element is the whole of it."""
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"


class XmlError(ValueError):
    """The text is not XML, or is XML of a kind that is never accepted; the message says why."""


def parse_xml(content: bytes) -> Element:
    """Raises XmlError."""
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except ParseError as error:
        raise XmlError(str(error)) from None
    except DefusedXmlException:
        raise XmlError("document type declarations are not allowed") from None
    except (ValueError, LookupError) as error:
        raise XmlError(f"the document cannot be decoded: {error}") from None
    return root


def local_name(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def children(element: Element | None, name: str | None = None) -> Iterator[Element]:
    """Those of one name, whatever their namespace; all without a name."""
    for child in element if element is not None else ():
        if name is None or local_name(child) == name:
            yield child


def child(element: Element | None, name: str) -> Element | None:
    return next(children(element, name), None)


def child_text(element: Element | None, name: str) -> str | None:
    """None if there is no such child, or if it is nil or blank."""
    found = child(element, name)
    if found is None or found.get(f"{{{SCHEMA_INSTANCE}}}nil") in ("true", "1"):
        return None
    return (found.text or "").strip() or None


def to_xml(name: str, value: XmlValue) -> str:
    match value:
        case None:
            return f'<{name} xsi:nil="true"/>'
        case bool():
            return f"<{name}>{str(value).lower()}</{name}>"
        case str() | int():
            return f"<{name}>{escape(_legal(str(value)))}</{name}>"
        case Element():
            return tostring(value, encoding="unicode")
        case Mapping():
            return f"<{name}>{''.join(to_xml(key, inner) for key, inner in value.items())}</{name}>"
        case _:
            return "".join(to_xml(name, inner) for inner in value)


def _legal(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(letter for letter in text if letter in "\t\n\r" or letter >= " ").replace("\ufffe", "")
