"""Acting: the decided commands are executed one by one; then whatever procedure is on top runs until it waits."""

from dataclasses import replace

from casewright.conversations.models import (
    ClarificationAsked,
    ClarificationSettled,
    ConfirmationSettled,
    ConversationClosed,
    Expects,
    Outcome,
    QuickReply,
    Resolution,
    TopicMoved,
)
from casewright.engine.ambiguity import WORDS_TO_ASK_BACK
from casewright.engine.answering import CHOSEN, answer, look_up
from casewright.engine.decide import Catalogue, Decided
from casewright.engine.hand_over import hand_over
from casewright.engine.models import IS_SOLVED, OPEN_TOPICS, Topic, TopicStatus
from casewright.engine.screen import claim_identity, expected
from casewright.engine.topics import (
    end_topic,
    go_on,
    in_language,
    open_procedure,
    open_question,
    procedure_of,
    run_active,
    save,
    take_back,
)
from casewright.engine.which_article import chosen
from casewright.engine.working import Turn
from casewright.knowledge.models import KnowledgeAnswer
from casewright.procedures.models import Procedure
from casewright.understanding.models import (
    AnswerFromKnowledge,
    CancelTopic,
    CannotHandle,
    Clarify,
    Confirm,
    Decline,
    HumanHandoff,
    ResumeTopic,
    SetSlot,
    SmallTalk,
    StartProcedure,
)

RATHER_AN_ARTICLE = 0.2
"""Confidence from which articles are suggested rather than a procedure begun that is not quite sure."""


async def act(turn: Turn, commands: list[Decided], catalogue: Catalogue) -> None:
    clarification = turn.state.clarification
    if clarification and clarification.open and not any(isinstance(one, Clarify) for one in commands):
        turn.emit(ClarificationSettled())
    before = turn.state.active
    turn.digressed = any(isinstance(one, AnswerFromKnowledge | SmallTalk | ResumeTopic | Clarify) for one in commands)
    for command in commands:
        await _execute(turn, command, catalogue)
        if turn.state.mode == "human":
            return
    _note_misunderstanding(turn, commands, before.id if before else None, catalogue)
    if turn.state.active and turn.state.active.id != (before.id if before else None):
        _claim_address(turn)
    await run_active(turn)


def _claim_address(turn: Turn) -> None:
    """The one address that a request names, where none is known yet: whoever asks need not write it a second time. It is
    proved by a code like any other."""
    addresses = [token for token, kind in turn.request.tokens.items() if kind == "email"] if turn.request else []
    if turn.state.identity.email_token is None and len(addresses) == 1:
        claim_identity(turn, addresses[0])


async def _execute(turn: Turn, command: Decided, catalogue: Catalogue) -> None:
    match command:
        case Confirm(confirmation=asked) if asked == IS_SOLVED:
            _thank(turn, "thanks")
        case Decline(confirmation=asked) if asked == IS_SOLVED:
            _not_solved(turn)
        case Confirm(confirmation=asked):
            turn.emit(ConfirmationSettled(confirmation_id=asked, answer="yes"))
        case Decline(confirmation=asked):
            await _decline(turn, asked)
        case SetSlot():
            await _fill(turn, command, catalogue)
        case StartProcedure(procedure=name):
            await _start(turn, name)
        case AnswerFromKnowledge():
            await _answer(turn, command, catalogue)
        case ResumeTopic(topic=topic_id):
            await _resume(turn, topic_id)
        case CancelTopic(topic=topic_id):
            await _cancel(turn, topic_id)
        case SmallTalk():
            await _small_talk(turn, command)
        case HumanHandoff(reason=reason):
            await hand_over(turn, "requested" if reason == "requested" else "low_confidence")
        case CannotHandle():
            _cannot_handle(turn, command)
        case Clarify(kind="intent"):
            await _answer_or_clarify(turn, command)
        case Clarify():
            _clarify(turn, command)


