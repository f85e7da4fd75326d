"""When who writes about what: growth, seasons, weekdays, holidays, the hours of the day, and the bursts of events."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from localorg.history.countries import CountryFacts, load_country
from localorg.history.customers import Contact
from localorg.history.loading import Document
from localorg.history.models import Event, Topic
from localorg.history.working_time import zone

_ATTEMPTS = 12
_FOLLOWED_DAYS = 12
_SHORT_EVENT_HOURS = 24
_MONTH_EDGE_DAYS = 4
_MID_MONTH = 14
_PAST_DAYS = 20


@dataclass(slots=True, eq=False)
class PlannedCase:
    """`number` counts all cases from 0 in the order of their creation; an incident has no contact."""

    at: datetime
    topic: Topic
    contact: Contact | None
    event: Event | None = None
    parent: "PlannedCase | None" = None
    about: "PlannedCase | None" = None
    """An earlier case of the same person."""
    number: int = -1


@dataclass(frozen=True, slots=True)
class _Crowd:
    """People to draw from, by how much they write."""

    people: tuple[Contact, ...]
    cumulative: tuple[float, ...]

    @classmethod
    def of(cls, people: Iterable[Contact]) -> "_Crowd":
        found = tuple(people)
        return cls(found, tuple(accumulate(person.weight for person in found)))

    def draw(self, random: Random) -> Contact:
        return random.choices(self.people, cum_weights=self.cumulative)[0]


class Demand:
    """Plans every case of a history; the same document, contacts and moment give the same plan."""

    def __init__(self, document: Document, contacts: list[Contact], now: datetime) -> None:
        self._history = document.history
        self._topics = document.topics
        self._now = now
        self._random = Random(f"{document.history.seed}/demand")
        self._days = [(now - timedelta(days=back)).date() for back in range(self._history.days, -1, -1)]
        self._countries = {code: load_country(code) for code in self._history.countries}
        self._day_weights = {code: self._weights_of_days(facts) for code, facts in self._countries.items()}
        self._topic_weights = [self._weights_of_topics(index) for index in range(len(self._days))]
        self._crowds = self._group(contacts)
        self._country_weights = list(accumulate(self._writing(code) for code in self._countries))
        self._contacts = contacts

    def plan(self) -> list[PlannedCase]:
        """In the order of creation."""
        cases = [case for event in self._history.events for case in self._of_event(event)]
        follow_ups = [topic for topic in self._topics.values() if topic.about_a_case]
        wanted = self._history.cases - len(cases)
        total = sum(topic.weight for topic in self._topics.values())
        counts = {topic.name: round(wanted * topic.weight / total) for topic in follow_ups}
        cases += [self._usual() for _ in range(wanted - sum(counts.values()))]
        cases.sort(key=lambda case: case.at)
        cases += [self._follow_up(self._topics[name], cases) for name, number in counts.items() for _ in range(number)]
        cases.sort(key=lambda case: case.at)
        for number, case in enumerate(cases):
            case.number = number
        self._link_to_earlier(cases)
        return cases

    def _weights_of_days(self, facts: CountryFacts) -> list[float]:
        """Cumulative, for drawing."""
        rhythm, last = self._history.rhythm, len(self._days) - 1
        weights = []
        for index, day in enumerate(self._days):
            weight: float = rhythm.growth ** (index / last) * rhythm.months.get(day.month, 1.0)
            weight *= rhythm.weekdays[day.weekday()]
            if facts.is_holiday(day):
                weight *= rhythm.holiday
            elif _first_after_holiday(facts, day):
                weight *= rhythm.after_holiday
            weights.append(weight)
        weights[-1] *= (self._now - datetime.combine(self._now.date(), time(), UTC)).total_seconds() / 86_400
        return list(accumulate(weights))

    def _weights_of_topics(self, index: int) -> list[float]:
        day, share = self._days[index], index / (len(self._days) - 1)
        home = next(iter(self._countries.values()))
        after_holiday = _first_after_holiday(home, day)
        weights = []
        for topic in self._topics.values():
            weight = 0.0 if topic.about_a_case else topic.weight * topic.months.get(day.month, 1.0) * topic.trend**share
            if day.day <= _MONTH_EDGE_DAYS:
                weight *= topic.month_start
            elif (day + timedelta(days=_MONTH_EDGE_DAYS)).month != day.month:
                weight *= topic.month_end
            weights.append(weight * (topic.after_holiday if after_holiday else 1.0))
        return list(accumulate(weights))

    def _group(self, contacts: list[Contact]) -> dict[tuple[str, str], _Crowd]:
        """By country and role."""
        groups: dict[tuple[str, str], list[Contact]] = defaultdict(list)
        for contact in contacts:
            groups[contact.account.country, contact.role].append(contact)
        return {key: _Crowd.of(people) for key, people in groups.items()}

    def _writing(self, country: str) -> float:
        """How much a country's people write in all."""
        return sum(crowd.cumulative[-1] for (code, _), crowd in self._crowds.items() if code == country)

    def _usual(self) -> PlannedCase:
        code = self._random.choices(tuple(self._countries), cum_weights=self._country_weights)[0]
        index = self._draw_day(code)
        topic = self._random.choices(tuple(self._topics.values()), cum_weights=self._topic_weights[index])[0]
        contact = self._writer(code, topic, self._days[index])
        return PlannedCase(self._moment(index, contact), topic, contact)

    def _draw_day(self, code: str) -> int:
        weights = self._day_weights[code]
        return bisect_left(weights, self._random.random() * weights[-1])

    def _writer(self, code: str, topic: Topic, day: date) -> Contact:
        """Someone whose work the topic belongs to, and who was there already."""
        roles = [role for role in self._history.roles if (code, role) in self._crowds]
        weights = [
            (topic.roles.get(role, 0.0) if topic.roles else 1.0) * self._crowds[code, role].cumulative[-1]
            for role in roles
        ]
        if not any(weights):
            weights = [1.0] * len(roles)
        drawn = (
            self._crowds[code, self._random.choices(roles, weights)[0]].draw(self._random) for _ in range(_ATTEMPTS)
        )
        contact = next(drawn)
        while contact.since.date() > day:
            later = next(drawn, None)
            if later is None:
                break
            contact = later
        return contact

    def _moment(self, index: int, contact: Contact) -> datetime:
        """A moment of that day where the person is, and not in the future."""
        day, local_zone = self._days[index], zone(contact.account.city.zone)
        facts = self._countries[contact.account.country]
        rests = day.weekday() >= 5 or facts.is_holiday(day)
        hours = self._history.rhythm.weekend_hours if rests else self._history.rhythm.hours
        moment = self._now
        for _ in range(_ATTEMPTS):
            hour = self._random.choices(range(24), hours)[0]
            local = datetime.combine(
                day, time(hour, self._random.randrange(60), self._random.randrange(60)), local_zone
            )
            moment = local.astimezone(UTC)
            if moment < self._now:
                return moment
        return self._now - timedelta(minutes=self._random.uniform(3, 400))

    def _of_event(self, event: Event) -> Iterator[PlannedCase]:
        began = began_at(event, self._now)
        parent = None
        if event.incident is not None:
            opened = began + timedelta(minutes=event.incident.opened_after)
            parent = PlannedCase(opened, self._topics[event.incident.topic], None, event)
            yield parent
        affected = _Crowd.of(self._affected(event))
        by_country = {
            code: _Crowd.of(c for c in affected.people if c.account.country == code) for code in self._countries
        }
        topics = [self._topics[name] for name in event.topics]
        for _ in range(event.cases - (parent is not None)):
            topic = self._random.choices(topics, tuple(event.topics.values()))[0]
            if event.half_life_hours < _SHORT_EVENT_HOURS:
                contact = affected.draw(self._random)
                minutes = self._random.expovariate(0.693 / (event.half_life_hours * 60)) + self._random.uniform(2, 12)
                moment = min(began + timedelta(minutes=minutes), self._now - timedelta(minutes=1))
            else:
                contact, moment = self._in_the_wake(event, began, affected, by_country)
            yield PlannedCase(moment, topic, contact, event, parent)

    def _affected(self, event: Event) -> list[Contact]:
        day = began_at(event, self._now).date()
        return [
            contact
            for contact in self._contacts
            if contact.since.date() <= day
            and (not event.countries or contact.account.country in event.countries)
            and all(contact.account.values.get(name) in wanted for name, wanted in event.affects.items())
        ]

    def _in_the_wake(
        self, event: Event, began: datetime, affected: _Crowd, by_country: dict[str, _Crowd]
    ) -> tuple[Contact, datetime]:
        """A moment of the following weeks, at an hour when people work."""
        contact, after = affected.draw(self._random), timedelta()
        for _ in range(_ATTEMPTS):
            after = timedelta(hours=self._random.expovariate(0.693 / event.half_life_hours))
            day = (began + after).date()
            weight = self._history.rhythm.weekdays[day.weekday()]
            if self._countries[contact.account.country].is_holiday(day):
                weight *= self._history.rhythm.holiday
            if day <= self._days[-1] and self._random.random() * max(self._history.rhythm.weekdays) < weight:
                moment = self._moment(self._days.index(day), contact)
                if moment >= began:
                    return contact, moment
        return contact, min(began + after, self._now - timedelta(minutes=5))

    def _follow_up(self, topic: Topic, cases: list[PlannedCase]) -> PlannedCase:
        """Written some days after a case of the same person."""
        for _ in range(_ATTEMPTS):
            about = cases[int(self._random.random() * len(cases))]
            day = (about.at + timedelta(days=self._random.uniform(0.6, _FOLLOWED_DAYS))).date()
            usual = self._history.rhythm.weekdays[day.weekday()] / max(self._history.rhythm.weekdays)
            if about.contact is not None and day <= self._days[-1] and self._random.random() < usual:
                moment = self._moment(self._days.index(day), about.contact)
                if moment > about.at:
                    return PlannedCase(moment, topic, about.contact, about=about)
        return self._usual()

    def _link_to_earlier(self, cases: list[PlannedCase]) -> None:
        """So that people can speak of the last time."""
        latest: dict[int, PlannedCase] = {}
        for case in cases:
            if case.contact is None:
                continue
            if case.about is None:
                case.about = latest.get(case.contact.number)
            latest[case.contact.number] = case


def began_at(event: Event, now: datetime) -> datetime:
    hour, minute = (int(part) for part in event.at.split(":"))
    began = (now - timedelta(days=event.days_ago)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    if event.month is not None:
        began = began.replace(month=event.month, day=_MID_MONTH)
        if began > now - timedelta(days=_PAST_DAYS):
            began = began.replace(year=began.year - 1)
    if event.weekday is not None:
        began -= timedelta(days=(began.weekday() - event.weekday) % 7)
    return began


def _first_after_holiday(facts: CountryFacts, day: date) -> bool:
    """The first working day after a public holiday."""
    if day.weekday() >= 5 or facts.is_holiday(day):
        return False
    before = day - timedelta(days=1)
    while before.weekday() >= 5:
        before -= timedelta(days=1)
    return any(facts.is_holiday(before + timedelta(days=gap)) for gap in range((day - before).days))
