"""The life of an article: drafts, what is online, what was, and translations.

Each article has at most one draft and one online version in a language; archived versions stay beside them.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from localorg.errors import ApiError
from localorg.ids import RecordId
from localorg.records.values import ColumnValue, Row
from localorg.schema.loader import SYSTEM_FIELD_NAMES
from localorg.schema.models import SObject

if TYPE_CHECKING:
    from localorg.records.service import Records

_NOT_NOW: Final = (
    "You can't perform this action. Be sure the action is valid for the current state of the article, "
    "and that you have permission to perform it."
)
_OF_A_VERSION: Final = frozenset(
    {"ArchivedDate", "ArchivedById", "AssignedToId", "AssignmentDate", "AssignmentDueDate", "AssignmentNote"}
)


def refused() -> ApiError:
    return ApiError("INVALID_OPERATION", _NOT_NOW, fields=())


class Articles:
    """Raises ApiError for what the state of an article does not allow; nothing is then written of it."""

    def __init__(self, records: "Records") -> None:
        self._records = records

    @property
    def _versions(self) -> SObject:
        return self._records.schema.get("Knowledge__kav")

    def version(self, version_id: str) -> Row:
        found = self._records.rows.find(self._versions, version_id)
        if found is None or not self._records.access.may(self._versions, "Edit"):
            raise refused()
        return found

    def publish(self, version_id: str, *, new_version: bool, translation: bool = False) -> None:
        """The online version before it is archived if this becomes a new one, else replaced."""
        draft = self.version(version_id)
        if draft["PublishStatus"] != "Draft" or translation == bool(draft["IsMasterLanguage"]):
            raise refused()
        online = next(self._of(draft, "Online"), None)
        number = self._next_number(draft) if new_version or online is None else int(online["VersionNumber"] or 1)
        if online is not None and new_version:
            self._archive(online, latest=False)
        elif online is not None:
            self._records.rows.update(self._versions, str(online["Id"]), {"IsDeleted": 1, **self._stamp()})
        now = self._records.now
        first = draft["FirstPublishedDate"] or now
        published: dict[str, ColumnValue] = {"FirstPublishedDate": first, "LastPublishedDate": now}
        state: dict[str, ColumnValue] = {"PublishStatus": "Online", "VersionNumber": number, "IsLatestVersion": 1}
        self._records.rows.update(self._versions, version_id, {**state, **published, **self._stamp()})
        self._tell_article(draft, {**published, "ArchivedDate": None, "ArchivedById": None})

    def archive(self, version_id: str) -> None:
        """Of the master language all translations go with it."""
        version = self.version(version_id)
        if version["PublishStatus"] != "Online":
            raise refused()
        article = version["KnowledgeArticleId"]
        others = self._records.rows.matching(self._versions, "KnowledgeArticleId", article)
        for other in others if version["IsMasterLanguage"] else (version,):
            if other["PublishStatus"] == "Online":
                self._archive(other, latest=True)
        self._tell_article(version, {"ArchivedDate": self._records.now, "ArchivedById": self._records.caller.user_id})

    def edit(self, version_id: str, *, unpublish: bool) -> RecordId:
        """A draft of what is online, which stays so unless it is unpublished."""
        online = self.version(version_id)
        if online["PublishStatus"] != "Online" or any(self._of(online, "Draft")):
            raise refused()
        if unpublish:
            self._archive(online, latest=False)
        return self._draft(online, {})

    def restore(self, article_id: str, number: int | None) -> RecordId:
        """A draft of the archived version with that number, the latest if none is named."""
        versions = self._records.rows.matching(self._versions, "KnowledgeArticleId", article_id)
        archived = [one for one in versions if one["PublishStatus"] == "Archived" and one["IsMasterLanguage"]]
        chosen = [one for one in archived if number is None or one["VersionNumber"] == number]
        if not chosen or any(self._of(chosen[0], "Draft")):
            raise refused()
        return self._draft(max(chosen, key=lambda one: (int(one["VersionNumber"] or 0), str(one["Id"]))), {})

    def delete(self, version_id: str) -> None:
        """A draft or an archived version; the article goes with its last one."""
        if self.version(version_id)["PublishStatus"] == "Online":
            raise refused()
        self._records.delete(self._versions, RecordId(version_id))

    def translate(self, article_id: str, language: str) -> RecordId:
        """A draft in another language of what is online, else of the draft."""
        versions = self._records.rows.matching(self._versions, "KnowledgeArticleId", article_id)
        masters = [one for one in versions if one["IsMasterLanguage"] and one["PublishStatus"] != "Archived"]
        known = self._versions.field("Language")
        assert known is not None
        drafts = [one for one in versions if one["Language"] == language and one["PublishStatus"] == "Draft"]
        if not masters or language not in known.values or language == masters[0]["Language"] or drafts:
            raise refused()
        master = max(masters, key=lambda one: one["PublishStatus"] == "Online")
        changes: dict[str, ColumnValue] = {"Language": language, "IsMasterLanguage": 0, "MasterVersionId": master["Id"]}
        return self._draft(master, {**changes, "FirstPublishedDate": None, "LastPublishedDate": None})

    def assign(self, version_id: str, assignee: str, due: str | None, note: str | None) -> None:
        if self.version(version_id)["PublishStatus"] != "Draft":
            raise refused()
        assigned: dict[str, ColumnValue] = {"AssignedToId": assignee, "AssignmentDate": self._records.now}
        changes = assigned | {"AssignmentDueDate": due, "AssignmentNote": note}
        self._records.rows.update(self._versions, version_id, changes | self._stamp())

    def online_version(self, article_id: str) -> str:
        versions = self._records.rows.matching(self._versions, "KnowledgeArticleId", article_id)
        found = next((v for v in versions if v["PublishStatus"] == "Online" and v["IsMasterLanguage"]), None)
        if found is None:
            raise refused()
        return str(found["Id"])

    def _of(self, version: Row, status: str) -> Iterator[Row]:
        """The other versions of the same article and language in that state."""
        for other in self._records.rows.matching(self._versions, "KnowledgeArticleId", version["KnowledgeArticleId"]):
            same = other["Language"] == version["Language"] and other["Id"] != version["Id"]
            if same and other["PublishStatus"] == status:
                yield other

    def _next_number(self, draft: Row) -> int:
        before = [*self._of(draft, "Online"), *self._of(draft, "Archived")]
        return max((int(one["VersionNumber"] or 0) for one in before), default=0) + 1

    def _draft(self, source: Row, changes: Row) -> RecordId:
        copied = {k: v for k, v in source.items() if k not in SYSTEM_FIELD_NAMES and k not in _OF_A_VERSION}
        made = self._records.create_own(self._versions, {**copied, "PublishStatus": "Draft", **changes})
        chosen = self._records.schema.get("Knowledge__DataCategorySelection")
        for selection in self._records.rows.matching(chosen, "ParentId", source["Id"]):
            names = {key: selection[key] for key in ("DataCategoryGroupName", "DataCategoryName")}
            self._records.create_own(chosen, {**names, "ParentId": made})
        return made

    def _archive(self, version: Row, *, latest: bool) -> None:
        state: dict[str, ColumnValue] = {"PublishStatus": "Archived", "IsLatestVersion": int(latest)}
        state |= {"ArchivedDate": self._records.now, "ArchivedById": self._records.caller.user_id}
        self._records.rows.update(self._versions, str(version["Id"]), state | self._stamp())

    def _stamp(self) -> dict[str, ColumnValue]:
        now = self._records.now
        return {"LastModifiedDate": now, "LastModifiedById": self._records.caller.user_id, "SystemModstamp": now}

    def _tell_article(self, version: Row, changes: Row) -> None:
        if version["IsMasterLanguage"]:
            article = self._records.schema.get("KnowledgeArticle")
            self._records.rows.update(article, str(version["KnowledgeArticleId"]), {**changes, **self._stamp()})
