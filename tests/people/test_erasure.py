"""Erasing a person: proved by looking for their words in everything that is stored, backups included."""

import asyncio
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from casewright.backup.restoring import restore
from casewright.backup.saving import save
from casewright.backup.verifying import verify
from casewright.conversations.codec import ERASED
from casewright.conversations.models import MessageReceived, Mode, Part, ReplySent, Status
from casewright.conversations.sealer import Sealer
from casewright.kit.errors import InvalidInput, NotAuthenticated
from casewright.kit.principal import Assurance, Principal, Role, system
from casewright.kit.sealing import KeyEncryptionKey, associated_data, open_sealed
from casewright.people.errors import ErasureNotFound, PersonNotFound
from casewright.people.models import OrgStatus
from casewright.people.service import PeopleService
from casewright.tenants.models import OrgRecords, Tenant
from casewright.tenants.service import TenantService
from casewright.understanding.models import AnswerFromKnowledge, Confirm, HumanHandoff, SetSlot, StartProcedure
from tests.conftest import Cluster
from tests.engine.conftest import World
from tests.people.conftest import SmallArchive
from tests.people.searching import found_in

ADDRESS = "ondine.vermeulen@quillfish.example"
WORDS = (b"quillfish", b"Ondine", b"marzipan", b"teapot")


async def talk(world: World) -> None:
    """A conversation with something of the person in every place that can hold it: log, snapshot, trigger, approval, inbox,
    identities, idempotency keys."""
    await world.say("price of marzipan teapots, says Ondine", AnswerFromKnowledge(query="price of marzipan teapots"))
    await world.say("a link", StartProcedure(procedure="send_link"))
    await world.say(ADDRESS, SetSlot(slot="email", value="?"))
    await world.say("yes", Confirm(confirmation="?"))
    await world.say("a credit", StartProcedure(procedure="credit"))
    await world.say("5 teapots", SetSlot(slot="amount", value="5 teapots"))
    await world.say("yes please", Confirm(confirmation="?"))
    await world.service.accept(world.key, "marzipan again", "order of a teapot", 8000)


async def rows_of(world: World, table: str) -> int:
    async with world.database.begin(world.principal) as tx:
        return int(
            await tx.fetchval(
                f"select count(*) from {table} where tenant_id = $1 and conversation_id = $2",
                world.tenant.id,
                world.key.conversation_id,
            )
        )


async def wrapped_key(world: World) -> bytes:
    async with world.database.begin(world.principal) as tx:
        return await tx.fetchval(
            "select wrapped_key from person where tenant_id = $1 and id = (select person_id from conversation where id = $2)",
            world.tenant.id,
            world.key.conversation_id,
        )


async def readable_with(dsn: str, world: World, wrapped: bytes, key: KeyEncryptionKey) -> bytes:
    """All of the conversation that the person's key opens, to whoever had kept it; empty where the words themselves are gone."""
    connection = await asyncpg.connect(dsn)
    try:
        person_id = await connection.fetchval(
            "select person_id from conversation where id = $1", world.key.conversation_id
        )
        rows = await connection.fetch(
            "select seq, sealed from conversation_event where conversation_id = $1 and sealed is not null order by seq",
            world.key.conversation_id,
        )
    finally:
        await connection.close()
    own = key.unwrap(wrapped, associated_data(world.tenant.id, person_id))
    place = (world.tenant.id, world.key.conversation_id)
    return b" ".join(open_sealed(own, row["sealed"], associated_data(*place, row["seq"])) for row in rows)


async def test_nothing_of_an_erased_person_is_left_in_the_whole_database(
    world: World, people: PeopleService, cluster: Cluster, key_encryption_key: KeyEncryptionKey
) -> None:
    await talk(world)
    key = await wrapped_key(world)
    before = await readable_with(cluster.owner, world, key, key_encryption_key)
    assert all(word in before for word in WORDS), "what is looked for must have been there"
    assert await found_in(cluster.owner, key), "the search must find what is there"
    erasure = await people.erase(world.principal, email=ADDRESS.upper())
    assert (erasure.people, erasure.conversations) == (1, 1)
    assert await found_in(cluster.owner, key, *WORDS) == []
    for table in ("conversation_snapshot", "conversation_trigger", "idempotency", "control.due_conversation"):
        assert await rows_of(world, table) == 0, table


