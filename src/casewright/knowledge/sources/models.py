"""What articles are made of, and how far an import has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from casewright.kit.model import Model
from casewright.knowledge.models import ArticleDraft, Audience

ImportId = NewType("ImportId", UUID)

Fingerprints = Mapping[str, str]
"""By the name of each thing that can be read: what changes when it does, "" where that is not known before reading."""


class Defaults(Model):
    """What holds for articles whose files do not say it themselves."""

    language: str = "en"
    audience: Audience = Audience.PUBLIC
    product: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it came. `name`: its path within its source, of which the article's key is made. `address`: where people read it,
    "" for a file. `encoding`: as the server that sent it said."""

    name: str
    content: bytes
    address: str = ""
    encoding: str | None = None


class ImportProblem(Model):
    """What could not be read, and what would help. The rest of the import goes on."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one thing of a source gave: articles, or problems, or both."""

    name: str
    drafts: tuple[ArticleDraft, ...] = ()
    problems: tuple[ImportProblem, ...] = ()


class SourceKind(StrEnum):
    FILES = "files"
    UPLOAD = "upload"
    WEBSITE = "website"
    SALESFORCE = "salesforce"


class ImportState(StrEnum):
    """`waiting` for a worker; `failed`: it could not go on, and doing it again goes on where it stopped."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class ImportRequest(Model):
    """`location`: a path, the name of an uploaded file, an address; "" for the company's org. `for_review`: what would be published
    waits for a review."""

    kind: SourceKind
    location: str
    defaults: Defaults = Defaults()
    for_review: bool = False


class Counts(Model):
    """Of articles, as in `Installed`; `archived`: no longer published where they come from."""

    added: int = 0
    revised: int = 0
    updated: int = 0
    unchanged: int = 0
    archived: int = 0


class Import(Model):
    """`total`: things to read, such as files; 0 before that is known. `done`: those that were. `error`: why it failed, as a
    sentence. `problems`: the first `MOST_PROBLEMS`; `problem_count` all."""

    id: ImportId
    request: ImportRequest
    state: ImportState
    by: str
    total: int = 0
    done: int = 0
    counts: Counts = Counts()
    problems: tuple[ImportProblem, ...] = ()
    problem_count: int = 0
    error: str = ""
    created_at: datetime
    finished_at: datetime | None = None


MOST_PROBLEMS = 200
"""Of an import that are kept."""
