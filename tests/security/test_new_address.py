"""One-time codes for an address that a customer wants to be reached at, on the real database."""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from casewright.kit.clock import ManualClock
from casewright.kit.database import Database
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import system
from casewright.security.new_address import MOST_SENT, PROVED_FOR, NewAddressCodes
from casewright.security.verification import LIFE, MOST_ATTEMPTS, REPLAY, WINDOW
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService

NEW = "dana.new@harborlight.example"


@pytest.fixture
async def tenant_id(tenants: TenantService) -> TenantId:
    return (await tenants.save(f"t{new_id()}", "Test", TenantProfile())).id


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, 12, tzinfo=UTC))


@pytest.fixture
def codes(database: Database, clock: ManualClock) -> NewAddressCodes:
    return NewAddressCodes(database, b"k" * 32, clock)


@dataclass(frozen=True)
class Customer:
    """Someone in one conversation."""

    codes: NewAddressCodes
    tenant_id: TenantId
    contact_id: str = "003DANA"
    conversation_id: str = "conversation"

    async def ask(self, email: str = NEW, locale: str = "en") -> str | None:
        """The code in the mail."""
        mail = await self.codes.issue(self.tenant_id, self.conversation_id, self.contact_id, email, locale)
        return re.findall(r"\b\d{6}\b", mail[1])[0] if mail else None

    async def sent(self, email: str = NEW) -> str:
        code = await self.ask(email)
        assert code is not None
        return code

    async def enter(self, code: str, email: str = NEW) -> str:
        return await self.codes.check(self.tenant_id, self.conversation_id, self.contact_id, email, code)

    async def has_proved(self, email: str = NEW) -> bool:
        return await self.codes.is_proved(self.tenant_id, self.conversation_id, self.contact_id, email)


@pytest.fixture
def customer(codes: NewAddressCodes, tenant_id: TenantId) -> Customer:
    return Customer(codes, tenant_id)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_the_right_code_proves_the_address_for_a_while(customer: Customer, clock: ManualClock) -> None:
    code = await customer.sent()
    assert not await customer.has_proved()
    assert await customer.enter(f"{code[:3]} {code[3:]}") == "done"
    assert await customer.has_proved(NEW.upper())
    clock.move(PROVED_FOR)
    assert not await customer.has_proved()


async def test_a_proof_holds_for_this_address_customer_conversation_and_tenant(
    customer: Customer, tenants: TenantService
) -> None:
    await customer.enter(await customer.sent())
    elsewhere = (await tenants.save(f"t{new_id()}", "Other", TenantProfile())).id
    others = (
        Customer(customer.codes, customer.tenant_id, contact_id="003MARCUS"),
        Customer(customer.codes, customer.tenant_id, conversation_id="another"),
        Customer(customer.codes, elsewhere),
    )
    assert not await customer.has_proved("other@harborlight.example")
    assert [await other.has_proved() for other in others] == [False, False, False]


async def test_a_code_counts_where_it_was_asked_for_only(customer: Customer, tenants: TenantService) -> None:
    code = await customer.sent()
    elsewhere = (await tenants.save(f"t{new_id()}", "Other", TenantProfile())).id
    others = (
        Customer(customer.codes, customer.tenant_id, contact_id="003MARCUS"),
        Customer(customer.codes, customer.tenant_id, conversation_id="another"),
        Customer(customer.codes, elsewhere),
    )
    assert [await other.enter(code) for other in others] == ["expired"] * 3
    assert await customer.enter(code, "other@harborlight.example") == "expired"
    assert await customer.enter(code) == "done"


async def test_a_code_dies_after_ten_minutes(customer: Customer, clock: ManualClock) -> None:
    code = await customer.sent()
    clock.move(LIFE - timedelta(seconds=1))
    assert await customer.enter(wrong(code)) == "wrong"
    clock.move(timedelta(seconds=1))
    assert await customer.enter(code) == "expired"


async def test_a_used_code_works_only_for_a_turn_that_is_run_again(customer: Customer, clock: ManualClock) -> None:
    code = await customer.sent()
    assert [await customer.enter(code) for _ in range(2)] == ["done", "done"]
    clock.move(REPLAY)
    assert await customer.enter(code) == "expired"
    assert await customer.has_proved()


