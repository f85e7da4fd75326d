"""Salesforce Knowledge: what is online, in every language."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from html import escape
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, create_model, field_validator

from casewright.kit.errors import InvalidInput
from casewright.kit.ids import TenantId
from casewright.kit.model import Model
from casewright.salesforce.client import MOST_ROWS, SalesforceClient
from casewright.salesforce.models import Row
from casewright.salesforce.ports import Clients

OBJECT: Final = "Knowledge__kav"
_HTML: Final = re.compile(r"</?[a-zA-Z][^<>]*>")
_BEFORE_ALL: Final = "000000000000000AAA"
"""An id that sorts before any."""
_FIELDS: Final = (
    "Id",
    "KnowledgeArticleId",
    "UrlName",
    "Title",
    "Summary",
    "Language",
    "IsMasterLanguage",
    "LastPublishedDate",
    "IsVisibleInPkb",
    "IsVisibleInCsp",
)
_MOST_IDS: Final = 200
"""In one query, so that its text stays short enough for an address."""


class PublishedVersion(Row):
    """That an article is online. `changed_at`: ISO 8601 in UTC, which sorts by time."""

    url_name: str
    language: str
    is_master: bool = Field(alias="IsMasterLanguage")
    changed_at: str = Field(alias="LastModifiedDate")

    @field_validator("changed_at")
    @classmethod
    def _in_utc(cls, value: str) -> str:
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()


class OrgArticle(Model):
    """`body`: HTML. `audience`: `public`, `customer` or `internal`. `master_url_name`: of the article it translates, "" if it
    translates none. `url`: where the company's people read it."""

    id: str
    url_name: str
    master_url_name: str
    language: str
    title: str
    summary: str
    body: str
    audience: str
    categories: tuple[str, ...]
    url: str
    published_on: date | None


class _Category(BaseModel):
    model_config = ConfigDict(extra="ignore")

    group: str = Field(alias="DataCategoryGroupName")
    name: str = Field(alias="DataCategoryName")


class _Categories(BaseModel):
    model_config = ConfigDict(extra="ignore")

    records: tuple[_Category, ...] = ()


