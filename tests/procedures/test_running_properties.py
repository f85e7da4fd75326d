"""Whatever procedure passes the checks and whatever happens to it, it neither loops nor gets lost."""

from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from casewright.kit.principal import Assurance
from casewright.procedures.checking import problems_of
from casewright.procedures.models import (
    ActionDefinition,
    ActionOutcome,
    ActionStatus,
    ActionStep,
    AnswerQuestion,
    AnswerStep,
    Ask,
    Branch,
    BranchStep,
    CollectStep,
    Comparison,
    Effect,
    EndStep,
    Finish,
    HandOff,
    HandOffStep,
    Procedure,
    Progress,
    RequireAssurance,
    RunAction,
    Say,
    SayStep,
    SlotDefinition,
    Step,
    Surroundings,
    VerifyStep,
)
from casewright.procedures.running import advance, begin, decline, fill, met, misunderstood, record, reject
from casewright.procedures.steps import CANCELLED, FAILED, FINISHED, UNCERTAIN, reachable

ACTIONS = {
    "read": ActionDefinition(name="read", effect=Effect.READ, codes=("done", "none")),
    "write": ActionDefinition(name="write", effect=Effect.WRITE, codes=("done", "none")),
}
SLOTS = ("a", "b")
VALUES = ("x", "y")
TEXT = {"en": "text"}


@st.composite
def steps(draw: st.DrawFn, step_id: str, ids: list[str]) -> Step:
    target = st.sampled_from(ids)
    onward = draw(st.none() | target)
    slot = st.sampled_from(SLOTS)
    kind = draw(
        st.sampled_from(["collect", "collect", "verify", "read", "write", "say", "answer", "branch", "end", "out"])
    )
    step: Step
    match kind:
        case "collect":
            step = CollectStep(id=step_id, next=onward, collect=draw(slot))
        case "verify":
            step = VerifyStep(id=step_id, next=onward, verify=draw(st.sampled_from(Assurance)))
        case "read":
            step = ActionStep(id=step_id, next=onward, action="read", on=draw(st.dictionaries(st.just("none"), target)))
        case "write":
            approve = draw(st.none() | st.just(TEXT))
            step = ActionStep(
                id=step_id,
                next=onward,
                action="write",
                confirm=TEXT,
                approve=approve,
                declined=draw(st.none() | target),
                rejected=draw(target) if approve else None,
            )
        case "say":
            step = SayStep(id=step_id, next=onward, say=TEXT)
        case "answer":
            step = AnswerStep(id=step_id, next=onward, answer=TEXT)
        case "branch":
            when = Comparison(slot=f"slots.{draw(slot)}", operator="equals", value=draw(st.sampled_from(VALUES)))
            step = BranchStep(id=step_id, next=onward, branch=(Branch(when=when, go=draw(target)),))
        case "end":
            step = EndStep(id=step_id, end="resolved")
        case _:
            step = HandOffStep(id=step_id, hand_off="person")
    return step


@st.composite
def procedures(draw: st.DrawFn) -> Procedure:
    ids = [f"s{number}" for number in range(draw(st.integers(1, 6)))]
    drawn = [draw(steps(step_id, ids)) for step_id in ids]
    slots = {name: SlotDefinition(ask=TEXT, optional=draw(st.booleans())) for name in SLOTS}
    procedure = Procedure(name="generated", title=TEXT, slots=slots, steps=tuple(drawn))
    found = reachable(procedure)
    kept = tuple(step for step in procedure.steps if step.id in found)
    return procedure.model_copy(update={"steps": kept})


def play(procedure: Procedure, data: st.DataObject, rounds: int = 120) -> list[Progress]:
    """A conversation of arbitrary events. Asserts what must hold on the way; gives every progress there was."""
    surroundings = Surroundings()
    progress = begin(procedure, surroundings)
    seen = [progress]
    since_waiting, most = 0, (2 * len(procedure.steps) + 1) * len(procedure.steps)
    for _ in range(rounds):
        step = advance(procedure, progress, surroundings)
        assert advance(procedure, progress, surroundings) == step
        want, progress = step.want, step.progress
        waits = isinstance(want, Ask) or (isinstance(want, RunAction) and want.confirm is not None)
        since_waiting = 0 if waits else since_waiting + 1
        assert since_waiting <= most
        match want:
            case Ask():
                if data.draw(st.booleans(), label="useful"):
                    progress = fill(procedure, progress, want.slot, data.draw(st.sampled_from(VALUES)))
                else:
                    progress = misunderstood(procedure, progress, want.slot)
            case RequireAssurance():
                surroundings = Surroundings(assurance=want.assurance)
            case Say() | AnswerQuestion():
                progress = met(procedure, progress, want)
            case RunAction():
                progress = _end_of_action(procedure, progress, want, data)
            case HandOff() | Finish():
                return [*seen, progress]
        if data.draw(st.integers(0, 9), label="corrects") == 0:
            since_waiting = 0
            progress = fill(procedure, progress, data.draw(st.sampled_from(SLOTS)), data.draw(st.sampled_from(VALUES)))
        seen.append(progress)
    return seen


def _end_of_action(procedure: Procedure, progress: Progress, want: RunAction, data: st.DataObject) -> Progress:
    if want.confirm and data.draw(st.booleans(), label="declined"):
        return decline(procedure, progress, want.step)
    if want.approve and data.draw(st.booleans(), label="rejected"):
        return reject(procedure, progress, want.step)
    outcome = ActionOutcome(
        status=data.draw(st.sampled_from(ActionStatus)), code=data.draw(st.sampled_from(["done", "none"]))
    )
    return record(procedure, progress, want.step, outcome)


@settings(max_examples=300, deadline=None)
@given(procedures(), st.data())
def test_a_checked_procedure_never_loops_and_never_leaves_its_reachable_steps(
    procedure: Procedure, data: st.DataObject
) -> None:
    assume(not problems_of(procedure, ACTIONS, default_locale="en"))
    allowed = reachable(procedure) | {FINISHED, CANCELLED, FAILED, UNCERTAIN}
    for progress in play(procedure, data):
        assert progress.step in allowed
        assert set(progress.passed) <= allowed


@settings(max_examples=300, deadline=None)
@given(procedures(), st.data())
def test_a_write_that_happened_is_never_forgotten(procedure: Procedure, data: st.DataObject) -> None:
    assume(not problems_of(procedure, ACTIONS, default_locale="en"))
    history = play(procedure, data)
    for before, after in pairwise(history):
        assert after.written[: len(before.written)] == before.written
        assert set(after.written) <= set(after.passed) | {after.step}
