"""One-time codes, on the real database; the directory and the mailbox stand for the org."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from casewright.kit.clock import ManualClock
from casewright.kit.database import Database
from casewright.kit.errors import TryLater
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import system
from casewright.procedures.models import ActionCall, ActionOutcome, ActionStatus
from casewright.security.verification import LIFE, MOST_ATTEMPTS, MOST_CONVERSATIONS, WINDOW, VerificationActions
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService

DANA = "dana.whitfield@harborlight.example"
NOBODY = "nobody@nowhere.example"


@dataclass(frozen=True)
class Contact:
    id: str
    account_id: str | None


@dataclass
class Org:
    """Knows one address; keeps what is mailed as (to, subject, body)."""

    mails: list[tuple[str, str, str]] = field(default_factory=list)
    is_down: bool = False
    mail_fails: bool = False

    async def find_contact_by_email(self, tenant_id: TenantId, email: str) -> Contact | None:
        if self.is_down:
            raise TryLater("down")
        return Contact("003DANA", "001HARBOR") if email.casefold() == DANA else None

    async def send_email(self, tenant_id: TenantId, to: str, subject: str, body: str) -> None:
        if self.mail_fails:
            raise TryLater("no mail today")
        self.mails.append((to, subject, body))

    @property
    def code(self) -> str:
        """The newest that was mailed."""
        (code,) = re.findall(r"\b\d{6}\b", self.mails[-1][2])
        return str(code)


@pytest.fixture
async def tenant_id(tenants: TenantService) -> TenantId:
    return (await tenants.save(f"t{new_id()}", "Test", TenantProfile())).id


@pytest.fixture
def org() -> Org:
    return Org()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 4, 12, tzinfo=UTC))


@dataclass
class Customer:
    """Someone in one conversation."""

    actions: VerificationActions
    tenant_id: TenantId
    conversation_id: str = "conversation"

    async def ask(self, email: str = DANA, locale: str = "en") -> ActionOutcome:
        return await self._call("send_verification_code", locale, email=email)

    async def enter(self, code: str) -> ActionOutcome:
        return await self._call("check_verification_code", "en", code=code)

    async def _call(self, action: str, locale: str, **arguments: str) -> ActionOutcome:
        call = ActionCall(
            action=action, arguments=dict(arguments), key="k", conversation_id=self.conversation_id, locale=locale
        )
        return await self.actions.execute(self.tenant_id, call)


@pytest.fixture
def actions(database: Database, org: Org, clock: ManualClock) -> VerificationActions:
    return VerificationActions(database, org, org, b"k" * 32, clock)


@pytest.fixture
def customer(actions: VerificationActions, tenant_id: TenantId) -> Customer:
    return Customer(actions, tenant_id)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_the_right_code_proves_who_the_customer_is(customer: Customer, org: Org) -> None:
    assert (await customer.ask()).code == "sent"
    assert org.mails[0][0] == DANA
    done = await customer.enter(f" {org.code[:3]} {org.code[3:]} ")
    assert (done.status, done.code) == (ActionStatus.SUCCEEDED, "done")
    assert done.values == {"contact_id": "003DANA", "account_id": "001HARBOR"}


async def test_the_mail_speaks_the_customers_language(customer: Customer, org: Org) -> None:
    await customer.ask(locale="de-AT")
    await customer.ask(locale="ja-JP")
    await customer.ask(locale="pl")
    assert org.mails[0][1].startswith("Ihr Code")
    assert org.mails[1][1].startswith("確認コード")
    assert org.mails[2][1].startswith("Your code")


async def test_an_unknown_address_gets_no_mail_and_the_same_answers(customer: Customer, org: Org) -> None:
    known = await customer.ask()
    stranger = Customer(customer.actions, customer.tenant_id, "another")
    assert await stranger.ask(NOBODY) == known
    assert [to for to, _, _ in org.mails] == [DANA]
    asked_of_both = [await one.enter(wrong(org.code)) for one in (customer, stranger)]
    assert asked_of_both[0] == asked_of_both[1]


async def test_no_code_ever_opens_an_unknown_address(customer: Customer, database: Database) -> None:
    await customer.ask(NOBODY)
    async with database.begin(system(customer.tenant_id)) as tx:
        digest = customer.actions._digest("code", customer.tenant_id, customer.conversation_id, "123456")
        await tx.execute(
            "update verification_code set code_digest = $1 where tenant_id = $2", digest, customer.tenant_id
        )
    assert (await customer.enter("123456")).code == "wrong"


async def test_mail_that_cannot_be_sent_looks_like_mail_that_was(customer: Customer, org: Org) -> None:
    org.mail_fails = True
    assert await customer.ask() == await Customer(customer.actions, customer.tenant_id, "another").ask(NOBODY)


async def test_an_org_that_cannot_be_asked_is_the_same_for_every_address(customer: Customer, org: Org) -> None:
    org.is_down = True
    assert await customer.ask() == await customer.ask(NOBODY)
    assert (await customer.ask()).status is ActionStatus.NOT_SENT


async def test_a_code_dies_after_ten_minutes(customer: Customer, org: Org, clock: ManualClock) -> None:
    await customer.ask()
    clock.move(LIFE - timedelta(seconds=1))
    assert (await customer.enter(wrong(org.code))).code == "wrong"
    clock.move(timedelta(seconds=1))
    assert (await customer.enter(org.code)).code == "expired"


async def test_a_used_code_works_only_for_a_turn_that_is_run_again(
    customer: Customer, org: Org, clock: ManualClock
) -> None:
    await customer.ask()
    first = await customer.enter(org.code)
    assert await customer.enter(org.code) == first
    clock.move(timedelta(minutes=1))
    assert (await customer.enter(org.code)).code == "expired"


async def test_only_the_newest_code_counts(customer: Customer, org: Org) -> None:
    await customer.ask()
    first = org.code
    await customer.ask()
    if first != org.code:
        assert (await customer.enter(first)).code == "wrong"
    assert (await customer.enter(org.code)).code == "done"


async def test_nobody_may_guess_for_ever(customer: Customer, org: Org) -> None:
    await customer.ask()
    codes = [(await customer.enter(wrong(org.code))).code for _ in range(MOST_ATTEMPTS)]
    assert codes == ["wrong"] * (MOST_ATTEMPTS - 1) + ["too_many"]
    assert (await customer.enter(org.code)).code == "too_many"


async def test_asking_for_new_codes_buys_no_more_guesses(customer: Customer, org: Org) -> None:
    for _ in range(MOST_ATTEMPTS):
        assert (await customer.ask()).code == "sent"
    assert (await customer.ask()).code == "sent"
    assert len(org.mails) == MOST_ATTEMPTS
    assert (await customer.enter(org.code)).code == "too_many"


async def test_an_hour_later_one_may_try_again(customer: Customer, org: Org, clock: ManualClock) -> None:
    for _ in range(MOST_ATTEMPTS + 1):
        await customer.ask()
    clock.move(WINDOW + timedelta(seconds=1))
    await customer.ask()
    assert (await customer.enter(org.code)).code == "done"


async def test_a_mailbox_is_not_flooded_from_many_conversations(customer: Customer, org: Org) -> None:
    names = [f"conversation {number}" for number in range(MOST_CONVERSATIONS + 2)]
    asking = [Customer(customer.actions, customer.tenant_id, name) for name in names]
    for number, one in enumerate(asking):
        assert (await one.ask(DANA if number % 2 else DANA.upper())).code == "sent"
    assert len(org.mails) == MOST_CONVERSATIONS
    assert (await asking[-1].enter(org.code)).code == "wrong"


async def test_a_code_counts_in_its_own_conversation_and_tenant_only(
    customer: Customer, org: Org, tenants: TenantService
) -> None:
    await customer.ask()
    elsewhere = (await tenants.save(f"t{new_id()}", "Other", TenantProfile())).id
    assert (await Customer(customer.actions, customer.tenant_id, "another").enter(org.code)).code == "expired"
    assert (await Customer(customer.actions, elsewhere).enter(org.code)).code == "expired"


async def test_without_a_code_there_is_nothing_to_enter(customer: Customer) -> None:
    assert (await customer.enter("123456")).code == "expired"


async def test_neither_address_nor_code_is_stored(customer: Customer, org: Org, database: Database) -> None:
    await customer.ask()
    async with database.begin(system(customer.tenant_id)) as tx:
        row = await tx.fetchrow("select * from verification_code where tenant_id = $1", customer.tenant_id)
    stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
    assert DANA.encode() not in stored
    assert org.code.encode() not in stored


async def test_codes_are_forgotten_when_they_no_longer_matter(
    customer: Customer, clock: ManualClock, database: Database
) -> None:
    await customer.ask()
    clock.move(WINDOW + LIFE + timedelta(seconds=1))
    await Customer(customer.actions, customer.tenant_id, "another").ask(NOBODY)
    async with database.begin(system(customer.tenant_id)) as tx:
        kept = await tx.fetch("select conversation_id from verification_code where tenant_id = $1", customer.tenant_id)
    assert [row["conversation_id"] for row in kept] == ["another"]