class _ArticleRow(Row):
    knowledge_article_id: str
    url_name: str
    language: str
    title: str
    summary: str | None = None
    is_master: bool = Field(alias="IsMasterLanguage")
    last_published_date: datetime | None = None
    is_visible_in_pkb: bool = False
    is_visible_in_csp: bool = False
    categories: _Categories | None = Field(default=None, alias="DataCategorySelections")

    def texts(self, labels: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Label and content of each field that has any."""
        content: dict[str, Any] = dict(self)
        yield from ((label, content[f"text_{n}"]) for n, label in enumerate(labels) if content[f"text_{n}"])


class _MasterRow(Row):
    knowledge_article_id: str
    url_name: str


class OrgKnowledge:
    """The articles of each tenant's org. Raises what `SalesforceClient.query` does."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def online(self, tenant_id: TenantId) -> tuple[PublishedVersion, ...]:
        client = await self._clients.client(tenant_id)
        found: list[PublishedVersion] = []
        after = _BEFORE_ALL
        while True:
            rows = await client.query(
                PublishedVersion,
                f"SELECT Id, UrlName, Language, IsMasterLanguage, LastModifiedDate FROM {OBJECT} "
                f"WHERE PublishStatus = 'Online' AND Id > :after ORDER BY Id LIMIT {MOST_ROWS}",
                after=after,
            )
            found += rows
            if len(rows) < MOST_ROWS:
                return tuple(found)
            after = rows[-1].id

    async def text_fields(self, tenant_id: TenantId, names: Sequence[str]) -> dict[str, str]:
        """The labels of the fields that hold an article's text, by their API names. `names`: none where the org has only one that
        it can be. Raises `InvalidInput` where it has several, or not those."""
        described = await (await self._clients.client(tenant_id)).fields(OBJECT)
        labels = {one.name: one.label for one in described}
        if missing := [name for name in names if name not in labels]:
            raise InvalidInput(
                f"Knowledge of this org has no field {', '.join(missing)}, or its integration user may not read it."
            )
        candidates = [one.name for one in described if one.custom and one.kind == "textarea"]
        if not names and len(candidates) != 1:
            raise InvalidInput(
                "Say which fields of Knowledge hold an article's text, in tenant.yaml: knowledge: {salesforce: "
                f"{{fields: [...]}}}}. Those with long texts are: {', '.join(candidates) or 'none'}."
            )
        return {name: labels[name] for name in names or candidates}

    async def articles(
        self, tenant_id: TenantId, ids: Sequence[str], fields: Mapping[str, str]
    ) -> tuple[OrgArticle, ...]:
        """Those of the versions that are still online. `fields`: as `text_fields` gives them."""
        client = await self._clients.client(tenant_id)
        found: list[OrgArticle] = []
        for start in range(0, len(ids), _MOST_IDS):
            rows = await _rows(client, ids[start : start + _MOST_IDS], list(fields))
            masters = await _masters(client, [row for row in rows if not row.is_master])
            found += (_article(client, row, list(fields.values()), masters) for row in rows)
        return tuple(found)


async def _rows(client: SalesforceClient, ids: Sequence[str], fields: Sequence[str]) -> tuple[_ArticleRow, ...]:
    own: dict[str, Any] = {f"text_{n}": (str | None, Field(None, alias=name)) for n, name in enumerate(fields)}
    return await client.query(
        create_model("_ArticleRowWithText", __base__=_ArticleRow, **own),
        f"SELECT {', '.join(dict.fromkeys((*_FIELDS, *fields)))}, "
        "(SELECT DataCategoryGroupName, DataCategoryName FROM DataCategorySelections) "
        f"FROM {OBJECT} WHERE Id IN :ids AND PublishStatus = 'Online'",
        ids=list(ids),
    )


async def _masters(client: SalesforceClient, translations: Sequence[_ArticleRow]) -> dict[str, str]:
    """Addresses of what is translated, by the article's id."""
    if not translations:
        return {}
    rows = await client.query(
        _MasterRow,
        f"SELECT Id, KnowledgeArticleId, UrlName FROM {OBJECT} "
        "WHERE KnowledgeArticleId IN :ids AND IsMasterLanguage = true AND PublishStatus = 'Online'",
        ids=sorted({one.knowledge_article_id for one in translations}),
    )
    return {row.knowledge_article_id: row.url_name for row in rows}


def _article(client: SalesforceClient, row: _ArticleRow, labels: Sequence[str], masters: dict[str, str]) -> OrgArticle:
    told = list(row.texts(labels))
    headed = len(labels) > 1
    return OrgArticle(
        id=row.id,
        url_name=row.url_name,
        master_url_name="" if row.is_master else masters.get(row.knowledge_article_id, row.url_name),
        language=row.language,
        title=row.title,
        summary=row.summary or "",
        body="\n".join((f"<h2>{escape(label)}</h2>\n" if headed else "") + _as_html(text) for label, text in told),
        audience=_audience(row),
        categories=_categories(row),
        url=client.record_url(OBJECT, row.id),
        published_on=row.last_published_date.date() if row.last_published_date else None,
    )


def _as_html(text: str) -> str:
    """Rich text is HTML already; other text has empty lines between its paragraphs."""
    if _HTML.search(text):
        return text
    return "\n".join(f"<p>{escape(part)}</p>" for part in re.split(r"\n\s*\n", text))


def _audience(row: _ArticleRow) -> str:
    if row.is_visible_in_pkb:
        return "public"
    return "customer" if row.is_visible_in_csp else "internal"


def _categories(row: _ArticleRow) -> tuple[str, ...]:
    chosen = sorted((one.group, one.name) for one in (row.categories.records if row.categories else ()))
    return tuple(f"{group}/{name}" for group, name in chosen)
