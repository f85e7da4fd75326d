import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr, ValidationError

from casewright.kit.http import Failing, NotSent, Uncertain
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.errors import (
    DailyLimitReached,
    RecordLocked,
    RecordNotFound,
    ReferenceRefused,
    RequestRefused,
    SeveralRecords,
    SignInRefused,
)
from casewright.salesforce.models import CaseRow, ClientCredentials, ContactRow, JwtBearer, OrgConnection, Row
from localorg.testing import RunningOrg, start_org

MakeClient = Callable[..., SalesforceClient]

ALL_CONTACTS = "SELECT Id FROM Contact"


async def token_requests(org: RunningOrg) -> int:
    return len(await org.requests(path_contains="/oauth2/token"))


# --- signing in -------------------------------------------------------------------------------------------------------------


async def test_many_callers_sign_in_once(org: RunningOrg, client: SalesforceClient) -> None:
    before = await token_requests(org)
    await asyncio.gather(*(client.query(ContactRow, ALL_CONTACTS) for _ in range(8)))
    assert await token_requests(org) - before == 1


async def test_an_expired_session_is_renewed_once_for_all_callers(org: RunningOrg, client: SalesforceClient) -> None:
    await client.query(ContactRow, ALL_CONTACTS)
    before = await token_requests(org)
    await org.fault("expire_sessions")
    found = await asyncio.gather(*(client.query(ContactRow, ALL_CONTACTS) for _ in range(8)))
    assert all(found)
    assert await token_requests(org) - before == 1


async def test_wrong_credentials_say_what_to_check(connection: OrgConnection, make_client: MakeClient) -> None:
    wrong = connection.model_copy(update={"credentials": ClientCredentials(client_secret=SecretStr("wrong"))})
    with pytest.raises(SignInRefused, match=r"does not accept the credentials \(invalid_client\)") as refused:
        await make_client(wrong).query(ContactRow, ALL_CONTACTS)
    assert "wrong" not in refused.value.message.replace("went wrong", "")


async def test_an_address_that_is_not_an_org_says_so(connection: OrgConnection, make_client: MakeClient) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        elsewhere = connection.model_copy(update={"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"})
        with pytest.raises(SignInRefused, match="does not answer like Salesforce"):
            await make_client(elsewhere).query(ContactRow, ALL_CONTACTS)


async def test_jwt_bearer_signs_in_as_the_user(examples: Path, tmp_path: Path, make_client: MakeClient) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = tmp_path / "public.pem"
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    options = ["--jwt-key", f"signed={public}"]
    async with start_org("signed", examples / "aurora" / "org.yaml", tmp_path / "org", options=options) as org:
        bearer = JwtBearer(private_key=SecretStr(private), username="casewright.integration@aurora.example")
        connection = OrgConnection(url=org.url, client_id=org.client_id, credentials=bearer)
        assert await make_client(connection).query(ContactRow, ALL_CONTACTS)


async def test_a_private_key_that_is_none_says_so(connection: OrgConnection, make_client: MakeClient) -> None:
    bearer = JwtBearer(private_key=SecretStr("not a key"), username="someone@aurora.example")
    with pytest.raises(SignInRefused, match="not an RSA key in PEM"):
        await make_client(connection.model_copy(update={"credentials": bearer})).query(ContactRow, ALL_CONTACTS)


def test_an_org_needs_an_address() -> None:
    with pytest.raises(ValidationError):
        OrgConnection(url="acme", client_id="x", credentials=ClientCredentials(client_secret=SecretStr("x")))


def test_a_connection_shows_no_secret(connection: OrgConnection) -> None:
    assert isinstance(connection.credentials, ClientCredentials)
    assert connection.credentials.client_secret.get_secret_value() not in repr(connection)


# --- records ----------------------------------------------------------------------------------------------------------------


async def test_a_record_is_created_changed_and_found(client: SalesforceClient) -> None:
    case_id = await client.create("Case", {"Subject": "It's broken"})
    await client.update("Case", case_id, {"Priority": "High"})
    (case,) = await client.query(
        CaseRow, "SELECT Id, CaseNumber, Subject, Priority FROM Case WHERE Subject = :subject", subject="It's broken"
    )
    assert (case.id, case.priority) == (case_id, "High")


