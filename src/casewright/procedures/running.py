"""Walking through a procedure. Pure: what it wants from outside comes back as a `Want`, what came of that is handed in.

begin ──► advance ──► Want ──► met | fill | misunderstood | record | decline | reject | cancel ──► advance …
"""

from collections.abc import Iterable
from dataclasses import dataclass

from casewright.procedures.conditions import holds
from casewright.procedures.errors import EndlessProcedure, NotAtStep, UnknownSlot
from casewright.procedures.models import (
    COMPENSATES,
    ActionOutcome,
    ActionStatus,
    ActionStep,
    Advance,
    Alternative,
    AnswerQuestion,
    AnswerStep,
    Ask,
    BranchStep,
    CollectStep,
    Compensate,
    Done,
    EndStep,
    Finish,
    HandOff,
    HandOffStep,
    Labelled,
    Procedure,
    Progress,
    RequireAssurance,
    RunAction,
    Say,
    SayStep,
    Scalar,
    SlotDefinition,
    Surroundings,
    Texts,
    VerifyStep,
    Want,
)
from casewright.procedures.steps import (
    CANCELLED,
    FAILED,
    FINISHED,
    NOT_COMPENSATED,
    UNANSWERED,
    UNCERTAIN,
    following,
    slots_of_arguments,
    slots_used,
    step_of,
)
from casewright.procedures.texts import evaluate, fill_in, in_locale


def begin(procedure: Procedure, surroundings: Surroundings) -> Progress:
    """At the first step, with what is known already filled in."""
    prefilled = {name: value for name in procedure.slots if (value := _prefill(procedure, name, surroundings))}
    return Progress(step=procedure.steps[0].id, slots=prefilled)


def advance(procedure: Procedure, progress: Progress, surroundings: Surroundings) -> Advance:
    """Walks on until something from outside is wanted. The same progress gives the same want, however often it is asked.

    Raises `EndlessProcedure` and `NotAtStep` (the procedure has no such step)."""
    for _ in range(_longest_walk(procedure)):
        want = _want_at(procedure, progress, surroundings)
        if isinstance(want, Say | AnswerQuestion):
            return Advance(want=want, progress=met(procedure, progress, want))
        if not isinstance(want, _GoOn):
            return Advance(want=want, progress=progress)
        progress = want.progress
    raise EndlessProcedure(f'The procedure "{procedure.name}" goes round in circles at its step "{progress.step}".')


def met(procedure: Procedure, progress: Progress, want: Want) -> Progress:
    """After a `Say`, `AnswerQuestion` or `RequireAssurance` is satisfied; nothing changes if it was left behind already."""
    step = step_of(procedure, progress.step)
    if step is None or want.step != progress.step or not isinstance(step, SayStep | AnswerStep | VerifyStep):
        return progress
    return _go(procedure, progress, following(procedure, step))


def fill(procedure: Procedure, progress: Progress, slot: str, value: str) -> Progress:
    """A slot's value, also a corrected one: then it goes back to the first step that used the old value and forgets the
    results since. Once a WRITE has rested on the old value it `is_settled`, and the progress comes back unchanged. Where the
    question offers alternatives, the value may name one of them.

    Raises `UnknownSlot`."""
    if slot not in procedure.slots:
        raise UnknownSlot(f'The procedure "{procedure.name}" has no slot "{slot}"; it has: {_names(procedure.slots)}.')
    if alternative := _alternative(procedure, progress, slot, value):
        return _turn_to(procedure, progress, slot, alternative)
    if progress.slots.get(slot) == value or is_settled(procedure, progress, slot):
        return progress
    filled = progress.model_copy(update={"slots": {**progress.slots, slot: value}})
    first = _first_use(procedure, progress, slot)
    return filled if first is None else _back_to(procedure, filled, first, slot)


def is_settled(procedure: Procedure, progress: Progress, slot: str) -> bool:
    """Whether a WRITE has happened since the slot was first used, so that it is too late to change it."""
    first = _first_use(procedure, progress, slot)
    return first is not None and not set(progress.passed[first:]).isdisjoint(progress.written)


def misunderstood(procedure: Procedure, progress: Progress, slot: str) -> Progress:
    """An answer to the slot's question was of no use. After `attempts` of them `advance` wants a person."""
    if slot not in procedure.slots:
        raise UnknownSlot(f'The procedure "{procedure.name}" has no slot "{slot}"; it has: {_names(procedure.slots)}.')
    return progress.model_copy(update={"attempts": {**progress.attempts, slot: progress.attempts.get(slot, 0) + 1}})


