"""From the log to what a reader is shown."""

from collections.abc import Iterable

from casewright.conversations.models import (
    ConversationClosed,
    ConversationId,
    LoggedEvent,
    MessageReceived,
    ModeChanged,
    OperatorReplied,
    Part,
    PartSent,
    ReplySent,
    StateChange,
    TurnFinished,
)
from casewright.conversations.schemas import (
    ClosedNotice,
    MessageView,
    ModeNotice,
    PartPiece,
    ReplyView,
    StageView,
    TurnItem,
    TurnNotice,
    TurnView,
)
from casewright.kit.model import Model


def text_of(parts: Iterable[Part]) -> str:
    return "\n".join(part.text for part in parts)


def reply_view(event: ReplySent) -> ReplyView:
    return ReplyView(
        id=event.reply_id,
        text=text_of(event.parts),
        parts=event.parts,
        quick_replies=event.quick_replies,
        expects=event.expects,
        fields=event.fields,
    )


def message_view(entry: LoggedEvent, *, for_operator: bool) -> MessageView | None:
    """The message an event is, or None if it is none."""
    match entry.event:
        case MessageReceived(message_id=message_id, text=text):
            return MessageView.model_validate({"id": message_id, "from": "customer", "text": text, "at": entry.at})
        case OperatorReplied(message_id=message_id, text=text):
            return MessageView.model_validate({"id": message_id, "from": "operator", "text": text, "at": entry.at})
        case ReplySent() as reply:
            return MessageView.model_validate(
                {
                    "id": reply.reply_id,
                    "from": "agent",
                    "text": text_of(reply.parts),
                    "parts": reply.parts,
                    "quick_replies": reply.quick_replies,
                    "expects": reply.expects,
                    "fields": reply.fields,
                    "at": entry.at,
                    "turn_id": entry.turn_id if for_operator else None,
                }
            )
        case _:
            return None


def live_event(entry: LoggedEvent, *, for_operator: bool) -> tuple[str, Model] | None:
    """Name and content of the server-sent event for an entry of the log; None for what is not shown."""
    message = message_view(entry, for_operator=for_operator)
    if message:
        return "message", message
    match entry.event:
        case PartSent(reply_id=reply_id, index=index, part=part):
            return "part", PartPiece(reply_id=reply_id, index=index, part=part, at=entry.at)
        case ModeChanged(mode=mode, reason=reason):
            return "mode", ModeNotice(mode=mode, reason=reason, at=entry.at)
        case ConversationClosed(outcome=outcome, resolution=resolution):
            return "closed", ClosedNotice(outcome=outcome, resolution=resolution, at=entry.at)
        case TurnFinished() if for_operator and entry.turn_id:
            return "turn", TurnNotice(id=entry.turn_id)
        case _:
            return None


def turn_item(entry: LoggedEvent) -> TurnItem | None:
    if not isinstance(entry.event, TurnFinished) or entry.turn_id is None:
        return None
    event = entry.event
    return TurnItem(id=entry.turn_id, at=entry.at, message_ids=event.message_ids, reply_id=event.reply_id)


def turn_view(
    conversation_id: ConversationId, entry: LoggedEvent, log: Iterable[LoggedEvent], changes: tuple[StateChange, ...]
) -> TurnView:
    """`entry`: the turn's end. `log`: of the whole conversation."""
    replies = [one.event for one in log if one.turn_id == entry.turn_id and isinstance(one.event, ReplySent)]
    event = entry.event
    assert isinstance(event, TurnFinished)
    assert entry.turn_id is not None
    return TurnView(
        **dict(event.report),
        id=entry.turn_id,
        conversation_id=conversation_id,
        at=entry.at,
        trigger=event.trigger,
        result=event.result,
        message_ids=event.message_ids,
        reply_id=event.reply_id,
        replaced=event.replaced,
        stages=tuple(StageView(**dict(stage)) for stage in event.stages),
        total_ms=round(sum(stage.ms for stage in event.stages), 2),
        configuration_digest=event.configuration_digest,
        reply=replies[-1].parts if replies else (),
        changes=changes,
    )
