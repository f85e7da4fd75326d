"""Imports on the wire."""

from datetime import datetime

from casewright.kit.model import Model
from casewright.knowledge.sources.models import Counts, Import, ImportId, ImportProblem, ImportState, SourceKind


class ImportView(Model):
    """`total`: things to read, 0 before that is known; `done`: those that were. `problems`: of what could not be read, the first
    200; `problem_count`: all. `error`: why it failed, "" if it did not."""

    id: ImportId
    kind: SourceKind
    location: str
    state: ImportState
    by: str
    total: int
    done: int
    counts: Counts
    problems: tuple[ImportProblem, ...]
    problem_count: int
    error: str
    created_at: datetime
    finished_at: datetime | None


class ImportList(Model):
    items: tuple[ImportView, ...]


def import_view(given: Import) -> ImportView:
    fields = {name: value for name, value in dict(given).items() if name != "request"}
    return ImportView(kind=given.request.kind, location=given.request.location, **fields)
