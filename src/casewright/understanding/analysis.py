"""A message analysed: its pieces, what each is about, and the commands it proposes. Pure; runs off the event loop."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from casewright.understanding import phrases
from casewright.understanding.answers import yes_or_no
from casewright.understanding.contradictions import find_contradiction
from casewright.understanding.dialogue import Move, gives_details, leans_on_before, reports_done, steer
from casewright.understanding.emotion import feel
from casewright.understanding.entities import find_entities, local_time
from casewright.understanding.features import Reading
from casewright.understanding.intents import IntentModel, Prediction
from casewright.understanding.language import detect_language
from casewright.understanding.models import (
    ARTICLE_OPTION,
    AnswerFromKnowledge,
    CancelTopic,
    CannotHandle,
    Command,
    DialogueContext,
    Emotion,
    HumanHandoff,
    IntentDefinition,
    Option,
    Proposal,
    RankedIntent,
    Segment,
    Signal,
    SmallTalk,
    StartProcedure,
    TextVectors,
    Understanding,
    UnderstandingRequest,
)
from casewright.understanding.nonsense import is_blank, is_nonsense
from casewright.understanding.open_questions import Answer, read_answer
from casewright.understanding.segments import Span
from casewright.understanding.sequence import in_wanted_order
from casewright.understanding.signals import find_signals
from casewright.understanding.words import stems

NEGATIVE = -0.3
LEAST_SURE = 0.45
"""Least confidence for a piece of several to count as a request of its own, or for small talk."""
SURE_IN_MUCH = 0.6
"""The same in a message of more than `WORDS_OF_A_WISH` words: most of its sentences tell the circumstances of one request."""
SURE = 0.6
"""Least confidence for a hand-over or a cancellation that only the classifier proposes: they end things."""
NEVER_AT_ONCE = 2.0
"""What is told at length, without asking for anything to be done: a procedure begins only if no article answers for certain."""
SURE_OF_PROCEDURE = 0.9
"""The same below this confidence, where something is asked for at length."""
RATHER_A_PROCEDURE = 0.65
"""Below this confidence it begins only if no article comes near."""
LEAST_LIKELY = 0.3
"""Below this probability the best intent is a guess among many, and a choice between two of them helps nobody."""
WORDS_OF_A_WISH = 10
"""Words up to which a message names what it wants rather than tells of it."""
SURELY = 0.95
"""Confidence of what is called by its name, as quick replies do."""
ATTACK = 0.8
WORTH_A_LOOK = 0.3
"""Confidence of looking into the articles for a question that no intent covers; retrieval knows better."""
MOST_CHARACTERS = 600
"""Of a piece, for the classifier: the encoder was trained on 128 tokens, and more takes long."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the message. Either `move` (steering words) or `prediction` (what it is about) is set. `read`: the part of
    it that `reading` and `prediction` are of."""

    span: Span
    read: Span
    move: Move | None = None
    reading: Reading | None = None
    prediction: Prediction | None = None

    @property
    def is_talk(self) -> bool:
        return self.move is not None and isinstance(self.move.command, SmallTalk)


class Analyst:
    """Analyses messages of one tenant. `model` None: the tenant has no intents yet, so every message is a question."""

    def __init__(
        self, model: IntentModel | None, read: Callable[[str], Reading], *, ambiguity_gap: float, version: str
    ) -> None:
        self._model = model
        self._read = read
        self._gap = ambiguity_gap
        self._splitter = model.splitter if model else None
        self._version = version
        self.intents: Mapping[str, IntentDefinition] = {one.name: one for one in model.intents} if model else {}
        self._titles = {_plain(title): intent for intent in self.intents.values() for title in intent.title.values()}
        self._talk = {
            _plain(example): talk
            for intent in self.intents.values()
            if (talk := intent.target.small_talk)
            for example in intent.examples
        }

    def analyse(self, request: UnderstandingRequest, now: datetime) -> Understanding:
        text, context = request.text, request.context
        language, confidence = detect_language(text, context.default_language)
        emotion = feel(text, language)
        here = local_time(now, request.time_zone)
        entities = find_entities(text, request.tokens, here, language=language, names=request.names)
        signals = find_signals(text)
        answer = Answer() if is_blank(text) else read_answer(text, context, entities, here.date(), self._splitter)
        if is_nonsense(text) and not (answer.moves or answer.chosen or entities):
            segments, proposals, vectors = _nothing_said(text)
        else:
            segments, proposals, vectors = self._assemble(text, context, answer, emotion, signals)
        return Understanding(
            language=language,
            language_confidence=confidence,
            segments=tuple(segments),
            entities=entities,
            emotion=emotion,
            proposals=tuple(proposals),
            signals=signals,
            contradiction=None if answer.moves or answer.chosen else find_contradiction(text),
            model_version=self._version,
            vectors=vectors,
        )

    # --- from pieces to segments and proposals ---

    def _assemble(
        self, text: str, context: DialogueContext, answer: Answer, emotion: Emotion, signals: Sequence[Signal]
    ) -> tuple[list[Segment], list[Proposal], dict[str, TextVectors]]:
        segments: list[Segment] = []
        vectors: dict[str, TextVectors] = {}
        proposals: list[Proposal] = []
        if answer.moves or answer.chosen:
            end = answer.pieces[0][0] if answer.pieces else len(text)
            segments.append(Segment(start=0, end=end, text=text[:end]))
            proposals += [_from_move(move, 0) for move in answer.moves]
            for option in answer.chosen:
                proposals += self._from_option(option)
        for piece in self._pieces(text, context, answer.pieces):
            index = len(segments)
            segments.append(self._segment(text, piece))
            if piece.reading is not None:
                vectors[text[slice(*piece.read)]] = piece.reading.vectors
            proposals += self._propose(segments[-1], piece, index, context, emotion, signals)
        if answer.missed and not any(_is_request(proposal.command, segments) for proposal in proposals):
            missed = Move(CannotHandle(reason="no_yes_or_no"), 0.8, "neither yes nor no")
            proposals = [_from_move(missed, 0)]
        return in_wanted_order(text, segments), proposals, vectors

    def _pieces(self, text: str, context: DialogueContext, spans: Sequence[Span]) -> list[Piece]:
        """What is left to understand, one piece a request. Talk goes unless there is nothing else."""
        pieces = self._whole_thoughts(text, spans, context)
        requests = [piece for piece in pieces if not piece.is_talk]
        if not requests:
            return pieces[:1]
        anchors = [
            piece
            for piece in requests
            if piece.move or (self._has_own_intent(text, piece) and not gives_details(text[slice(*piece.span)]))
        ]
        if not anchors:
            span = (requests[0].span[0], requests[-1].span[1])
            return [requests[0] if len(requests) == 1 else self._look_at(text, span, context)]
        merged: list[Piece] = []
        waiting: Span | None = None
        for piece in requests:
            if piece not in anchors:
                if merged and merged[-1].prediction:
                    merged[-1] = self._with_more(text, merged[-1], piece)
                else:
                    waiting = piece.span
            elif merged and self._is_about_the_same(merged[-1], piece):
                merged[-1] = replace(self._surer(merged[-1], piece), span=(merged[-1].span[0], piece.span[1]))
            else:
                start = waiting[0] if waiting and piece.prediction else piece.span[0]
                merged.append(replace(piece, span=(start, piece.span[1])))
                waiting = None
        return merged

    def _whole_thoughts(self, text: str, spans: Sequence[Span], context: DialogueContext) -> list[Piece]:
        """Each piece looked at, together with those after it that make no sense alone."""
        pieces: list[Piece] = []
        for span in spans:
            piece = self._look_at(text, span, context)
            before = pieces[-1] if pieces else None
            if before and not before.move and not piece.move and leans_on_before(text[slice(*span)]):
                pieces[-1] = self._look_at(text, (before.span[0], span[1]), context)
            else:
                pieces.append(piece)
        return pieces

    def _look_at(self, text: str, span: Span, context: DialogueContext) -> Piece:
        words = text[span[0] : span[1]]
        if reports_done(words, context):
            return Piece(span, span, move=Move(SmallTalk(kind="positive"), 0.8, "tells that something is done"))
        move = steer(words, context) or _bare_yes_or_no(words) or self._known_talk(words)
        if move is not None:
            return Piece(span, span, move=move)
        reading = self._read(words[:MOST_CHARACTERS])
        if self._model is None:
            return Piece(span, span, reading=reading)
        prediction = self._model.predict(reading)
        talk = self.intents[prediction.ranking[0].name].target.small_talk
        if talk and prediction.confidence >= LEAST_SURE:
            kind = SmallTalk.model_validate({"kind": talk})
            return Piece(span, span, Move(kind, prediction.confidence, "small talk"), reading, prediction)
        return Piece(span, span, reading=reading, prediction=prediction)

    def _known_talk(self, words: str) -> Move | None:
        """Small talk in an example's own words, which need not be encoded to be known."""
        talk = self._talk.get(_plain(words))
        return Move(SmallTalk.model_validate({"kind": talk}), SURELY, "small talk") if talk else None

    def _has_own_intent(self, text: str, piece: Piece) -> bool:
        least = SURE_IN_MUCH if len(text.split()) > WORDS_OF_A_WISH else LEAST_SURE
        return piece.prediction is not None and piece.prediction.confidence >= least

    def _with_more(self, text: str, piece: Piece, more: Piece) -> Piece:
        """Details, such as an address, say nothing of what is asked; anything else does."""
        span = (piece.span[0], more.span[1])
        is_read = piece.read == piece.span and gives_details(text[slice(*more.span)])
        return replace(piece, span=span, read=span if is_read else piece.read)

    def _is_about_the_same(self, one: Piece, other: Piece) -> bool:
        """Also when one of the two is unsure and the other's intent is its second guess."""
        if one.prediction is None or other.prediction is None or one.move or other.move:
            return False
        first, second = one.prediction.ranking[0].name, other.prediction.ranking[0].name
        return first == second or any(
            self._is_ambiguous(piece.prediction) and name in [ranked.name for ranked in piece.prediction.ranking[:2]]
            for piece, name in ((one, second), (other, first))
            if piece.prediction
        )

    def _surer(self, one: Piece, other: Piece) -> Piece:
        return max(one, other, key=lambda piece: piece.prediction.ranking[0].probability if piece.prediction else 0.0)

    def _segment(self, text: str, piece: Piece) -> Segment:
        start, end = piece.span
        prediction = piece.prediction
        if prediction is None or piece.move:
            return Segment(start=start, end=end, text=text[start:end])
        best = self.intents[prediction.ranking[0].name]
        return Segment(
            start=start,
            end=end,
            text=text[start:end],
            ranking=prediction.ranking,
            out_of_scope=prediction.out_of_scope,
            out_of_scope_score=min(1.0, prediction.out_of_scope_score),
            ambiguous=self._is_ambiguous(prediction),
            priority=3 if prediction.out_of_scope else best.priority,
        )

    def _is_ambiguous(self, prediction: Prediction) -> bool:
        if prediction.out_of_scope or len(prediction.ranking) < 2:
            return False
        first, second = prediction.ranking[:2]
        if first.probability < LEAST_LIKELY:
            return False
        is_close = first.probability - second.probability < self._gap
        return is_close and self.intents[first.name].target != self.intents[second.name].target

    # --- proposals ---

    def _propose(
        self,
        segment: Segment,
        piece: Piece,
        index: int,
        context: DialogueContext,
        emotion: Emotion,
        signals: Sequence[Signal],
    ) -> list[Proposal]:
        if piece.move:
            return [_from_move(piece.move, index)]
        if named := self._titles.get(_plain(segment.text)):
            command = _command_for(named, segment.text)
            return [Proposal(command=command, confidence=SURELY, reason="names it", segment=index, proposer="intents")]
        is_attack = any(signal.weight >= ATTACK for signal in signals) and not phrases.asks(segment.text)
        if not segment.ranking or segment.out_of_scope or is_attack:
            return _beyond_intents(segment, index, context, emotion, signals)
        ranked = segment.ranking[: 2 if segment.ambiguous else 1]
        share = 1 - segment.out_of_scope_score
        proposals = [self._from_intent(one, segment, index, share, context) for one in ranked]
        return [one for one in proposals if one] or _beyond_intents(segment, index, context, emotion, signals)

    def _from_intent(
        self, ranked: RankedIntent, segment: Segment, index: int, share: float, context: DialogueContext
    ) -> Proposal | None:
        """None where the intent makes no sense now, or is too unsure for what it would do."""
        intent = self.intents[ranked.name]
        target = intent.target
        has_topic = context.active is not None or bool(context.paused)
        confidence = ranked.probability * share
        least = SURE if target.cancel or target.handoff else 0.0 if segment.ambiguous else LEAST_SURE
        if (target.cancel and not has_topic) or (confidence < least and not target.knowledge):
            return None
        if context.awaiting and not (
            target.handoff or target.cancel or self._changes_subject(segment, context, confidence)
        ):
            return None
        return Proposal(
            command=_command_for(intent, segment.text, confidence),
            confidence=round(max(confidence, WORTH_A_LOOK) if target.knowledge else confidence, 4),
            reason=f"is about {intent.name}",
            segment=index,
            proposer="intents",
        )

    def _changes_subject(self, segment: Segment, context: DialogueContext, confidence: float) -> bool:
        """Instead of the value that was asked for: by a question, or, where that value has a form of its own which these
        words do not have, by a request that is beyond doubt."""
        has_form = context.awaiting is not None and context.awaiting.type != "text"
        is_beyond_doubt = confidence >= SURE and not gives_details(segment.text)
        return phrases.asks(segment.text) or (has_form and is_beyond_doubt)

    def _from_option(self, option: Option) -> list[Proposal]:
        """An offered intent by its name, an article by its label; anything else that was offered is understood by its label."""
        intent = self.intents.get(option.value)
        if intent is None and not option.value.startswith(ARTICLE_OPTION):
            segment = self._segment(
                option.label, self._look_at(option.label, (0, len(option.label)), DialogueContext())
            )
            intent = self.intents.get(segment.ranking[0].name) if segment.ranking and not segment.out_of_scope else None
        command = _command_for(intent, option.label) if intent else AnswerFromKnowledge(query=option.label)
        return [Proposal(command=command, confidence=SURELY, reason="picks what was offered", proposer="dialogue")]


