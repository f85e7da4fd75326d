"""Topics: opening, pausing, resuming, ending, and running a procedure until it waits."""

from casewright.conversations.models import (
    ApprovalAsked,
    ApprovalId,
    ApprovalSettled,
    ConfirmationAsked,
    ConfirmationSettled,
    Expects,
    Mode,
    NewApproval,
    SlotAsked,
    SolutionTried,
    Source,
    TopicMoved,
    TopicOpened,
    TopicProgressed,
)
from casewright.engine.acting import arguments_digest, perform
from casewright.engine.answering import answer
from casewright.engine.forms import form_fields
from casewright.engine.hand_over import hand_over
from casewright.engine.models import PendingApproval, PendingConfirmation, Topic, TopicStatus
from casewright.engine.working import Turn
from casewright.kit.ids import new_id
from casewright.procedures.models import (
    ActionOutcome,
    ActionStatus,
    AnswerQuestion,
    Ask,
    Compensate,
    Finish,
    HandOff,
    Procedure,
    Progress,
    RequireAssurance,
    RunAction,
    Say,
    Surroundings,
)

VERIFY_IDENTITY = "verify_identity"
MOST_STEPS = 50
"""Steps of procedures in one turn; a playbook that wants more is broken, and a person takes over."""

ENDS = {"resolved": TopicStatus.RESOLVED, "unresolved": TopicStatus.UNRESOLVED, "cancelled": TopicStatus.CANCELLED}
EXPECTED_KINDS = {"email": "email", "code": "code", "choice": "choice", "yes_no": "choice"}


# --- opening ---


async def open_procedure(
    turn: Turn, name: str, query: str, *, begin: bool, reason: str, parent: str | None = None, priority: int = 3
) -> Topic:
    """Opens a topic for a procedure; with `begin` False it waits behind the one that runs. `priority` 1 (first) … 5."""
    procedure = await turn.ports.procedures.get(turn.claim.key.tenant_id, name)
    topic_id = f"t{turn.state.topics_opened + 1}"
    turn.emit(
        TopicOpened(
            topic_id=topic_id,
            topic_kind="procedure",
            name=name,
            title=in_language(turn, procedure.title, name),
            digest=procedure.digest,
            query=query,
            priority=priority,
            parent=parent,
            reason=reason,
            begin=begin,
        )
    )
    progress = turn.ports.procedures.begin(procedure, surroundings(turn))
    turn.emit(TopicProgressed(topic_id=topic_id, progress=progress))
    return _known(turn, topic_id)


def open_question(turn: Turn, name: str, title: str, query: str, reason: str) -> Topic:
    topic_id = f"t{turn.state.topics_opened + 1}"
    turn.emit(TopicOpened(topic_id=topic_id, topic_kind="question", name=name, title=title, query=query, reason=reason))
    return _known(turn, topic_id)


def _known(turn: Turn, topic_id: str) -> Topic:
    topic = turn.state.topic(topic_id)
    assert topic is not None
    return topic


def in_language(turn: Turn, texts: dict[str, str], fallback: str) -> str:
    default = turn.tenant.profile.default_language
    return texts.get(turn.state.language) or texts.get(default) or next(iter(texts.values()), fallback)


def surroundings(turn: Turn) -> Surroundings:
    identity = turn.state.identity
    return Surroundings(
        assurance=identity.assurance,
        identity_email=identity.email_token,
        locale=turn.state.language,
        default_locale=turn.tenant.profile.default_language,
    )


async def procedure_of(turn: Turn, topic: Topic) -> Procedure:
    """The version the topic began with, whatever was published since."""
    return await turn.ports.procedures.get(turn.claim.key.tenant_id, topic.name, topic.digest)


def save(turn: Turn, topic: Topic, progress: Progress) -> None:
    if progress != topic.progress:
        turn.emit(TopicProgressed(topic_id=topic.id, progress=progress))


# --- running ---


