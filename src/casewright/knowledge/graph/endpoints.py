"""The graph of knowledge over HTTP: for operators with their key."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from casewright.kit.database import Database
from casewright.kit.principal import Principal
from casewright.kit.web import Problem, Text
from casewright.knowledge.access import Gate, operator_by
from casewright.knowledge.graph.models import Neighbourhood, Node, NodeKind
from casewright.knowledge.graph.schemas import NeighbourhoodView, NodeView, RelationView
from casewright.knowledge.graph.service import KnowledgeGraph


def router(database: Database, graph: KnowledgeGraph, gate: Gate) -> APIRouter:
    api = APIRouter(
        prefix="/v1/knowledge/graph", responses={code: {"model": Problem} for code in (401, 404, 422, 429, 503)}
    )
    Operator = Annotated[Principal, Depends(operator_by(gate))]

    @api.get("", summary="What an article, product, error code, procedure or case has to do with others (operator key)")
    async def neighbourhood(
        principal: Operator,
        kind: NodeKind,
        name: Annotated[
            Text,
            Query(
                max_length=300,
                description="An article's key, a product's or a procedure's name, an error code, or a case's record id.",
                examples=["INVALID_SESSION_ID"],
            ),
        ],
        depth: Annotated[int, Query(ge=1, le=3, description="How many relations away.")] = 1,
    ) -> NeighbourhoodView:
        async with database.begin(principal) as tx:
            found = await graph.neighbourhood(tx, principal.tenant_id, Node(kind=kind, name=name), depth=depth)
        return _view(found)

    return api


def _view(found: Neighbourhood) -> NeighbourhoodView:
    return NeighbourhoodView(
        nodes=tuple(NodeView(**dict(node)) for node in found.nodes),
        relations=tuple(
            RelationView(
                source_kind=one.source.kind,
                source_name=one.source.name,
                relation=one.kind,
                target_kind=one.target.kind,
                target_name=one.target.name,
            )
            for one in found.relations
        ),
        complete=found.complete,
    )
