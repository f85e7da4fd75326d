"""The decision alone: what is proposed, what is kept, what is dropped and why."""

from dataclasses import replace

import pytest

from casewright.engine.decide import Catalogue, decide
from casewright.engine.models import Clarification, State, Topic, TopicStatus
from casewright.settings import Thresholds
from casewright.understanding.models import (
    AnswerFromKnowledge,
    CannotHandle,
    Clarify,
    Command,
    Emotion,
    HumanHandoff,
    IntentDefinition,
    IntentTarget,
    Proposal,
    RankedIntent,
    Segment,
    SetSlot,
    SmallTalk,
    StartProcedure,
    Understanding,
)


def intent(name: str, *, procedure: str | None = None) -> IntentDefinition:
    target = IntentTarget(procedure=procedure) if procedure else IntentTarget(knowledge=True)
    return IntentDefinition(name=name, title={"en": name.replace("_", " ")}, target=target, examples=())


CATALOGUE = Catalogue(
    procedures=("reset", "unlock"),
    intents={
        one.name: one
        for one in (
            intent("reset_it", procedure="reset"),
            intent("unlock_it", procedure="unlock"),
            intent("prices"),
            intent("plans"),
        )
    },
)


def understood(
    *proposals: Proposal, ranking: tuple[tuple[str, float], ...] = (), ambiguous: bool = False
) -> Understanding:
    segment = Segment(
        start=0, end=5, text="words", ambiguous=ambiguous,
        ranking=tuple(RankedIntent(name=name, probability=value) for name, value in ranking),
    )  # fmt: skip
    return Understanding(
        language="en",
        language_confidence=1,
        segments=(segment, segment),
        entities=(),
        emotion=Emotion(),
        proposals=proposals,
    )


def proposed(command: Command, confidence: float = 0.9, segment: int = 0) -> Proposal:
    return Proposal(command=command, confidence=confidence, reason="test", segment=segment, proposer="test")


def decided(understanding: Understanding, state: State | None = None) -> list[str]:
    return [one.command for one in decide(state or State(), understanding, CATALOGUE, Thresholds(), 10).commands]


RESET, UNLOCK = StartProcedure(procedure="reset"), StartProcedure(procedure="unlock")
CLOSE = (("reset_it", 0.45), ("unlock_it", 0.40))


def test_two_procedures_too_close_to_tell_apart_are_asked_about() -> None:
    decision = decide(State(), understood(proposed(RESET), ranking=CLOSE, ambiguous=True), CATALOGUE, Thresholds(), 10)
    clarify = decision.commands[0]
    assert isinstance(clarify, Clarify)
    assert [one.value for one in clarify.options] == ["reset_it", "unlock_it"]
    assert [one.why for one in decision.dropped] == ["ambiguous; asked back"]
    settled = decision.ambiguities[0]
    assert (settled.strategy, settled.intents) == ("direct_ask", ("reset_it", "unlock_it"))


@pytest.mark.parametrize(("probability", "offered"), [(0.12, 3), (0.02, 2)])
def test_a_third_possibility_is_offered_only_if_it_is_plausible(probability: float, offered: int) -> None:
    ranking = (*CLOSE, ("prices", probability))
    (clarify, *_) = decide(
        State(), understood(proposed(RESET), ranking=ranking, ambiguous=True), CATALOGUE, Thresholds(), 10
    ).commands
    assert isinstance(clarify, Clarify)
    assert len(clarify.options) == offered


def test_where_much_is_told_articles_are_looked_into_and_each_possibility_is_offered() -> None:
    text = "since the update this morning nobody here can get in any more at all"
    heard = understood(proposed(RESET), ranking=CLOSE, ambiguous=True)
    long = replace(heard, segments=(heard.segments[0].model_copy(update={"text": text}),))
    decision = decide(State(), long, CATALOGUE, Thresholds(), 10)
    assert [one.command for one in decision.commands] == ["Clarify"]
    assert [one.strategy for one in decision.ambiguities] == ["multiple_answers"]


def test_what_is_not_ambiguous_is_not_settled() -> None:
    assert decide(State(), understood(proposed(RESET), ranking=CLOSE), CATALOGUE, Thresholds(), 10).ambiguities == []


