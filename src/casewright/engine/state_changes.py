"""A state in words, and what a turn changed in it. Customers' personal data stands there as its tokens."""

import json
from collections.abc import Iterator, Sequence

from casewright.conversations.models import LoggedEvent, StateChange, TurnId
from casewright.engine.fold import change, fold
from casewright.engine.models import State, Topic
from casewright.engine.tone import satisfaction_trend

Fact = tuple[str, str]
"""What it is about, and what holds."""


def state_changes(log: Sequence[LoggedEvent], turn_id: TurnId) -> tuple[StateChange, ...]:
    """What a turn changed. `log`: the conversation's, from its beginning; empty if the turn is not in it."""
    own = [entry.seq for entry in log if entry.turn_id == turn_id]
    if not own:
        return ()
    before = fold(State(), (entry for entry in log if entry.seq < own[0]))
    after = fold(before, (entry for entry in log if own[0] <= entry.seq <= own[-1]))
    return difference(before, after)


def difference(before: State, after: State) -> tuple[StateChange, ...]:
    old, new = dict(facts(before)), dict(facts(after))
    return tuple(
        StateChange(what=what, before=old.get(what, ""), after=new.get(what, ""))
        for what in dict.fromkeys((*old, *new))
        if old.get(what, "") != new.get(what, "")
    )


def facts(state: State) -> Iterator[Fact]:
    """All that a state says; what is not there is left out."""
    for what, holds in (*_conversation(state), *_open_questions(state), *_memory(state)):
        if holds:
            yield what, holds
    for topic in state.topics:
        yield from _topic(topic, is_active=state.active is topic)


def masked(state: State) -> State:
    """With tokens wherever the customer's personal data stands."""
    text = state.model_dump_json(exclude={"vault"})
    for token, value in sorted(state.vault.items(), key=lambda item: -len(item[1])):
        text = text.replace(json.dumps(value, ensure_ascii=False)[1:-1], token)
    return change(State.model_validate_json(text), vault=dict.fromkeys(state.vault, ""))


def _conversation(state: State) -> Iterator[Fact]:
    identity = state.identity
    yield "who talks", state.mode
    yield "conversation", state.status
    yield "outcome", f"{state.outcome} ({state.resolution})" if state.outcome else ""
    yield "language", state.language
    yield "how sure of the customer", identity.assurance
    yield "customer's address", identity.email_token or ""
    yield "contact in the org", identity.contact_id or ""
    yield "frustration", f"{state.frustration:.0%}"
    yield "feeling", state.feelings[-1].emotion.label if state.feelings else ""
    yield "satisfaction", satisfaction_trend(state.feelings) if state.feelings else ""
    yield "replies in a row that did not help", str(state.unhelpful_turns)
    yield "replies", str(state.turns)
    yield "case", state.case.number if state.case else ""
    yield "why a person", state.hand_over_reason or ""
    yield "the case is written again at", f"{state.hand_over_due:%Y-%m-%d %H:%M:%S}" if state.hand_over_due else ""
    yield "silence ends it at", f"{state.silence_due:%Y-%m-%d %H:%M:%S}" if state.silence_due else ""


def _open_questions(state: State) -> Iterator[Fact]:
    expects, asked, action, clarification = state.expects, state.confirmation, state.action, state.clarification
    yield "waits for", f"{expects.kind} {expects.slot or ''}".strip() if expects else ""
    yield "form", ", ".join(state.form.slots) if state.form else ""
    yield "asked if it is solved", "yes" if state.asked_if_solved else ""
    yield "confirmation", f"step {asked.step}" + (", given" if asked.accepted else ", asked") if asked else ""
    yield (
        "approvals",
        ", ".join(
            f"{one.action} " + {None: "undecided", True: "given", False: "refused"}[one.approved]
            for one in state.approvals
        ),
    )
    offered = ", ".join(option.label for option in clarification.offered) if clarification else ""
    yield "asked back", (offered or "for other words") if clarification and clarification.open else ""
    yield "action without an end", f"{action.action}, attempt {action.attempt}" if action else ""
    yield "reply that has begun", f"{len(state.open_reply.parts)} parts sent" if state.open_reply else ""


def _memory(state: State) -> Iterator[Fact]:
    yield "tried", "; ".join(state.attempted_solutions)
    yield "failed", "; ".join(state.errors)
    yield "personal data", ", ".join(state.vault)
    finished = state.finished_action
    yield "last action", f"{finished.action}: {finished.status}, {finished.code}" if finished else ""


def _topic(topic: Topic, *, is_active: bool) -> Iterator[Fact]:
    name = f"{topic.id} {topic.title}"
    yield name, f"{topic.status}" + (", on top" if is_active else "") + (f" ({topic.reason})" if topic.reason else "")
    if topic.asked:
        yield f"{name} › asked for", f"{topic.asked}, {topic.attempts} times" if topic.attempts > 1 else topic.asked
    if topic.progress and topic.progress.model_fields_set:  # of an erased person nothing is left in it
        yield f"{name} › step", topic.progress.step
        yield from ((f"{name} › {slot}", value) for slot, value in topic.progress.slots.items() if value)
