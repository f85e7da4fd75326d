"""The whole of a history before it is rows: who there is, what they write about when, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from localorg.history.customers import Account, Contact, CustomerMaker
from localorg.history.demand import Demand, PlannedCase
from localorg.history.desk import Course, Handling
from localorg.history.loading import Document
from localorg.history.moods import draw_mood
from localorg.history.staff import Staff, make_staff

_USUAL_CHANNEL = 0.75


@dataclass(frozen=True)
class World:
    """`courses` stand at the place of their cases."""

    document: Document
    now: datetime
    staff: Staff
    accounts: list[Account]
    contacts: list[Contact]
    cases: list[PlannedCase]
    courses: list[Course]


def make_world(document: Document, now: datetime) -> World:
    """Ends `now`; the same document and moment make the same one."""
    history = document.history
    now = now.replace(microsecond=0)
    accounts, contacts = CustomerMaker(document, now).make()
    cases = Demand(document, contacts, now).plan()
    staff = make_staff(history.desk, history.seed, now - timedelta(days=history.days), now)
    handling = Handling(history, staff, now)
    random = Random(f"{history.seed}/moods")
    courses = [
        handling.course(case, draw_mood(case, random), _origin(case, history.desk.origins, random)) for case in cases
    ]
    return World(document, now, staff, accounts, contacts, cases, courses)


def _origin(case: PlannedCase, origins: dict[str, float], random: Random) -> str:
    """Mostly the way that person always takes."""
    if case.contact is not None and random.random() < _USUAL_CHANNEL:
        return case.contact.writer.channel
    return random.choices(tuple(origins), tuple(origins.values()))[0]
