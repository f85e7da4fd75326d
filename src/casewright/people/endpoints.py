"""Erasing people over HTTP: for operators with their key."""

from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from casewright.conversations.models import ConversationId
from casewright.kit.ids import TenantId
from casewright.kit.principal import Principal
from casewright.kit.web import Problem, bearer
from casewright.people.models import Erasure, ErasureId
from casewright.people.schemas import ErasureRequest, ErasureView
from casewright.people.service import PeopleService
from casewright.tenants.models import ApiKeyKind


class Gate(Protocol):
    async def authenticate(self, key: str, kind: ApiKeyKind) -> Principal: ...
    async def admit(self, tenant_id: TenantId) -> None: ...


def router(people: PeopleService, gate: Gate) -> APIRouter:
    api = APIRouter(prefix="/v1", responses={code: {"model": Problem} for code in (401, 404, 422, 429, 503)})

    async def operator(request: Request) -> Principal:
        principal = await gate.authenticate(bearer(request), ApiKeyKind.OPERATOR)
        await gate.admit(principal.tenant_id)
        return principal

    Operator = Annotated[Principal, Depends(operator)]

    @api.post("/people/erasures", status_code=201, summary="Erase a person for good (operator key)")
    async def erase(principal: Operator, body: ErasureRequest) -> ErasureView:
        conversation_id = ConversationId(body.conversation_id) if body.conversation_id else None
        done = await people.erase(
            principal, email=body.email, conversation_id=conversation_id, org_records=body.org_records
        )
        return _view(done)

    @api.get("/people/erasures/{erasure_id}", summary="What has become of an erasure (operator key)")
    async def erasure(principal: Operator, erasure_id: UUID) -> ErasureView:
        return _view(await people.erasure(principal, ErasureId(erasure_id)))

    return api


def _view(erasure: Erasure) -> ErasureView:
    return ErasureView(**dict(erasure))
