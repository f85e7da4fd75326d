"""A tenant: a company that Casewright answers for."""

from enum import StrEnum

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


class TenantProfile(Model):
    """What a tenant decides about its agent. Texts by locale. `record_ids_private`: the org's record ids count as
    personal data and are masked as well. `limits` and `thresholds` None: the installation's defaults."""

    default_language: str = "en"
    languages: tuple[str, ...] = ("en",)
    tagline: dict[str, str] = {}
    suggested_questions: dict[str, tuple[str, ...]] = {}
    silence_minutes: float | None = None
    record_ids_private: bool = False
    limits: OwnLimits | None = None
    thresholds: OwnThresholds | None = None


class Tenant(Model):
    id: TenantId
    slug: str
    name: str
    profile: TenantProfile = TenantProfile()


class ApiKeyKind(StrEnum):
    """What a key may do: open conversations, or work as the tenant's operators."""

    PUBLISHABLE = "publishable"
    OPERATOR = "operator"
