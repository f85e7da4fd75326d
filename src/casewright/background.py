"""All that runs in the background, registered in one queue: what workers work off, and what is told of it."""

from typing import Any

import procrastinate

from casewright.kit.jobs import job_app, schedules_of
from casewright.people.service import PeopleService
from casewright.people.tasks import register as register_people
from casewright.understanding.labelling import Labelling
from casewright.understanding.ports import Companies
from casewright.understanding.service import UnderstandingService
from casewright.understanding.tasks import register as register_understanding


def background_jobs(
    dsn: str,
    understanding: UnderstandingService,
    labelling: Labelling,
    people: PeopleService,
    companies: Companies,
) -> procrastinate.App:
    """`dsn`: of the database itself, past any pooler in transaction mode."""
    app = job_app(dsn)
    register_understanding(app, understanding, labelling, companies)
    register_people(app, people)
    return app


def describe_schedules() -> dict[str, str]:
    """Cron texts by name, without starting anything: the jobs need their parts only when they run."""
    nothing: Any = None
    return schedules_of(background_jobs("", nothing, nothing, nothing, nothing))