async def _decline(turn: Turn, asked: str) -> None:
    pending = turn.state.confirmation
    turn.emit(ConfirmationSettled(confirmation_id=asked, answer="no"))
    topic = turn.state.topic(pending.topic_id) if pending else None
    if pending is None or topic is None or topic.progress is None:
        return
    procedure = await procedure_of(turn, topic)
    step = next((one for one in procedure.steps if one.id == pending.step), None)
    if not getattr(step, "declined", None):
        turn.phrase("declined", "result")
    save(turn, topic, turn.ports.procedures.decline(procedure, topic.progress, pending.step))


async def _fill(turn: Turn, command: SetSlot, catalogue: Catalogue) -> None:
    topic = turn.state.active
    if topic is None or topic.progress is None or catalogue.active is None:
        return
    if command.corrects and turn.ports.procedures.is_settled(catalogue.active, topic.progress, command.slot):
        turn.phrase("too_late_to_change")
        return
    progress = turn.ports.procedures.fill(catalogue.active, topic.progress, command.slot, command.value)
    save(turn, topic, progress)
    if catalogue.active.slots[command.slot].identity:
        claim_identity(turn, command.value)


async def _start(turn: Turn, name: str) -> None:
    """A procedure that was paused takes the new message in and goes on where it was; a second request in one message
    waits behind the first."""
    paused = next((one for one in turn.state.paused if one.name == name), None)
    if paused:
        await _prefill(turn, paused, _asked_for(turn, name)[0])
        if turn.state.active and turn.state.active.parent == paused.id:
            # It waits for what is being asked, and goes on by itself after that.
            return
        turn.emit(TopicMoved(topic_id=paused.id, status=TopicStatus.ACTIVE, reason="asked for again"))
        return
    known = {view.id for view in turn.report.topics_before}
    another = any(
        topic.kind == "procedure" and topic.status is TopicStatus.ACTIVE and topic.id not in known
        for topic in turn.state.topics
    )
    words, priority = _asked_for(turn, name)
    topic = await open_procedure(turn, name, words, begin=not another, reason="requested", priority=priority)
    await _prefill(turn, topic, words)


async def _prefill(turn: Turn, topic: Topic, words: str) -> None:
    """What the message has told already is not asked for."""
    procedure = await procedure_of(turn, topic)
    if turn.request is None or topic.progress is None:
        return
    slots = [expected(name, slot, turn.state.language) for name, slot in procedure.slots.items()]
    progress = topic.progress
    for told in turn.ports.understanding.prefill(turn.request, slots, words):
        progress = turn.ports.procedures.fill(procedure, progress, told.slot, told.value)
        if procedure.slots[told.slot].identity:
            claim_identity(turn, told.value)
    save(turn, topic, progress)


def _asked_for(turn: Turn, procedure: str) -> tuple[str, int]:
    """The masked words in which a procedure was asked for, and how urgent they are."""
    if turn.understanding is None:
        return turn.report.masked_text, 3
    segments = turn.understanding.segments
    for proposal in turn.understanding.proposals:
        command = proposal.command
        mine = (isinstance(command, StartProcedure) and command.procedure == procedure) or (
            isinstance(command, AnswerFromKnowledge) and command.otherwise == procedure
        )
        if mine and proposal.segment < len(segments):
            return segments[proposal.segment].text, segments[proposal.segment].priority
    return turn.report.masked_text, 3


