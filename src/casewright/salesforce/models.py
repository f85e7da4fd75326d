"""An org, how we sign in to it, and the few records of it that we look at."""

from datetime import date, datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, AnyHttpUrl, BaseModel, ConfigDict, Field, SecretStr, TypeAdapter

from casewright.kit.model import Model

API_VERSION = "v67.0"

_URL: TypeAdapter[AnyHttpUrl] = TypeAdapter(AnyHttpUrl)


def _is_address(url: str) -> str:
    """An http(s) address, kept as text without a slash at the end."""
    _URL.validate_python(url)
    return url.rstrip("/")


OrgUrl = Annotated[str, AfterValidator(_is_address)]
"""The org's My Domain address, such as `https://acme.my.salesforce.com`."""


class ClientCredentials(Model):
    """OAuth client credentials of an External Client App that runs as the integration user."""

    kind: Literal["client_credentials"] = "client_credentials"
    client_secret: SecretStr


class JwtBearer(Model):
    """OAuth JWT bearer: `private_key` in PEM, `audience` the login address (the org's own if absent)."""

    kind: Literal["jwt_bearer"] = "jwt_bearer"
    private_key: SecretStr
    username: str
    audience: OrgUrl | None = None


Credentials = Annotated[ClientCredentials | JwtBearer, Field(discriminator="kind")]


class OrgConnection(Model):
    """`external_ids`: what a field of ours is called in this org where it differs (a namespace), by our name."""

    url: OrgUrl
    client_id: str
    credentials: Credentials
    external_ids: dict[str, str] = {}

    def field(self, name: str) -> str:
        return self.external_ids.get(name, name)


class ApiUsage(Model):
    """Calls of the last 24 hours and how many are allowed, as the org said in `Sforce-Limit-Info`."""

    used: int
    limit: int

    @property
    def share(self) -> float:
        return self.used / self.limit if self.limit else 1.0


class Answer(BaseModel):
    """Part of what the org answers; what we do not read is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Created(Answer):
    id: str


class Counted(Answer):
    total_size: int = Field(alias="totalSize")


class DescribedField(Answer):
    """`kind`: Salesforce's type, such as textarea."""

    name: str
    label: str
    kind: str = Field(alias="type")
    custom: bool = False


class Described(Answer):
    fields: tuple[DescribedField, ...]


class Upserted(Created):
    created: bool


# --- records, as queries give them ----------------------------------------------------------------------------------------


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


class Row(BaseModel):
    """A record of a query: `last_name` is the field `LastName`; fields not declared are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=_pascal, populate_by_name=True)

    id: str


RowT = TypeVar("RowT", bound=Row)


class QueryPage(Answer, Generic[RowT]):
    records: tuple[RowT, ...]
    next_records_url: str | None = Field(default=None, alias="nextRecordsUrl")


class ContactRow(Row):
    email: str | None = None
    account_id: str | None = None


class UserRow(Row):
    username: str = ""
    email: str | None = None


class UserLoginRow(Row):
    is_frozen: bool
    is_password_locked: bool


class VerificationMethodsRow(Row):
    """A user's TwoFactorMethodsInfo. Only what `has_totp` tells of can be disconnected through the API."""

    has_totp: bool
    has_salesforce_authenticator: bool
    has_security_key: bool
    has_built_in_authenticator: bool
    has_u2f: bool = Field(alias="HasU2F")

    @property
    def needs_a_person(self) -> bool:
        return (
            self.has_salesforce_authenticator
            or self.has_security_key
            or self.has_built_in_authenticator
            or self.has_u2f
        )


class CaseRow(Row):
    case_number: str
    subject: str | None = None
    status: str = ""
    priority: str | None = None
    is_closed: bool = False
    contact_id: str | None = None
    created_date: datetime | None = None
    closed_date: datetime | None = None

    @property
    def created_on(self) -> date | None:
        return self.created_date.date() if self.created_date else None


class IncidentRow(Row):
    case_number: str
    subject: str | None = None
    created_date: datetime | None = None
    product: str | None = Field(default=None, alias="Product__c")
    instance: str | None = Field(default=None, alias="Instance__c")


class ReportRow(Row):
    """A customer's report of an outage; `parent`: the incident it has joined."""

    case_number: str
    parent: IncidentRow | None = None


class CommentRow(Row):
    comment_body: str | None = None
    created_date: datetime


class NamedRow(Row):
    name: str


class AssetRow(Row):
    """A customer's subscription. `quantity`: licences bought; a percentage is 0 to 100."""

    name: str
    status: str | None = None
    quantity: float | None = None
    usage_end_date: date | None = None
    plan: str | None = Field(default=None, alias="Plan__c")
    edition: str | None = Field(default=None, alias="Edition__c")
    instance: str | None = Field(default=None, alias="Instance__c")
    licences_used: float | None = Field(default=None, alias="Licences_Used__c")
    api_daily_limit: float | None = Field(default=None, alias="Api_Daily_Limit__c")
    api_used_today: float | None = Field(default=None, alias="Api_Used_Today__c")
    storage_used_percent: float | None = Field(default=None, alias="Storage_Used_Percent__c")


class ServiceRequestRow(Row):
    name: str
    type: str = Field(alias="Type__c")
    status: str = Field(alias="Status__c")
    quantity: float | None = Field(default=None, alias="Quantity__c")
    objects: str | None = Field(default=None, alias="Objects__c")
    frequency: str | None = Field(default=None, alias="Frequency__c")
    next_run: datetime | None = Field(default=None, alias="Next_Run__c")
    rows_done: float | None = Field(default=None, alias="Rows_Done__c")
    rows_total: float | None = Field(default=None, alias="Rows_Total__c")


class ClosedCase(Model):
    """What a case was about. `label`: what its field says; `names`: of the people who opened it."""

    number: str
    label: str
    subject: str
    description: str
    names: tuple[str, ...] = ()
