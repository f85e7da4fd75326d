"""Articles that disagree, over HTTP: for operators with their key."""

from base64 import b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from casewright.kit.database import Database
from casewright.kit.errors import InvalidInput
from casewright.kit.principal import Principal
from casewright.kit.web import Problem, Text
from casewright.knowledge.access import Gate, operator_by
from casewright.knowledge.conflicts.models import ConflictId, ConflictState, KnownConflict
from casewright.knowledge.conflicts.schemas import (
    ConflictPage,
    ConflictView,
    DismissConflictRequest,
    ResolveRequest,
)
from casewright.knowledge.conflicts.service import Conflicts
from casewright.knowledge.models import ArticleId

SETTLED: Final[dict[int | str, dict[str, Any]]] = {409: {"model": Problem}}
REVIEWED: Final[dict[int | str, dict[str, Any]]] = {403: {"model": Problem}, **SETTLED}


def router(database: Database, conflicts: Conflicts, gate: Gate) -> APIRouter:
    api = APIRouter(
        prefix="/v1/knowledge/conflicts", responses={code: {"model": Problem} for code in (401, 404, 422, 429, 503)}
    )
    Operator = Annotated[Principal, Depends(operator_by(gate))]

    @api.get("", summary="Articles that disagree, newest first (operator key)")
    async def page(
        principal: Operator,
        state: Annotated[str, Query(pattern="^(open|resolved|dismissed|closed|all)$")] = "open",
        cursor: Annotated[Text | None, Query(max_length=200)] = None,
    ) -> ConflictPage:
        wanted = None if state == "all" else ConflictState(state)
        async with database.begin(principal) as tx:
            found, following = await conflicts.page(tx, principal.tenant_id, wanted, _read_cursor(cursor))
        return ConflictPage(
            items=tuple(map(_view, found)), next_cursor=None if following is None else _make_cursor(*following)
        )

    @api.get("/{conflict_id}", summary="Two sentences that disagree, and what was done about it (operator key)")
    async def read(principal: Operator, conflict_id: UUID) -> ConflictView:
        async with database.begin(principal) as tx:
            return _view(await conflicts.get(tx, principal.tenant_id, ConflictId(conflict_id)))

    @api.post("/{conflict_id}/resolve", summary="Bring the two articles together (operator key)", responses=REVIEWED)
    async def resolve(principal: Operator, conflict_id: UUID, body: ResolveRequest) -> ConflictView:
        async with database.begin(principal) as tx:
            resolved = await conflicts.resolve(
                tx,
                principal,
                ConflictId(conflict_id),
                body.resolution,
                reason=body.reason,
                kept=ArticleId(body.kept) if body.kept else None,
            )
        return _view(resolved)

    @api.post("/{conflict_id}/dismiss", summary="Say that it is none (operator key)", responses=SETTLED)
    async def dismiss(principal: Operator, conflict_id: UUID, body: DismissConflictRequest) -> ConflictView:
        async with database.begin(principal) as tx:
            return _view(await conflicts.dismiss(tx, principal, ConflictId(conflict_id), reason=body.reason))

    return api


def _view(conflict: KnownConflict) -> ConflictView:
    return ConflictView(**conflict.model_dump())


def _make_cursor(found_at: datetime, conflict_id: UUID) -> str:
    return urlsafe_b64encode(f"{found_at.isoformat()} {conflict_id}".encode()).decode()


def _read_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        found_at, conflict_id = b64decode(cursor, altchars=b"-_", validate=True).decode().split(" ")
        at = datetime.fromisoformat(found_at)
        if at.tzinfo is None:
            raise ValueError(cursor)
        return at, UUID(conflict_id)
    except ValueError:
        raise InvalidInput("The cursor is not one that this API gave out.") from None
