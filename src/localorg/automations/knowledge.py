"""Articles: a new one begins as a draft, only drafts can be changed, and categories must exist."""

from typing import TYPE_CHECKING

from localorg.automations.base import Automation, Change
from localorg.errors import ApiError
from localorg.records.values import Row

if TYPE_CHECKING:
    from localorg.records.service import Records


class ArticleAutomation(Automation):
    def before_save(self, change: Change, records: "Records") -> None:
        row = change.row
        if change.old is not None and change.old["PublishStatus"] != "Draft" and not records.caller.seeding:
            message = "Only a draft can be edited: create a draft from this version first"
            raise ApiError("INSUFFICIENT_ACCESS_OR_READONLY", message, fields=())
        if change.old is None:
            row["Language"] = row["Language"] or _main_language(change)
        if row["UrlName"] and change.changes("UrlName"):
            _refuse_taken_address(change, records)

    def after_save(self, change: Change, records: "Records") -> None:
        if change.old is not None or change.row["KnowledgeArticleId"]:
            return
        row, versions, articles = change.row, change.definition, records.schema.get("KnowledgeArticle")
        number = articles.numbered_fields[0].auto_number
        assert number is not None
        text = number.text(records.rows.next_number("KnowledgeArticle.ArticleNumber", number.start))
        published: Row = {} if row["PublishStatus"] == "Draft" else dict.fromkeys(_PUBLISHED, row["CreatedDate"])
        article: Row = {"ArticleNumber": text, "MasterLanguage": row["Language"], **published}
        article_id = records.create_own(articles, article)
        own: Row = {"KnowledgeArticleId": article_id, "ArticleNumber": text, **published}
        records.rows.update(versions, str(row["Id"]), own)

    def after_delete(self, row: Row, records: "Records") -> None:
        if row["PublishStatus"] == "Online":
            message = "An article that is online cannot be deleted: archive it first"
            raise ApiError("INSUFFICIENT_ACCESS_OR_READONLY", message, fields=())
        versions, articles = records.schema.get("Knowledge__kav"), records.schema.get("KnowledgeArticle")
        if not records.rows.matching(versions, "KnowledgeArticleId", row["KnowledgeArticleId"]):
            gone: Row = {"IsDeleted": 1, "SystemModstamp": records.now}
            records.rows.update(articles, str(row["KnowledgeArticleId"]), gone)


class CategorySelectionAutomation(Automation):
    def before_save(self, change: Change, records: "Records") -> None:
        row = change.row
        group = records.schema.data_category_group(str(row["DataCategoryGroupName"]))
        category = group.find(str(row["DataCategoryName"])) if group else None
        if group is None or category is None:
            name = "DataCategoryGroupName" if group is None else "DataCategoryName"
            raise ApiError("FIELD_INTEGRITY_EXCEPTION", f"{row[name]} is not a data category", fields=(name,))
        row["DataCategoryGroupName"], row["DataCategoryName"] = group.name, category.name


_PUBLISHED = ("FirstPublishedDate", "LastPublishedDate")


def _main_language(change: Change) -> str:
    known = change.definition.field("Language")
    assert known is not None
    return known.values[0]


def _refuse_taken_address(change: Change, records: "Records") -> None:
    row = change.row
    for other in records.rows.matching(change.definition, "UrlName", row["UrlName"]):
        another = other["KnowledgeArticleId"] != row["KnowledgeArticleId"] or row["KnowledgeArticleId"] is None
        if another and other["Language"] == row["Language"]:
            message = f"duplicate value found: UrlName duplicates value on record with id: {other['Id']}"
            raise ApiError("DUPLICATE_VALUE", message, fields=("UrlName",))