async def test_a_field_write_leaves_the_owner_alone(org: RunningOrg, client: SalesforceClient) -> None:
    case_id = await client.create("Case", {"Subject": "Mine"})
    (before,) = await org.query(f"SELECT OwnerId FROM Case WHERE Id = '{case_id}'")
    await client.update("Case", case_id, {"Priority": "Critical"})
    (after,) = await org.query(f"SELECT OwnerId FROM Case WHERE Id = '{case_id}'")
    assert after["OwnerId"] == before["OwnerId"]


async def test_upserting_twice_makes_one_record(org: RunningOrg, client: SalesforceClient) -> None:
    first = await client.upsert("Case", "Casewright_Conversation__c", "c/1 ü", {"Subject": "One"})
    second = await client.upsert("Case", "Casewright_Conversation__c", "c/1 ü", {"Subject": "Two"})
    assert (first.created, second.created, first.id == second.id) == (True, False, True)
    assert len(await org.query("SELECT Id FROM Case WHERE Casewright_Conversation__c = 'c/1 ü'")) == 1


async def test_several_records_of_one_external_id_are_an_error_of_their_own(client: SalesforceClient) -> None:
    for _ in range(2):
        await client.create("Case", {"Subject": "Twin", "Casewright_Key__c": "twin"})
    with pytest.raises(SeveralRecords):
        await client.upsert("Case", "Casewright_Key__c", "twin", {"Subject": "Which?"})


async def test_a_query_goes_on_over_all_its_pages(examples: Path, tmp_path: Path, make_client: MakeClient) -> None:
    seed = tmp_path / "seed.yaml"
    text = (examples / "aurora" / "org.yaml").read_text(encoding="utf-8")
    seed.write_text(
        text.replace("session_minutes: 120", "session_minutes: 120\n  query_batch_size: 3"), encoding="utf-8"
    )
    async with start_org("paged", seed, tmp_path / "org") as org:
        credentials = ClientCredentials(client_secret=SecretStr(org.client_secret))
        client = make_client(OrgConnection(url=org.url, client_id=org.client_id, credentials=credentials))
        found = await client.query(ContactRow, ALL_CONTACTS)
        assert len({row.id for row in found}) == len(await org.query(ALL_CONTACTS)) > 3


async def test_mail_goes_out_through_the_org(org: RunningOrg, client: SalesforceClient) -> None:
    await client.send_email("someone@example.org", "Subject", "Body")
    (mail,) = await org.mailbox(to="someone@example.org")
    assert (mail.subject, mail.body) == ("Subject", "Body")


async def test_mail_to_no_address_is_refused(client: SalesforceClient) -> None:
    with pytest.raises(RequestRefused) as refused:
        await client.send_email("nobody", "Subject", "Body")
    assert refused.value.code == "INVALID_EMAIL_ADDRESS"


# --- what goes wrong --------------------------------------------------------------------------------------------------------


async def test_an_unknown_field_is_told_from_an_unknown_record(client: SalesforceClient) -> None:
    with pytest.raises(ReferenceRefused, match="INVALID_FIELD"):
        await client.query(Row, "SELECT Nothing__c FROM Case")
    with pytest.raises(RecordNotFound):
        await client.update("Case", "500000000000000AAA", {"Subject": "x"})


async def test_an_error_does_not_repeat_what_was_sent(client: SalesforceClient) -> None:
    with pytest.raises(RequestRefused) as refused:
        await client.create("Case", {"Subject": "x", "Priority": "dana@private.example"})
    assert "private" not in refused.value.message


async def test_a_locked_row_is_tried_again(org: RunningOrg, client: SalesforceClient) -> None:
    case_id = await client.create("Case", {"Subject": "Locked"})
    await org.fault("row_lock", times=2)
    await client.update("Case", case_id, {"Priority": "High"})
    (case,) = await org.query(f"SELECT Priority FROM Case WHERE Id = '{case_id}'")
    assert case["Priority"] == "High"


