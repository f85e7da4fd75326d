"""The turn: from a trigger to a reply, on one screen."""

from datetime import timedelta

from casewright.conversations.models import (
    ApprovalSettled,
    CaseLinked,
    ConversationClosed,
    ConversationReopened,
    FeelingsNoticed,
    HandOverPending,
    Mode,
    ModeChanged,
    Outcome,
    ReplySent,
    Resolution,
    Status,
    TopicMoved,
    TriggerKind,
    TurnFinished,
)
from casewright.engine.act import act
from casewright.engine.acting import resume
from casewright.engine.compose import compose
from casewright.engine.dead_letters import look_for_all, retry
from casewright.engine.decide import Catalogue, decide
from casewright.engine.digest import configuration_digest
from casewright.engine.forms import read_form, restored, with_form
from casewright.engine.hand_over import STEP as HAND_OVER_STEP
from casewright.engine.hand_over import WRITE_BACK_STEP, hand_over, take_up_case, update_case, write_back
from casewright.engine.models import OPEN_TOPICS, State, TopicStatus
from casewright.engine.reporting import note_state
from casewright.engine.screen import screen
from casewright.engine.tone import frustration
from casewright.engine.topics import after_action, procedure_of, run_active
from casewright.engine.verify import verify
from casewright.engine.wording import languages, languages_of
from casewright.engine.working import Turn

SURE_OF_LANGUAGE = 0.8
LANGUAGE_NAMES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "pt": "Português",
    "it": "Italiano",
    "nl": "Nederlands",
    "ja": "日本語",
}


async def begin(turn: Turn) -> None:
    """Whatever the turn starts from, up to its reply."""
    if turn.triggers and turn.triggers[0].kind is TriggerKind.MESSAGE:
        await answer_message(turn)
    else:
        await work_off(turn)


async def answer_message(turn: Turn) -> None:
    """A customer's message, through all the stages."""
    if turn.state.status is Status.CLOSED:
        turn.emit(ConversationReopened())
    if turn.state.mode is Mode.HUMAN:
        return
    active = turn.state.active
    procedure = await procedure_of(turn, active) if active and active.kind == "procedure" else None
    with turn.stage("screen"):
        turn.request = await screen(turn, procedure)
        form = await read_form(turn, procedure)
        turn.unusable = form.unusable
    with turn.stage("understand"):
        if turn.request:
            turn.understanding = await turn.ports.understanding.understand(turn.request)
            _feel(turn)
        turn.understanding = with_form(turn.understanding, form, turn.state.language)
        turn.note(proposals=turn.understanding.proposals)
    with turn.stage("decide"):
        catalogue = Catalogue(
            procedures=await turn.ports.procedures.names(turn.claim.key.tenant_id),
            intents=turn.understanding.intents or await turn.ports.understanding.intents(turn.claim.key.tenant_id),
            active=procedure,
        )
        said_at = turn.triggers[-1].seq
        decision = decide(turn.state, turn.understanding, catalogue, turn.thresholds, said_at, form.sent_at)
        turn.note(
            accepted=tuple(decision.commands),
            dropped=tuple(decision.dropped),
            ambiguities=tuple(decision.ambiguities),
        )
    with turn.stage("act"):
        await act(turn, decision.commands, catalogue)
        await _bring_in_a_person(turn)


async def work_off(turn: Turn) -> None:
    """Whatever is not a message: a decision, a give-back, silence, a button, or work that another process left behind."""
    for trigger in turn.triggers:
        match trigger.kind:
            case TriggerKind.HAND_OVER if turn.state.mode is Mode.AGENT:
                if turn.state.status is Status.CLOSED:
                    turn.emit(ConversationReopened())
                await hand_over(turn, "requested")
            case TriggerKind.GIVE_BACK if turn.state.mode is Mode.HUMAN:
                turn.emit(ModeChanged(mode=Mode.AGENT, reason="given_back"))
                turn.phrase("given_back")
                await write_back(turn)
            case TriggerKind.APPROVAL if trigger.approval_id:
                await _settle_approval(turn, trigger.approval_id, bool(trigger.approved), trigger.by)
            case TriggerKind.RETRY:
                await retry(turn, trigger.action_id)
            case _:
                continue
    if turn.state.action:
        await _take_up_action(turn)
    elif turn.state.open_reply and not turn.triggers:
        await run_active(turn)
    elif turn.state.hand_over_due and turn.state.hand_over_due <= turn.now:
        await look_for_all(turn)
        await update_case(turn)
    elif turn.state.silence_due and turn.state.silence_due <= turn.now and not turn.triggers:
        await _end_by_silence(turn)


