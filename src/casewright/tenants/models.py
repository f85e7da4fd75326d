"""A tenant: a company that Casewright answers for."""

import re
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from casewright.kit.ids import TenantId
from casewright.kit.model import Model


class OwnLimits(Model):
    """What a tenant sets itself; None: as the installation has it."""

    requests_per_minute: int | None = None
    concurrent_conversations: int | None = None
    conversation_active_seconds: int | None = None


class OwnThresholds(Model):
    """What a tenant sets itself; None: as the installation has it."""

    min_confidence: float | None = None
    ambiguity_gap: float | None = None
    frustration_hand_over: float | None = None
    failed_turns_hand_over: int | None = None


def _hour(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", value):
        raise ValueError('must be an hour in quotes, such as "05:00"')
    return value


def _colour(value: str) -> str:
    if value and not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError('must be a colour as "#rrggbb", such as "#0b5cab"')
    return value.lower()


def _avatar(value: str) -> str:
    if value and not value.startswith("data:image/"):
        raise ValueError("must be an image file in the company's folder")
    return value


Hour = Annotated[str, BeforeValidator(_hour)]


class Greeting(Model):
    """How a conversation begins on some pages at some hours. `page`: a glob over the page's address or its path. `from` …
    `until`: in the customer's time; `until` is not included, and may lie after midnight. What it leaves empty is as elsewhere."""

    page: str = "*"
    from_: Hour = Field("00:00", alias="from")
    until: Hour = "24:00"
    text: dict[str, str] = {}
    suggested_questions: dict[str, tuple[str, ...]] = {}

    def fits(self, page: str, hour: str) -> bool:
        on_page = any(fnmatchcase(one, self.page) for one in (page, _path(page)))
        if self.from_ <= self.until:
            return on_page and self.from_ <= hour < self.until
        return on_page and (hour >= self.from_ or hour < self.until)


def _path(page: str) -> str:
    try:
        return urlsplit(page).path or "/"
    except ValueError:
        return page


class ChatProfile(Model):
    """The agent's face in the chat page. `avatar`: a data URI. `greetings`: the first that fits counts."""

    agent_name: str = Field("", max_length=60)
    avatar: Annotated[str, AfterValidator(_avatar)] = ""
    colour: Annotated[str, AfterValidator(_colour)] = ""
    greetings: tuple[Greeting, ...] = ()


class OrgRecords(StrEnum):
    """What becomes of the cases that Casewright opened for someone who is erased."""

    KEEP = "keep"
    ANONYMISE = "anonymise"


class Decider(StrEnum):
    """`rules` leave to a person what they cannot decide."""

    PERSON = "person"
    RULES = "rules"


class ConflictPolicy(Model):
    """How articles that disagree are brought together. `source_credibility`: 0…1, by how an article's `source` begins; 1 for all others.
    By rule the more credible is kept where credibility differs by `credibility_gap`, else the one that was checked or changed later by
    `newer_by_days`."""

    decided_by: Decider = Decider.PERSON
    source_credibility: dict[str, Annotated[float, Field(ge=0, le=1)]] = {}
    credibility_gap: float = Field(0.2, gt=0, le=1)
    newer_by_days: int = Field(30, ge=1)


class SalesforceKnowledge(Model):
    """How articles come from the org. `fields`: API names of those that hold an article's text, where Knowledge has several.
    `every_minutes`: how often what has changed is looked for; None: only when somebody says so."""

    fields: tuple[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")], ...] = ()
    every_minutes: int | None = Field(None, ge=5, le=10_080)


class KnowledgeProfile(Model):
    """How a company looks after its articles. `review_by_another`: what one operator's key wrote, another's publishes.
    `handling_cost_an_hour`: of its people's work, in its currency, for estimates; None: as the installation has it."""

    review_by_another: bool = False
    salesforce: SalesforceKnowledge = SalesforceKnowledge()
    handling_cost_an_hour: float | None = Field(None, ge=0)
    conflicts: ConflictPolicy = ConflictPolicy()


class TenantProfile(Model):
    """What a tenant decides about its agent. Texts by locale. `products`, `editions`: what customers may name, each with other
    names for the same. `record_ids_private`: the org's record ids count as
    personal data and are masked as well. `retention_days`: how long a closed conversation is kept. `limits`, `thresholds`
    and `retention_days` None: the installation's defaults."""

    default_language: str = "en"
    languages: tuple[str, ...] = ("en",)
    tagline: dict[str, str] = {}
    suggested_questions: dict[str, tuple[str, ...]] = {}
    products: dict[str, tuple[str, ...]] = {}
    editions: dict[str, tuple[str, ...]] = {}
    silence_minutes: float | None = None
    record_ids_private: bool = False
    retention_days: int | None = Field(None, ge=1, le=36_500)
    org_records_of_erased: OrgRecords = OrgRecords.KEEP
    limits: OwnLimits | None = None
    thresholds: OwnThresholds | None = None
    chat: ChatProfile = ChatProfile()
    knowledge: KnowledgeProfile = KnowledgeProfile()

    @model_validator(mode="after")
    def _greets_in_the_default_language(self) -> Self:
        for number, greeting in enumerate(self.chat.greetings, 1):
            for what, texts in (("text", greeting.text), ("suggested_questions", greeting.suggested_questions)):
                if texts and not texts.get(self.default_language):
                    raise ValueError(
                        f"chat.greetings, number {number}: {what!r} has nothing in {self.default_language!r}"
                    )
        return self


class Welcome(Model):
    """What a customer sees first, in `language`."""

    language: str
    greeting: str
    suggested: tuple[str, ...]


class Mail(Model):
    """What a demo's local org sent, and kept instead of delivering it."""

    id: int
    to: str
    subject: str
    body: str
    at: datetime


class Tenant(Model):
    id: TenantId
    slug: str
    name: str
    profile: TenantProfile = TenantProfile()


class ApiKeyKind(StrEnum):
    """What a key may do: open conversations, or work as the tenant's operators."""

    PUBLISHABLE = "publishable"
    OPERATOR = "operator"
