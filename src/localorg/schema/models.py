"""Object and field definitions, named as in Salesforce's describe results."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic.alias_generators import to_camel


class FieldType(StrEnum):
    ID = "id"
    STRING = "string"
    TEXTAREA = "textarea"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    PICKLIST = "picklist"
    MULTIPICKLIST = "multipicklist"
    BOOLEAN = "boolean"
    INT = "int"
    DOUBLE = "double"
    CURRENCY = "currency"
    PERCENT = "percent"
    DATE = "date"
    DATETIME = "datetime"
    REFERENCE = "reference"


TEXT_TYPES = frozenset(
    {
        FieldType.STRING,
        FieldType.TEXTAREA,
        FieldType.EMAIL,
        FieldType.PHONE,
        FieldType.URL,
        FieldType.PICKLIST,
        FieldType.MULTIPICKLIST,
    }
)
NUMBER_TYPES = frozenset({FieldType.INT, FieldType.DOUBLE, FieldType.CURRENCY, FieldType.PERCENT})
ID_TYPES = frozenset({FieldType.ID, FieldType.REFERENCE})
LONGEST_FILTERABLE_TEXTAREA = 255
DEFAULT_LENGTHS: Mapping[FieldType, int] = {
    FieldType.STRING: 255,
    FieldType.TEXTAREA: 255,
    FieldType.EMAIL: 80,
    FieldType.PHONE: 40,
    FieldType.URL: 255,
    FieldType.PICKLIST: 255,
    FieldType.MULTIPICKLIST: 4099,
    FieldType.ID: 18,
    FieldType.REFERENCE: 18,
}

Names = Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]


class _Definition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class AutoNumber(_Definition):
    """`display_format` as in Setup, for example `CR-{0000}`; `start` is the first number given."""

    display_format: str
    start: int = 1

    def text(self, number: int) -> str:
        before, _, rest = self.display_format.partition("{")
        zeros, _, after = rest.partition("}")
        return f"{before}{number:0{len(zeros)}d}{after}"


class ValidationRule(_Definition):
    """Numbers outside `minimum`..`maximum` are refused with `message`."""

    minimum: float
    maximum: float
    message: str


class Field(_Definition):
    name: str
    label: str
    type: FieldType
    length: int = 0
    precision: int = 0
    scale: int = 0
    required: bool = False
    createable: bool = True
    updateable: bool = True
    default: str | bool | float | None = None
    values: tuple[str, ...] = ()
    restricted: bool = False
    reference_to: Names = ()
    relationship_name: str | None = None
    child_relationship_name: str | None = None
    cascade_delete: bool = False
    restricted_delete: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    indexed: bool = False
    track_history: bool = False
    auto_number: AutoNumber | None = None
    formula: str | None = None
    """A path to a parent's field, for example `Contact.Email`: computed when read, never stored."""
    validation: ValidationRule | None = None

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: dict[str, object]) -> dict[str, object]:
        completed = dict(data)
        kind = FieldType(str(completed.get("type", "")))
        completed.setdefault("label", str(completed.get("name", "")))
        completed.setdefault("length", DEFAULT_LENGTHS.get(kind, 0))
        if completed.get("autoNumber") or completed.get("formula"):
            completed["createable"] = completed["updateable"] = False
        return completed

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def stored(self) -> bool:
        return self.formula is None

    @property
    def is_text(self) -> bool:
        return self.type in TEXT_TYPES

    @property
    def is_number(self) -> bool:
        return self.type in NUMBER_TYPES

    @property
    def is_id(self) -> bool:
        return self.type in ID_TYPES

    @property
    def is_long_text(self) -> bool:
        """Long text areas can be neither filtered, sorted nor grouped by."""
        return self.type is FieldType.TEXTAREA and self.length > LONGEST_FILTERABLE_TEXTAREA

    @property
    def polymorphic(self) -> bool:
        return len(self.reference_to) > 1


class SObject(_Definition):
    name: str
    label: str
    label_plural: str
    key_prefix: str
    name_field: str | None = "Name"
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    fields: tuple[Field, ...]

    @cached_property
    def _by_name(self) -> Mapping[str, Field]:
        return {field.name.lower(): field for field in self.fields}

    @cached_property
    def _by_relationship(self) -> Mapping[str, Field]:
        return {field.relationship_name.lower(): field for field in self.fields if field.relationship_name}

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    def field(self, name: str) -> Field | None:
        return self._by_name.get(name.lower())

    def parent_relationship(self, name: str) -> Field | None:
        """The reference field behind a relationship name, `Contact` → ContactId."""
        return self._by_relationship.get(name.lower())

    def external_id_field(self, name: str) -> Field | None:
        field = self.field(name)
        return field if field and field.external_id else None

    @property
    def stored_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.stored)


class ChildRelationship(_Definition):
    """`field` of `child` points to the object asked about."""

    name: str | None
    child: str
    field: Field


class Schema:
    """All objects of an org; names are looked up without regard to case, as Salesforce does."""

    def __init__(self, objects: tuple[SObject, ...]) -> None:
        self._objects = {definition.name.lower(): definition for definition in objects}
        self._by_prefix = {definition.key_prefix: definition for definition in objects}

    def __iter__(self) -> Iterator[SObject]:
        return iter(self._objects.values())

    def find(self, name: str) -> SObject | None:
        return self._objects.get(name.lower())

    def get(self, name: str) -> SObject:
        """An object known to exist because the program itself names it."""
        return self._objects[name.lower()]

    def of_record(self, record_id: str) -> SObject | None:
        return self._by_prefix.get(record_id[:3])

    def child_relationships(self, parent: SObject) -> tuple[ChildRelationship, ...]:
        return tuple(
            ChildRelationship(name=field.child_relationship_name, child=definition.name, field=field)
            for definition in self
            for field in definition.fields
            if parent.name in field.reference_to
        )

    def child_relationship(self, parent: SObject, name: str) -> ChildRelationship | None:
        wanted = name.lower()
        children = self.child_relationships(parent)
        return next((child for child in children if child.name and child.name.lower() == wanted), None)