async def _answer(turn: Turn, command: AnswerFromKnowledge, catalogue: Catalogue) -> None:
    """Answers at once; a procedure that was waiting stays where it is and asks again after."""
    intent = catalogue.intents.get(command.intent or "")
    title = (
        intent.title.get(turn.state.language) or next(iter(intent.title.values()))
        if intent
        else turn.label("question_title")
    )
    picked = chosen(turn, command.query)
    query = picked.question if picked else command.query
    found = await look_up(turn, query, title, CHOSEN, picked.choice) if picked else await look_up(turn, query, title)
    procedure = command.otherwise if command.otherwise in catalogue.procedures else None
    is_near = bool(found.near) and (not command.strictly or found.confidence >= RATHER_AN_ARTICLE)
    if procedure and not (found.sentences or is_near):
        await _start(turn, procedure)
        return
    interrupted = turn.state.active
    await _say_found(turn, command.intent or "question", title, query, found)
    if not procedure:
        procedure, title = _procedure_about(found, catalogue, turn.state.language)
    if procedure and not (interrupted and interrupted.name == procedure):
        turn.offer(title[:1].upper() + title[1:])


def _procedure_about(found: KnowledgeAnswer, catalogue: Catalogue, language: str) -> tuple[str | None, str]:
    """A procedure about an error code that was asked about, with the title of its intent; none unless an article answered."""
    intents = {one.target.procedure: one for one in catalogue.intents.values() if one.target.procedure}
    for name in found.procedures if found.sentences else ():
        if name in catalogue.procedures and name in intents:
            titles = intents[name].title
            return name, titles.get(language) or next(iter(titles.values()))
    return None, ""


async def _say_found(turn: Turn, name: str, title: str, query: str, found: KnowledgeAnswer) -> None:
    interrupted = turn.state.active
    topic = open_question(turn, name, title, query, "asked")
    await answer(turn, topic, found=found)
    if interrupted and interrupted.kind == "procedure" and turn.state.active is None:
        turn.emit(TopicMoved(topic_id=interrupted.id, status=TopicStatus.ACTIVE, reason="back after a question"))


async def _resume(turn: Turn, topic_id: str) -> None:
    topic = turn.state.topic(topic_id)
    if topic is None:
        return
    turn.phrase("back_to", title=topic.title)
    turn.emit(TopicMoved(topic_id=topic_id, status=TopicStatus.ACTIVE, reason="customer came back to it"))
    if topic.kind == "question":
        await answer(turn, topic)


async def _cancel(turn: Turn, topic_id: str | None) -> None:
    topic = turn.state.topic(topic_id) if topic_id else turn.state.active
    if topic is None or topic.status not in OPEN_TOPICS:
        turn.phrase("nothing_to_cancel")
        return
    turn.phrase("cancelled", "result", title=topic.title)
    if topic.half_done:
        await take_back(turn, topic)
        return
    end_topic(turn, topic, TopicStatus.CANCELLED)
    await go_on(turn, topic)


async def _small_talk(turn: Turn, command: SmallTalk) -> None:
    match command.kind:
        case "greeting":
            turn.phrase("hello")
        case "who_are_you":
            turn.phrase("who_are_you", company=turn.tenant.name)
        case "thanks" | "positive" | "goodbye":
            _thank(turn, command.kind)
        case "venting":
            turn.phrase("what_happened", "question")
            turn.phrase("offer_person")
            _offer_person(turn)
            turn.helped = None if turn.state.unhelpful_turns == 0 else False


def _thank(turn: Turn, kind: str) -> None:
    """Thanks after an answer is the customer's word that it is solved; then the conversation ends."""
    open_topics = any(topic.status in OPEN_TOPICS for topic in turn.state.topics)
    solved = turn.state.asked_if_solved and not open_topics
    if open_topics or (not solved and kind != "goodbye"):
        turn.phrase("thanks")
        if not open_topics:
            turn.phrase("anything_else", "question")
        return
    turn.phrase("thanks" if kind != "goodbye" else "goodbye")
    for topic in turn.state.topics:
        if topic.status is TopicStatus.ANSWERED:
            turn.emit(TopicMoved(topic_id=topic.id, status=TopicStatus.RESOLVED, reason="the customer said so"))
    statuses = {topic.status for topic in turn.state.topics}
    resolved = solved or (kind == "goodbye" and TopicStatus.RESOLVED in statuses)
    resolution = Resolution.CONFIRMED if solved else Resolution.ASSUMED
    turn.emit(ConversationClosed(outcome=Outcome.RESOLVED if resolved else Outcome.ABANDONED, resolution=resolution))


