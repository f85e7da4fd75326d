"""What becomes of a case: who takes it, what is asked and answered when, how it ends, and what the customer thinks."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from random import Random

from localorg.history.customers import Contact
from localorg.history.demand import PlannedCase, began_at
from localorg.history.models import Desk, History, Topic
from localorg.history.moods import Mood
from localorg.history.staff import Agent, Staff
from localorg.history.working_time import when_awake, zone

_URGENCY = {"Low": 0.0, "Medium": 0.2, "High": 0.7, "Critical": 1.0}
_ORDER = ("Low", "Medium", "High", "Critical")
_SETTLE_DAYS = 5


class Said(StrEnum):
    """What a comment is for."""

    ACKNOWLEDGEMENT = "ack"
    QUESTION = "question"
    ANSWER = "answer"
    NOTE = "note"
    PROGRESS = "progress"
    CHASER = "chaser"
    APOLOGY = "apology"
    ESCALATION = "escalation"
    RESOLUTION = "resolution"
    CONFIRMATION = "confirm"
    OBJECTION = "objection"
    SECOND_ANSWER = "second_answer"
    REMINDER = "reminder"
    GIVEN_UP = "given_up"
    CLOSING_NOTE = "closing_note"
    SELF_SOLVED = "self_solved"
    REOPENING = "reopen"
    REOPENED = "reopened"
    KNOWN = "known"
    RESTORED = "restored"
    UPDATE = "update"
    DUPLICATE = "duplicate"


INTERNAL = frozenset({Said.NOTE, Said.ESCALATION, Said.CLOSING_NOTE, Said.DUPLICATE})
BY_CUSTOMER = frozenset({Said.ANSWER, Said.CHASER, Said.CONFIRMATION, Said.OBJECTION, Said.SELF_SOLVED, Said.REOPENING})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens at a time; `by` is None for the customer."""

    at: datetime
    by: Agent | None
    said: Said | None = None
    status: str | None = None
    owner: Agent | str | None = None
    """Someone, or a queue by its developer name."""
    priority: str | None = None
    escalated: bool = False
    text: str = ""
    public: bool = True


@dataclass(slots=True)
class Course:
    """Steps in order; some may lie after the end of the history and have not happened yet."""

    queue: str
    priority: str
    origin: str
    mood: Mood
    steps: list[Step] = field(default_factory=list)
    satisfaction: int | None = None

    def add(self, step: Step) -> datetime:
        """Never before, nor at the same second as, the step before."""
        if self.steps and step.at <= self.steps[-1].at:
            step = Step(
                self.steps[-1].at + timedelta(seconds=37), step.by, step.said, step.status, step.owner, step.priority,
                step.escalated, step.text, step.public,
            )  # fmt: skip
        self.steps.append(step)
        return step.at


