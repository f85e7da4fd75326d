"""Who answers: the people of the desk, each with a shift, a pace, and things they know best."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from localorg.history.countries import load_country
from localorg.history.models import Desk, StaffMember
from localorg.history.working_time import Shift

_WRONG_LANGUAGE = timedelta(hours=9)
_NOT_SKILLED = timedelta(hours=1.5)
_TURNS = timedelta(hours=2)
_MINUTES_LEFT_FOR_CASES = 0.75


@dataclass(slots=True, eq=False)
class Agent:
    member: StaffMember
    shift: Shift
    first_day: date
    last_day: date
    free_at: datetime

    def is_there(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def speaks(self, language: str) -> bool:
        return language in self.member.languages

    def busy(self, since: datetime, minutes: float) -> None:
        """Their time is taken from then on; `share` of a job and other work stretch it."""
        self.free_at = self.shift.after(max(self.free_at, since), self.stretched(minutes))

    def stretched(self, minutes: float) -> float:
        return minutes / (self.member.pace * self.member.share * _MINUTES_LEFT_FOR_CASES)


@dataclass
class Staff:
    """Draws who takes a case; waiting follows from how busy they are."""

    agents: list[Agent]
    random: Random
    _of_queue: dict[str, list[Agent]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for agent in self.agents:
            for queue in agent.member.queues:
                self._of_queue.setdefault(queue, []).append(agent)

    def named(self, username: str) -> Agent:
        return next(agent for agent in self.agents if agent.member.username == username)

    def take(self, queue: str, at: datetime, topic: str, language: str, urgency: float) -> tuple[Agent, datetime]:
        """Who begins first, and when. `urgency` 1 waits for nobody's other work, 0 for all of it."""
        candidates = [agent for agent in self._of_queue[queue] if agent.is_there(at.date())]
        starts = [(agent, self._start(agent, at, urgency)) for agent in candidates or self._of_queue[queue]]
        return min(starts, key=lambda start: start[1] + self._reluctance(start[0], topic, language))

    def _start(self, agent: Agent, at: datetime, urgency: float) -> datetime:
        waiting = max(timedelta(), agent.free_at - at) * (1 - urgency)
        lag = timedelta(minutes=self.random.lognormvariate(2.2, 0.8) * (1 - 0.7 * urgency))
        return agent.shift.next_open(agent.shift.next_open(at + waiting) + lag)

    def _reluctance(self, agent: Agent, topic: str, language: str) -> timedelta:
        reluctance = _TURNS * self.random.random()
        if not agent.speaks(language):
            reluctance += _WRONG_LANGUAGE
        if agent.member.skills and topic not in agent.member.skills:
            reluctance += _NOT_SKILLED
        return reluctance


def make_staff(desk: Desk, seed: int, began: datetime, now: datetime) -> Staff:
    random = Random(f"{seed}/staff")
    return Staff([_agent(member, random, began, now) for member in desk.staff], random)


def _agent(member: StaffMember, random: Random, began: datetime, now: datetime) -> Agent:
    def days_ago(days: int | None, otherwise: date) -> date:
        return otherwise if days is None else (now - timedelta(days=days)).date()

    first = days_ago(member.joined_days_ago, (began - timedelta(days=400)).date())
    last = days_ago(member.left_days_ago, (now + timedelta(days=400)).date())
    shift = Shift(*member.hours, load_country(member.country), _absences(random, began.date(), now.date()))
    return Agent(member, shift, first, last, began)


def _absences(random: Random, first: date, last: date) -> Iterable[tuple[date, date]]:
    """Some weeks of leave a year, and the odd day ill."""
    for _ in range(round((last - first).days / 73)):
        start = first + timedelta(days=random.randrange((last - first).days))
        yield start, start + timedelta(days=random.choice((0, 1, 4, 4, 6, 11, 13)))
