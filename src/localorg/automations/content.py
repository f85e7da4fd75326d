"""Files: a ContentVersion is a file's bytes, a ContentDocument the file through its versions."""

import base64
import binascii
import hashlib
import sqlite3
from pathlib import PurePath
from typing import TYPE_CHECKING

from localorg.automations.base import Automation, Change
from localorg.errors import ApiError
from localorg.records.values import Row

if TYPE_CHECKING:
    from localorg.records.service import Records

_FILE_TYPES = {"txt": "TEXT", "jpg": "JPG", "jpeg": "JPG", "docx": "WORD_X", "xlsx": "EXCEL_X", "pptx": "POWER_POINT_X"}
_DATA_PATH = "/services/data/v67.0"
_LARGEST_FILE = 37_500_000
"""Bytes, of a file sent as base64 in JSON: its text may be 50 MB long."""


def content_of(connection: sqlite3.Connection, record_id: str) -> bytes | None:
    row = connection.execute("SELECT data FROM _content WHERE record_id = ?", (record_id,)).fetchone()
    return bytes(row["data"]) if row else None


class ContentVersionAutomation(Automation):
    def before_save(self, change: Change, records: "Records") -> None:
        if change.old is not None:
            return
        row = change.row
        if not row["VersionData"]:
            message = "Required fields are missing: [VersionData]"
            raise ApiError("REQUIRED_FIELD_MISSING", message, fields=("VersionData",))
        if not row["PathOnClient"]:
            message = "Required fields are missing: [PathOnClient]"
            raise ApiError("REQUIRED_FIELD_MISSING", message, fields=("PathOnClient",))
        data = _decoded(str(row["VersionData"]))
        path = PurePath(str(row["PathOnClient"]).replace("\\", "/"))
        extension = path.suffix.lstrip(".").lower()[:40]
        row["Title"] = row["Title"] or path.stem or path.name
        row["FileExtension"] = extension or None
        row["FileType"] = _FILE_TYPES.get(extension, extension.upper()[:20] or "UNKNOWN")
        row["ContentSize"] = len(data)
        row["Checksum"] = hashlib.md5(data, usedforsecurity=False).hexdigest()
        row["IsLatest"] = 1
        self._join_document(change, records)

    def after_save(self, change: Change, records: "Records") -> None:
        if change.old is not None:
            _tell_document(change.row, records)
            return
        row, version_id = change.row, str(change.row["Id"])
        sql = "INSERT OR REPLACE INTO _content (record_id, data) VALUES (?, ?)"
        records.connection.execute(sql, (version_id, _decoded(str(row["VersionData"]))))
        place = f"{_DATA_PATH}/sobjects/ContentVersion/{version_id}/VersionData"
        records.rows.update(change.definition, version_id, {"VersionData": place})
        for older in records.rows.matching(change.definition, "ContentDocumentId", row["ContentDocumentId"]):
            if older["Id"] != version_id and older["IsLatest"]:
                records.rows.update(change.definition, str(older["Id"]), {"IsLatest": 0})
        _tell_document(row, records)
        if row["VersionNumber"] == "1":
            self._link(row, records)

    def _join_document(self, change: Change, records: "Records") -> None:
        row = change.row
        if row["ContentDocumentId"]:
            earlier = records.rows.matching(change.definition, "ContentDocumentId", row["ContentDocumentId"])
            row["VersionNumber"] = str(len(earlier) + 1)
            return
        document = records.schema.get("ContentDocument")
        row["ContentDocumentId"] = records.create_own(document, {"Title": row["Title"], "OwnerId": row["OwnerId"]})
        row["VersionNumber"] = "1"

    def _link(self, row: Row, records: "Records") -> None:
        """The owner may edit the file; the record it was published to shows it."""
        link = records.schema.get("ContentDocumentLink")
        shared = {"ContentDocumentId": row["ContentDocumentId"], "Visibility": "AllUsers"}
        records.create_own(link, shared | {"LinkedEntityId": row["OwnerId"], "ShareType": "I"})
        place = row["FirstPublishLocationId"]
        if place and place != row["OwnerId"]:
            records.create_own(link, shared | {"LinkedEntityId": place, "ShareType": "V"})


def _tell_document(row: Row, records: "Records") -> None:
    if not row["IsLatest"]:
        return
    told = {name: row[name] for name in ("Title", "Description", "FileType", "FileExtension", "ContentSize")}
    changes = told | {"LatestPublishedVersionId": row["Id"], "SystemModstamp": records.now}
    records.rows.update(records.schema.get("ContentDocument"), str(row["ContentDocumentId"]), changes)


def _decoded(text: str) -> bytes:
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        message = "Version Data: value not of required type: it must be base64"
        raise ApiError("INVALID_TYPE_ON_FIELD_IN_RECORD", message, fields=("VersionData",)) from None
    if len(data) > _LARGEST_FILE:
        message = f"The file has {len(data)} bytes, but at most {_LARGEST_FILE} are allowed"
        raise ApiError("FIELD_INTEGRITY_EXCEPTION", message, fields=("VersionData",))
    return data