async def test_the_log_keeps_its_shape_and_reads_erased(world: World, people: PeopleService) -> None:
    await talk(world)
    kinds = await world.kinds()
    await people.erase(world.principal, conversation_id=world.key.conversation_id)
    assert await world.kinds() == [*kinds, "conversation_closed"]
    events = [one.event for one in await world.entries()]
    assert {one.text for one in events if isinstance(one, MessageReceived)} == {ERASED}
    assert {one.parts for one in events if isinstance(one, ReplySent)} == {()}
    assert (await world.state()).status is Status.CLOSED
    assert (await world.desk.inbox(world.principal, None, None))[0][0].last_message == ""
    assert {one.summary for one in await world.desk.approvals(world.principal, pending_only=False)} == {""}


async def test_an_older_backup_holds_nothing_of_them_once_the_next_one_is_made(
    world: World,
    people: PeopleService,
    cluster: Cluster,
    tenants: TenantService,
    key_encryption_key: KeyEncryptionKey,
    folder: Path,
    empty_database: str,
) -> None:
    await talk(world)
    other = await world.open()
    await world.service.accept(other, "somebody else's words", "other", 8000)
    older, saved = await save(cluster.owner, folder / "older.backup", key_encryption_key)
    key = await wrapped_key(world)
    await people.erase(world.principal, email=ADDRESS)
    _, newer = await save(cluster.owner, folder / "newer.backup", key_encryption_key)
    assert newer.keys == saved.keys - 1
    done = await restore(older, None, empty_database, key_encryption_key)
    assert done.forgotten == 1
    assert await found_in(empty_database, key, *WORDS) == []
    connection = await asyncpg.connect(empty_database)
    try:
        left = await connection.fetchrow(
            "select status, token_digest from conversation where id = $1", world.key.conversation_id
        )
        kept = await connection.fetchval(
            "select count(*) from conversation_trigger where conversation_id = $1", other.conversation_id
        )
    finally:
        await connection.close()
    assert left["status"] == "closed"
    assert kept == 1
    for file in folder.iterdir():
        assert key not in file.read_bytes()


async def test_a_second_tenant_is_neither_touched_nor_reached(
    world: World, people: PeopleService, tenants: TenantService, other_tenant: Tenant
) -> None:
    await talk(world)
    before = await world.entries()
    stranger = system(other_tenant.id, "stranger")
    with pytest.raises(PersonNotFound):
        await people.erase(stranger, email=ADDRESS)
    with pytest.raises(PersonNotFound):
        await people.erase(stranger, conversation_id=world.key.conversation_id)
    assert await world.entries() == before
    erasure = await people.erase(world.principal, email=ADDRESS)
    with pytest.raises(ErasureNotFound):
        await people.erasure(stranger, erasure.id)


async def test_others_of_the_same_tenant_keep_their_words(world: World, people: PeopleService) -> None:
    await talk(world)
    theirs = world.key
    world.key = await world.open()
    await world.say("price of chairs", AnswerFromKnowledge(query="price of chairs"))
    before = await world.entries()
    await people.erase(world.principal, conversation_id=theirs.conversation_id)
    assert await world.entries() == before


async def test_all_conversations_of_someone_known_again_are_erased(world: World, people: PeopleService) -> None:
    first = world.key
    await talk(world)
    second = world.key = await world.open()
    await talk(world)
    async with world.database.begin(world.principal) as tx:
        await tx.execute(
            """update person set merged_into = (select person_id from conversation where id = $1)
               where id = (select person_id from conversation where id = $2)""",
            first.conversation_id,
            second.conversation_id,
        )
    erasure = await people.erase(world.principal, conversation_id=first.conversation_id)
    assert (erasure.people, erasure.conversations) == (2, 2)
    assert (await world.state()).status is Status.CLOSED


async def test_the_token_of_an_erased_conversation_opens_nothing_any_more(world: World, people: PeopleService) -> None:
    world.key, token = await world.service.open(
        world.principal, world.tenant, language="en", time_zone="UTC", page="", consents={}, most_active=10_000,
        greeting=Part(text="Hello", kind="notice"), active_for=timedelta(minutes=1),
    )  # fmt: skip
    assert await world.service.authenticate(token) == world.key
    await people.erase(world.principal, conversation_id=world.key.conversation_id)
    with pytest.raises(NotAuthenticated):
        await world.service.authenticate(token)
    # Where a write is to follow, that it was valid a moment ago is enough for a start, and no more than that.
    assert await world.service.authenticate(token, to_write=True) == world.key
    with pytest.raises(NotAuthenticated):
        await world.service.accept(world.key, "Hello?", "key", 1000, token=token)


