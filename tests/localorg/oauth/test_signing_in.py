"""Grants by which users sign in: password, authorization code with refresh, and what tokens are worth."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from localorg.testing import RunningOrg

TOKEN = "/services/oauth2/token"
AUTHORIZE = "/services/oauth2/authorize"
USERNAME = "priya.raman@aurora.example"
PASSWORD = "correct-horse-1"
CALLBACK = "http://localhost:1717/callback"


@pytest.fixture
async def with_password(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    (user,) = await org.query(f"SELECT Id FROM User WHERE Username = '{USERNAME}'")
    answer = await api.post(f"sobjects/User/{user['Id']}/password", json={"NewPassword": PASSWORD})
    assert answer.status_code == 204


def client_of(org: RunningOrg) -> dict[str, str]:
    return {"client_id": org.client_id, "client_secret": org.client_secret}


@pytest.mark.usefixtures("with_password")
async def test_a_password_gives_a_token_of_its_user(org: RunningOrg, stranger: httpx2.AsyncClient) -> None:
    form = {"grant_type": "password", "username": USERNAME, "password": PASSWORD, **client_of(org)}
    token = (await stranger.post(TOKEN, data=form)).json()
    info = await stranger.get("/services/oauth2/userinfo", headers={"Authorization": f"Bearer {token['access_token']}"})
    assert info.json()["preferred_username"] == USERNAME
    assert "refresh_token" not in token
    wrong = await stranger.post(TOKEN, data=form | {"password": "wrong-horse-1"})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")


async def code_of(org: RunningOrg, stranger: httpx2.AsyncClient, **changes: str) -> str:
    asked = {"response_type": "code", "client_id": org.client_id, "redirect_uri": CALLBACK, "state": "s&1", **changes}
    page = await stranger.get(AUTHORIZE, params=asked)
    assert 'name="password"' in page.text
    answer = await stranger.post(AUTHORIZE, data={**asked, "username": USERNAME, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    redirected = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert answer.headers["Location"].startswith(CALLBACK)
    assert redirected["state"] == ["s&1"]
    return redirected["code"][0]


@pytest.mark.usefixtures("with_password")
async def test_a_code_works_once_and_its_refresh_token_again_and_again(
    org: RunningOrg, stranger: httpx2.AsyncClient
) -> None:
    form = {"grant_type": "authorization_code", "code": await code_of(org, stranger), "redirect_uri": CALLBACK}
    first = (await stranger.post(TOKEN, data=form | client_of(org))).json()
    twice = await stranger.post(TOKEN, data=form | client_of(org))
    assert (twice.status_code, twice.json()["error"]) == (400, "invalid_grant")
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], **client_of(org)}
    for _ in range(2):
        token = (await stranger.post(TOKEN, data=refresh)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert (await stranger.get("/services/data/v67.0/limits", headers=headers)).status_code == 200
    assert (await stranger.post("/services/oauth2/revoke", data={"token": first["refresh_token"]})).status_code == 200
    gone = await stranger.post(TOKEN, data=refresh)
    assert (gone.status_code, gone.json()["error"]) == (400, "invalid_grant")


@pytest.mark.usefixtures("with_password")
async def test_the_command_line_proves_itself_by_its_code_verifier(
    org: RunningOrg, stranger: httpx2.AsyncClient
) -> None:
    verifier = "v" * 60
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    form = {"grant_type": "authorization_code", "client_id": "PlatformCLI", "redirect_uri": CALLBACK}
    code = await code_of(org, stranger, client_id="PlatformCLI", code_challenge=challenge)
    wrong = await stranger.post(TOKEN, data=form | {"code": code, "code_verifier": "x" * 60})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    code = await code_of(org, stranger, client_id="PlatformCLI", code_challenge=challenge)
    assert (await stranger.post(TOKEN, data=form | {"code": code, "code_verifier": verifier})).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://elsewhere.example/"}, "redirect_uri_mismatch"),
        ({"client_id": "nobody"}, "invalid_client_id"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
async def test_nobody_is_sent_to_a_client_that_is_not_known(
    org: RunningOrg, stranger: httpx2.AsyncClient, changes: dict[str, str], error: str
) -> None:
    asked = {"response_type": "code", "client_id": org.client_id, "redirect_uri": CALLBACK, **changes}
    answer = await stranger.get(AUTHORIZE, params=asked)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_introspection_tells_what_a_token_is_worth(org: RunningOrg, stranger: httpx2.AsyncClient) -> None:
    token = await org.access_token()
    told = (await stranger.post("/services/oauth2/introspect", data={"token": token, **client_of(org)})).json()
    assert (told["active"], told["client_id"], told["token_type"]) == (True, org.client_id, "access_token")
    assert told["exp"] - told["iat"] == 120 * 60
    await stranger.post("/services/oauth2/revoke", data={"token": token})
    after = await stranger.post("/services/oauth2/introspect", data={"token": token, **client_of(org)})
    assert after.json() == {"active": False}
    unknown = await stranger.post("/services/oauth2/introspect", data={"token": token})
    assert unknown.status_code == 400


@pytest.mark.parametrize("path", ["vx/limits", "v67/limits", "v67.0x/tooling", "v67.0.0/sobjects/Case"])
async def test_a_version_that_is_none_opens_nothing(stranger: httpx2.AsyncClient, path: str) -> None:
    answer = await stranger.get(f"/services/data/{path}")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND")
