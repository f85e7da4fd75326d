"""Articles, their life, searching and asking over HTTP: for operators with their key."""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import ValidationError

from casewright.kit.database import Database, Transaction
from casewright.kit.errors import InvalidInput
from casewright.kit.principal import Principal
from casewright.kit.web import Day, Problem, Text
from casewright.knowledge import presenting
from casewright.knowledge.access import Gate, operator_by
from casewright.knowledge.inquiries import Inquiries
from casewright.knowledge.lifecycle.models import ArticleFilter, ManagedArticle
from casewright.knowledge.lifecycle.service import ArticleLifecycle
from casewright.knowledge.models import ArticleDraft, ArticleId, ArticleStatus, Audience, Inquiry
from casewright.knowledge.schemas import (
    AnswerView,
    ArticlePage,
    ArticleView,
    AskRequest,
    DifferenceView,
    DraftRequest,
    Label,
    Language,
    PassageView,
    RejectRequest,
    RestoreRequest,
    SearchRequest,
    SearchResult,
    StatisticsView,
    StepList,
    StepRequest,
    StepView,
    ValidateRequest,
    VersionList,
    VersionView,
)

AsOperator = Callable[[Request], AbstractAsyncContextManager[tuple[Transaction, Principal]]]
"""A transaction of whoever sent the request."""

IfMatch = Annotated[
    str | None,
    Header(pattern=r'^"[0-9]{1,9}"$', description="The article's `edit` as it was read, in quotes.", examples=['"3"']),
]
OneVersion = Annotated[
    str, Query(pattern=r"^(draft|[1-9][0-9]{0,5})$", description="A version's number, or `draft`.", examples=["1"])
]
CHANGED: Final[dict[int | str, dict[str, Any]]] = {409: {"model": Problem}}
REVIEWED: Final[dict[int | str, dict[str, Any]]] = {403: {"model": Problem}, **CHANGED}


def router(database: Database, articles: ArticleLifecycle, questions: Inquiries, gate: Gate) -> APIRouter:
    api = APIRouter(prefix="/v1/knowledge", responses={code: {"model": Problem} for code in (401, 404, 422, 429, 503)})

    principal_of = operator_by(gate)

    @asynccontextmanager
    async def operator(request: Request) -> AsyncIterator[tuple[Transaction, Principal]]:
        principal = await principal_of(request)
        async with database.begin(principal) as tx:
            yield tx, principal

    _looking(api, articles, operator)
    _writing(api, articles, operator)
    _reviewing(api, articles, operator)
    _keeping(api, articles, operator)

    @api.post("/search", summary="Passages that may answer, for whoever asks (operator key)")
    async def search(request: Request, body: SearchRequest) -> SearchResult:
        principal = await principal_of(request)
        found = await questions.search(principal, _inquiry(body), body.limit)
        return SearchResult(items=tuple(PassageView(**dict(one)) for one in found))

    @api.post("/ask", summary="The answer that whoever asks would get (operator key)")
    async def ask(request: Request, body: AskRequest) -> AnswerView:
        return presenting.answer_view(*await questions.ask(await principal_of(request), _inquiry(body)))

    return api


# --- looking ---


def _looking(api: APIRouter, articles: ArticleLifecycle, operator: AsOperator) -> None:
    @api.get("/articles", summary="Articles by key (operator key)")
    async def article_page(
        request: Request,
        status: ArticleStatus | None = None,
        language: Annotated[Language | None, Query()] = None,
        product: Annotated[Label | None, Query()] = None,
        audience: Audience | None = None,
        due_by: Annotated[Day | None, Query(description="Whose review is due by that day.")] = None,
        cursor: Annotated[Text | None, Query(max_length=400)] = None,
    ) -> ArticlePage:
        wanted = ArticleFilter(status=status, language=language, product=product, audience=audience, due_by=due_by)
        async with operator(request) as (tx, principal):
            found, last = await articles.page(tx, principal.tenant_id, wanted, _read_cursor(cursor))
        return ArticlePage(
            items=tuple(map(presenting.article_item, found)), next_cursor=None if last is None else _make_cursor(last)
        )

    @api.get("/articles/{article_id}", summary="What is published, and the draft beside it (operator key)")
    async def article(request: Request, response: Response, article_id: UUID) -> ArticleView:
        async with operator(request) as (tx, principal):
            return _tagged(response, await articles.get(tx, principal.tenant_id, ArticleId(article_id)))

    @api.get("/articles/{article_id}/versions", summary="What was published when, by whom and why (operator key)")
    async def versions(request: Request, article_id: UUID) -> VersionList:
        async with operator(request) as (tx, principal):
            found = await articles.versions(tx, principal.tenant_id, ArticleId(article_id))
        return VersionList(items=tuple(VersionView(**dict(one)) for one in found))

    @api.get("/articles/{article_id}/steps", summary="Everything that was done with an article (operator key)")
    async def steps(request: Request, article_id: UUID) -> StepList:
        async with operator(request) as (tx, principal):
            found = await articles.steps(tx, principal.tenant_id, ArticleId(article_id))
        return StepList(items=tuple(StepView(**dict(one)) for one in found))

    @api.get(
        "/articles/{article_id}/diff",
        summary="Two versions, or a version and the draft (operator key)",
        responses=CHANGED,
    )
    async def difference(request: Request, article_id: UUID, before: OneVersion, after: OneVersion) -> DifferenceView:
        one, other = [None if each == "draft" else int(each) for each in (before, after)]
        async with operator(request) as (tx, principal):
            changes, lines = await articles.compare(tx, principal.tenant_id, ArticleId(article_id), one, other)
        return DifferenceView(changes=changes, lines=lines)

    @api.get("/stats", summary="What there is, and how well it serves (operator key)")
    async def statistics(request: Request) -> StatisticsView:
        async with operator(request) as (tx, principal):
            return presenting.statistics_view(await articles.statistics(tx, principal.tenant_id))