def record(procedure: Procedure, progress: Progress, step: str, outcome: ActionOutcome) -> Progress:
    """After an action has ended, also one that took a step back. Raises `NotAtStep`."""
    if step.startswith(COMPENSATES):
        return _compensated(procedure, progress, outcome)
    action = _action_at(procedure, progress, step)
    if action.save_as:
        results = {**progress.results, action.save_as: {**outcome.values, "code": outcome.code}}
        progress = progress.model_copy(update={"results": results})
    happened = outcome.status in (ActionStatus.SUCCEEDED, ActionStatus.UNCERTAIN)
    if happened and action.confirm:
        progress = progress.model_copy(update={"written": (*progress.written, step)})
    if action.compensate and outcome.status is ActionStatus.SUCCEEDED:
        done = Done(
            step=step, arguments=_given(action.compensate.arguments, _Words(procedure, progress, Surroundings()))
        )
        progress = progress.model_copy(update={"compensable": (*progress.compensable, done)})
    return _go(procedure, progress, _after(procedure, action, outcome))


def decline(procedure: Procedure, progress: Progress, step: str) -> Progress:
    """After the customer said no. Raises `NotAtStep`."""
    return _go(procedure, progress, _action_at(procedure, progress, step).declined or CANCELLED)


def reject(procedure: Procedure, progress: Progress, step: str) -> Progress:
    """After the operator said no. Raises `NotAtStep`."""
    return _go(procedure, progress, _action_at(procedure, progress, step).rejected or FAILED)


def cancel(procedure: Procedure, progress: Progress) -> Progress:
    """After the customer wants nothing of it any more."""
    return _go(procedure, progress, CANCELLED)


def _longest_walk(procedure: Procedure) -> int:
    """A question met with its slot filled lets pass once, then asks; between questions each step comes at most once."""
    number = len(procedure.steps)
    return (2 * number + 1) * number + 1


# --- one step ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _GoOn:
    """The step wants nothing from outside."""

    progress: Progress


def _want_at(procedure: Procedure, progress: Progress, surroundings: Surroundings) -> Want | _GoOn:
    words = _Words(procedure, progress, surroundings)
    want: Want | _GoOn
    match step_of(procedure, progress.step):
        case CollectStep() as step:
            want = _collect(procedure, step, words)
        case VerifyStep() as step if surroundings.assurance.covers(step.verify):
            want = _GoOn(_go(procedure, progress, following(procedure, step)))
        case VerifyStep() as step:
            want = RequireAssurance(step=step.id, assurance=step.verify)
        case BranchStep() as step:
            chosen = next((branch.go for branch in step.branch if holds(branch.when, words.raw)), None)
            want = _GoOn(_go(procedure, progress, chosen or following(procedure, step)))
        case ActionStep() as step:
            want = _run(step, words)
        case SayStep() as step:
            replies = tuple(words.say(reply) for reply in step.quick_replies)
            want = Say(step=step.id, text=words.say(step.say), source=step.source, quick_replies=replies)
        case AnswerStep() as step:
            want = AnswerQuestion(step=step.id, question=words.say(step.answer))
        case HandOffStep() as step:
            want = HandOff(step=step.id, reason=step.hand_off)
        case EndStep() as step:
            want = Finish(step=step.id, outcome=step.end)
        case None:
            want = _want_beyond(procedure, progress)
    return _compensate(words, progress.compensable[-1]) if progress.compensable and _gives_up(want) else want


def _gives_up(want: Want | _GoOn) -> bool:
    """Whether nothing may be left half done. A person who is brought in for another reason decides what stays."""
    return (isinstance(want, Finish) and want.outcome != "resolved") or (
        isinstance(want, HandOff) and want.step == FAILED
    )


def _compensate(words: "_Words", done: Done) -> Want:
    step = step_of(words.procedure, done.step)
    assert isinstance(step, ActionStep)
    assert step.compensate is not None
    return Compensate(
        step=COMPENSATES + done.step,
        action=step.compensate.action,
        arguments=done.arguments,
        say=words.say(step.compensate.say),
    )


def _compensated(procedure: Procedure, progress: Progress, outcome: ActionOutcome) -> Progress:
    """What could not be taken back for sure stays for a person to see to, with whatever came before it."""
    if outcome.status is not ActionStatus.SUCCEEDED:
        return _go(procedure, progress, NOT_COMPENSATED)
    return progress.model_copy(update={"compensable": progress.compensable[:-1]})


