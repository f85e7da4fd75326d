"""A procedure's steps as a graph: where each leads, and which values and slots it uses."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from casewright.procedures.conditions import comparisons
from casewright.procedures.models import (
    ActionStep,
    AnswerStep,
    BranchStep,
    CollectStep,
    EndStep,
    HandOffStep,
    Procedure,
    SayStep,
    Step,
    Texts,
)
from casewright.procedures.texts import placeholders

FINISHED = "$finished"
"""Where a procedure stands after its last step. Names with a `$` are no step of the file."""
CANCELLED = "$cancelled"
"""… after the customer said no and the step says nothing about that."""
FAILED = "$failed"
"""… after an action failed and the step says nothing about that."""
UNCERTAIN = "$uncertain"
"""… after it stayed unknown whether an action happened."""
UNANSWERED = "$unanswered"
"""… after an alternative to an answer was wanted too often."""
NOT_COMPENSATED = "$not_compensated"
"""… after what was to be taken back could not be, or not surely."""


def step_of(procedure: Procedure, step_id: str) -> Step | None:
    return next((step for step in procedure.steps if step.id == step_id), None)


def following(procedure: Procedure, step: Step) -> str:
    """The step after this one when nothing else decides."""
    if step.next:
        return step.next
    position = next(index for index, other in enumerate(procedure.steps) if other.id == step.id)
    return procedure.steps[position + 1].id if position + 1 < len(procedure.steps) else FINISHED


def named_targets(step: Step) -> Iterator[tuple[str, str]]:
    """The steps that this one names, each with the key that names it."""
    if step.next:
        yield "next", step.next
    if isinstance(step, CollectStep):
        yield from ((f"instead {one.value}", one.go) for one in step.instead)
    if isinstance(step, BranchStep):
        yield from (("branch", branch.go) for branch in step.branch)
    if isinstance(step, ActionStep):
        yield from ((f"on {code}", target) for code, target in step.on.items())
        yield from ((key, target) for key in ("declined", "rejected") if (target := getattr(step, key)))


def targets(procedure: Procedure, step: Step) -> frozenset[str]:
    """Every step that may come after this one."""
    if isinstance(step, EndStep | HandOffStep):
        return frozenset()
    return frozenset([following(procedure, step), *(target for _, target in named_targets(step))])


def reachable(procedure: Procedure, leads_to: Callable[[Step], Iterable[str]] | None = None) -> frozenset[str]:
    """Ids of the steps that can be come to from the first one. `leads_to` gives other ways on than the steps' own."""
    by_id = {step.id: step for step in procedure.steps}
    found: set[str] = set()
    waiting = [procedure.steps[0].id]
    while waiting:
        step = by_id.get(waiting.pop())
        if step is not None and step.id not in found:
            found.add(step.id)
            waiting.extend(leads_to(step) if leads_to else targets(procedure, step))
    return frozenset(found)


def waits_for_customer(procedure: Procedure, step: Step) -> bool:
    """Whether going round through this step always needs an answer from someone."""
    if isinstance(step, CollectStep):
        slots = [procedure.slots.get(name) for name in step.slots]
        return any(slot is None or not slot.optional for slot in slots)
    return isinstance(step, ActionStep) and bool(step.confirm or step.approve)


def texts_of(step: Step) -> Iterator[tuple[str, Texts]]:
    """What a step may say, each with its key."""
    if isinstance(step, CollectStep):
        yield from ((f"instead {one.value}", one.label) for one in step.instead)
    if isinstance(step, ActionStep):
        named = {"confirm": step.confirm, "approve": step.approve, "progress": step.progress}
        yield from ((key, texts) for key, texts in named.items() if texts is not None)
    if isinstance(step, SayStep):
        yield "say", step.say
        yield from (("quick_replies", texts) for texts in step.quick_replies)
    if isinstance(step, AnswerStep):
        yield "answer", step.answer


def compensation_paths(step: Step) -> Iterator[tuple[str, str]]:
    """The values that taking a step back looks at, as paths, each with the key that does. They are looked at after it."""
    if not isinstance(step, ActionStep) or step.compensate is None:
        return
    given = {f"compensate arguments {name}": [text] for name, text in step.compensate.arguments.items()}
    for key, texts in {**given, "compensate say": [*step.compensate.say.values()]}.items():
        yield from ((key, path) for text in texts for path in placeholders(text))


def paths_used(step: Step) -> Iterator[tuple[str, str]]:
    """The values that a step looks at, as paths, each with the key that does."""
    for key, texts in texts_of(step):
        yield from ((key, path) for text in texts.values() for path in placeholders(text))
    if isinstance(step, ActionStep):
        yield from ((f"arguments {name}", path) for name, text in step.arguments.items() for path in placeholders(text))
    if isinstance(step, BranchStep):
        for comparison in chain.from_iterable(comparisons(branch.when) for branch in step.branch):
            values = comparison.value if isinstance(comparison.value, list) else [comparison.value]
            yield "branch", comparison.slot
            yield from (("branch", path) for value in values if isinstance(value, str) for path in placeholders(value))


def slots_used(step: Step) -> frozenset[str]:
    """The slots on whose values this step depends."""
    collected = step.slots if isinstance(step, CollectStep) else ()
    looked_at = [path.removeprefix("slots.") for _, path in paths_used(step) if path.startswith("slots.")]
    return frozenset((*collected, *looked_at))


def slots_of_arguments(procedure: Procedure, step: ActionStep) -> tuple[str, ...]:
    """The slots that an action's arguments name, in the order in which they are asked for. (Steps keep their order when they
    are stored, keys do not.)"""
    paths = {path for text in step.arguments.values() for path in placeholders(text)}
    asked = [slot for other in procedure.steps if isinstance(other, CollectStep) for slot in other.slots]
    return tuple(slot for slot in dict.fromkeys((*asked, *sorted(procedure.slots))) if f"slots.{slot}" in paths)