class Handling:
    """Handles cases one after the other, in the order in which they come."""

    def __init__(self, history: History, staff: Staff, now: datetime) -> None:
        self._history = history
        self._desk = history.desk
        self._staff = staff
        self._now = now
        self._random = Random(f"{history.seed}/handling")

    def course(self, case: PlannedCase, mood: Mood, origin: str) -> Course:
        if case.contact is None:
            return self._incident(case)
        priority = self._priority(case, mood)
        course = Course(self._queue(case.topic, priority), priority, origin, mood)
        agent, start = self._staff.take(
            course.queue, case.at, case.topic.name, case.contact.language, _URGENCY[priority]
        )
        if priority == "Critical" and self._is_on_call_for(case.contact):
            start = min(start, case.at + timedelta(minutes=self._random.uniform(6, 34)))
        if case.parent is not None:
            self._known_problem(case, course, agent, start)
        else:
            self._take(course, agent, start)
            _Work(self._desk, self._staff, self._random, case, course, agent).run()
        course.satisfaction = self._satisfaction(case, course)
        return course

    def _priority(self, case: PlannedCase, mood: Mood) -> str:
        weights = [case.topic.priority.get(name, 0.0) for name in _ORDER]
        drawn = _ORDER.index(self._random.choices(_ORDER, weights)[0])
        if mood.angry and self._random.random() < 0.25:
            drawn += 1
        if case.parent is not None and case.event and case.event.incident:
            drawn = max(drawn, _ORDER.index("High") if self._random.random() < 0.6 else 1)
        return _ORDER[min(drawn, len(_ORDER) - 1)]

    def _queue(self, topic: Topic, priority: str) -> str:
        by_priority = self._desk.queue_of_priority.get(priority)
        by_reason = self._desk.queue_of_reason.get(topic.reason or "")
        return by_priority or by_reason or self._desk.queue

    def _is_on_call_for(self, contact: Contact) -> bool:
        wanted, values = self._desk.on_call, contact.account.values
        return bool(wanted) and all(values.get(name) in among for name, among in wanted.items())

    def _take(self, course: Course, agent: Agent, start: datetime) -> None:
        course.add(Step(start, agent, owner=agent))
        course.add(Step(start + timedelta(seconds=self._random.randrange(20, 400)), agent, status="Working"))

    def _incident(self, case: PlannedCase) -> Course:
        """Watched over by one person, told of in steps that the document gives."""
        assert case.event is not None and case.event.incident is not None
        incident = case.event.incident
        began = began_at(case.event, self._now)
        owner = self._staff.named(incident.owner)
        queue = self._queue(case.topic, incident.priority)
        course = Course(queue, incident.priority, "Web", Mood.CALM)
        course.add(Step(case.at + timedelta(minutes=2), owner, owner=owner))
        course.add(Step(case.at + timedelta(minutes=3), owner, status="Escalated", escalated=True))
        for update in incident.updates:
            by = self._staff.named(update.by) if update.by else owner
            at = began + timedelta(minutes=update.after)
            course.add(Step(at, by, said=Said.UPDATE, status=update.status, text=update.text, public=update.public))
        course.add(Step(began + timedelta(minutes=incident.closed_after), owner, status="Closed"))
        return course

    def _known_problem(self, case: PlannedCase, course: Course, agent: Agent, start: datetime) -> None:
        """A report that joins its incident: told so, and told again when it is over."""
        assert case.event is not None and case.event.incident is not None
        random = self._random
        began = began_at(case.event, self._now)
        over = began + timedelta(minutes=case.event.incident.closed_after - random.uniform(0, 60))
        if case.event.half_life_hours < 24:
            start = min(start, case.at + timedelta(minutes=random.lognormvariate(3.1, 0.7)))
        self._take(course, agent, start)
        last = course.add(Step(start + timedelta(minutes=random.uniform(2, 9)), agent, said=Said.KNOWN))
        if course.mood.angry and random.random() < 0.45:
            awake = when_awake(last + timedelta(minutes=random.uniform(20, 150)), _zone(case), random)
            if awake < over:
                course.add(Step(awake, None, said=Said.CHASER))
                last = course.add(Step(awake + timedelta(minutes=random.uniform(8, 60)), agent, said=Said.PROGRESS))
        restored = agent.shift.after(max(over, last), random.uniform(2, 90))
        course.add(Step(restored, agent, said=Said.RESTORED))
        course.add(Step(restored + timedelta(minutes=random.uniform(1, 5)), agent, status="Closed"))
        agent.busy(case.at, 6)

    def _satisfaction(self, case: PlannedCase, course: Course) -> int | None:
        """Most do not answer; those who are angry or delighted do so more often."""
        random = self._random
        closed = next((step.at for step in reversed(course.steps) if step.status == "Closed"), None)
        first = next((step.at for step in course.steps if step.said and step.by is not None), None)
        if closed is None or first is None or closed > self._now - timedelta(hours=3):
            return None
        waited = (first - case.at).total_seconds() / 3600
        took = (closed - case.at).total_seconds() / 86_400
        score = 4.8 - min(waited / 26, 1.5) - min(took / 9, 1.6) + random.gauss(0, 1.0) + course.mood.goodwill
        said = {step.said for step in course.steps}
        score -= 1.0 * (Said.REOPENING in said) + 0.7 * (Said.CHASER in said) + 1.2 * (Said.GIVEN_UP in said)
        score += 0.45 * (Said.CONFIRMATION in said)
        answers = 0.24 + 0.1 * (score < 2.5) + 0.1 * (score > 4.6) - 0.12 * (Said.GIVEN_UP in said)
        return round(min(max(score, 1), 5)) if random.random() < answers else None


