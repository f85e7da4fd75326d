"""What a well-formed procedure must also keep to, so that running it cannot get lost, loop, or write unasked."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import partial

from casewright.kit.principal import Assurance
from casewright.procedures.errors import Problem
from casewright.procedures.models import (
    ActionDefinition,
    ActionStep,
    CollectStep,
    Compensation,
    Effect,
    Procedure,
    SayStep,
    SlotDefinition,
    Step,
    Texts,
    VerifyStep,
)
from casewright.procedures.steps import (
    compensation_paths,
    named_targets,
    paths_used,
    reachable,
    targets,
    texts_of,
    waits_for_customer,
)

TECHNICAL_CODES = frozenset(
    {"failed", "uncertain", "org_unavailable", "locked", "limit_reached", "not_allowed", "refused", "misconfigured"}
)
"""Codes that any action may end with. `failed` and `uncertain` catch every code of that status."""

IDENTITY_PATHS = ("identity.email", "identity.assurance")

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NAMING = "must be lower-case letters, digits and _, a letter first"

Actions = Mapping[str, ActionDefinition]


def problems_of(
    procedure: Procedure, actions: Actions, *, default_locale: str, builtin: bool = False
) -> tuple[Problem, ...]:
    """Everything that is wrong with a procedure, in the order of its file. `builtin`: internal actions are open to it."""
    about_names = [*_names(procedure), *_slots(procedure, default_locale)]
    about_steps = [
        Problem(step=step.id, message=message)
        for step in procedure.steps
        for message in _step(procedure, step, actions, default_locale, builtin)
    ]
    if about_names or about_steps:
        return (*about_names, *about_steps)
    return (*_unreachable(procedure), *_loops(procedure), *_unguarded(procedure, actions), *_unset(procedure))


# --- names and slots --------------------------------------------------------------------------------------------------------


def _names(procedure: Procedure) -> Iterator[Problem]:
    if not procedure.steps:
        yield Problem(step="", message='"steps" is empty; a procedure has at least one')
    for name in (procedure.name, *procedure.slots):
        if not _NAME.fullmatch(name):
            yield Problem(step="", message=f'the name "{name}" {_NAMING}')
    seen: set[str] = set()
    for step in procedure.steps:
        if not _NAME.fullmatch(step.id):
            yield Problem(step=step.id, message=f"its id {_NAMING}")
        if step.id in seen:
            yield Problem(step=step.id, message="another step has this id already; ids must differ")
        seen.add(step.id)


def _slots(procedure: Procedure, default_locale: str) -> Iterator[Problem]:
    messages = list(_missing_text("title", procedure.title, default_locale))
    for name, slot in procedure.slots.items():
        messages += [f'slot "{name}": {message}' for message in _slot(slot, default_locale)]
    yield from (Problem(step="", message=message) for message in messages)


def _slot(slot: SlotDefinition, default_locale: str) -> Iterator[str]:
    if (slot.type == "choice") != bool(slot.options):
        yield 'a slot with options has the type "choice", and a "choice" has options'
    if len({option.value for option in slot.options}) < len(slot.options):
        yield "two options have the same value"
    if slot.prefill and slot.prefill not in IDENTITY_PATHS:
        yield f'prefill "{slot.prefill}" is not known; known: {", ".join(IDENTITY_PATHS)}'
    if slot.attempts < 1:
        yield '"attempts" must be at least 1'
    texts = {"ask": slot.ask, "invalid": slot.invalid or slot.ask, "label": slot.label or slot.ask}
    texts |= {f"the option {option.value}": option.label for option in slot.options}
    for key, text in texts.items():
        yield from _missing_text(key, text, default_locale)


def _missing_text(key: str, texts: Texts, default_locale: str) -> Iterator[str]:
    if not texts.get(default_locale, "").strip():
        yield f'"{key}" has no text for the default locale "{default_locale}"'


# --- one step ---------------------------------------------------------------------------------------------------------------


def _step(procedure: Procedure, step: Step, actions: Actions, default_locale: str, builtin: bool) -> Iterator[str]:
    step_ids = [other.id for other in procedure.steps]
    for key, target in named_targets(step):
        if target not in step_ids:
            yield f'"{key}" leads to the unknown step "{target}"; steps: {", ".join(step_ids)}'
    if isinstance(step, CollectStep):
        yield from _collect(procedure, step)
    for key, texts in texts_of(step):
        yield from _missing_text(key, texts, default_locale)
    for key, path in paths_used(step):
        yield from _path(procedure, key, path)
    if isinstance(step, SayStep) and step.source and step.source not in _saved(procedure):
        yield f'"source" names "{step.source}", which no action saves; saved: {_list(_saved(procedure))}'
    if isinstance(step, ActionStep):
        yield from _action(step, actions, builtin)
    if isinstance(step, ActionStep) and step.compensate:
        yield from _compensation(procedure, step, step.compensate, actions, default_locale, builtin)


def _collect(procedure: Procedure, step: CollectStep) -> Iterator[str]:
    if not step.slots:
        yield '"collect" is empty; name a slot, or several for a form'
    if len(set(step.slots)) < len(step.slots):
        yield '"collect" names a slot twice'
    for slot in step.slots:
        if slot not in procedure.slots:
            yield f'collects the unknown slot "{slot}"; slots: {_list(procedure.slots)}'
    if len({alternative.value for alternative in step.instead}) < len(step.instead):
        yield 'two alternatives of "instead" have the same value'
    for alternative in step.instead:
        if not _NAME.fullmatch(alternative.value):
            yield f'the value "{alternative.value}" under "instead" {_NAMING}'
        if alternative.most < 1:
            yield f'"most" of "{alternative.value}" must be at least 1'


def _path(procedure: Procedure, key: str, path: str) -> Iterator[str]:
    match path.split("."):
        case ["slots", name]:
            if name not in procedure.slots:
                yield f'"{key}" names the unknown slot "{name}"; slots: {_list(procedure.slots)}'
        case ["results", name, _]:
            if name not in _saved(procedure):
                yield f'"{key}" names results.{name}, which no action saves (save_as); saved: {_list(_saved(procedure))}'
        case _:
            if path not in IDENTITY_PATHS:
                known = f"slots.<name>, results.<save_as>.<value>, {', '.join(IDENTITY_PATHS)}"
                yield f'"{key}" names the unknown value "{path}"; known: {known}'


def _call(call: ActionStep | Compensation, actions: Actions, builtin: bool) -> Iterator[str]:
    action = actions.get(call.action)
    if action is None or (action.internal and not builtin):
        open_to_all = [name for name, other in sorted(actions.items()) if builtin or not other.internal]
        close = get_close_matches(call.action, open_to_all, n=1)
        remedy = f'did you mean "{close[0]}"?' if close else f"actions: {_list(open_to_all)}"
        yield f'calls the unknown action "{call.action}"; {remedy}'
        return
    for name in action.arguments:
        if name not in call.arguments:
            yield f'the action "{action.name}" needs the argument "{name}"'
    takes = (*action.arguments, *action.optional_arguments)
    for name in call.arguments:
        if name not in takes:
            yield f'the action "{action.name}" takes no argument "{name}"; it takes: {_list(takes)}'


def _compensation(
    procedure: Procedure,
    step: ActionStep,
    compensation: Compensation,
    actions: Actions,
    default_locale: str,
    builtin: bool,
) -> Iterator[str]:
    yield from (f'"compensate" {problem}' for problem in _call(compensation, actions, builtin))
    yield from _missing_text("compensate say", compensation.say, default_locale)
    for key, path in compensation_paths(step):
        if path.startswith("identity."):
            yield f'"{key}" names "{path}", which may change until then; name slots and results only'
        else:
            yield from _path(procedure, key, path)
    for name, rule in ((step.action, "takes back what changes something"), (compensation.action, "is a change itself")):
        if (action := actions.get(name)) and action.effect is Effect.READ:
            yield f'"compensate" {rule}, and "{name}" only reads'


def _action(step: ActionStep, actions: Actions, builtin: bool) -> Iterator[str]:
    yield from _call(step, actions, builtin)
    action = actions.get(step.action)
    if action is None or (action.internal and not builtin):
        return
    for code in step.on:
        if code not in TECHNICAL_CODES and code not in action.codes:
            yield f'"on" names "{code}", with which "{action.name}" never ends; it ends with: {_list(action.codes)}'
    yield from _permission(step, action)


def _permission(step: ActionStep, action: ActionDefinition) -> Iterator[str]:
    if action.effect is Effect.WRITE and not action.internal and not step.confirm:
        yield f'"{action.name}" changes something: it needs "confirm", the question whose yes allows it'
    if action.effect is Effect.READ and (step.confirm or step.approve):
        yield f'"{action.name}" only reads: remove "confirm" and "approve"'
    if step.approve and not step.rejected:
        yield 'with "approve" it needs "rejected", the step after the operator\'s no'
    for key, question in (("declined", step.confirm), ("rejected", step.approve)):
        if getattr(step, key) and not question:
            yield f'"{key}" without "{"confirm" if key == "declined" else "approve"}" is never used: remove it'


# --- the whole graph --------------------------------------------------------------------------------------------------------


def _unreachable(procedure: Procedure) -> Iterator[Problem]:
    found = reachable(procedure)
    for step in procedure.steps:
        if step.id not in found:
            message = "cannot be reached: no step leads to it; name it in a next, branch or on"
            yield Problem(step=step.id, message=message)


def _loops(procedure: Procedure) -> Iterator[Problem]:
    """Cycles that a question never interrupts."""
    restless = {step.id: step for step in procedure.steps if not waits_for_customer(procedure, step)}
    leads_to = {name: targets(procedure, step) & restless.keys() for name, step in restless.items()}
    while ends := {name for name, following in leads_to.items() if not following}:
        leads_to = {name: following - ends for name, following in leads_to.items() if name not in ends}
    for step in procedure.steps:
        if step.id in leads_to and step.id in _beyond(leads_to, step.id):
            round_trip = _list(sorted(leads_to.keys() & _beyond(leads_to, step.id)))
            message = f"goes round in circles without waiting for an answer ({round_trip}); put a collect step into it"
            yield Problem(step=step.id, message=message)
            return


def _beyond(leads_to: Mapping[str, frozenset[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = list(leads_to[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(leads_to[name])
    return found


def _unguarded(procedure: Procedure, actions: Actions) -> Iterator[Problem]:
    """Actions that could be come to by a customer who is not sure enough for them."""
    for step in procedure.steps:
        needed = _assurance_for(step, actions)
        if needed is not Assurance.ANONYMOUS and step.id in _before(procedure, partial(_assures, procedure, needed)):
            remedy = f'put a step "verify: {needed.value}" before it'
            if needed is Assurance.CLAIMED:
                remedy = "collect a slot with identity: true before it"
            yield Problem(step=step.id, message=f"needs a {needed.value} customer: {remedy}")


def _assurance_for(step: Step, actions: Actions) -> Assurance:
    """What an action needs, and what takes it back."""
    if not isinstance(step, ActionStep):
        return Assurance.ANONYMOUS
    needed = actions[step.action].assurance
    to_take_back = actions[step.compensate.action].assurance if step.compensate else needed
    return needed if needed.covers(to_take_back) else to_take_back


def _assures(procedure: Procedure, needed: Assurance, step: Step) -> bool:
    if isinstance(step, VerifyStep):
        return step.verify.covers(needed)
    claims = isinstance(step, CollectStep) and any(procedure.slots[slot].identity for slot in step.slots)
    return claims and Assurance.CLAIMED.covers(needed)


def _unset(procedure: Procedure) -> Iterator[Problem]:
    """Texts and arguments with a value that may not be there yet."""
    for step in procedure.steps:
        paths = {path for key, path in paths_used(step) if key != "branch"}
        paths |= {f"results.{step.source}.records"} if isinstance(step, SayStep) and step.source else set()
        own = f"results.{getattr(step, 'save_as', None)}."
        paths |= {path for _, path in compensation_paths(step) if not path.startswith(own)}
        for path in sorted(paths):
            root, name, *_ = path.split(".")
            if root == "identity" or (root == "slots" and procedure.slots[name].optional):
                continue
            if step.id in _before(procedure, partial(_gives, root, name)):
                how = f"collect {name}" if root == "slots" else f"run the action with save_as: {name}"
                message = f'"{root}.{name}" may not be known here yet: {how} on every way to it'
                yield Problem(step=step.id, message=message)


def _gives(root: str, name: str, step: Step) -> bool:
    if root == "slots":
        return isinstance(step, CollectStep) and name in step.slots
    return isinstance(step, ActionStep) and step.save_as == name


def _before(procedure: Procedure, settles: Callable[[Step], bool]) -> frozenset[str]:
    """The steps that can be come to before any step that settles the matter has done so: a no skips what an action does, an
    alternative skips what was asked."""

    def leads_to(step: Step) -> Iterable[str]:
        if not settles(step):
            return targets(procedure, step)
        skipped = (step.declined, step.rejected) if isinstance(step, ActionStep) else ()
        alternatives = [one.go for one in step.instead] if isinstance(step, CollectStep) else []
        return [*(target for target in skipped if target), *alternatives]

    return reachable(procedure, leads_to)


def _saved(procedure: Procedure) -> tuple[str, ...]:
    return tuple(step.save_as for step in procedure.steps if isinstance(step, ActionStep) and step.save_as)


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
