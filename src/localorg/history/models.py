"""The document a history is made from. Everything that is told of one company stands there, nothing in the code.

Texts are lines of the grammar (see `localorg.history.grammar`), keyed by language. Shares and weights are relative.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from localorg.history.grammar import Pieces

Weights = dict[str, float]
ByLanguage = dict[str, Pieces]
_LANGUAGE_CODE_LENGTH = 2


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rhythm(Part):
    """When people write. `weekdays` begin on Monday; `hours` are the 24 of a working day, in the writer's own zone."""

    growth: float = 1.0
    """Cases a day at the end, for one a day at the beginning."""
    months: dict[int, float] = {}
    weekdays: tuple[float, ...] = (1.2, 1.1, 1.0, 1.0, 0.8, 0.1, 0.1)
    hours: tuple[float, ...]
    weekend_hours: tuple[float, ...]
    holiday: float = 0.12
    """What is left of a day on a public holiday."""
    after_holiday: float = 1.25


class Country(Part):
    """`name` as the company writes it; what is true of the country itself is in data/countries.yaml."""

    name: str
    share: float
    languages: Weights
    values: dict[str, Pieces] = {}
    """Of its accounts, before those of their kind."""
    cities: str = ""
    """Where the company's customers live, in lines as in data/countries.yaml; all over the country without."""


class RecordTemplate(Part):
    """A record made for each account, each field by the grammar from the account's values."""

    object: str
    fields: dict[str, str]


class AccountKind(Part):
    """`contacts` and `activity`: how many people, and how many cases for each, against the other kinds."""

    share: float
    employees: tuple[int, int] = (1, 1)
    contacts: float = 1.0
    activity: float = 1.0
    names: ByLanguage
    industries: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    """Of its people, if not all."""
    household: bool = False
    """Private people: the account bears the name of its first contact, and they write from an address of their own."""
    values: dict[str, Pieces] = {}


class Customers(Part):
    account_number: str = ""
    """As an auto-number: `AUR-{20000}` counts on from 20000."""
    type: Weights = {"Customer - Direct": 1.0}
    taken_names: tuple[str, ...] = ()
    """Beginnings of names that the seed's accounts have."""
    since_before: float = 0.6
    """The share of accounts that were customers when the history began."""
    portal_profile: str | None = None
    """The profile of the users that contacts have; without one they reply by e-mail."""
    private_domains: tuple[str, ...] = ("post.example",)
    industries: dict[str, ByLanguage] = {}
    kinds: dict[str, AccountKind]
    records: tuple[RecordTemplate, ...] = ()
    case_fields: dict[str, str] = {}
    """What each case takes from its account's values."""


class Role(Part):
    share: float
    titles: ByLanguage
    departments: ByLanguage = {}
    technical: float = 0.3
    writes: float = 1.0


class StaffMember(Part):
    """Someone who answers. A `username` the org does not know yet becomes a user; days count back from the end."""

    username: str
    first_name: str = ""
    last_name: str = ""
    title: str = ""
    queues: tuple[str, ...]
    languages: tuple[str, ...]
    country: str
    hours: tuple[float, float]
    """Of the day, in UTC."""
    pace: float = 1.0
    share: float = 1.0
    """Of a full-time job."""
    manner: Literal["brief", "warm", "formal"] = "warm"
    skills: tuple[str, ...] = ()
    joined_days_ago: int | None = None
    left_days_ago: int | None = None


class Desk(Part):
    profile: str
    queue: str
    """The queue a case comes into, unless its reason or priority has another."""
    queue_of_reason: dict[str, str] = {}
    queue_of_priority: dict[str, str] = {}
    escalation_queue: str | None = None
    on_call: dict[str, tuple[str, ...]] = {}
    """Accounts with one of these values get an answer to a Critical case at any hour."""
    staff: tuple[StaffMember, ...]
    origins: Weights