def _collect(procedure: Procedure, step: CollectStep, words: "_Words") -> Want | _GoOn:
    """Asks for what is missing, first for what was answered to no use; an optional slot never holds anything up, unless
    what was given for it cannot be used."""
    progress = _prefilled(procedure, step, words)
    attempts = {name: progress.attempts.get(name, 0) for name in step.slots}
    missing = [name for name in step.slots if name not in progress.slots]
    wanted = [name for name in missing if _must_be_asked(procedure.slots[name], attempts[name])]
    if not wanted:
        return _GoOn(_go(procedure, progress, following(procedure, step)))
    if any(attempts[name] >= procedure.slots[name].attempts for name in wanted):
        return HandOff(step=step.id, reason="no_usable_answer")
    first = max(wanted, key=lambda name: attempts[name])
    slot = procedure.slots[first]
    return Ask(
        step=step.id,
        slot=first,
        definition=slot,
        text=words.say(_question(slot, attempts[first])),
        fields=tuple(words.field(name) for name in missing),
        instead=tuple(Labelled(name=one.value, label=words.say(one.label)) for one in step.instead),
    )


def _prefilled(procedure: Procedure, step: CollectStep, words: "_Words") -> Progress:
    progress = words.progress
    used_up = {*progress.slots, *progress.earlier, *(name for name, times in progress.attempts.items() if times)}
    unasked = [name for name in step.slots if name not in used_up]
    known = {name: value for name in unasked if (value := _prefill(procedure, name, words.surroundings))}
    return progress.model_copy(update={"slots": {**progress.slots, **known}}) if known else progress


def _must_be_asked(slot: SlotDefinition, attempts: int) -> bool:
    return 0 < attempts < slot.attempts if slot.optional else True


def _question(slot: SlotDefinition, attempts: int) -> Texts:
    return slot.invalid if attempts and slot.invalid else slot.ask


def _run(step: ActionStep, words: "_Words") -> RunAction:
    return RunAction(
        step=step.id,
        action=step.action,
        arguments=_given(step.arguments, words),
        confirm=words.say(step.confirm) if step.confirm else None,
        approve=words.say(step.approve) if step.approve else None,
        progress=words.say(step.progress) if step.progress else None,
        rests_on=tuple(
            words.field(name)
            for name in slots_of_arguments(words.procedure, step)
            if not is_settled(words.procedure, words.progress, name)
        ),
    )


def _given(arguments: dict[str, str], words: "_Words") -> dict[str, Scalar]:
    given = {name: evaluate(template, words.raw) for name, template in arguments.items()}
    return {name: value for name, value in given.items() if value is not None}


def _want_beyond(procedure: Procedure, progress: Progress) -> Want:
    if progress.step not in _BEYOND:
        raise NotAtStep(f'The procedure "{procedure.name}" has no step "{progress.step}".')
    return _BEYOND[progress.step]


_BEYOND: dict[str, Want] = {
    FINISHED: Finish(step=FINISHED, outcome="resolved"),
    CANCELLED: Finish(step=CANCELLED, outcome="cancelled"),
    FAILED: HandOff(step=FAILED, reason="action_failed"),
    UNCERTAIN: HandOff(step=UNCERTAIN, reason="action_uncertain"),
    UNANSWERED: HandOff(step=UNANSWERED, reason="no_usable_answer"),
    NOT_COMPENSATED: HandOff(step=NOT_COMPENSATED, reason="not_compensated"),
}


def _after(procedure: Procedure, step: ActionStep, outcome: ActionOutcome) -> str:
    if outcome.code in step.on:
        return step.on[outcome.code]
    match outcome.status:
        case ActionStatus.SUCCEEDED:
            return following(procedure, step)
        case ActionStatus.UNCERTAIN:
            return step.on.get("uncertain", UNCERTAIN)
        case ActionStatus.FAILED | ActionStatus.NOT_SENT:
            return step.on.get("failed", FAILED)


# --- moving -----------------------------------------------------------------------------------------------------------------


def _go(procedure: Procedure, progress: Progress, target: str) -> Progress:
    """Leaves the current step for another. A question that is come back to is asked again: its answer was of no use."""
    moved = progress.model_copy(update={"step": target, "passed": (*progress.passed, progress.step)})
    step = step_of(procedure, target)
    if target not in moved.passed or not isinstance(step, CollectStep):
        return moved
    useless = [name for name in step.slots if not procedure.slots[name].optional]
    if not useless:
        return moved
    moved = _without(moved, step.slots)
    for name in useless:
        moved = misunderstood(procedure, moved, name)
    return moved


def _without(progress: Progress, slots: Iterable[str]) -> Progress:
    """What these slots held counts no longer."""
    given = {name: progress.slots[name] for name in slots if name in progress.slots}
    kept = {name: value for name, value in progress.slots.items() if name not in given}
    return progress.model_copy(update={"slots": kept, "earlier": {**progress.earlier, **given}})


