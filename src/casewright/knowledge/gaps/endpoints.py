"""Gaps in knowledge over HTTP: for operators with their key."""

from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from casewright.kit.ids import TenantId
from casewright.kit.principal import Principal
from casewright.kit.web import Problem, bearer
from casewright.knowledge.gaps.models import Gap, GapDetails, GapId, GapState
from casewright.knowledge.gaps.schemas import (
    DismissGapRequest,
    GapDetailsView,
    GapExampleView,
    GapList,
    GapSourceView,
    GapView,
)
from casewright.knowledge.gaps.service import Gaps
from casewright.tenants.models import ApiKeyKind


class Gate(Protocol):
    async def authenticate(self, key: str, kind: ApiKeyKind) -> Principal: ...
    async def admit(self, tenant_id: TenantId) -> None: ...


def router(gaps: Gaps, gate: Gate) -> APIRouter:
    api = APIRouter(
        prefix="/v1/knowledge/gaps", responses={code: {"model": Problem} for code in (401, 404, 422, 429, 503)}
    )

    async def operator(request: Request) -> Principal:
        principal = await gate.authenticate(bearer(request), ApiKeyKind.OPERATOR)
        await gate.admit(principal.tenant_id)
        return principal

    Operator = Annotated[Principal, Depends(operator)]

    @api.get("", summary="What customers ask and no article answers, most asked about first (operator key)")
    async def all_gaps(
        principal: Operator, state: Annotated[str, Query(pattern="^(open|drafted|covered|dismissed|all)$")] = "open"
    ) -> GapList:
        found = await gaps.all(principal, None if state == "all" else GapState(state))
        return GapList(items=tuple(map(_view, found)))

    @api.get("/{gap_id}", summary="One topic with its questions, and its draft's sources (operator key)")
    async def gap(principal: Operator, gap_id: UUID) -> GapDetailsView:
        return _details(await gaps.get(principal, GapId(gap_id)))

    @api.post(
        "/{gap_id}/draft", status_code=201, summary="Make a draft article of what colleagues answered (operator key)",
        responses={409: {"model": Problem}},
    )  # fmt: skip
    async def draft(principal: Operator, gap_id: UUID) -> GapDetailsView:
        return _details(await gaps.draft(principal, GapId(gap_id)))

    @api.post(
        "/{gap_id}/dismiss", summary="No article is wanted for it (operator key)", responses={409: {"model": Problem}}
    )
    async def dismiss(principal: Operator, gap_id: UUID, body: DismissGapRequest) -> GapDetailsView:
        return _details(await gaps.dismiss(principal, GapId(gap_id), body.reason))

    @api.post("/{gap_id}/reopen", summary="Take a dismissal back (operator key)", responses={409: {"model": Problem}})
    async def reopen(principal: Operator, gap_id: UUID) -> GapDetailsView:
        return _details(await gaps.reopen(principal, GapId(gap_id)))

    return api


def _view(gap: Gap) -> GapView:
    return GapView(**dict(gap))


def _details(found: GapDetails) -> GapDetailsView:
    return GapDetailsView(
        **dict(found.gap),
        examples=tuple(GapExampleView(**dict(one)) for one in found.examples),
        sources=tuple(GapSourceView(**dict(one)) for one in found.sources),
    )