async def run_active(turn: Turn) -> None:
    """Runs what is on top of the stack until something waits, then what is below, until nothing can go on."""
    for _ in range(MOST_STEPS):
        topic = turn.state.active
        if turn.state.mode is Mode.HUMAN or topic is None or topic.kind != "procedure" or topic.progress is None:
            return
        procedure = await procedure_of(turn, topic)
        wanted = turn.ports.procedures.advance(procedure, topic.progress, surroundings(turn))
        save(turn, topic, wanted.progress)
        topic = _known(turn, topic.id)
        if not await _satisfy(turn, topic, procedure, wanted.want):
            return
    await hand_over(turn, "failure")


async def _satisfy(turn: Turn, topic: Topic, procedure: Procedure, want: object) -> bool:
    """Does what a procedure wants. True when it can go on."""
    match want:
        case Say():
            _say(turn, topic, want)
        case AnswerQuestion(question=question):
            await answer(turn, topic, question)
        case Ask():
            return _ask(turn, topic, procedure, want)
        case RequireAssurance(assurance=needed):
            if not turn.state.identity.assurance.covers(needed):
                turn.phrase("prove_identity")
                await open_procedure(
                    turn, VERIFY_IDENTITY, topic.query, begin=True, reason="identity needed", parent=topic.id
                )
        case RunAction():
            return await _run(turn, topic, procedure, want)
        case Compensate():
            outcome = await perform(turn, topic.id, want.step, want.action, want.arguments)
            return await after_action(turn, topic.id, want.step, outcome)
        case HandOff(reason=reason):
            await hand_over(turn, "failure" if reason == "not_compensated" else "procedure")
            return False
        case Finish(outcome=outcome):
            end_topic(turn, topic, ENDS[outcome])
            return await go_on(turn, topic)
    return True


def _say(turn: Turn, topic: Topic, want: Say) -> None:
    finished = turn.state.finished_action
    sources: tuple[Source, ...] = ()
    if want.source and finished and finished.topic_id == topic.id:
        sources = tuple(
            Source(type="record", id=record.id, title=record.label or record.type) for record in finished.records
        ) or (Source(type="action", id=finished.action, title=topic.title[:1].upper() + topic.title[1:]),)
    turn.say(want.text, "result", sources)
    for text in want.quick_replies:
        turn.offer(text)


def _ask(turn: Turn, topic: Topic, procedure: Procedure, want: Ask) -> bool:
    """One question; of a form the first that is missing, so that whoever has no form is asked one after the other. A yes
    that was asked for before a correction led back here is no longer wanted."""
    asked = turn.state.confirmation
    if asked and asked.topic_id == topic.id:
        turn.emit(ConfirmationSettled(confirmation_id=asked.id, answer="withdrawn"))
    is_form = len(want.fields) > 1
    if is_form and topic.asked not in [field.name for field in want.fields]:
        turn.phrase("form")
    turn.emit(
        SlotAsked(topic_id=topic.id, slot=want.slot, attempt=topic.attempts + 1 if topic.asked == want.slot else 1)
    )
    plainly = in_language(turn, want.definition.ask, want.text)
    asks_plainly = turn.digressed and "{" not in plainly
    turn.say(plainly if asks_plainly else want.text, "question")
    kind = "form" if is_form else EXPECTED_KINDS.get(want.definition.type, "text")
    turn.expects = Expects.model_validate({"kind": kind, "slot": want.slot})
    turn.fields = form_fields(turn, procedure, topic.progress or Progress(step=want.step), want.fields)
    for option in () if is_form else turn.fields[0].options:
        turn.offer(option.label)
    for alternative in want.instead:
        turn.offer(alternative.label)
    return False


