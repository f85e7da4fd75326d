"""The wire's shapes for companies."""

from casewright.kit.model import Model


class Site(Model):
    name: str
    default_language: str
    languages: tuple[str, ...]
    suggested_questions: dict[str, tuple[str, ...]]
    silence_minutes: float


class Company(Model):
    name: str
    publishable_key: str
    language: str
    tagline: str


class CompanyList(Model):
    companies: tuple[Company, ...]
