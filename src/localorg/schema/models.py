"""Object and field definitions, named as in Salesforce's describe results."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from localorg.schema.data_categories import DataCategoryGroup


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
    TIME = "time"
    REFERENCE = "reference"
    BASE64 = "base64"


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
UNGROUPABLE_TYPES = frozenset(
    {FieldType.DOUBLE, FieldType.CURRENCY, FieldType.PERCENT, FieldType.DATETIME, FieldType.TIME}
)
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


class SharingModel(StrEnum):
    """What users may do to each other's records before anything is shared: the org-wide default."""

    PRIVATE = "Private"
    READ = "Read"
    READ_WRITE = "ReadWrite"
    FULL_ACCESS = "FullAccess"
    CONTROLLED_BY_PARENT = "ControlledByParent"


class SharedTo(_Definition):
    """One of them says with whom a rule shares; groups, queues and roles by DeveloperName, users by Username."""

    group: str | None = None
    queue: str | None = None
    role: str | None = None
    role_and_subordinates: str | None = None
    guest_user: str | None = None
    all_internal_users: bool = False


class SharingRule(_Definition):
    """Shares the records that meet `criteria`, a condition as SOQL has it after WHERE."""

    name: str
    criteria: str
    access_level: Literal["Read", "Edit"] = "Read"
    shared_to: SharedTo


class SharingSet(_Definition):
    """Customers see the records whose `field` is the `user_field` of their own User."""

    field: str
    user_field: Literal["ContactId", "AccountId", "Id"]


class RecordType(_Definition):
    """`picklist_values` narrows the values of fields; a field it does not name has all of its own."""

    developer_name: str
    label: str
    description: str | None = None
    active: bool = True
    default: bool = False
    picklist_values: Mapping[str, tuple[str, ...]] = {}


class ValidationRule(_Definition):
    """A record for which the formula is true is refused with the message."""

    full_name: str
    error_condition_formula: str
    error_message: str
    error_display_field: str | None = None
    active: bool = True


class DuplicateAction(StrEnum):
    BLOCK = "Block"
    ALLOW = "Allow"


class DuplicateRule(_Definition):
    """Records are duplicates if all `match_fields` are equal, regardless of case; a blank one matches nothing.

    `Allow` alerts: it refuses as well, unless the caller says that it has seen the alert.
    """

    developer_name: str
    label: str
    match_fields: Names
    action_on_insert: DuplicateAction = DuplicateAction.ALLOW
    action_on_update: DuplicateAction | None = None
    alert_text: str = "Use one of these records?"
    active: bool = True


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
    labels: Mapping[str, str] = {}
    """Of the values that are shown otherwise than they are stored."""
    closed_values: tuple[str, ...] = ()
    """Of a case's statuses those that mean its end; Closed if it names none."""
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
        """Long text areas and bytes can be neither filtered, sorted nor grouped by."""
        too_long = self.type is FieldType.TEXTAREA and self.length > LONGEST_FILTERABLE_TEXTAREA
        return too_long or self.type is FieldType.BASE64

    def label_of(self, value: str) -> str:
        return self.labels.get(value, value)

    @property
    def filterable(self) -> bool:
        return not self.is_long_text and self.type is not FieldType.BASE64

    @property
    def sortable(self) -> bool:
        return self.filterable and self.type is not FieldType.MULTIPICKLIST

    @property
    def groupable(self) -> bool:
        return self.sortable and self.type not in UNGROUPABLE_TYPES

    @property
    def aggregatable(self) -> bool:
        return self.sortable and self.type is not FieldType.BOOLEAN

    @property
    def indexes(self) -> bool:
        """Whether Salesforce itself keeps an index: lookups, external and unique ids, and what the schema names."""
        lookup = self.type is FieldType.REFERENCE and self.name not in ("CreatedById", "LastModifiedById")
        return self.stored and (self.indexed or self.unique or self.external_id or lookup)

    @property
    def polymorphic(self) -> bool:
        return len(self.reference_to) > 1