async def _run(turn: Turn, topic: Topic, procedure: Procedure, want: RunAction) -> bool:
    """Confirmation, then approval, then the call: each rests on these very arguments."""
    digest = arguments_digest(want.action, want.arguments)
    definition = turn.ports.actions.definitions()[want.action]
    if not turn.state.identity.assurance.covers(definition.assurance):
        return await _satisfy(turn, topic, procedure, RequireAssurance(assurance=definition.assurance, step=want.step))
    approval = _approval(turn, topic, want, digest)
    confirmed = None if approval else _confirmation(turn, topic, want, digest)
    if want.confirm and approval is None and not (confirmed and confirmed.accepted):
        _ask_to_confirm(turn, topic, procedure, want, digest, confirmed)
        return False
    if want.approve and (approval is None or approval.approved is None):
        _ask_for_approval(turn, topic, want, digest, approval)
        return await go_on(turn, topic)
    if approval and approval.approved is False:
        turn.phrase("approval_refused", "result")
        save(
            turn, topic, turn.ports.procedures.reject(procedure, topic.progress or Progress(step=want.step), want.step)
        )
        return True
    outcome = await perform(
        turn,
        topic.id,
        want.step,
        want.action,
        want.arguments,
        confirmation_id=approval.confirmation_id if approval else confirmed.id if confirmed else None,
        approval_id=approval.id if approval else None,
        send_first=_say_progress(turn, want.progress),
    )
    return await after_action(turn, topic.id, want.step, outcome)


def _say_progress(turn: Turn, text: str | None) -> bool:
    """Whether there is something to say while the action runs. Whoever goes on for a dead process does not say it again."""
    if not text or turn.vault.restore(text) in [part.text for part in turn.sent]:
        return False
    turn.say(text, "progress")
    return True


async def after_action(turn: Turn, topic_id: str, step: str, outcome: ActionOutcome) -> bool:
    """Takes an action's end into the procedure. True when it can go on."""
    topic = _known(turn, topic_id)
    if topic.progress is None or turn.state.finished_action is None:
        return False
    procedure = await procedure_of(turn, topic)
    wanted = turn.ports.procedures.advance(procedure, topic.progress, surroundings(turn)).want
    if isinstance(wanted, Compensate):
        _say_compensated(turn, topic, wanted, outcome)
        save(turn, topic, turn.ports.procedures.record(procedure, topic.progress, step, outcome))
        return True
    action = next(one for one in procedure.steps if one.id == step)
    handled = getattr(action, "on", {})
    if outcome.status is ActionStatus.UNCERTAIN:
        turn.phrase("uncertain_action", "result")
        if outcome.code not in handled:
            await hand_over(turn, "failure")
            return False
    elif outcome.status is not ActionStatus.SUCCEEDED and not (outcome.code in handled or "failed" in handled):
        turn.phrase("failed_action", "result")
    save(turn, topic, turn.ports.procedures.record(procedure, topic.progress, step, outcome))
    turn.emit(SolutionTried(what=turn.state.finished_action.action))
    return True


def _say_compensated(turn: Turn, topic: Topic, want: Compensate, outcome: ActionOutcome) -> None:
    if outcome.status is ActionStatus.SUCCEEDED:
        _say(turn, topic, Say(step=want.step, text=want.say, source=want.action))
    else:
        turn.phrase("not_compensated", "result", title=topic.title)


# --- confirmation and approval ---


def _confirmation(turn: Turn, topic: Topic, want: RunAction, digest: str) -> PendingConfirmation | None:
    """The open question about exactly this call; one about anything else is withdrawn."""
    asked = turn.state.confirmation
    if asked is None or not want.confirm:
        return None
    if (asked.topic_id, asked.step, asked.arguments_digest) == (topic.id, want.step, digest):
        return asked
    turn.emit(ConfirmationSettled(confirmation_id=asked.id, answer="withdrawn"))
    if asked.topic_id == topic.id:
        turn.phrase("changed_meanwhile")
    return None


def _ask_to_confirm(
    turn: Turn, topic: Topic, procedure: Procedure, want: RunAction, digest: str, asked: PendingConfirmation | None
) -> None:
    if asked is None:
        turn.emit(
            ConfirmationAsked(confirmation_id=str(new_id()), topic_id=topic.id, step=want.step, arguments_digest=digest)
        )
    turn.say(want.confirm or "", "question")
    turn.expects = Expects(kind="confirmation")
    turn.fields = form_fields(turn, procedure, topic.progress or Progress(step=want.step), want.rests_on)
    turn.offer(turn.label("yes_label"))
    turn.offer(turn.label("no_label"))


