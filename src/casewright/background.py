"""All that runs in the background, registered in one queue: what workers work off, and what is told of it."""

from dataclasses import fields
from typing import Any

import procrastinate

from casewright.assembly import Parts
from casewright.integrations.webhooks.tasks import register as register_webhooks
from casewright.kit.jobs import job_app, schedules_of
from casewright.knowledge.conflicts.tasks import register as register_conflicts
from casewright.knowledge.gaps.tasks import register as register_gaps
from casewright.knowledge.graph.tasks import register as register_graph
from casewright.knowledge.sources.tasks import register as register_imports
from casewright.knowledge.tasks import register as register_knowledge
from casewright.people.tasks import register as register_people
from casewright.understanding.tasks import register as register_understanding


def background_jobs(parts: Parts) -> procrastinate.App:
    companies = parts.tenants
    app = job_app(parts.direct_dsn)
    register_understanding(app, parts.understanding, parts.trainings, parts.labelling, companies)
    register_people(app, parts.people)
    register_knowledge(app, parts.database, parts.learning, parts.uses, companies)
    register_conflicts(app, parts.conflict_checks, companies)
    register_graph(app, parts.graph, companies)
    register_gaps(app, parts.gap_finder, companies)
    register_webhooks(app, parts.deliverer, companies)
    register_imports(app, parts.imports, parts.article_sources, companies)
    return app


def describe_schedules() -> dict[str, str]:
    """Cron texts by name, without starting anything: the jobs need their parts only when they run."""
    nothing: Any = ""
    return schedules_of(background_jobs(Parts(**{field.name: nothing for field in fields(Parts)})))
