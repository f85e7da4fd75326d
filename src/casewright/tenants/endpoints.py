"""What a page needs to know of a company before a conversation begins."""

from typing import Protocol

from fastapi import APIRouter, Request

from casewright.kit.web import Problem, bearer
from casewright.settings import Settings
from casewright.tenants.models import ApiKeyKind
from casewright.tenants.schemas import Company, CompanyList, Site
from casewright.tenants.service import TenantService


class PublishableKeys(Protocol):
    """The demo's publishable keys, by tenant."""

    def of(self, name: str) -> str | None: ...


def router(tenants: TenantService, settings: Settings, keys: PublishableKeys) -> APIRouter:
    api = APIRouter(prefix="/v1", responses={401: {"model": Problem}})

    @api.get("/site", summary="The company behind a publishable key")
    async def site(request: Request) -> Site:
        principal = await tenants.authenticate(bearer(request), ApiKeyKind.PUBLISHABLE)
        tenant = await tenants.get(principal.tenant_id)
        profile = tenant.profile
        return Site(
            name=tenant.name,
            default_language=profile.default_language,
            languages=profile.languages,
            suggested_questions=profile.suggested_questions,
            silence_minutes=profile.silence_minutes or settings.silence_minutes,
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