def _alternative(procedure: Procedure, progress: Progress, slot: str, value: str) -> Alternative | None:
    """Of the question that is open."""
    step = step_of(procedure, progress.step)
    if not isinstance(step, CollectStep) or slot not in step.slots:
        return None
    return next((one for one in step.instead if one.value == value), None)


def _turn_to(procedure: Procedure, progress: Progress, slot: str, alternative: Alternative) -> Progress:
    """To an alternative's step. What was asked from there on is asked as if for the first time."""
    times = {**progress.attempts, slot: 0}
    name = f"{slot}.{alternative.value}"
    times[name] = times.get(name, 0) + 1
    counted = progress.model_copy(update={"attempts": times})
    if times[name] > alternative.most:
        return _go(procedure, counted, UNANSWERED)
    if alternative.go not in progress.passed:
        passed = tuple(one for one in progress.passed if one != progress.step)
        return counted.model_copy(update={"step": alternative.go, "passed": passed})
    position = progress.passed.index(alternative.go)
    undone = [step_of(procedure, step_id) for step_id in progress.passed[position:]]
    asked = [name for step in undone if isinstance(step, CollectStep) for name in step.slots]
    return _without(_back_to(procedure, counted, position, slot), asked)


def _back_to(procedure: Procedure, progress: Progress, position: int, corrected: str) -> Progress:
    """To an earlier step, since a slot was corrected. What was asked after it is asked as if for the first time."""
    undone = [step_of(procedure, step_id) for step_id in progress.passed[position:]]
    forgotten = {step.save_as for step in undone if isinstance(step, ActionStep)}
    asked_anew = {name for step in undone if isinstance(step, CollectStep) for name in step.slots}
    here = step_of(procedure, progress.step)
    if isinstance(here, CollectStep):
        asked_anew.update(here.slots)
    asked_anew.discard(corrected)
    return progress.model_copy(
        update={
            "step": progress.passed[position],
            "passed": progress.passed[:position],
            "results": {name: values for name, values in progress.results.items() if name not in forgotten},
            "attempts": {name: count for name, count in progress.attempts.items() if name not in asked_anew},
        }
    )


def _first_use(procedure: Procedure, progress: Progress, slot: str) -> int | None:
    """Position in `passed` of the first step that depends on the slot."""
    used_by = {step.id for step in procedure.steps if slot in slots_used(step)}
    return next((position for position, step_id in enumerate(progress.passed) if step_id in used_by), None)


def _action_at(procedure: Procedure, progress: Progress, step_id: str) -> ActionStep:
    step = step_of(procedure, step_id)
    if progress.step != step_id or not isinstance(step, ActionStep):
        raise NotAtStep(f'The procedure "{procedure.name}" stands at "{progress.step}", not at an action "{step_id}".')
    return step


# --- values and words -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Words:
    """What texts, arguments and conditions may name."""

    procedure: Procedure
    progress: Progress
    surroundings: Surroundings

    def say(self, texts: Texts) -> str:
        return fill_in(self._in_locale(texts), self.spoken)

    def field(self, slot: str) -> Labelled:
        definition = self.procedure.slots[slot]
        return Labelled(name=slot, label=self.say(definition.label or definition.ask))

    def raw(self, path: str) -> Scalar:
        """The value as an action takes it."""
        match path.split("."):
            case ["slots", name]:
                return self.progress.slots.get(name) or None
            case ["results", saved_as, key]:
                return self.progress.results.get(saved_as, {}).get(key)
            case ["identity", "email"]:
                return self.surroundings.identity_email
            case ["identity", "assurance"]:
                return self.surroundings.assurance.value
            case _:
                return None

    def spoken(self, path: str) -> Scalar:
        """The value as the customer knows it: of a choice, its label."""
        value = self.raw(path)
        slot = self.procedure.slots.get(path.removeprefix("slots."))
        option = next((option for option in slot.options if option.value == value), None) if slot else None
        return self._in_locale(option.label) if option else value

    def _in_locale(self, texts: Texts) -> str:
        return in_locale(texts, self.surroundings.locale, self.surroundings.default_locale)


def _prefill(procedure: Procedure, slot: str, surroundings: Surroundings) -> str | None:
    path = procedure.slots[slot].prefill
    value = _Words(procedure, Progress(step=""), surroundings).raw(path) if path else None
    return None if value is None else str(value)


def _names(names: dict[str, SlotDefinition]) -> str:
    return ", ".join(names) or "none"