async def reply(turn: Turn) -> None:
    """The end of every turn: what is to be said is put together, verified and committed."""
    with turn.stage("compose"):
        compose(turn)
    with turn.stage("verify"):
        verify(turn)
        if turn.understanding and not turn.drafts and not turn.sent:
            turn.phrase("form_closed" if turn.form else "rephrase")
    tried = any(isinstance(event, CaseLinked | HandOverPending) for event in turn.events)
    if turn.state.status is Status.CLOSED and turn.state.case and not tried:
        await write_back(turn)
    parts = (*turn.sent, *turn.take_drafts())
    human = turn.state.mode is Mode.HUMAN
    if parts:
        awaits = turn.state.mode is Mode.AGENT and turn.state.status is Status.OPEN
        awaits = awaits and not any(topic.status is TopicStatus.WAITING for topic in turn.state.topics)
        minutes = turn.tenant.profile.silence_minutes or turn.settings.silence_minutes
        turn.emit(
            ReplySent(
                reply_id=turn.reply_id,
                message_ids=turn.message_ids,
                parts=parts,
                quick_replies=tuple(restored(one, turn.vault) for one in turn.quick_replies),
                expects=turn.expects,
                fields=tuple(restored(one, turn.vault) for one in turn.fields),
                silence_due=turn.now + timedelta(minutes=minutes) if awaits else None,
                openers=tuple(turn.openers),
                helped=turn.helped,
                asks_if_solved=turn.asks_if_solved,
            )
        )
    note_state(turn)
    turn.emit(
        TurnFinished(
            trigger=turn.triggers[0].kind if turn.triggers else TriggerKind.SILENCE,
            message_ids=turn.message_ids,
            reply_id=turn.reply_id if parts else None,
            result="replied" if parts else "human" if human else "silent",
            mode=turn.state.mode,
            stages=tuple(turn.stages),
            configuration_digest=configuration_digest(turn),
            replaced=turn.message_ids[:-1],
            report=turn.report,
        )
    )
    with turn.stage("commit"):
        await turn.finish()


# --- pieces of the stages ---


def _feel(turn: Turn) -> None:
    understood = turn.understanding
    if understood is None:
        return
    known = understood.language in turn.tenant.profile.languages and understood.language in languages()
    unspoken = understood.language if not known and understood.language_confidence >= SURE_OF_LANGUAGE else ""
    is_new = unspoken and unspoken not in turn.state.unspoken_languages
    since_last = turn.now - turn.state.feelings[-1].at if turn.state.feelings else timedelta()
    turn.emit(
        FeelingsNoticed(
            emotion=understood.emotion,
            frustration=frustration(turn.state.frustration, understood.emotion, since_last),
            language=understood.language if known else turn.state.language,
            unspoken=unspoken,
        )
    )
    if is_new:
        spoken = ", ".join(LANGUAGE_NAMES.get(one, one) for one in turn.tenant.profile.languages)
        told_in = unspoken if unspoken in languages_of("no_language") else turn.state.language
        turn.phrase("no_language", language=told_in, languages=spoken)
    turn.note(
        emotion=understood.emotion,
        segments=understood.segments,
        signals=understood.signals,
        model_version=understood.model_version,
    )


async def _bring_in_a_person(turn: Turn) -> None:
    """Rules that no proposal can override: too upset, or too often without help."""
    if turn.state.mode is Mode.HUMAN:
        return
    limits = turn.thresholds
    if turn.state.frustration >= limits.frustration_hand_over:
        await hand_over(turn, "frustration")
    elif turn.helped is False and turn.state.unhelpful_turns + 1 >= limits.failed_turns_hand_over:
        await hand_over(turn, "low_confidence")


async def _settle_approval(turn: Turn, approval_id: object, approved: bool, by: str) -> None:
    pending = next((one for one in turn.state.approvals if one.id == approval_id), None)
    if pending is None:
        return
    turn.emit(ApprovalSettled(approval_id=pending.id, approved=approved, by=by))
    topic = turn.state.topic(pending.topic_id)
    if topic is None or topic.status is not TopicStatus.WAITING or turn.state.mode is Mode.HUMAN:
        return
    turn.emit(TopicMoved(topic_id=topic.id, status=TopicStatus.ACTIVE, reason="approval decided"))
    if approved:
        turn.phrase("approval_given", "result")
    await run_active(turn)


async def _take_up_action(turn: Turn) -> None:
    """A WRITE was requested and its process died: find out what became of it, then go on from there."""
    pending = turn.state.action
    if pending is None:
        return
    if pending.step in (HAND_OVER_STEP, WRITE_BACK_STEP) and pending.topic_id is None:
        await take_up_case(turn, pending)
        return
    outcome = await resume(turn, pending)
    if turn.state.mode is Mode.HUMAN:
        return
    topic = turn.state.topic(pending.topic_id)
    if topic and topic.status in OPEN_TOPICS and await after_action(turn, topic.id, pending.step, outcome):
        await run_active(turn)


async def _end_by_silence(turn: Turn) -> None:
    """Closes, unless something is left half done: a person decides about that."""
    if any(topic.half_done for topic in turn.state.topics):
        await hand_over(turn, "half_done")
        return
    turn.phrase("closed_by_silence")
    turn.emit(ConversationClosed(outcome=_outcome_of_silence(turn.state), resolution=Resolution.ASSUMED))


def _outcome_of_silence(state: State) -> Outcome:
    """Left in the middle of something, or before anything was asked; else as the last topic ended."""
    if not state.topics or any(topic.status in OPEN_TOPICS for topic in state.topics):
        return Outcome.ABANDONED
    if state.topics[-1].status is TopicStatus.HANDED_OVER:
        return Outcome.HANDED_OVER
    if state.topics[-1].status is TopicStatus.UNRESOLVED:
        return Outcome.UNRESOLVED
    return Outcome.RESOLVED if state.unhelpful_turns == 0 else Outcome.UNRESOLVED