def test_an_open_topic_settles_an_ambiguity_without_asking() -> None:
    topic = Topic(id="t1", kind="procedure", name="unlock", title="Unlock", query="", status=TopicStatus.PAUSED)
    understanding = understood(proposed(RESET), ranking=CLOSE, ambiguous=True)
    decision = decide(State(topics=(topic,)), understanding, CATALOGUE, Thresholds(), 10)
    assert decision.commands == [UNLOCK]
    settled = decision.ambiguities[0]
    assert (settled.strategy, settled.why) == (
        "contextual_inference",
        "unlock_it belongs to what the conversation is about",
    )


def test_two_articles_too_close_to_tell_apart_are_both_answered() -> None:
    answer = AnswerFromKnowledge(query="words", intent="prices")
    ranking = (("prices", 0.4), ("plans", 0.38))
    assert decided(understood(proposed(answer), ranking=ranking, ambiguous=True)) == ["AnswerFromKnowledge"]


def test_the_same_clarifying_question_is_not_asked_twice() -> None:
    asked = Clarification(offered=(), query="words", about="intents:reset_it,unlock_it")
    understanding = understood(proposed(RESET), ranking=CLOSE, ambiguous=True)
    assert decided(understanding, State(clarification=asked)) == ["StartProcedure"]


def test_a_clarifying_question_is_not_asked_again_after_another_one() -> None:
    understanding = understood(proposed(RESET), ranking=CLOSE, ambiguous=True)
    other = Clarification(offered=(), query="words", about="unclear:vague")
    state = State(clarification=other, asked_back=("intents:reset_it,unlock_it", "unclear:vague"))
    assert decided(understanding, state) == ["StartProcedure"]


CONTRADICTING = Understanding(
    language="en", language_confidence=1, segments=(), entities=(), emotion=Emotion(),
    proposals=(proposed(RESET),), contradiction=("enable", "disable"),
)  # fmt: skip


def test_a_contradiction_is_asked_about_before_anything_is_done() -> None:
    assert decided(CONTRADICTING) == ["Clarify"]


def test_the_same_contradiction_is_asked_about_in_another_way_and_then_a_person_is_brought_in() -> None:
    asked: tuple[str, ...] = ()
    kinds = []
    for _ in range(3):
        decision = decide(State(asked_back=asked), CONTRADICTING, CATALOGUE, Thresholds(), 10)
        (command,) = decision.commands
        kinds.append(command.kind if isinstance(command, Clarify) else command.command)
        asked = (*asked, command.about) if isinstance(command, Clarify) else asked
    assert kinds == ["contradiction", "rephrase", "HumanHandoff"]


def test_asking_for_a_person_overrides_everything_else() -> None:
    assert decided(understood(proposed(RESET), proposed(HumanHandoff()))) == ["HumanHandoff"]


def test_what_cannot_be_handled_does_not_spoil_what_can() -> None:
    assert decided(understood(proposed(CannotHandle(reason="out_of_scope")), proposed(RESET, segment=1))) == [
        "StartProcedure"
    ]


def test_small_talk_gives_way_to_a_request() -> None:
    assert decided(understood(proposed(SmallTalk(kind="greeting")), proposed(RESET))) == ["StartProcedure"]


def test_a_procedure_that_does_not_exist_is_dropped() -> None:
    decision = decide(
        State(), understood(proposed(StartProcedure(procedure="launch_rocket"))), CATALOGUE, Thresholds(), 10
    )
    assert decision.commands == []
    assert "no procedure" in decision.dropped[0].why


def test_a_slot_without_a_procedure_is_dropped() -> None:
    decision = decide(State(), understood(proposed(SetSlot(slot="email", value="x"))), CATALOGUE, Thresholds(), 10)
    assert [one.why for one in decision.dropped] == ["nothing is being filled in"]


def test_what_is_hardly_believed_is_not_done() -> None:
    assert decided(understood(proposed(RESET, confidence=0.1))) == []


def test_the_same_request_twice_in_a_message_is_done_once() -> None:
    assert decided(understood(proposed(RESET), proposed(RESET, segment=1))) == ["StartProcedure"]
