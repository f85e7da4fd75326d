"""The conversations' HTTP API: for customers with a conversation's token, for operators with their key."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from casewright.conversations.desk import OperatorDesk
from casewright.conversations.errors import ConversationNotFound
from casewright.conversations.live import LiveEvents
from casewright.conversations.models import (
    Approval,
    ApprovalId,
    Claim,
    Claimant,
    ConversationId,
    ConversationKey,
    LoggedEvent,
    Mode,
    Part,
    StateChange,
    Status,
    TurnId,
)
from casewright.conversations.presenting import live_event, message_view, turn_item, turn_view
from casewright.conversations.schemas import (
    ApprovalDecision,
    ApprovalList,
    ApprovalView,
    ClockMove,
    ConversationCreated,
    ConversationRequest,
    DeadLetterList,
    DeadLetterView,
    FeedbackRequest,
    InboxItem,
    InboxPage,
    MessageAccepted,
    MessageAnswered,
    MessageRequest,
    ModeRequest,
    ModeView,
    OperatorReply,
    Transcript,
    TurnList,
    TurnView,
    TypingNotice,
)
from casewright.conversations.service import TOKEN_PREFIX, ConversationService
from casewright.conversations.waiting import LONGEST_WAIT, QueueWatch, wait_for_reply
from casewright.kit.errors import InvalidInput, NotFound, ResourceLimitExceeded, TryLater
from casewright.kit.ids import TenantId
from casewright.kit.principal import Principal, Role
from casewright.kit.web import KEEP_ALIVE, Problem, bearer, server_sent_event
from casewright.settings import Limits, Settings
from casewright.tenants.models import ApiKeyKind, Tenant, Welcome

KEEP_ALIVE_SECONDS = 15.0


class Gate(Protocol):
    """Who may come in, and how often: the tenants' keys and limits."""

    async def get(self, tenant_id: TenantId) -> Tenant: ...
    async def authenticate(self, key: str, kind: ApiKeyKind) -> Principal: ...
    async def admit(self, tenant_id: TenantId) -> None: ...
    async def limits(self, tenant_id: TenantId) -> Limits: ...


class Turns(Protocol):
    def admit(self, key: ConversationKey) -> AbstractContextManager[None]: ...
    def claimant(self, key: ConversationKey) -> Claimant | None: ...
    def wake(self, key: ConversationKey, claim: Claim | None = None) -> None: ...
    def changes(self, log: Sequence[LoggedEvent], turn_id: TurnId) -> tuple[StateChange, ...]: ...


class Greeter(Protocol):
    def welcome(self, tenant: Tenant, *, page: str, time_zone: str, language: str) -> Welcome: ...


def router(
    service: ConversationService,
    desk: OperatorDesk,
    live: LiveEvents,
    gate: Gate,
    turns: Turns,
    greeter: Greeter,
    settings: Settings,
) -> APIRouter:
    api = APIRouter(prefix="/v1", responses={code: {"model": Problem} for code in (401, 404, 422, 429, 503)})
    _customer_routes(api, service, live, gate, turns, greeter, settings)
    _shared_routes(api, service, live, gate, settings)
    _operator_routes(api, service, desk, gate, turns)
    if settings.rehearsal:
        _rehearsal_routes(api, service, gate, turns)
    return api


# --- who is asking ---


async def _visitor(request: Request, gate: Gate) -> Principal:
    principal = await gate.authenticate(bearer(request), ApiKeyKind.PUBLISHABLE)
    await gate.admit(principal.tenant_id)
    return principal


async def _operator(request: Request, gate: Gate) -> Principal:
    principal = await gate.authenticate(bearer(request), ApiKeyKind.OPERATOR)
    await gate.admit(principal.tenant_id)
    return principal