# --- writing ---


def _writing(api: APIRouter, articles: ArticleLifecycle, operator: AsOperator) -> None:
    @api.post("/articles", status_code=201, summary="Begin an article, as a draft (operator key)", responses=CHANGED)
    async def draft(request: Request, response: Response, body: DraftRequest) -> ArticleView:
        async with operator(request) as (tx, principal):
            return _tagged(response, await articles.draft(tx, principal, _content(body), reason=body.reason))

    @api.put(
        "/articles/{article_id}/draft", summary="Write what is to be published next (operator key)", responses=CHANGED
    )
    async def change(
        request: Request, response: Response, article_id: UUID, body: DraftRequest, if_match: IfMatch = None
    ) -> ArticleView:
        async with operator(request) as (tx, principal):
            changed = await articles.change(
                tx, principal, ArticleId(article_id), _content(body), reason=body.reason, edit=_edit(if_match)
            )
            return _tagged(response, changed)

    @api.delete(
        "/articles/{article_id}/draft",
        status_code=204,
        summary="Discard the draft; what is published stays (operator key)",
        responses=CHANGED,
    )
    async def discard(request: Request, article_id: UUID, if_match: IfMatch = None) -> None:
        async with operator(request) as (tx, principal):
            await articles.discard(tx, principal, ArticleId(article_id), edit=_edit(if_match))


def _reviewing(api: APIRouter, articles: ArticleLifecycle, operator: AsOperator) -> None:
    @api.post(
        "/articles/{article_id}/submit", summary="Ask for a review of the draft (operator key)", responses=CHANGED
    )
    async def submit(
        request: Request, response: Response, article_id: UUID, body: StepRequest, if_match: IfMatch = None
    ) -> ArticleView:
        async with operator(request) as (tx, principal):
            edit = _edit(if_match)
            return _tagged(
                response, await articles.submit(tx, principal, ArticleId(article_id), reason=body.reason, edit=edit)
            )

    @api.post(
        "/articles/{article_id}/reject", summary="Give the draft back to its author (operator key)", responses=CHANGED
    )
    async def reject(
        request: Request, response: Response, article_id: UUID, body: RejectRequest, if_match: IfMatch = None
    ) -> ArticleView:
        async with operator(request) as (tx, principal):
            edit = _edit(if_match)
            return _tagged(
                response, await articles.reject(tx, principal, ArticleId(article_id), reason=body.reason, edit=edit)
            )

    @api.post(
        "/articles/{article_id}/publish", summary="Answer from the draft from now on (operator key)", responses=REVIEWED
    )
    async def publish(
        request: Request, response: Response, article_id: UUID, body: StepRequest, if_match: IfMatch = None
    ) -> ArticleView:
        async with operator(request) as (tx, principal):
            edit = _edit(if_match)
            return _tagged(
                response, await articles.publish(tx, principal, ArticleId(article_id), reason=body.reason, edit=edit)
            )


# --- keeping it true ---


def _keeping(api: APIRouter, articles: ArticleLifecycle, operator: AsOperator) -> None:
    @api.post("/articles/{article_id}/archive", summary="Answer from it no more (operator key)", responses=CHANGED)
    async def archive(
        request: Request, response: Response, article_id: UUID, body: StepRequest, if_match: IfMatch = None
    ) -> ArticleView:
        async with operator(request) as (tx, principal):
            edit = _edit(if_match)
            return _tagged(
                response, await articles.archive(tx, principal, ArticleId(article_id), reason=body.reason, edit=edit)
            )

    @api.post("/articles/{article_id}/restore", summary="Bring a version's text back (operator key)", responses=CHANGED)
    async def restore(
        request: Request, response: Response, article_id: UUID, body: RestoreRequest, if_match: IfMatch = None
    ) -> ArticleView:
        async with operator(request) as (tx, principal):
            restored = await articles.restore(
                tx, principal, ArticleId(article_id), body.version, reason=body.reason, edit=_edit(if_match)
            )
            return _tagged(response, restored)

    @api.post(
        "/articles/{article_id}/validate", summary="Say that it is right as it is (operator key)", responses=CHANGED
    )
    async def validate(
        request: Request, response: Response, article_id: UUID, body: ValidateRequest, if_match: IfMatch = None
    ) -> ArticleView:
        async with operator(request) as (tx, principal):
            validated = await articles.validate(
                tx,
                principal,
                ArticleId(article_id),
                review_due=body.review_due,
                reason=body.reason,
                edit=_edit(if_match),
            )
            return _tagged(response, validated)


# --- what they share ---


def _tagged(response: Response, article: ManagedArticle) -> ArticleView:
    response.headers["ETag"] = f'"{article.edit}"'
    return presenting.article_view(article)


def _edit(if_match: str | None) -> int | None:
    return int(if_match.strip('"')) if if_match else None


def _content(body: DraftRequest) -> ArticleDraft:
    """Raises `InvalidInput` for what no article may be, though each field is right by itself."""
    try:
        return ArticleDraft(**body.model_dump(exclude={"reason"}))
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors()
        )
        raise InvalidInput(f"{wrong}.") from None


def _inquiry(body: AskRequest) -> Inquiry:
    return Inquiry(text=body.text, language=body.language, asker=body.asker)


def _make_cursor(key: str) -> str:
    return urlsafe_b64encode(key.encode()).decode()


def _read_cursor(cursor: str | None) -> str:
    try:
        return b64decode(cursor or "", altchars=b"-_", validate=True).decode().replace("\x00", "")
    except ValueError:
        raise InvalidInput("The cursor is not one that this API gave out.") from None