def _not_solved(turn: Turn) -> None:
    for topic in turn.state.topics:
        if topic.status is TopicStatus.ANSWERED:
            turn.emit(TopicMoved(topic_id=topic.id, status=TopicStatus.UNRESOLVED, reason="the customer said so"))
    turn.helped = False
    turn.phrase("not_solved")
    turn.phrase("or_person")
    _offer_person(turn)


def _cannot_handle(turn: Turn, command: CannotHandle) -> None:
    turn.helped = False
    match command.reason:
        case "no_yes_or_no":
            turn.phrase("yes_or_no", "question")
            return
        case "out_of_scope":
            turn.phrase("do_not_know")
            turn.phrase("or_person")
        case "vague":
            turn.phrase("still_unclear")
            turn.phrase("offer_person")
        case "nonsense":
            turn.phrase("rephrase", "question")
    _offer_person(turn)


async def _answer_or_clarify(turn: Turn, command: Clarify) -> None:
    """Where much was told, articles help more than a question back, whichever thing was meant; all are offered."""
    if len(command.query.split()) <= WORDS_TO_ASK_BACK:
        _clarify(turn, command)
        return
    title = turn.label("question_title")
    found = await look_up(turn, command.query, title)
    if not (found.sentences or found.near):
        _clarify(turn, command)
        return
    await _say_found(turn, "question", title, command.query, replace(found, choices=()))
    for option in command.options:
        turn.offer(option.label)


def _clarify(turn: Turn, command: Clarify) -> None:
    turn.helped = None
    turn.emit(ClarificationAsked(offered=command.options, query=command.query, about=command.about))
    if command.options:
        turn.expects = Expects(kind="choice")
    match command.kind:
        case "contradiction":
            first, second = command.options
            turn.phrase("contradiction", "question", first=first.label, second=second.label)
            turn.offer(first.label)
            turn.offer(second.label)
        case "vague":
            turn.phrase("vague", "question")
        case "rephrase":
            turn.phrase("rephrase", "question")
            _offer_person(turn)
        case "intent":
            turn.phrase("which_one", "question")
            for option in command.options:
                turn.offer(option.label)
            turn.offer(turn.label("none_of_these"))


def _offer_person(turn: Turn) -> None:
    label = turn.label("person_label")
    turn.quick_replies.append(QuickReply(label=label, text=label))


def _note_misunderstanding(turn: Turn, commands: list[Decided], topic_id: str | None, catalogue: Catalogue) -> None:
    """An answer that was of no use for the slot that was asked counts as an attempt at it."""
    topic = turn.state.active
    if topic is None or topic.id != topic_id or topic.progress is None or catalogue.active is None:
        return
    if turn.unusable:
        _say_unusable(turn, topic, catalogue.active)
    elif not turn.form and topic.asked and all(isinstance(one, CannotHandle) for one in commands):
        _count_useless(turn, topic, catalogue.active, topic.asked)


def _say_unusable(turn: Turn, topic: Topic, procedure: Procedure) -> None:
    """Names each field whose value is none of its type, and says what would be right where nothing else will."""
    turn.helped = None
    for slot in turn.unusable:
        definition = procedure.slots[slot]
        turn.phrase("unusable_value", label=in_language(turn, definition.label or definition.ask, slot).rstrip(" :.?!"))
        hint = in_language(turn, definition.invalid or {}, "")
        if turn.state.confirmation and "{" not in hint:
            turn.say(hint)
        _count_useless(turn, topic, procedure, slot)


def _count_useless(turn: Turn, topic: Topic, procedure: Procedure, slot: str) -> None:
    progress = (turn.state.topic(topic.id) or topic).progress
    if progress and slot not in progress.slots:
        save(turn, topic, turn.ports.procedures.misunderstood(procedure, progress, slot))