async def test_a_turn_that_runs_while_its_person_is_erased_writes_nothing(world: World, people: PeopleService) -> None:
    world.understanding.pause = asyncio.Event()
    await world.write("what is the marzipan price?", AnswerFromKnowledge(query="price"))
    turn = asyncio.create_task(world.engine.run(world.key))
    while not world.understanding.seen:
        await asyncio.sleep(0.01)
    await people.erase(world.principal, conversation_id=world.key.conversation_id)
    world.understanding.pause.set()
    await turn
    assert (await world.kinds())[-1] == "conversation_closed"
    assert await rows_of(world, "conversation_snapshot") == 0


async def test_whoever_erases_is_in_the_audit_and_erasing_again_finds_nobody(
    world: World, people: PeopleService
) -> None:
    await talk(world)
    operator = Principal(tenant_id=world.tenant.id, role=Role.OPERATOR, actor="key:7", assurance=Assurance.ANONYMOUS)
    await people.erase(operator, email=ADDRESS)
    async with world.database.begin(world.principal) as tx:
        row = await tx.fetchrow("select role, actor from audit_event where action = 'erase person'")
    assert dict(row) == {"role": "operator", "actor": "key:7"}
    with pytest.raises(PersonNotFound):
        await people.erase(operator, email=ADDRESS)


async def test_whom_to_erase_must_be_said_in_one_way(world: World, people: PeopleService) -> None:
    with pytest.raises(InvalidInput, match="by `email` or by `conversation_id`"):
        await people.erase(world.principal)
    with pytest.raises(InvalidInput):
        await people.erase(world.principal, email=ADDRESS, conversation_id=world.key.conversation_id)


async def handed_over(world: World) -> None:
    await world.say("a person, please", HumanHandoff())
    state = await world.state()
    assert state.mode is Mode.HUMAN
    assert state.case is not None


async def test_their_case_is_kept_where_the_company_has_not_decided_otherwise(
    world: World, people: PeopleService, archive: SmallArchive
) -> None:
    await handed_over(world)
    erasure = await people.erase(world.principal, conversation_id=world.key.conversation_id)
    assert (erasure.org_status, archive.anonymised) == (OrgStatus.KEPT, [])


async def test_their_case_is_anonymised_as_the_company_has_decided(
    world: World, people: PeopleService, archive: SmallArchive, tenants: TenantService
) -> None:
    profile = world.tenant.profile.model_copy(update={"org_records_of_erased": OrgRecords.ANONYMISE})
    await tenants.save(world.tenant.slug, world.tenant.name, profile)
    await handed_over(world)
    erasure = await people.erase(world.principal, conversation_id=world.key.conversation_id)
    assert (erasure.org_status, archive.anonymised) == (OrgStatus.DONE, ["500000000000001AAA"])


async def test_an_org_that_is_away_is_asked_again(world: World, people: PeopleService, archive: SmallArchive) -> None:
    await handed_over(world)
    archive.away = True
    erasure = await people.erase(
        world.principal, conversation_id=world.key.conversation_id, org_records=OrgRecords.ANONYMISE
    )
    assert erasure.org_status is OrgStatus.WAITING
    archive.away = False
    await people.settle_all_in_org()
    assert (await people.erasure(world.principal, erasure.id)).org_status is OrgStatus.DONE
    assert "500000000000001AAA" in archive.anonymised


async def test_cases_that_others_opened_are_named(world: World, people: PeopleService, archive: SmallArchive) -> None:
    await handed_over(world)
    archive.others = {"500000000000001AAA"}
    erasure = await people.erase(
        world.principal, conversation_id=world.key.conversation_id, org_records=OrgRecords.ANONYMISE
    )
    assert erasure.cases_left == ("500000000000001AAA",)


async def test_a_database_with_an_erased_person_is_as_it_must_be(
    world: World, people: PeopleService, tenants: TenantService, key_encryption_key: KeyEncryptionKey
) -> None:
    await talk(world)
    await people.erase(world.principal, email=ADDRESS)
    verified = await verify(world.database, tenants, world.log, Sealer(key_encryption_key))
    assert [one for one in verified.findings if one.tenant == world.tenant.slug] == []


async def test_two_who_erase_the_same_person_at_once_do_it_once(world: World, people: PeopleService) -> None:
    await talk(world)
    ends = await asyncio.gather(
        *[people.erase(world.principal, conversation_id=world.key.conversation_id) for _ in range(3)],
        return_exceptions=True,
    )
    assert sorted(type(end).__name__ for end in ends) == ["Erasure", "PersonNotFound", "PersonNotFound"]
