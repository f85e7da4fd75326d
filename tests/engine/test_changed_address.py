"""Who changes their address is known by the new one from then on."""

from datetime import UTC, datetime

import pytest

from casewright.conversations.models import ActionFinished, ActionRequested, Event, LoggedEvent, TurnId
from casewright.engine.fold import apply
from casewright.engine.models import Identity, State
from casewright.kit.ids import new_id
from casewright.kit.principal import Assurance

OLD, NEW = "[EMAIL_1]", "[EMAIL_2]"
VERIFIED = Identity(assurance=Assurance.VERIFIED, email_token=OLD, contact_id="003DANA", account_id="001HARBOR")


def after(state: State, *happened: Event) -> State:
    for event in happened:
        entry = LoggedEvent(
            seq=state.seq + 1, at=datetime(2026, 11, 22, tzinfo=UTC), turn_id=TurnId(new_id()), event=event
        )
        state = apply(state, entry)
    return state


def change_of(action: str, status: str) -> tuple[Event, Event]:
    asked = ActionRequested(
        action_id="a1",
        topic_id="t1",
        step="change",
        action=action,
        key="k",
        arguments_digest="d",
        arguments={"new_email": NEW},
    )
    ended = ActionFinished(
        action_id="a1", topic_id="t1", step="change", action=action, status=status, code="done", values={}
    )
    return asked, ended


@pytest.mark.parametrize(
    ("action", "status", "known_by"),
    [
        ("change_contact_email", "succeeded", NEW),
        ("change_contact_email", "failed", OLD),
        ("change_contact_email", "uncertain", OLD),
        ("send_code_to_new_address", "succeeded", OLD),
    ],
)
def test_only_a_change_that_happened_counts(action: str, status: str, known_by: str) -> None:
    identity = after(State(identity=VERIFIED), *change_of(action, status)).identity
    assert identity.email_token == known_by
    assert (identity.assurance, identity.contact_id) == (Assurance.VERIFIED, "003DANA")
