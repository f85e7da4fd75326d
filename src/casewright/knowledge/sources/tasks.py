"""Background work: imports that wait, and looking for what has changed in the companies' orgs."""

import logging
from uuid import UUID

import procrastinate

from casewright.kit.errors import CallerError, TryLater
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.knowledge.ports import Companies
from casewright.knowledge.sources.models import Defaults, ImportId, ImportRequest, ImportState, SourceKind
from casewright.knowledge.sources.opening import ArticleSources
from casewright.knowledge.sources.service import IMPORT, QUEUE, Imports

logger = logging.getLogger(__name__)

_ACTOR = "knowledge schedule"


def register(app: procrastinate.App, imports: Imports, sources: ArticleSources, companies: Companies) -> None:
    """Adds the job and the schedule to the worker's queue."""

    @app.task(
        name=IMPORT,
        queue=QUEUE,
        retry=procrastinate.RetryStrategy(max_attempts=5, exponential_wait=4, retry_exceptions={TryLater}),
    )
    async def run_import(tenant_id: str, import_id: str) -> None:
        tenant = TenantId(UUID(tenant_id))
        given = await imports.get(system(tenant, _ACTOR), ImportId(UUID(import_id)))
        if given.state is ImportState.SUCCEEDED:
            return
        try:
            async with sources.opened(tenant, given) as source:
                await imports.run(tenant, given, source)
        except CallerError:
            # What is wrong stands in the import, for whoever asked for it.
            logger.info("an import could not go on")

    @app.periodic(cron="41 3 * * *")
    @app.task(queueing_lock="knowledge.forget_imports", name="knowledge.forget_imports")
    async def forget_imports(timestamp: int) -> None:
        for tenant in await companies.all():
            await imports.forget_old(tenant.id)

    @app.periodic(cron="*/5 * * * *")
    @app.task(queueing_lock="knowledge.follow_orgs", name="knowledge.follow_orgs")
    async def follow_orgs(timestamp: int) -> None:
        for tenant in await companies.all():
            minutes = tenant.profile.knowledge.salesforce.every_minutes
            if minutes is not None:
                defaults = Defaults(language=tenant.profile.default_language)
                request = ImportRequest(kind=SourceKind.SALESFORCE, location="", defaults=defaults)
                await imports.accept_if_due(system(tenant.id, _ACTOR), request, minutes)
