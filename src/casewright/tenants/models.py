"""A tenant: a company that Casewright answers for."""

from enum import StrEnum

from casewright.kit.ids import TenantId
from casewright.kit.model import Model
from casewright.settings import Limits, Thresholds


class TenantProfile(Model):
    """What a tenant decides about its agent. Texts by locale. `record_ids_private`: the org's record ids count as
    personal data and are masked as well. `limits` and `thresholds` None: the installation's defaults."""

    default_language: str = "en"
    languages: tuple[str, ...] = ("en",)
    tagline: dict[str, str] = {}
    suggested_questions: dict[str, tuple[str, ...]] = {}
    silence_minutes: float | None = None
    record_ids_private: bool = False
    limits: Limits | None = None
    thresholds: Thresholds | None = None


class Tenant(Model):
    id: TenantId
    slug: str
    name: str
    profile: TenantProfile = TenantProfile()


class ApiKeyKind(StrEnum):
    """What a key may do: open conversations, or work as the tenant's operators."""

    PUBLISHABLE = "publishable"
    OPERATOR = "operator"