class Update(Part):
    """What is said on an incident's case, `after` so many minutes."""

    after: int
    public: bool = False
    text: str
    by: str | None = None
    status: str | None = None


class Incident(Part):
    """The case that the reports of an event belong under."""

    subject: str
    description: str
    priority: str
    product: str | None = None
    reason: str | None = None
    topic: str
    owner: str
    opened_after: int
    closed_after: int
    updates: tuple[Update, ...] = ()


class Event(Part):
    """A burst of cases that fades: an outage in hours, a release in weeks, a storm in days."""

    name: str
    days_ago: int = 0
    month: int | None = None
    """In the middle of the latest such month instead, for what belongs to a season."""
    at: str = "08:00"
    """UTC."""
    weekday: int | None = None
    """Moved back to this one (0 is Monday)."""
    cases: int
    half_life_hours: float
    topics: Weights
    values: dict[str, ByLanguage] = {}
    affects: dict[str, tuple[str, ...]] = {}
    """Only accounts with one of these values, for example an instance."""
    countries: tuple[str, ...] = ()
    anger: float = 0.0
    incident: Incident | None = None


class Texts(Part):
    """What is written about one thing, in one language."""

    subject: Pieces = ()
    issue: Pieces = ()
    detail: Pieces = ()
    error: Pieces = ()
    tried: Pieces = ()
    effect: Pieces = ()
    ask: Pieces = ()
    question: Pieces = ()
    answer: Pieces = ()
    note: Pieces = ()
    progress: Pieces = ()
    resolution: Pieces = ()
    confirm: Pieces = ()


def _languages_together(data: Any, into: str) -> Any:
    """`en:` and `de:` beside the other keys are the texts by language."""
    if not isinstance(data, dict):
        return data
    texts = {key: value for key, value in data.items() if len(key) == _LANGUAGE_CODE_LENGTH}
    rest = {key: value for key, value in data.items() if key not in texts}
    return {**rest, into: texts} if texts else rest


class Story(Part):
    """One way in which a topic comes up, with the answer that belongs to it."""

    weight: float = 1.0
    type: str | None = None
    """Of the case, where the topic's shares do not hold."""
    event: str | None = None
    """Told only in the cases of this event."""
    values: dict[str, ByLanguage] = {}
    texts: dict[str, Texts] = {}

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        return _languages_together(data, "texts")


class Topic(Part):
    """What customers write about; the name is the label that the case carries."""

    name: str
    weight: float
    type: Weights = {"Question": 1.0}
    reason: str | None = None
    product: str | None = None
    priority: Weights = {"Low": 3.0, "Medium": 6.0, "High": 1.0}
    effort_minutes: float = 35
    hours_to_solve: float = 6
    """The median of what is not solved at the first answer."""
    roles: Weights = {}
    months: dict[int, float] = {}
    month_start: float = 1.0
    month_end: float = 1.0
    after_holiday: float = 1.0
    trend: float = 1.0
    temper: float = 0.0
    """How much angrier than usual people are: -0.5 to 0.5."""
    asks_back: float = 0.3
    investigates: float = 0.25
    escalates: float = 0.06
    on_screen: bool = False
    """It happens before a screen, so that people try another browser."""
    about_a_case: bool = False
    """Written by someone who has a case already, and about that one."""
    values: dict[str, ByLanguage] = {}
    texts: dict[str, Texts] = {}
    stories: dict[str, Story] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        return _languages_together(data, "texts")


class History(Part):
    """A whole document; `topics` are read from the folder of the same name beside it."""

    seed: int
    days: int = 548
    accounts: int
    contacts: int
    cases: int
    language: str
    """The language the company itself works in."""
    rhythm: Rhythm
    countries: dict[str, Country]
    customers: Customers
    roles: dict[str, Role]
    desk: Desk
    events: tuple[Event, ...] = ()
    values: dict[str, ByLanguage] = {}
    phrases: dict[str, dict[str, Any]] = {}
    topics: tuple[Topic, ...] = ()
    source: Path = Path()