def _command_for(intent: IntentDefinition, query: str, confidence: float = 1.0) -> Command:
    """A procedure begins at once only where it is surely wanted; else articles may answer first."""
    target = intent.target
    is_fact = phrases.asks_for_a_fact(query)
    least = RATHER_A_PROCEDURE
    if len(query.split()) > WORDS_OF_A_WISH or phrases.HOW_TO.match(query):
        is_request = phrases.REQUEST_OPENER.match(query) or phrases.OWN.search(query)
        least = SURE_OF_PROCEDURE if is_request else NEVER_AT_ONCE
    if target.procedure and (confidence < least or is_fact):
        words = phrases.without_pleasantries(query)
        strictly = confidence >= RATHER_A_PROCEDURE and not (is_fact or phrases.asks_somewhere(query))
        return AnswerFromKnowledge(query=words, intent=intent.name, otherwise=target.procedure, strictly=strictly)
    if target.procedure:
        return StartProcedure(procedure=target.procedure)
    if target.handoff:
        return HumanHandoff(reason="requested")
    if target.cancel:
        return CancelTopic()
    if target.small_talk:
        return SmallTalk.model_validate({"kind": target.small_talk})
    return AnswerFromKnowledge(query=phrases.without_pleasantries(query), intent=intent.name)


def _plain(text: str) -> str:
    return text.strip(" .!?\n").casefold()


