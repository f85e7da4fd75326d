"""The values of picklists: a field's own, those of a global value set, and those of standard fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import Element

from localorg.metadata.errors import RefusedError
from localorg.metadata.models import Component
from localorg.soap.xml import child, child_text, children, parse_xml

STANDARD_FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "AccountType": ("Account", "Type"),
    "AssetStatus": ("Asset", "Status"),
    "CaseOrigin": ("Case", "Origin"),
    "CasePriority": ("Case", "Priority"),
    "CaseReason": ("Case", "Reason"),
    "CaseStatus": ("Case", "Status"),
    "CaseType": ("Case", "Type"),
    "EntitlementType": ("Entitlement", "Type"),
    "Industry": ("Account", "Industry"),
}
"""Object and field by the name of their StandardValueSet."""


@dataclass(frozen=True, slots=True)
class ValueSet:
    """`closed`: of a case's statuses those that mean its end."""

    values: tuple[str, ...]
    labels: Mapping[str, str]
    default: str | None
    closed: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """As a field's definition has it."""
        return {
            "values": self.values,
            "labels": self.labels,
            "default": self.default,
            "closedValues": self.closed,
        }


def value_set(elements: Iterable[Element]) -> ValueSet:
    """What is inactive cannot be chosen."""
    active = [one for one in elements if child_text(one, "isActive") != "false"]
    named = {name: one for one in active if (name := child_text(one, "fullName"))}
    labels = {name: label for name, one in named.items() if (label := child_text(one, "label")) not in (None, name)}
    return ValueSet(
        tuple(named),
        {name: label for name, label in labels.items() if label},
        next((name for name, one in named.items() if child_text(one, "default") == "true"), None),
        tuple(name for name, one in named.items() if child_text(one, "closed") == "true"),
    )


def global_value_sets(components: Iterable[Component]) -> Mapping[str, ValueSet]:
    """By their names in lower case."""
    return {
        component.name.full_name.lower(): value_set(children(_element(component), "customValue"))
        for component in components
        if component.name.type == "GlobalValueSet"
    }


def standard_value_set(component: Component) -> ValueSet:
    """Raises RefusedError if it has no value."""
    found = value_set(children(_element(component), "standardValue"))
    if not found.values:
        raise RefusedError("Required field is missing: standardValue")
    return found


def global_name(field: Component) -> str | None:
    """Of the global value set that a field takes its values from."""
    return child_text(child(_element(field), "valueSet"), "valueSetName")


def _element(component: Component) -> Element:
    return parse_xml(component.files[component.file_name])