class _Work:
    """The course of one ordinary case, told step by step."""

    def __init__(
        self, desk: Desk, staff: Staff, random: Random, case: PlannedCase, course: Course, agent: Agent
    ) -> None:
        self._desk = desk
        self._staff = staff
        self._random = random
        self._case = case
        self._topic = case.topic
        self._course = course
        self._agent = agent
        self._at = course.steps[-1].at

    def run(self) -> None:
        drawn, random = self._random.random(), self._random
        effort = self._topic.effort_minutes * random.lognormvariate(0, 0.4)
        self._agent.busy(self._at, effort)
        self._at = self._agent.shift.after(self._at, min(effort * random.uniform(0.2, 0.8), 90))
        if self._case.about and random.random() < 0.012:
            self._agent_says(Said.DUPLICATE, public=False)
            self._close()
        elif drawn < self._topic.asks_back:
            if self._ask():
                self._solve()
        elif drawn < self._topic.asks_back + self._topic.investigates:
            self._investigate()
        elif random.random() < 0.03:
            self._agent_says(Said.ACKNOWLEDGEMENT)
            self._customer_says(Said.SELF_SOLVED, hours=4)
            self._close_later()
        else:
            self._solve(at_once=True)
        if self._course.steps[-1].status == "Closed" and random.random() < 0.045 + 0.03 * self._course.mood.angry:
            self._reopen()

    def _ask(self) -> bool:
        """Whether the customer ever answers."""
        self._agent_says(Said.QUESTION, status="Waiting on Customer")
        if self._random.random() < 0.1:
            self._later(60 * 8 * self._random.uniform(2, 3.5))
            self._agent_says(Said.REMINDER)
            self._later(60 * 8 * self._random.uniform(2.5, 5))
            if self._random.random() < 0.65:
                self._give_up()
                return False
        self._customer_says(Said.ANSWER, hours=3.5)
        self._later(self._random.lognormvariate(3.3, 0.9))
        self._step(status="Working")
        return True

    def _investigate(self) -> None:
        self._agent_says(Said.ACKNOWLEDGEMENT)
        if self._random.random() < 0.7:
            self._later(self._random.uniform(5, 60))
            self._agent_says(Said.NOTE, public=False)
        angry = self._course.mood.angry
        high = self._course.priority in ("High", "Critical")
        if self._random.random() < self._topic.escalates * (2.2 if angry else 1.0) * (1.8 if high else 1.0):
            self._escalate()
        minutes = self._working_minutes()
        if minutes > 8 * 60 and self._random.random() < (0.55 if angry else 0.25):
            self._later(minutes * 0.5)
            self._chased()
            minutes *= 0.5
        elif minutes > 12 * 60 and self._random.random() < 0.6:
            self._later(minutes * 0.6)
            self._agent_says(Said.PROGRESS)
            minutes *= 0.4
        self._later(minutes)
        self._solve(at_once=True)

    def _chased(self) -> None:
        self._customer_says(Said.CHASER, hours=0.2)
        if self._random.random() < 0.3:
            self._raise_priority()
        self._later(self._random.lognormvariate(3.2, 0.8))
        self._agent_says(Said.APOLOGY if self._course.mood.angry or self._random.random() < 0.4 else Said.PROGRESS)

    def _raise_priority(self) -> None:
        now = next((s.priority for s in reversed(self._course.steps) if s.priority), self._course.priority)
        if now != _ORDER[-1] and now != "High":
            self._later(2)
            self._step(priority=_ORDER[_ORDER.index(now) + 1])

    def _escalate(self) -> None:
        queue = self._desk.escalation_queue
        if queue is None:
            return
        self._later(self._random.lognormvariate(4.3, 0.8))
        self._agent_says(Said.ESCALATION, public=False)
        self._step(status="Escalated", escalated=True, owner=queue)
        assert self._case.contact is not None
        self._agent, start = self._staff.take(queue, self._at, self._topic.name, self._case.contact.language, 0.6)
        self._agent.busy(start, self._topic.effort_minutes)
        self._at = max(start, self._at)
        self._step(owner=self._agent)
        if self._random.random() < 0.5:
            self._later(20)
            self._agent_says(Said.NOTE, public=False)

    def _solve(self, *, at_once: bool = False) -> None:
        if not at_once and self._random.random() < 0.6:
            self._later(self._working_minutes() * 0.4)
        drawn = self._random.random()
        if drawn < 0.44:
            self._agent_says(Said.RESOLUTION)
            self._closing_note()
            self._close()
            return
        self._agent_says(Said.RESOLUTION, status="Waiting on Customer")
        if drawn < 0.72:
            self._customer_says(Said.CONFIRMATION, hours=5)
            self._close_later()
        elif drawn < 0.84:
            self._customer_says(Said.OBJECTION, hours=5)
            self._later(self._random.lognormvariate(4, 0.8))
            self._agent_says(Said.SECOND_ANSWER, status="Working")
            if self._random.random() < 0.4:
                self._customer_says(Said.CONFIRMATION, hours=8)
            self._close_later()
        else:
            self._later(60 * 8 * self._random.uniform(2, _SETTLE_DAYS))
            self._close()

    def _closing_note(self) -> None:
        if self._random.random() < 0.16:
            self._at += timedelta(minutes=self._random.uniform(1, 6))
            self._agent_says(Said.CLOSING_NOTE, public=False)

    def _reopen(self) -> None:
        self._at += timedelta(hours=self._random.lognormvariate(3.4, 0.9))
        self._customer_says(Said.REOPENING, hours=1)
        self._at += timedelta(minutes=1)
        self._step(status="Working")
        self._later(self._random.lognormvariate(4.2, 0.8))
        self._agent_says(Said.REOPENED)
        if self._random.random() < 0.25:
            self._escalate()
        self._later(self._working_minutes())
        self._agent_says(Said.SECOND_ANSWER)
        self._close_later()

    def _give_up(self) -> None:
        self._agent_says(Said.GIVEN_UP)
        self._close()

    def _working_minutes(self) -> float:
        """What solving takes, of the agent's time and others'."""
        hours = self._topic.hours_to_solve * self._random.lognormvariate(0, 0.85)
        return min(hours * 60 / self._agent.member.pace, 60 * 8 * 25)

    def _close_later(self) -> None:
        self._later(self._random.lognormvariate(3.8, 1.0))
        self._close()

    def _close(self) -> None:
        self._at += timedelta(seconds=self._random.randrange(20, 300))
        self._step(status="Closed")

    def _later(self, minutes: float) -> None:
        self._at = self._agent.shift.after(self._at, minutes)

    def _agent_says(self, said: Said, *, status: str | None = None, public: bool = True) -> None:
        self._at = self._agent.shift.next_open(self._at)
        self._step(said=said, status=status, public=public)

    def _customer_says(self, said: Said, *, hours: float) -> None:
        """After about that long, at an hour at which they are awake."""
        at = self._at + timedelta(hours=hours * self._random.lognormvariate(0, 0.9))
        self._at = self._course.add(Step(when_awake(at, _zone(self._case), self._random), None, said=said))

    def _step(
        self,
        *,
        said: Said | None = None,
        status: str | None = None,
        owner: Agent | str | None = None,
        priority: str | None = None,
        escalated: bool = False,
        public: bool = True,
    ) -> None:
        step = Step(self._at, self._agent, said, status, owner, priority, escalated, public=public)
        self._at = self._course.add(step)


def _zone(case: PlannedCase) -> tzinfo:
    assert case.contact is not None
    return zone(case.contact.account.city.zone)
