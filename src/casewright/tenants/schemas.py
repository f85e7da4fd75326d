"""The wire's shapes for companies."""

from casewright.kit.model import Model
from casewright.tenants.models import Mail


class Site(Model):
    """`avatar`: a data URI, `colour`: `#rrggbb`; both empty where the company says nothing. `greeting` and `suggested` are for
    the page, hour and language that were asked for."""

    name: str
    default_language: str
    languages: tuple[str, ...]
    suggested_questions: dict[str, tuple[str, ...]]
    silence_minutes: float
    agent_name: str = ""
    avatar: str = ""
    colour: str = ""
    greeting: str = ""
    suggested: tuple[str, ...] = ()


class Company(Model):
    name: str
    publishable_key: str
    language: str
    tagline: str


class CompanyList(Model):
    companies: tuple[Company, ...]


class Mailbox(Model):
    """The newest first."""

    items: tuple[Mail, ...]
