"""Salesforce Knowledge as a source of articles: what is online there, in every language."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Final

from casewright.kit.ids import TenantId
from casewright.knowledge.models import ArticleDraft, Audience
from casewright.knowledge.ports import OrgArticle, OrgKnowledge, PublishedVersion
from casewright.knowledge.sources.errors import DocumentUnreadable, SourceUnusable
from casewright.knowledge.sources.models import Defaults, Fingerprints, ImportProblem, Reading
from casewright.knowledge.sources.naming import key_from
from casewright.knowledge.sources.web_page import read_page

OVERLAP: Final = timedelta(minutes=5)
"""A record may be seen that much later than it says it was changed."""
_PREFIX: Final = "salesforce-"


class OrgSource:
    """A fingerprint is when a version was last changed, which sorts by time. `fields`: of which an article's text is made, none
    where the org has only one that it can be."""

    def __init__(self, org: OrgKnowledge, tenant_id: TenantId, fields: Sequence[str], defaults: Defaults) -> None:
        self._org = org
        self._tenant_id = tenant_id
        self._fields = fields
        self._texts: Mapping[str, str] = {}
        self._defaults = defaults

    async def fingerprints(self, cursor: str) -> Fingerprints:
        since = (datetime.fromisoformat(cursor) - OVERLAP).isoformat() if cursor else ""
        online = await self._org.online(self._tenant_id)
        if not online:
            raise SourceUnusable(
                "The org shows no article that is online. Has its integration user the right to read Knowledge, and the "
                "data categories?"
            )
        return {one.id: one.changed_at for one in sorted(online, key=_masters_first) if one.changed_at >= since}

    async def read(self, names: Sequence[str]) -> Sequence[Reading]:
        """What went offline meanwhile gives nothing."""
        if not self._texts:
            self._texts = await self._org.text_fields(self._tenant_id, self._fields)
        found = {one.id: one for one in await self._org.articles(self._tenant_id, names, self._texts)}
        return await asyncio.to_thread(
            lambda: [self._reading(found[name]) if name in found else Reading(name) for name in names]
        )

    async def withdrawn(self, published: Sequence[str]) -> Sequence[str]:
        org = await self._org.online(self._tenant_id)
        online = {_key(one.url_name, one.language, is_master=one.is_master) for one in org}
        return [key for key in published if key.startswith(_PREFIX) and key not in online]

    def _reading(self, article: OrgArticle) -> Reading:
        try:
            page = read_page(f"<p>{escape(article.summary)}</p>\n{article.body}")
        except DocumentUnreadable as error:
            return Reading(article.id, problems=(ImportProblem(name=article.url_name, message=error.message),))
        is_master = article.master_url_name == ""
        return Reading(
            article.id,
            (
                ArticleDraft(
                    key=_key(article.url_name, article.language, is_master=is_master),
                    title=article.title,
                    body=page.body,
                    language=_language(article.language),
                    audience=Audience(article.audience),
                    product=self._defaults.product,
                    source=article.url if article.audience == Audience.INTERNAL else "",
                    checked_on=article.published_on,
                    translation_of=None if is_master else _key(article.master_url_name, "", is_master=True),
                    categories=article.categories,
                ),
            ),
        )


def _masters_first(version: PublishedVersion) -> tuple[bool, str, str]:
    return not version.is_master, version.changed_at, version.id


def _key(url_name: str, language: str, *, is_master: bool) -> str:
    return key_from(f"{_PREFIX}{url_name}" if is_master else f"{_PREFIX}{url_name} {language}")


def _language(code: str) -> str:
    """`en_US` → `en`."""
    return code.partition("_")[0].lower()
