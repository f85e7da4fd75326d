"""Deployed objects and fields as the org's own definitions, so that they can be described, written and queried; their record
types, the values of their picklists, and the validation rules that refuse records from then on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from localorg.formulas.evaluation import FormulaError, check, paths, unknown_functions
from localorg.metadata.errors import NotComputedError, RefusedError
from localorg.metadata.fields import auto_number, default_of, field_document, is_true
from localorg.metadata.models import Component, Problem
from localorg.metadata.picklists import STANDARD_FIELDS, ValueSet, standard_value_set
from localorg.schema.loader import RECORD_TYPE_FIELD, objects_of
from localorg.schema.models import Schema, SharingModel, SObject
from localorg.soap.xml import XmlError, child, child_text, children, parse_xml

_WITHOUT_RECORDS = ("__e", "__mdt")
_STORED_ONLY = frozenset(
    {"Summary", "Location", "Time", "MetadataRelationship", "ExternalLookup", "IndirectLookup", "File"}
)


_SHARING_MODELS: Mapping[str, SharingModel] = {
    "Private": SharingModel.PRIVATE,
    "Read": SharingModel.READ,
    "ReadWrite": SharingModel.READ_WRITE,
    "ReadWriteTransfer": SharingModel.READ_WRITE,
    "FullAccess": SharingModel.FULL_ACCESS,
}


@dataclass
class _Change:
    """What the components make of a schema."""

    schema: Schema
    value_sets: Mapping[str, ValueSet]
    key_prefixes: Mapping[str, str]
    problems: list[Problem]
    changed: dict[str, SObject]

    def find(self, name: str) -> SObject | None:
        return self.changed.get(name.lower()) or self.schema.find(name)

    def get(self, name: str) -> SObject:
        """Raises RefusedError."""
        definition = self.find(name)
        if definition is None:
            raise RefusedError(f"Entity of type 'CustomObject' named '{name}' cannot be found")
        return definition

    def keep(self, definition: SObject) -> None:
        self.changed[definition.name.lower()] = definition

    def warn(self, component: Component, text: str) -> None:
        self.problems.append(Problem(component.name, component.file_name, text, warning=True))


def new_definitions(
    components: Iterable[Component],
    schema: Schema,
    problems: list[Problem],
    value_sets: Mapping[str, ValueSet],
    key_prefixes: Mapping[str, str],
) -> tuple[SObject, ...]:
    """The objects of `schema` that these components make or change; what cannot be is told in `problems`.

    `value_sets` are the global ones, `key_prefixes` those that objects have had before, both by names in lower case.
    """
    change = _Change(schema, value_sets, key_prefixes, problems, {})
    listed = list(components)
    for kind, take in _TAKERS.items():
        for component in (one for one in listed if one.name.type == kind):
            try:
                take(change, component, parse_xml(component.files[component.file_name]))
            except FormulaError as error:
                problems.append(Problem(component.name, component.file_name, f"Error: {error}"))
            except (RefusedError, XmlError) as error:
                problems.append(Problem(component.name, component.file_name, str(error)))
            except ValueError:
                text = "The definition cannot be understood"
                problems.append(Problem(component.name, component.file_name, text))
    return tuple(change.changed.values())


def _take_object(change: _Change, component: Component, element: Element) -> None:
    name, known = component.name.full_name, change.find(component.name.full_name)
    if known is not None:
        if shared := child_text(element, "sharingModel"):
            change.keep(_shared(known, shared))
        return
    prefix = change.key_prefixes.get(name.lower()) or _free_prefix(change)
    for definition in objects_of(_object_document(name, element, prefix)):
        change.keep(definition)
    if name.endswith(_WITHOUT_RECORDS):
        change.warn(component, f"{name} is stored, but there are no events and no custom metadata records here")


def _shared(definition: SObject, model: str) -> SObject:
    if model not in _SHARING_MODELS:
        if model == "ControlledByParent" and definition.parent_field:
            return definition
        raise RefusedError(f"{model} is no sharing model of {definition.name} here")
    whole = definition.model_dump(by_alias=True)
    return SObject.model_validate({**whole, "sharingModel": _SHARING_MODELS[model], "externalSharingModel": None})


def _take_field(change: _Change, component: Component, element: Element) -> None:
    object_name, _, field_name = component.name.full_name.rpartition(".")
    definition = change.get(object_name)
    known = definition.field(field_name)
    if known is not None and not known.custom:
        tracked = (
            {"trackHistory": is_true(element, "trackHistory")} if child(element, "trackHistory") is not None else {}
        )
        change.keep(with_field(definition, known.model_dump(by_alias=True) | tracked))
        return
    if child(element, "formula") is not None or child_text(element, "type") in _STORED_ONLY:
        change.warn(
            component, f"{field_name} is stored, but it has no values here: this org computes no formulas of its own"
        )
        return
    document = field_document(field_name, element, change.find, change.value_sets)
    try:
        document |= default_of(element, str(document["type"]))
    except NotComputedError as error:
        change.warn(component, f"{field_name} begins empty here: this org does not compute {error}")
    changed = with_field(definition, document)
    change.keep(_ruled_by_parent(changed) if child_text(element, "type") == "MasterDetail" else changed)


def _ruled_by_parent(definition: SObject) -> SObject:
    """The detail of a master that has no owner of its own."""
    if definition.owner_field or definition.parent_field or not definition.custom:
        return definition
    ruled = {"parentField": definition.master_fields[0].name, "sharingModel": SharingModel.CONTROLLED_BY_PARENT}
    return SObject.model_validate({**definition.model_dump(by_alias=True), **ruled, "externalSharingModel": None})


def _take_standard_values(change: _Change, component: Component, element: Element) -> None:
    place, values = STANDARD_FIELDS.get(component.name.full_name), standard_value_set(component)
    if place is None:
        change.warn(component, f"{component.name.full_name} is stored, but no field here takes its values from it")
        return
    definition = change.get(place[0])
    known = definition.field(place[1])
    if known is None:
        raise RefusedError(f"Field {place[1]} does not exist. Check spelling.")
    change.keep(with_field(definition, known.model_dump(by_alias=True) | values.document()))


def _take_record_type(change: _Change, component: Component, element: Element) -> None:
    object_name, _, short = component.name.full_name.rpartition(".")
    definition = change.get(object_name)
    label = child_text(element, "label")
    if label is None or child_text(element, "active") is None:
        raise RefusedError(f"Required field is missing: {'active' if label else 'label'}")
    allowed: dict[str, tuple[str, ...]] = {}
    for one in children(element, "picklistValues"):
        known = definition.field(child_text(one, "picklist") or "")
        if known is None:
            named = f"{definition.name}.{child_text(one, 'picklist')}"
            raise RefusedError(f"In field: picklist - no CustomField named {named} found")
        allowed[known.name] = tuple(unquote(child_text(value, "fullName") or "") for value in children(one, "values"))
    document = {
        "developerName": short,
        "label": label,
        "description": child_text(element, "description"),
        "active": is_true(element, "active"),
        "picklistValues": allowed,
    }
    change.keep(with_record_type(definition, document))


def _take_rule(change: _Change, component: Component, element: Element) -> None:
    object_name, _, rule_name = component.name.full_name.rpartition(".")
    definition = change.get(object_name)
    document = _rule_document(rule_name, element, definition)
    if unknown := unknown_functions(document["errorConditionFormula"]):
        text = f"{rule_name} is stored, but refuses nothing here: this org does not compute {', '.join(unknown)}"
        change.warn(component, text)
        document["active"] = False
    change.keep(with_rule(definition, document))


_TAKERS: Mapping[str, Callable[[_Change, Component, Element], None]] = {
    "CustomObject": _take_object,
    "CustomField": _take_field,
    "StandardValueSet": _take_standard_values,
    "RecordType": _take_record_type,
    "ValidationRule": _take_rule,
}
"""In the order in which one may speak of another."""


def with_field(definition: SObject, document: Mapping[str, Any]) -> SObject:
    """In the place of the field of the same name, if there is one."""
    whole = definition.model_dump(by_alias=True)
    name = document["name"].lower()
    fields = [document if field["name"].lower() == name else field for field in whole["fields"]]
    added = [] if definition.field(name) else [document]
    return SObject.model_validate({**whole, "fields": [*fields, *added]})


def without_field(definition: SObject, name: str) -> SObject:
    whole = definition.model_dump(by_alias=True)
    kept = [field for field in whole["fields"] if field["name"].lower() != name.lower()]
    return SObject.model_validate({**whole, "fields": kept})


def with_rule(definition: SObject, document: Mapping[str, Any]) -> SObject:
    """A validation rule of the same name is replaced."""
    others = without_rule(definition, document["fullName"]).model_dump(by_alias=True)
    return SObject.model_validate({**others, "validationRules": [*others["validationRules"], document]})


def without_rule(definition: SObject, name: str) -> SObject:
    whole = definition.model_dump(by_alias=True)
    kept = [rule for rule in whole["validationRules"] if rule["fullName"].lower() != name.lower()]
    return SObject.model_validate({**whole, "validationRules": kept})


def with_record_type(definition: SObject, document: Mapping[str, Any]) -> SObject:
    """A record type of the same name is replaced, but stays what new records have if it was."""
    whole = definition.model_dump(by_alias=True)
    name = str(document["developerName"]).lower()
    known = next((one for one in whole["recordTypes"] if one["developerName"].lower() == name), {"default": False})
    others = [one for one in whole["recordTypes"] if one["developerName"].lower() != name]
    added = [] if definition.field("RecordTypeId") else [RECORD_TYPE_FIELD]
    types = [*others, {**document, "default": known["default"]}]
    return SObject.model_validate({**whole, "recordTypes": types, "fields": [*whole["fields"], *added]})


def rules_about(definition: SObject, field_name: str) -> tuple[str, ...]:
    """The names of the validation rules that ask for a field of the object itself."""
    return tuple(
        rule.full_name
        for rule in definition.active_validation_rules
        if any(path[0].lower() == field_name.lower() for path in paths(rule.error_condition_formula))
    )


def _free_prefix(change: _Change) -> str:
    taken = {definition.key_prefix for definition in (*change.schema, *change.changed.values())}
    taken |= set(change.key_prefixes.values())
    letters = "0123456789abcdefghijklmnopqrstuvwxyz"
    return next(prefix for first in letters for second in letters if (prefix := f"a{first}{second}") not in taken)


def _object_document(name: str, element: Element, prefix: str) -> dict[str, Any]:
    if not name.endswith(("__c", *_WITHOUT_RECORDS)):
        raise RefusedError(f"Entity of type 'CustomObject' named '{name}' cannot be found")
    label, plural = child_text(element, "label"), child_text(element, "pluralLabel")
    name_field = child(element, "nameField")
    if label is None:
        raise RefusedError("Required field is missing: label")
    if name.endswith("__c") and (plural is None or child_text(element, "sharingModel") is None):
        raise RefusedError(f"Required field is missing: {'sharingModel' if plural else 'pluralLabel'}")
    if name.endswith("__c") and name_field is None:
        raise RefusedError("Must specify a nameField of type Text or AutoNumber")
    named: dict[str, Any] = {
        "name": "Name",
        "label": child_text(name_field, "label") or "Name",
        "type": "string",
        "length": 80,
    }
    if child_text(name_field, "type") == "AutoNumber":
        named["autoNumber"] = auto_number(name_field)
    owner = {
        "name": "OwnerId",
        "label": "Owner ID",
        "type": "reference",
        "referenceTo": ["Group", "User"],
        "relationshipName": "Owner",
    }
    fields = [named] if child_text(element, "sharingModel") == "ControlledByParent" else [named, owner]
    document: dict[str, Any] = {"name": name, "label": label, "labelPlural": plural or label, "keyPrefix": prefix}
    document["fields"] = fields
    if (shared := child_text(element, "sharingModel")) in _SHARING_MODELS:
        document["sharingModel"] = _SHARING_MODELS[shared or ""]
    if name.endswith(_WITHOUT_RECORDS):
        document |= {"createable": False, "updateable": False, "deletable": False}
    return document


def _rule_document(name: str, element: Element, definition: SObject) -> dict[str, Any]:
    told = {tag: child_text(element, tag) for tag in ("active", "errorConditionFormula", "errorMessage")}
    missing = next((tag for tag, text in told.items() if text is None), None)
    if missing is not None:
        raise RefusedError(f"Required field is missing: {missing}")
    formula, shown = told["errorConditionFormula"] or "", child_text(element, "errorDisplayField")
    check(formula)
    own = [path[0] for path in paths(formula) if len(path) == 1]
    unknown = next((one for one in (*own, *filter(None, (shown,))) if definition.field(one) is None), None)
    if unknown is not None:
        raise RefusedError(f"Field {unknown} does not exist. Check spelling.")
    return {**told, "fullName": name, "errorDisplayField": shown, "active": told["active"] == "true"}
