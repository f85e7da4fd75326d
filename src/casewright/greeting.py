"""How a conversation begins: by page, by the customer's hour, in a language the company speaks."""

from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from casewright.engine.wording import languages, say
from casewright.kit.clock import Clock, SystemClock
from casewright.tenants.models import Tenant, Welcome

Value = TypeVar("Value", str, tuple[str, ...])

MORNING, AFTERNOON, EVENING = 5, 12, 18
"""The hours at which they begin; the evening lasts until the morning."""


class Greeter:
    """Says first what the company wants said first, and always that it is an AI who speaks."""

    def __init__(self, clock: Clock = SystemClock()) -> None:
        self._clock = clock

    def welcome(self, tenant: Tenant, *, page: str, time_zone: str, language: str) -> Welcome:
        """An unknown time zone counts as UTC, an unknown language as the company's default."""
        spoken = self._language(tenant, language)
        now = self._clock.now().astimezone(_zone(time_zone))
        profile = tenant.profile
        chosen = next((one for one in profile.chat.greetings if one.fits(page, f"{now:%H:%M}")), None)
        own = _in_language(chosen.text, spoken, profile.default_language) if chosen else None
        questions = (chosen.suggested_questions if chosen else {}) or profile.suggested_questions
        return Welcome(
            language=spoken,
            greeting=_words(tenant, spoken, own, now),
            suggested=_in_language(questions, spoken, profile.default_language) or (),
        )

    def _language(self, tenant: Tenant, wanted: str) -> str:
        language = wanted.partition("-")[0].lower()
        spoken = language in tenant.profile.languages and language in languages()
        return language if spoken else tenant.profile.default_language


def _words(tenant: Tenant, language: str, own: str | None, now: datetime) -> str:
    agent = tenant.profile.chat.agent_name
    names = {"company": tenant.name, **({"agent": agent} if agent else {})}
    assistant, _ = say("named_assistant" if agent else "assistant", language, values=names)
    opening = own or say(_time_of_day(now.hour), language)[0]
    text, _ = say(
        "company_greeting" if own else "greeting", language, values={"opening": opening, "assistant": assistant}
    )
    return text


def _time_of_day(hour: int) -> str:
    if MORNING <= hour < AFTERNOON:
        return "good_morning"
    return "good_afternoon" if AFTERNOON <= hour < EVENING else "good_evening"


def _in_language(values: dict[str, Value], language: str, default: str) -> Value | None:
    return values.get(language) or values.get(default)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
