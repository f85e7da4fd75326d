"""Jobs and what they are made of."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from localorg.clock import to_wire
from localorg.ids import RecordId

JOB_PREFIX: Final = "750"


class JobKind(StrEnum):
    INGEST = "ingest"
    QUERY = "query"


class JobState(StrEnum):
    OPEN = "Open"
    UPLOAD_COMPLETE = "UploadComplete"
    IN_PROGRESS = "InProgress"
    JOB_COMPLETE = "JobComplete"
    FAILED = "Failed"
    ABORTED = "Aborted"

    @property
    def ended(self) -> bool:
        return self in (JobState.JOB_COMPLETE, JobState.FAILED, JobState.ABORTED)


class Operation(StrEnum):
    INSERT = "insert"
    UPDATE = "update"
    UPSERT = "upsert"
    DELETE = "delete"
    HARD_DELETE = "hardDelete"
    QUERY = "query"
    QUERY_ALL = "queryAll"


DELIMITERS: Mapping[str, str] = {
    "BACKQUOTE": "`",
    "CARET": "^",
    "COMMA": ",",
    "PIPE": "|",
    "SEMICOLON": ";",
    "TAB": "\t",
}
LINE_ENDINGS: Mapping[str, str] = {"LF": "\n", "CRLF": "\r\n"}


class Job(BaseModel):
    """One job as it stands; every change makes a new one."""

    model_config = ConfigDict(frozen=True)

    id: RecordId
    kind: JobKind
    operation: Operation
    object_name: str
    state: JobState
    api_version: str
    column_delimiter: str = "COMMA"
    line_ending: str = "LF"
    external_id_field: str | None = None
    assignment_rule_id: str | None = None
    query: str | None = None
    created_by: RecordId
    created_at: datetime
    changed_at: datetime
    uploaded: bool = False
    processed: int = 0
    failed: int = 0
    milliseconds: int = 0
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.id,
            "operation": self.operation.value,
            "object": self.object_name,
            "createdById": self.created_by,
            "createdDate": to_wire(self.created_at),
            "systemModstamp": to_wire(self.changed_at),
            "state": self.state.value,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.api_version),
            "jobType": "V2Ingest" if self.kind is JobKind.INGEST else "V2Query",
            "lineEnding": self.line_ending,
            "columnDelimiter": self.column_delimiter,
        }
        if self.kind is JobKind.INGEST:
            body["contentUrl"] = f"services/data/v{self.api_version}/jobs/ingest/{self.id}/batches"
        optional = {
            "externalIdFieldName": self.external_id_field,
            "assignmentRuleId": self.assignment_rule_id,
            "errorMessage": self.error,
        }
        return body | {name: value for name, value in optional.items() if value is not None}

    def progress_json(self) -> dict[str, Any]:
        """The same with how far it is."""
        numbers: dict[str, Any] = {"retries": 0, "totalProcessingTime": self.milliseconds}
        numbers["numberRecordsProcessed"] = self.processed
        if self.kind is JobKind.INGEST:
            numbers |= {
                "numberRecordsFailed": self.failed,
                "apiActiveProcessingTime": self.milliseconds,
                "apexProcessingTime": 0,
            }
        else:
            numbers["isPkChunkingSupported"] = True
        return self.to_json() | numbers