class SObject(_Definition):
    """An object; `owner_field` and the sharing of whoever is outside follow from the fields if nothing is said."""

    name: str
    label: str
    label_plural: str
    key_prefix: str
    name_field: str | None = "Name"
    view_of: str | None = None
    """The object whose records this one shows, under the same ids."""
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    searchable: bool = False
    sharing_model: SharingModel = SharingModel.FULL_ACCESS
    external_sharing_model: SharingModel | None = None
    """Of customers and guests; if nothing is said, Private for what has an owner and Read for the rest."""
    owner_field: str | None = None
    parent_field: str | None = None
    """The field of the parent that decides who sees a record, where the sharing model is ControlledByParent."""
    external_filter: Mapping[str, bool] = {}
    """What fields of a record must be for customers and guests to see it."""
    sharing_sets: tuple[SharingSet, ...] = ()
    sharing_rules: tuple[SharingRule, ...] = ()
    record_types: tuple[RecordType, ...] = ()
    validation_rules: tuple[ValidationRule, ...] = ()
    duplicate_rules: tuple[DuplicateRule, ...] = ()
    fields: tuple[Field, ...]

    @model_validator(mode="after")
    def _complete_sharing(self) -> Self:
        named = {field.name for field in self.fields}
        if self.owner_field is None and "OwnerId" in named:
            object.__setattr__(self, "owner_field", "OwnerId")
        if self.external_sharing_model is None:
            inherited = self.sharing_model is SharingModel.CONTROLLED_BY_PARENT
            own = SharingModel.PRIVATE if self.owner_field else SharingModel.READ
            object.__setattr__(self, "external_sharing_model", self.sharing_model if inherited else own)
        return self

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

    @cached_property
    def stored_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.stored)

    @cached_property
    def required_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.stored_fields if field.required)

    @cached_property
    def numbered_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.stored_fields if field.auto_number)

    @cached_property
    def tied_fields(self) -> tuple[Field, ...]:
        """Those whose values other records decide about: lookups and unique ones."""
        return tuple(field for field in self.stored_fields if field.type is FieldType.REFERENCE or field.unique)

    @cached_property
    def master_fields(self) -> tuple[Field, ...]:
        """Those whose record takes this one with it."""
        return tuple(field for field in self.stored_fields if field.cascade_delete)

    @cached_property
    def active_validation_rules(self) -> tuple[ValidationRule, ...]:
        return tuple(rule for rule in self.validation_rules if rule.active)

    @cached_property
    def blank_row(self) -> Mapping[str, int | None]:
        """What is stored where nothing is said, defaults aside."""
        return {field.name: 0 if field.type is FieldType.BOOLEAN else None for field in self.stored_fields}

    @cached_property
    def defaulted_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.stored_fields if field.default is not None)


class ChildRelationship(_Definition):
    """`field` of `child` points to the object asked about."""

    name: str | None
    child: str
    field: Field


class Schema:
    """All objects of an org; names are looked up without regard to case, as Salesforce does."""

    def __init__(self, objects: tuple[SObject, ...], data_category_groups: tuple[DataCategoryGroup, ...] = ()) -> None:
        self.data_category_groups = data_category_groups
        self._objects: dict[str, SObject] = {}
        self._by_prefix: dict[str, SObject] = {}
        self._children: dict[str, tuple[ChildRelationship, ...]] = {}
        for definition in objects:
            self.add(definition)

    def __iter__(self) -> Iterator[SObject]:
        return iter(tuple(self._objects.values()))

    def add(self, definition: SObject) -> None:
        """Takes the place of the object of the same name, if there is one."""
        self._objects[definition.name.lower()] = definition
        if definition.view_of is None:
            self._by_prefix[definition.key_prefix] = definition
        self._children = {}

    def remove(self, name: str) -> None:
        """Does nothing if there is no such object."""
        definition = self._objects.pop(name.lower(), None)
        if definition is not None:
            self._by_prefix.pop(definition.key_prefix, None)
            self._children = {}

    def become(self, other: "Schema") -> None:
        """Has from now on what the other has, for all who hold it."""
        self._objects, self._by_prefix = other._objects, other._by_prefix
        self._children, self.data_category_groups = {}, other.data_category_groups

    def data_category_group(self, name: str) -> DataCategoryGroup | None:
        return next((one for one in self.data_category_groups if one.name.lower() == name.lower()), None)

    def find(self, name: str) -> SObject | None:
        return self._objects.get(name.lower())

    def get(self, name: str) -> SObject:
        """An object known to exist because the program itself names it."""
        return self._objects[name.lower()]

    def of_record(self, record_id: str) -> SObject | None:
        return self._by_prefix.get(record_id[:3])

    def child_relationships(self, parent: SObject) -> tuple[ChildRelationship, ...]:
        known = self._children.get(parent.name)
        if known is None:
            known = self._children[parent.name] = tuple(
                ChildRelationship(name=field.child_relationship_name, child=definition.name, field=field)
                for definition in self
                for field in definition.fields
                if parent.name in field.reference_to
            )
        return known

    def child_relationship(self, parent: SObject, name: str) -> ChildRelationship | None:
        wanted = name.lower()
        children = self.child_relationships(parent)
        return next((child for child in children if child.name and child.name.lower() == wanted), None)
