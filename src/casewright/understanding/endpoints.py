"""Training, versions and labelling over HTTP, and what a text was taken for: for operators with their key."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request

from casewright.kit.ids import TenantId
from casewright.kit.principal import Principal
from casewright.kit.web import Problem, bearer
from casewright.tenants.models import ApiKeyKind
from casewright.understanding.explaining import TurnExplainer
from casewright.understanding.labelling import Labelling
from casewright.understanding.models import LabellingCandidate, LabellingReason, LabellingState, ModelVersion
from casewright.understanding.schemas import (
    CorrectionRequest,
    DismissRequest,
    IntentList,
    IntentView,
    LabellingCandidateView,
    LabellingQueue,
    LabelRequest,
    NearestExampleView,
    SegmentExamples,
    TrainingAccepted,
    TrainingRequest,
    TrainingView,
    TurnExamples,
    VersionList,
    VersionReport,
    VersionView,
)
from casewright.understanding.service import UnderstandingService
from casewright.understanding.trainings import Trainings

Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
AsOperator = Callable[[Request], Awaitable[Principal]]
"""Whoever sent the request, if they are an operator."""


class Gate(Protocol):
    async def authenticate(self, key: str, kind: ApiKeyKind) -> Principal: ...
    async def admit(self, tenant_id: TenantId) -> None: ...


def router(
    understanding: UnderstandingService,
    trainings: Trainings,
    labelling: Labelling,
    explainer: TurnExplainer,
    gate: Gate,
) -> APIRouter:
    api = APIRouter(prefix="/v1", responses={code: {"model": Problem} for code in (401, 404, 422, 429, 503)})

    async def operator(request: Request) -> Principal:
        principal = await gate.authenticate(bearer(request), ApiKeyKind.OPERATOR)
        await gate.admit(principal.tenant_id)
        return principal

    _models(api, operator, understanding)
    _training(api, operator, trainings)
    _labelling(api, operator, labelling)
    _explaining(api, operator, explainer)
    return api


def _models(api: APIRouter, operator: AsOperator, understanding: UnderstandingService) -> None:
    Operator = Annotated[Principal, Depends(operator)]

    @api.get("/intents", summary="What customers may be understood to want (operator key)")
    async def intents(principal: Operator) -> IntentList:
        found = (await understanding.intents(principal.tenant_id)).values()
        return IntentList(items=tuple(IntentView(name=one.name, title=one.title) for one in found))

    @api.get("/intents/versions", summary="The models that are kept (operator key)")
    async def versions(principal: Operator) -> VersionList:
        return VersionList(items=tuple(map(_version, await understanding.versions(principal.tenant_id))))

    @api.get("/intents/versions/{version}/report", summary="How good a model is, intent by intent (operator key)")
    async def report(principal: Operator, version: Version) -> VersionReport:
        found, report = await understanding.report(principal.tenant_id, version)
        return VersionReport(version=_version(found), report=report)

    @api.post("/intents/versions/{version}/activate", summary="Use a model from now on (operator key)")
    async def activate(principal: Operator, version: Version) -> VersionView:
        await understanding.activate(principal.tenant_id, version)
        found, _ = await understanding.report(principal.tenant_id, version)
        return _version(found)

    @api.post("/intents/rollback", summary="Go back to the model before the active one (operator key)")
    async def roll_back(principal: Operator) -> VersionView:
        found, _ = await understanding.report(principal.tenant_id, await understanding.roll_back(principal.tenant_id))
        return _version(found)


def _training(api: APIRouter, operator: AsOperator, trainings: Trainings) -> None:
    Operator = Annotated[Principal, Depends(operator)]

    @api.post("/intents/trainings", status_code=202, summary="Train again, on more examples or as it is (operator key)")
    async def train(principal: Operator, body: TrainingRequest | None = None) -> TrainingAccepted:
        body = body or TrainingRequest()
        examples = [one.labelled() for one in body.examples]
        training, imported = await trainings.ask(principal, examples, instead=body.replace)
        return TrainingAccepted(**dict(training), **dict(imported))

    @api.get("/intents/trainings/{training_id}", summary="How far a training has come (operator key)")
    async def training(principal: Operator, training_id: UUID) -> TrainingView:
        return TrainingView(**dict(await trainings.get(principal, training_id)))


def _labelling(api: APIRouter, operator: AsOperator, labelling: Labelling) -> None:
    Operator = Annotated[Principal, Depends(operator)]

    @api.get("/labelling", summary="What customers wrote that is worth labelling (operator key)")
    async def queue(
        principal: Operator,
        state: Annotated[str, Query(pattern="^(open|labelled|dismissed|all)$")] = "open",
        reason: LabellingReason | None = None,
    ) -> LabellingQueue:
        found = await labelling.candidates(principal, None if state == "all" else LabellingState(state), reason)
        return LabellingQueue(items=tuple(map(_view, found)))

    @api.post(
        "/labelling",
        status_code=201,
        summary="Say what a turn was really about (operator key)",
        responses={409: {"model": Problem}},
    )
    async def correct(principal: Operator, body: CorrectionRequest) -> LabellingCandidateView:
        return _view(await labelling.correct(principal, body.turn_id, body.segment, body.intent))

    @api.post(
        "/labelling/{candidate_id}/label",
        summary="Make it an example for the next training (operator key)",
        responses={409: {"model": Problem}},
    )
    async def label(principal: Operator, candidate_id: UUID, body: LabelRequest) -> LabellingCandidateView:
        return _view(await labelling.label(principal, candidate_id, body.intent, and_group=body.and_group))

    @api.post(
        "/labelling/{candidate_id}/dismiss",
        summary="Learn nothing from it (operator key)",
        responses={409: {"model": Problem}},
    )
    async def dismiss(
        principal: Operator, candidate_id: UUID, body: DismissRequest | None = None
    ) -> LabellingCandidateView:
        and_group = body is not None and body.and_group
        return _view(await labelling.dismiss(principal, candidate_id, and_group=and_group))


def _explaining(api: APIRouter, operator: AsOperator, explainer: TurnExplainer) -> None:
    Operator = Annotated[Principal, Depends(operator)]

    @api.get("/turns/{turn_id}/examples", summary="The examples closest to what a turn was about (operator key)")
    async def examples(principal: Operator, turn_id: UUID) -> TurnExamples:
        found = await explainer.nearest_examples(principal, turn_id)
        return TurnExamples(
            items=tuple(
                SegmentExamples(
                    segment=one.segment,
                    text=one.text,
                    examples=tuple(
                        NearestExampleView(intent=near.intent, text=near.text, similarity=round(near.similarity, 4))
                        for near in one.examples
                    ),
                )
                for one in found
            )
        )


def _view(candidate: LabellingCandidate) -> LabellingCandidateView:
    return LabellingCandidateView(**dict(candidate))


def _version(version: ModelVersion) -> VersionView:
    return VersionView(**version.model_dump(exclude={"digest"}))
