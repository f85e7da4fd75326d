import httpx2
import pytest

from localorg.testing import RunningOrg

PARTNER = "/services/Soap/u/66.0"
USERNAME = "casewright.integration@aurora.example"


def envelope(operation: str, inner: str = "", *, session: str = "") -> bytes:
    header = f"<SessionHeader><sessionId>{session}</sessionId></SessionHeader>" if session else ""
    namespace = 'xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"'
    body = f'<{operation} xmlns="urn:partner.soap.sforce.com">{inner}</{operation}>'
    return f"<e:Envelope {namespace}><e:Header>{header}</e:Header><e:Body>{body}</e:Body></e:Envelope>".encode()


async def post(client: httpx2.AsyncClient, path: str, content: bytes) -> httpx2.Response:
    return await client.post(path, content=content, headers={"Content-Type": "text/xml", "SOAPAction": '""'})


def inner_text(answer: httpx2.Response, name: str) -> str:
    return answer.text.split(f"<{name}>", 1)[1].split(f"</{name}>", 1)[0]


async def with_password(api: httpx2.AsyncClient, org: RunningOrg, password: str) -> None:
    (user,) = await org.query(f"SELECT Id FROM User WHERE Username = '{USERNAME}'")
    answer = await api.post(f"sobjects/User/{user['Id']}/password", json={"NewPassword": password})
    assert answer.status_code == 204


async def test_a_login_gives_a_session_that_rest_accepts(
    api: httpx2.AsyncClient, stranger: httpx2.AsyncClient, org: RunningOrg
) -> None:
    await with_password(api, org, "correct-horse-1")
    inner = f"<username>{USERNAME}</username><password>correct-horse-1</password>"
    answer = await post(stranger, PARTNER, envelope("login", inner))
    session, server = inner_text(answer, "sessionId"), inner_text(answer, "serverUrl")
    assert answer.status_code == 200
    assert server.startswith(f"{org.url}{PARTNER}/00D")
    headers = {"Authorization": f"Bearer {session}"}
    assert (await stranger.get("/services/data/v66.0/limits", headers=headers)).status_code == 200
    assert (await post(stranger, PARTNER, envelope("logout", session=session))).status_code == 200
    assert (await stranger.get("/services/data/v66.0/limits", headers=headers)).status_code == 401


@pytest.mark.parametrize(("username", "password"), [(USERNAME, "wrong-pass-1"), ("nobody@example.com", "x"), ("", "")])
async def test_a_login_that_fails_does_not_say_why(stranger: httpx2.AsyncClient, username: str, password: str) -> None:
    inner = f"<username>{username}</username><password>{password}</password>"
    answer = await post(stranger, PARTNER, envelope("login", inner))
    assert (answer.status_code, inner_text(answer, "faultcode")) == (500, "sf:INVALID_LOGIN")
    assert "user locked out" in inner_text(answer, "faultstring")


async def test_a_call_without_a_session_is_refused(stranger: httpx2.AsyncClient) -> None:
    answer = await post(stranger, PARTNER, envelope("getUserInfo"))
    assert inner_text(answer, "sf:exceptionCode") == "INVALID_SESSION_ID"


async def test_the_user_is_told_who_they_are(stranger: httpx2.AsyncClient, org: RunningOrg) -> None:
    answer = await post(stranger, PARTNER, envelope("getUserInfo", session=await org.access_token()))
    assert inner_text(answer, "userName") == USERNAME


async def test_what_the_api_does_not_have_is_said_so(stranger: httpx2.AsyncClient, org: RunningOrg) -> None:
    answer = await post(stranger, PARTNER, envelope("convertLead", session=await org.access_token()))
    assert "No operation available for request {urn:partner.soap.sforce.com}convertLead" in answer.text


async def test_apex_is_refused_with_the_reason(stranger: httpx2.AsyncClient, org: RunningOrg) -> None:
    content = envelope("executeAnonymous", "<String>x</String>", session=await org.access_token())
    answer = await post(stranger, "/services/Soap/s/67.0/00D000000000001", content)
    assert inner_text(answer, "sf:exceptionCode") == "FUNCTIONALITY_NOT_ENABLED"
    assert "no Apex runtime" in inner_text(answer, "faultstring")


@pytest.mark.parametrize(
    "content", [b"", b"<a", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', envelope("x").replace(b"Body", b"B")]
)
async def test_what_is_no_call_is_a_fault(stranger: httpx2.AsyncClient, content: bytes) -> None:
    answer = await post(stranger, PARTNER, content)
    assert (answer.status_code, inner_text(answer, "faultcode")) == (500, "soapenv:Client")


@pytest.mark.parametrize("path", ["/services/Soap/x/66.0", "/services/Soap/u/latest"])
async def test_an_address_that_is_none_is_not_found(stranger: httpx2.AsyncClient, path: str) -> None:
    assert (await post(stranger, path, envelope("login"))).status_code == 404