async def test_a_row_that_stays_locked_is_an_error(org: RunningOrg, client: SalesforceClient) -> None:
    await client.query(ContactRow, ALL_CONTACTS)
    await org.fault("row_lock")
    with pytest.raises(RecordLocked):
        await client.create("Case", {"Subject": "Locked"})


async def test_the_daily_limit_is_an_error_of_its_own(org: RunningOrg, client: SalesforceClient) -> None:
    await org.fault("daily_limit")
    with pytest.raises(DailyLimitReached):
        await client.query(ContactRow, ALL_CONTACTS)


async def test_usage_is_read_from_every_answer(client: SalesforceClient) -> None:
    await client.query(ContactRow, ALL_CONTACTS)
    first = client.usage
    await client.query(ContactRow, ALL_CONTACTS)
    assert first is not None
    assert client.usage is not None
    assert client.usage.used > first.used
    assert client.usage.limit == 100_000


async def test_records_are_counted_without_reading_them(org: RunningOrg, client: SalesforceClient) -> None:
    contacts = await client.query(ContactRow, ALL_CONTACTS)
    assert await client.count("SELECT COUNT() FROM Contact") == len(contacts)
    assert await client.count("SELECT COUNT() FROM Contact WHERE Email = :email", email="nobody@nowhere.example") == 0


async def test_a_count_that_gets_no_answer_changed_nothing(org: RunningOrg, client: SalesforceClient) -> None:
    await org.fault("lost_answer", path_contains="/query")
    with pytest.raises(NotSent):
        await client.count("SELECT COUNT() FROM Contact")


async def test_a_record_is_deleted_however_often_it_is_asked_for(org: RunningOrg, client: SalesforceClient) -> None:
    case_id = await client.create("Case", {"Subject": "Delete me"})
    await org.fault("lost_answer", method="DELETE", times=1)
    await client.delete("Case", case_id)
    await client.delete("Case", case_id)
    assert await org.query("SELECT Id FROM Case WHERE Subject = 'Delete me'") == []


async def test_a_lost_answer_to_a_creation_is_uncertain_and_not_repeated(
    org: RunningOrg, client: SalesforceClient
) -> None:
    await client.query(ContactRow, ALL_CONTACTS)
    await org.fault("lost_answer", method="POST", path_contains="/sobjects/Case")
    with pytest.raises(Uncertain):
        await client.create("Case", {"Subject": "Only once"})
    assert len(await org.query("SELECT Id FROM Case WHERE Subject = 'Only once'")) == 1


async def test_a_password_reset_is_never_sent_twice(org: RunningOrg, client: SalesforceClient) -> None:
    (user,) = await client.query(Row, "SELECT Id FROM User WHERE Username = 'user@example.com'")
    await org.fault("lost_answer", method="DELETE")
    with pytest.raises(Uncertain):
        await client.reset_password(user.id)
    assert len(await org.requests(method="DELETE", path_contains="/password")) == 1


async def test_a_query_that_gets_no_answer_was_not_sent_as_far_as_the_org_is_concerned(
    org: RunningOrg, client: SalesforceClient
) -> None:
    await org.fault("lost_answer", path_contains="/query")
    with pytest.raises(NotSent):
        await client.query(ContactRow, ALL_CONTACTS)


async def test_an_org_in_trouble_is_told_from_one_that_refuses(org: RunningOrg, client: SalesforceClient) -> None:
    case_id = await client.create("Case", {"Subject": "x"})
    await org.fault("status", path_contains="/sobjects/", status=503)
    with pytest.raises(Failing):
        await client.update("Case", case_id, {"Priority": "High"})


async def test_an_org_that_is_not_there_was_sent_nothing(connection: OrgConnection, make_client: MakeClient) -> None:
    with pytest.raises(NotSent):
        await make_client(connection.model_copy(update={"url": "http://127.0.0.1:9"})).query(ContactRow, ALL_CONTACTS)