async def test_nobody_may_guess_for_ever_and_a_new_code_buys_no_more_guesses(customer: Customer) -> None:
    code = await customer.sent()
    ends = [await customer.enter(wrong(code)) for _ in range(MOST_ATTEMPTS)]
    assert ends == ["wrong"] * (MOST_ATTEMPTS - 1) + ["too_many"]
    assert await customer.enter(await customer.sent()) == "too_many"
    assert not await customer.has_proved()


async def test_only_the_newest_code_counts(customer: Customer) -> None:
    first = await customer.sent()
    second = await customer.sent()
    if first != second:
        assert await customer.enter(first) == "wrong"
    assert await customer.enter(second) == "done"


async def test_an_address_is_not_flooded_by_many_customers(customer: Customer, clock: ManualClock) -> None:
    asking = [
        Customer(customer.codes, customer.tenant_id, contact_id=f"003{n}", conversation_id=f"c{n}")
        for n in range(MOST_SENT + 1)
    ]
    sent = [await one.ask(NEW if n % 2 else NEW.upper()) is not None for n, one in enumerate(asking)]
    assert sent == [True] * MOST_SENT + [False]
    clock.move(WINDOW + timedelta(seconds=1))
    assert await asking[-1].ask() is not None


async def test_a_customer_does_not_flood_many_addresses(customer: Customer) -> None:
    sent = [await customer.ask(f"stranger{n}@elsewhere.example") is not None for n in range(MOST_SENT + 1)]
    assert sent == [True] * MOST_SENT + [False]
    again = Customer(customer.codes, customer.tenant_id, conversation_id="another")
    assert await again.ask() is None


async def test_asking_at_the_same_moment_gets_no_more_codes(customer: Customer) -> None:
    asking = [Customer(customer.codes, customer.tenant_id, conversation_id=f"c{n}") for n in range(2 * MOST_SENT)]
    sent = await asyncio.gather(*(one.ask() for one in asking))
    assert sum(code is not None for code in sent) == MOST_SENT


async def test_one_company_does_not_use_up_what_another_may_send(customer: Customer, tenants: TenantService) -> None:
    for _ in range(MOST_SENT):
        await customer.sent()
    elsewhere = (await tenants.save(f"t{new_id()}", "Other", TenantProfile())).id
    assert await Customer(customer.codes, elsewhere).ask() is not None


async def test_the_mail_speaks_the_customers_language(customer: Customer) -> None:
    subjects = []
    for locale in ("de-AT", "fr", "sv"):
        mail = await customer.codes.issue(customer.tenant_id, "c", customer.contact_id, NEW, locale)
        assert mail is not None
        subjects.append(mail[0].split(":")[0])
    assert subjects == ["Ihr Code", "Votre code ", "Your code"]


async def test_neither_address_nor_code_is_stored(customer: Customer, database: Database) -> None:
    code = await customer.sent()
    async with database.begin(system(customer.tenant_id)) as tx:
        row = await tx.fetchrow("select * from new_address_code where tenant_id = $1", customer.tenant_id)
    stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
    assert NEW.encode() not in stored
    assert code.encode() not in stored


async def test_codes_are_forgotten_when_they_no_longer_matter(
    customer: Customer, clock: ManualClock, database: Database
) -> None:
    await customer.sent()
    clock.move(WINDOW + LIFE + PROVED_FOR + timedelta(seconds=1))
    await Customer(customer.codes, customer.tenant_id, conversation_id="another").sent()
    async with database.begin(system(customer.tenant_id)) as tx:
        kept = await tx.fetch("select conversation_id from new_address_code where tenant_id = $1", customer.tenant_id)
    assert [row["conversation_id"] for row in kept] == ["another"]


async def test_codes_of_another_tenant_are_not_to_be_seen(
    customer: Customer, database: Database, tenants: TenantService
) -> None:
    await customer.sent()
    elsewhere = (await tenants.save(f"t{new_id()}", "Other", TenantProfile())).id
    async with database.begin(system(elsewhere)) as tx:
        assert await tx.fetch("select 1 from new_address_code") == []
