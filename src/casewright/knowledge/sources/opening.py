"""From what an import is asked for to the source that it reads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from casewright.kit.database import Database
from casewright.kit.errors import NotFound
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.knowledge.ports import Companies, OrgKnowledge, Websites
from casewright.knowledge.sources import repository
from casewright.knowledge.sources.files import files_at, uploaded_file
from casewright.knowledge.sources.models import Import, SourceKind
from casewright.knowledge.sources.org import OrgSource
from casewright.knowledge.sources.service import ArticleSource
from casewright.knowledge.sources.website import WebsiteSource


class ArticleSources:
    def __init__(self, database: Database, websites: Websites, org: OrgKnowledge, companies: Companies) -> None:
        self._database = database
        self._websites = websites
        self._org = org
        self._companies = companies

    @asynccontextmanager
    async def opened(self, tenant_id: TenantId, given: Import) -> AsyncIterator[ArticleSource]:
        """Raises `NotFound` where an uploaded file is gone, and what opening a website does."""
        request = given.request
        match request.kind:
            case SourceKind.FILES:
                yield files_at(Path(request.location), request.defaults)
            case SourceKind.UPLOAD:
                yield uploaded_file(request.location, await self._upload(tenant_id, given), request.defaults)
            case SourceKind.WEBSITE:
                async with self._websites.open(request.location) as website:
                    yield WebsiteSource(website, request.defaults)
            case SourceKind.SALESFORCE:
                tenant = await self._companies.get(tenant_id)
                yield OrgSource(self._org, tenant_id, tenant.profile.knowledge.salesforce.fields, request.defaults)

    async def _upload(self, tenant_id: TenantId, given: Import) -> bytes:
        async with self._database.begin(system(tenant_id, "knowledge import")) as tx:
            content = await repository.read_upload(tx, tenant_id, given.id)
        if content is None:
            raise NotFound("The uploaded file is gone.")
        return content
