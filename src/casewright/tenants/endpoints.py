"""What a page needs to know of a company before a conversation begins."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Request

from casewright.kit.ids import TenantId
from casewright.kit.web import Problem, bearer
from casewright.settings import Settings
from casewright.tenants.models import ApiKeyKind, Mail, Tenant, Welcome
from casewright.tenants.schemas import Company, CompanyList, Mailbox, Site
from casewright.tenants.service import TenantService


class Demo(Protocol):
    """The demo around a rehearsal server."""

    def publishable_key(self, tenant_id: TenantId) -> str | None: ...
    async def mails(self, tenant_id: TenantId, to: str) -> tuple[Mail, ...]: ...


class Greeter(Protocol):
    def welcome(self, tenant: Tenant, *, page: str, time_zone: str, language: str) -> Welcome: ...


def router(tenants: TenantService, settings: Settings, demo: Demo, greeter: Greeter) -> APIRouter:
    api = APIRouter(prefix="/v1", responses={code: {"model": Problem} for code in (401, 422, 503)})

    @api.get("/site", summary="The company behind a publishable key")
    async def site(
        request: Request,
        page: Annotated[str, Query(max_length=500, description="The page the customer is on.")] = "",
        time_zone: Annotated[str, Query(max_length=60, description="The customer's, for the hour.")] = "UTC",
        language: Annotated[str, Query(max_length=10, description="Wanted; else the company's default.")] = "",
    ) -> Site:
        principal = await tenants.authenticate(bearer(request), ApiKeyKind.PUBLISHABLE)
        tenant = await tenants.get(principal.tenant_id)
        profile = tenant.profile
        welcome = greeter.welcome(tenant, page=page, time_zone=time_zone, language=language)
        return Site(
            name=tenant.name,
            default_language=profile.default_language,
            languages=profile.languages,
            suggested_questions=profile.suggested_questions,
            silence_minutes=profile.silence_minutes or settings.silence_minutes,
            agent_name=profile.chat.agent_name,
            avatar=profile.chat.avatar,
            colour=profile.chat.colour,
            greeting=welcome.greeting,
            suggested=welcome.suggested,
        )

    if settings.rehearsal:
        _rehearsal_routes(api, tenants, demo)
    return api


def _rehearsal_routes(api: APIRouter, tenants: TenantService, demo: Demo) -> None:
    @api.get("/demo", summary="The companies of a demo (rehearsal servers only)")
    async def companies() -> CompanyList:
        found = [(tenant, demo.publishable_key(tenant.id)) for tenant in await tenants.all()]
        return CompanyList(
            companies=tuple(
                Company(
                    name=tenant.name,
                    publishable_key=key,
                    language=tenant.profile.default_language,
                    tagline=tenant.profile.tagline.get(tenant.profile.default_language, ""),
                )
                for tenant, key in found
                if key
            )
        )

    @api.get(
        "/demo/mailbox",
        summary="What a demo's org has mailed to an address (operator key; rehearsal servers only)",
        responses={404: {"model": Problem}, 502: {"model": Problem}},
    )
    async def mailbox(request: Request, to: Annotated[str, Query(min_length=3, max_length=320)]) -> Mailbox:
        principal = await tenants.authenticate(bearer(request), ApiKeyKind.OPERATOR)
        return Mailbox(items=await demo.mails(principal.tenant_id, to))