def _approval(turn: Turn, topic: Topic, want: RunAction, digest: str) -> PendingApproval | None:
    place = (topic.id, want.step, digest)
    return next((one for one in turn.state.approvals if (one.topic_id, one.step, one.arguments_digest) == place), None)


def _ask_for_approval(turn: Turn, topic: Topic, want: RunAction, digest: str, asked: PendingApproval | None) -> None:
    """The topic waits for the operator, not the conversation."""
    if asked is None:
        approval_id = ApprovalId(new_id())
        turn.emit(
            ApprovalAsked(
                approval_id=approval_id, topic_id=topic.id, step=want.step, action=want.action, arguments_digest=digest
            )
        )
        vault = turn.vault
        turn.approvals.append(
            NewApproval(
                id=approval_id,
                action=want.action,
                summary=vault.restore(want.approve or ""),
                arguments={name: vault.restore(str(value)) for name, value in want.arguments.items()},
            )
        )
    turn.emit(TopicMoved(topic_id=topic.id, status=TopicStatus.WAITING, reason="waits for approval"))
    turn.phrase("waiting_for_approval")
    turn.expects = Expects(kind="approval")
    turn.fields = ()


# --- ending and going on ---


def end_topic(turn: Turn, topic: Topic, status: TopicStatus) -> None:
    for approval in turn.state.approvals:
        if approval.topic_id == topic.id and approval.approved is None:
            turn.withdrawn_approvals.append(approval.id)
            turn.emit(ApprovalSettled(approval_id=approval.id, approved=False, by="customer"))
    turn.emit(TopicMoved(topic_id=topic.id, status=status, reason=f"ended {status}"))
    if turn.state.confirmation and turn.state.confirmation.topic_id == topic.id:
        turn.emit(ConfirmationSettled(confirmation_id=turn.state.confirmation.id, answer="withdrawn"))
    if status is TopicStatus.RESOLVED and topic.name != VERIFY_IDENTITY:
        turn.asks_if_solved = True


async def take_back(turn: Turn, topic: Topic) -> None:
    """Cancels a procedure that has done something already: once it runs again, it takes that back and ends."""
    if topic.status is not TopicStatus.ACTIVE:
        turn.emit(TopicMoved(topic_id=topic.id, status=TopicStatus.ACTIVE, reason="takes back what was done"))
    progress = topic.progress or Progress(step="")
    save(turn, topic, turn.ports.procedures.cancel(await procedure_of(turn, topic), progress))


async def go_on(turn: Turn, ended: Topic) -> bool:
    """What comes after a topic has ended or waits: the one that waited for it, one that never began, or the one that was
    paused last. True when a procedure can run now."""
    parent = turn.state.topic(ended.parent)
    ended = _known(turn, ended.id)
    if parent and parent.status is TopicStatus.PAUSED:
        if ended.status is TopicStatus.RESOLVED:
            turn.emit(TopicMoved(topic_id=parent.id, status=TopicStatus.ACTIVE, reason="what it waited for is done"))
            return True
        if parent.half_done:
            await take_back(turn, parent)
            return True
        turn.emit(
            TopicMoved(topic_id=parent.id, status=TopicStatus.CANCELLED, reason="what it waited for was not done")
        )
    waiting = [topic for topic in turn.state.topics if topic.status is TopicStatus.PAUSED and not topic.begun]
    if waiting:
        following = min(waiting, key=lambda topic: topic.priority)
        turn.phrase("next_topic", title=following.title)
        turn.emit(TopicMoved(topic_id=following.id, status=TopicStatus.ACTIVE, reason="next request"))
        return True
    if turn.state.paused:
        topic = turn.state.paused[0]
        turn.phrase("back_to", title=topic.title)
        turn.emit(TopicMoved(topic_id=topic.id, status=TopicStatus.ACTIVE, reason="back after a detour"))
        return True
    return False