async def _customer(
    request: Request, service: ConversationService, gate: Gate, conversation_id: UUID, *, to_write: bool = False
) -> tuple[Principal, ConversationKey]:
    """The conversation a token belongs to, which must be the one in the path. `to_write`: the writing confirms it."""
    key = await service.authenticate(bearer(request), to_write=to_write)
    if key.conversation_id != conversation_id:
        raise ConversationNotFound
    await gate.admit(key.tenant_id)
    principal = Principal(tenant_id=key.tenant_id, role=Role.CUSTOMER, actor=str(key.conversation_id))
    return principal, key


async def _reader(
    request: Request, service: ConversationService, gate: Gate, conversation_id: UUID
) -> tuple[Principal, ConversationKey]:
    """The customer of the conversation, or an operator of its tenant."""
    if bearer(request).startswith(TOKEN_PREFIX):
        return await _customer(request, service, gate, conversation_id)
    principal = await _operator(request, gate)
    return principal, _key(principal, conversation_id)


def _key(principal: Principal, conversation_id: UUID) -> ConversationKey:
    return ConversationKey(tenant_id=principal.tenant_id, conversation_id=ConversationId(conversation_id))


# --- the customer's ---


def _customer_routes(
    api: APIRouter,
    service: ConversationService,
    live: LiveEvents,
    gate: Gate,
    turns: Turns,
    greeter: Greeter,
    settings: Settings,
) -> None:
    @api.post("/conversations", status_code=201, summary="Open a conversation (publishable key)")
    async def open_conversation(request: Request, body: ConversationRequest | None = None) -> ConversationCreated:
        principal = await _visitor(request, gate)
        body = body or ConversationRequest()
        tenant = await gate.get(principal.tenant_id)
        limits = await gate.limits(principal.tenant_id)
        welcome = greeter.welcome(tenant, page=body.page, time_zone=body.time_zone, language=body.language or "")
        key, token = await service.open(
            principal,
            tenant,
            language=welcome.language,
            time_zone=body.time_zone,
            page=body.page,
            consents={"improvement": body.consent_to_improvement} if body.consent_to_improvement is not None else {},
            greeting=Part(text=welcome.greeting, kind="notice"),
            most_active=limits.concurrent_conversations,
            active_for=timedelta(seconds=limits.conversation_active_seconds),
        )
        return ConversationCreated(id=key.conversation_id, token=token)

    @api.post(
        "/conversations/{conversation_id}/messages",
        status_code=202,
        summary="Send a message (conversation token)",
        responses={200: {"model": MessageAnswered}, 202: {"model": MessageAccepted}, 409: {"model": Problem}},
    )
    async def send_message(
        request: Request,
        response: Response,
        conversation_id: UUID,
        body: MessageRequest,
        idempotency_key: Annotated[str, Header(min_length=1, max_length=200)],
        wait: Annotated[float | None, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for the reply")] = None,
    ) -> MessageAnswered | MessageAccepted:
        principal, key = await _customer(request, service, gate, conversation_id, to_write=True)
        most = settings.max_message_characters
        with turns.admit(key):
            accepted = await service.accept(
                key,
                body.text,
                idempotency_key,
                most,
                body.form,
                token=bearer(request),
                claimant=turns.claimant(key),
            )
            turns.wake(key, accepted.claim)
        if wait is None:
            return MessageAccepted(message_id=accepted.message_id)
        response.status_code = 200
        return await wait_for_reply(service, live, principal, key, accepted, wait)

    @api.post("/conversations/{conversation_id}/feedback", status_code=204, summary="Rate (conversation token)")
    async def give_feedback(request: Request, conversation_id: UUID, body: FeedbackRequest) -> None:
        _, key = await _customer(request, service, gate, conversation_id)
        if body.rating is None and body.helpful is None and not body.comment:
            raise InvalidInput("Say something: a `rating` from 1 to 5, `helpful` as true or false, or a `comment`.")
        await service.give_feedback(key, body.rating, body.helpful, body.message_id, body.comment)

    @api.post("/conversations/{conversation_id}/handoff", status_code=202, summary="Ask for a person")
    async def hand_off(request: Request, conversation_id: UUID) -> ModeView:
        _, key = await _customer(request, service, gate, conversation_id)
        await service.ask_for_person(key)
        turns.wake(key)
        return ModeView(mode=Mode.HUMAN)


# --- for both ---


def _shared_routes(
    api: APIRouter, service: ConversationService, live: LiveEvents, gate: Gate, settings: Settings
) -> None:
    @api.get("/conversations/{conversation_id}/transcript", summary="Read (conversation token or operator key)")
    async def transcript(request: Request, conversation_id: UUID) -> Transcript:
        principal, key = await _reader(request, service, gate, conversation_id)
        view = await service.view(principal, key)
        for_operator = principal.role is Role.OPERATOR
        shown = [message_view(entry, for_operator=for_operator) for entry in await service.events(principal, key)]
        queue = await service.queue_place(principal, key) if view.mode is Mode.HUMAN else None
        return Transcript(**dict(view), messages=tuple(one for one in shown if one), queue=queue)

    @api.get(
        "/conversations/{conversation_id}/events",
        summary="Live events (conversation token or operator key)",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}, "description": "Server-sent events"}},
    )
    async def events(
        request: Request,
        conversation_id: UUID,
        last_event_id: Annotated[int, Header(ge=0)] = 0,
    ) -> StreamingResponse:
        principal, key = await _reader(request, service, gate, conversation_id)
        if live.watchers >= settings.live_connections:
            raise ResourceLimitExceeded(
                "Too many live connections are open. Please try again in a moment.", retry_after=5
            )
        await service.view(principal, key)
        frames = _frames(service, live, principal, key, last_event_id)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(frames, media_type="text/event-stream", headers=headers)


