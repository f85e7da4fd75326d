"""What a page needs to know of a company before a conversation begins."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Request

from casewright.kit.web import Problem, bearer
from casewright.settings import Settings
from casewright.tenants.models import ApiKeyKind, Tenant, Welcome
from casewright.tenants.schemas import Company, CompanyList, Site
from casewright.tenants.service import TenantService


class PublishableKeys(Protocol):
    """The demo's publishable keys, by tenant."""

    def of(self, name: str) -> str | None: ...


class Greeter(Protocol):
    def welcome(self, tenant: Tenant, *, page: str, time_zone: str, language: str) -> Welcome: ...


def router(tenants: TenantService, settings: Settings, keys: PublishableKeys, greeter: Greeter) -> APIRouter:
    api = APIRouter(prefix="/v1", responses={401: {"model": Problem}})

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

        @api.get("/demo", summary="The companies of a demo (rehearsal servers only)")
        async def demo() -> CompanyList:
            companies = [(tenant, keys.of(tenant.name)) for tenant in await tenants.all()]
            return CompanyList(
                companies=tuple(
                    Company(
                        name=tenant.name,
                        publishable_key=key,
                        language=tenant.profile.default_language,
                        tagline=tenant.profile.tagline.get(tenant.profile.default_language, ""),
                    )
                    for tenant, key in companies
                    if key
                )
            )

    return api