def _from_move(move: Move, index: int) -> Proposal:
    return Proposal(
        command=move.command, confidence=move.confidence, reason=move.reason, segment=index, proposer="dialogue"
    )


def _beyond_intents(
    segment: Segment, index: int, context: DialogueContext, emotion: Emotion, signals: Sequence[Signal]
) -> list[Proposal]:
    """What to do with words that no intent covers: hear the anger in them, else look into the articles, else say so."""
    if emotion.valence < NEGATIVE and not phrases.is_question(segment.text):
        return [_from_move(Move(SmallTalk(kind="venting"), 0.7, "complains without a request"), index)]
    unsure = 1 - segment.out_of_scope_score
    cannot = Move(CannotHandle(reason="out_of_scope"), max(0.3, segment.out_of_scope_score), "no intent covers it")
    is_attack = any(signal.weight >= ATTACK for signal in signals)
    if is_attack or len(stems(segment.text)) < 2 or (context.awaiting and not phrases.asks(segment.text)):
        return [_from_move(cannot, index)]
    look = Move(
        AnswerFromKnowledge(query=phrases.without_pleasantries(segment.text)),
        max(WORTH_A_LOOK, unsure),
        "an article may cover it",
    )
    return [_from_move(look, index), _from_move(cannot, index)]


def _bare_yes_or_no(words: str) -> Move | None:
    """A yes or no that nothing was asked for settles nothing; it is an "all right" or a "no, that is all"."""
    said = yes_or_no(words)
    if said is None or said.rest is not None:
        return None
    kind = "positive" if said.answer == "yes" else "goodbye"
    return Move(SmallTalk.model_validate({"kind": kind}), 0.5, "answers a question that is not open")


def _is_request(command: Command, segments: Sequence[Segment]) -> bool:
    """Whether a message without the yes or no that was asked for at least asks for something else."""
    if isinstance(command, AnswerFromKnowledge) and command.intent is None:
        return any(phrases.asks(segment.text) for segment in segments)
    return not isinstance(command, CannotHandle | SmallTalk)


def _nothing_said(text: str) -> tuple[list[Segment], list[Proposal], dict[str, TextVectors]]:
    move = Move(CannotHandle(reason="nonsense"), 0.95, "no language in it")
    return [Segment(start=0, end=len(text), text=text)], [_from_move(move, 0)], {}