async def _frames(
    service: ConversationService, live: LiveEvents, principal: Principal, key: ConversationKey, after: int
) -> AsyncIterator[bytes]:
    for_operator = principal.role is Role.OPERATOR
    queue = QueueWatch(service, principal, key)
    # Without the database the stream ends: its reader comes back with its last event's id, and is told then.
    with suppress(TryLater):
        async with live.watch(key.conversation_id, wants_typing=True) as watcher:
            typing: bool | None = None
            heard: Sequence[LoggedEvent] | None = None
            while True:
                for entry in heard or await service.events(principal, key, after):
                    after = entry.seq
                    queue.notice(entry.event)
                    shown = live_event(entry, for_operator=for_operator)
                    if shown:
                        yield server_sent_event(*shown, event_id=entry.seq)
                if moved := await queue.moved():
                    yield server_sent_event("queue", moved)
                if watcher.typing is not None and watcher.typing != typing:
                    typing = watcher.typing
                    yield server_sent_event("typing", TypingNotice.model_validate({"from": "agent", "on": typing}))
                if not await watcher.wait(min(KEEP_ALIVE_SECONDS, queue.look_again_in)):
                    yield KEEP_ALIVE
                heard = watcher.heard(after)


# --- the operator's ---


def _operator_routes(
    api: APIRouter, service: ConversationService, desk: OperatorDesk, gate: Gate, turns: Turns
) -> None:
    async def operator(request: Request) -> Principal:
        return await _operator(request, gate)

    Operator = Annotated[Principal, Depends(operator)]

    @api.get("/inbox", summary="Conversations, most recently active first (operator key)")
    async def inbox(
        principal: Operator,
        mode: Annotated[str, Query(pattern="^(agent|human|all)$")] = "all",
        cursor: str | None = None,
    ) -> InboxPage:
        page, following = await desk.inbox(principal, None if mode == "all" else Mode(mode), cursor)
        return InboxPage(items=tuple(InboxItem(**dict(one)) for one in page), next_cursor=following)

    @api.post(
        "/conversations/{conversation_id}/replies",
        status_code=201,
        summary="Reply as a person (operator key)",
        responses={409: {"model": Problem}},
    )
    async def reply(
        principal: Operator,
        conversation_id: UUID,
        body: OperatorReply,
        idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
    ) -> MessageAccepted:
        message_id = await desk.reply(principal, _key(principal, conversation_id), body.text, idempotency_key)
        return MessageAccepted(message_id=message_id)

    @api.post("/conversations/{conversation_id}/mode", summary="Take over or give back (operator key)")
    async def set_mode(principal: Operator, conversation_id: UUID, body: ModeRequest) -> ModeView:
        key = _key(principal, conversation_id)
        await desk.set_mode(principal, key, body.mode)
        turns.wake(key)
        return ModeView(mode=body.mode)

    @api.get("/approvals", summary="Actions that wait for a yes (operator key)")
    async def approvals(
        principal: Operator, status: Annotated[str, Query(pattern="^(pending|all)$")] = "pending"
    ) -> ApprovalList:
        found = await desk.approvals(principal, pending_only=status == "pending")
        return ApprovalList(items=tuple(_approval_view(one) for one in found))

    @api.post("/approvals", summary="Approve or reject (operator key)", responses={409: {"model": Problem}})
    async def decide(principal: Operator, body: ApprovalDecision) -> ApprovalView:
        key, approval = await desk.decide(principal, ApprovalId(body.id), body.decision == "approve", body.note)
        turns.wake(key)
        return _approval_view(approval)

    @api.get("/dead-letters", summary="Writes that wait for a person (operator key)")
    async def dead_letters(
        principal: Operator, status: Annotated[str, Query(pattern="^(open|all)$")] = "open"
    ) -> DeadLetterList:
        found = await desk.dead_letters(principal, open_only=status == "open")
        return DeadLetterList(items=tuple(DeadLetterView(**dict(one)) for one in found))

    @api.post(
        "/dead-letters/{dead_letter_id}/retry",
        status_code=202,
        summary="Look whether it was done, and do it if it was not (operator key)",
        responses={409: {"model": Problem}},
    )
    async def retry(principal: Operator, dead_letter_id: UUID) -> DeadLetterView:
        key, found = await desk.retry(principal, dead_letter_id)
        turns.wake(key)
        return DeadLetterView(**dict(found))

    @api.post(
        "/dead-letters/{dead_letter_id}/discard",
        summary="Settle it without another try (operator key)",
        responses={409: {"model": Problem}},
    )
    async def discard(principal: Operator, dead_letter_id: UUID) -> DeadLetterView:
        return DeadLetterView(**dict(await desk.discard(principal, dead_letter_id)))

    @api.get("/conversations/{conversation_id}/turns", summary="The turns of a conversation (operator key)")
    async def turns_of(principal: Operator, conversation_id: UUID) -> TurnList:
        entries = await service.events(principal, _key(principal, conversation_id))
        items = [turn_item(entry) for entry in entries]
        return TurnList(items=tuple(one for one in items if one))

    @api.get("/turns/{turn_id}", summary="Why the agent said what it said (operator key)")
    async def turn(principal: Operator, turn_id: UUID) -> TurnView:
        conversation_id, entry = await service.turn(principal, TurnId(turn_id))
        log = await service.events(principal, _key(principal, conversation_id))
        return turn_view(conversation_id, entry, log, turns.changes(log, TurnId(turn_id)))


def _approval_view(approval: Approval) -> ApprovalView:
    return ApprovalView(**dict(approval))


# --- rehearsals ---


def _rehearsal_routes(api: APIRouter, service: ConversationService, gate: Gate, turns: Turns) -> None:
    @api.post("/conversations/{conversation_id}/clock", summary="Move one conversation's time (rehearsal servers only)")
    async def move_clock(request: Request, conversation_id: UUID, body: ClockMove) -> ModeView:
        principal, key = await _reader(request, service, gate, conversation_id)
        view = await service.view(principal, key)
        if view.status is Status.CLOSED:
            raise NotFound("The conversation is closed; its clock stands still.")
        await service.move_clock(key, timedelta(seconds=body.advance_seconds))
        turns.wake(key)
        return ModeView(mode=view.mode)
