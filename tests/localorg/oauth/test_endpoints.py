import base64
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import RSAKey

from localorg.testing import RunningOrg, start_org

TOKEN = "/services/oauth2/token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def client_form(org: RunningOrg, **changes: str) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "client_id": org.client_id, "client_secret": org.client_secret}
    return form | changes


async def test_client_credentials_in_the_form_give_a_token(org: RunningOrg, stranger: httpx2.AsyncClient) -> None:
    answer = await stranger.post(TOKEN, data=client_form(org))
    token = answer.json()
    assert answer.status_code == 200
    assert token["access_token"].startswith("00D")
    assert token["access_token"][15] == "!"
    assert token["token_type"] == "Bearer"
    assert token["instance_url"] == org.url
    assert token["id"].startswith(f"{org.url}/id/00D")
    assert token["issued_at"].isdigit()
    assert {"signature", "scope"} <= set(token)


async def test_client_credentials_by_http_basic_give_a_token(org: RunningOrg, stranger: httpx2.AsyncClient) -> None:
    answer = await stranger.post(
        TOKEN, data={"grant_type": "client_credentials"}, auth=(org.client_id, org.client_secret)
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "error", "description"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", "invalid client credentials"),
        ({"client_id": "wrong"}, 400, "invalid_client_id", "client identifier invalid"),
        ({"grant_type": "magic"}, 400, "unsupported_grant_type", "grant type not supported"),
        ({"grant_type": ""}, 400, "invalid_request", "must provide grant_type"),
    ],
)
async def test_a_refused_token_request_says_why(
    org: RunningOrg,
    stranger: httpx2.AsyncClient,
    changes: dict[str, str],
    status: int,
    error: str,
    description: str,
) -> None:
    answer = await stranger.post(TOKEN, data=client_form(org, **changes))
    assert (answer.status_code, answer.json()) == (status, {"error": error, "error_description": description})


async def test_a_broken_basic_header_is_an_invalid_client(stranger: httpx2.AsyncClient) -> None:
    answer = await stranger.post(
        TOKEN, data={"grant_type": "client_credentials"}, headers={"Authorization": "Basic !!"}
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("authorization", [None, "Bearer 00Dwrong!token", "Basic abc", "Bearer"])
async def test_a_request_without_a_valid_session_is_answered_401(
    stranger: httpx2.AsyncClient, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = await stranger.get("/services/data/v67.0/limits", headers=headers)
    expected = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    assert (answer.status_code, answer.json()) == (401, expected)
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=0/100000"


async def test_a_revoked_token_is_worth_nothing(api: httpx2.AsyncClient, stranger: httpx2.AsyncClient) -> None:
    token = api.headers["Authorization"].removeprefix("Bearer ")
    assert (await stranger.post("/services/oauth2/revoke", data={"token": token})).status_code == 200
    assert (await api.get("limits")).status_code == 401
    again = await stranger.post("/services/oauth2/revoke", data={"token": token})
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")


async def test_userinfo_and_identity_tell_who_the_token_stands_for(
    org: RunningOrg, api: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    headers = {"Authorization": api.headers["Authorization"]}
    info = (await stranger.get("/services/oauth2/userinfo", headers=headers)).json()
    assert info["preferred_username"] == "casewright.integration@aurora.example"
    identity = (await api.get("")).json()["identity"]
    assert identity.startswith(f"{org.url}/id/")
    told = (await stranger.get(identity, headers=headers)).json()
    assert (told["user_id"], told["organization_id"]) == (info["user_id"], info["organization_id"])
    unknown = await stranger.get("/services/oauth2/userinfo")
    assert (unknown.status_code, unknown.text) == (403, "Bad_OAuth_Token")


async def test_a_session_ends_after_its_time(aurora_seed: Path, tmp_path: Path) -> None:
    seed = tmp_path / "short.yaml"
    seed.write_text(aurora_seed.read_text().replace("session_minutes: 120", "session_minutes: 0"))
    async with start_org("short", seed, tmp_path) as org, httpx2.AsyncClient(trust_env=False) as client:
        headers = {"Authorization": f"Bearer {await org.access_token()}"}
        assert (await client.get(f"{org.url}/services/data/v67.0/limits", headers=headers)).status_code == 401


@dataclass(frozen=True)
class JwtOrg:
    org: RunningOrg
    key: RSAPrivateKey

    def assertion(self, *, key: RSAPrivateKey | None = None, **changes: Any) -> str:
        claims = {
            "iss": self.org.client_id,
            "sub": "priya.raman@aurora.example",
            "aud": self.org.url,
            "exp": int((datetime.now(UTC) + timedelta(minutes=3)).timestamp()),
        }
        return jwt.encode({"alg": "RS256"}, claims | changes, RSAKey.import_key(key or self.key))


def certificate(key: RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "casewright")])
    now = datetime.now(UTC)
    until = now + timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, until)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def jwt_org(aurora_seed: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[JwtOrg]:
    folder = tmp_path_factory.mktemp("jwt")
    key = generate_private_key(65537, 2048)
    (folder / "certificate.pem").write_bytes(certificate(key))
    options = ["--jwt-key", f"signed={folder / 'certificate.pem'}"]
    async with start_org("signed", aurora_seed, folder, options=options) as org:
        yield JwtOrg(org, key)


async def assert_jwt(org: JwtOrg, assertion: str) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=org.org.url, trust_env=False) as client:
        return await client.post(TOKEN, data={"grant_type": JWT_BEARER, "assertion": assertion})


@pytest.mark.parametrize(
    "changes",
    [
        lambda org: {},
        lambda org: {"aud": org.url + "/"},
        lambda org: {"aud": "https://login.salesforce.com"},
        lambda org: {"exp": int((datetime.now(UTC) + timedelta(minutes=3)).timestamp() * 1000)},
    ],
    ids=["instance", "trailing slash", "login url", "milliseconds"],
)
async def test_a_signed_assertion_gives_a_token_for_its_user(
    jwt_org: JwtOrg, changes: Callable[[RunningOrg], dict[str, Any]]
) -> None:
    answer = await assert_jwt(jwt_org, jwt_org.assertion(**changes(jwt_org.org)))
    assert answer.status_code == 200
    (priya,) = await jwt_org.org.query("SELECT Id FROM User WHERE Username = 'priya.raman@aurora.example'")
    assert answer.json()["id"].endswith(priya["Id"])


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        ({"aud": "https://elsewhere.example"}, "audience is invalid"),
        ({"exp": 1_700_000_000}, "expired authorization code"),
        ({"exp": "soon"}, "invalid assertion"),
        ({"sub": "nobody@aurora.example"}, "user hasn't approved this consumer"),
        ({"sub": "elena.petrova@aurora.example"}, "inactive user"),
    ],
)
async def test_an_assertion_that_does_not_hold_is_an_invalid_grant(
    jwt_org: JwtOrg, changes: dict[str, Any], description: str
) -> None:
    answer = await assert_jwt(jwt_org, jwt_org.assertion(**changes))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert answer.json()["error_description"] == description


async def test_an_assertion_signed_by_another_key_is_refused(jwt_org: JwtOrg) -> None:
    answer = await assert_jwt(jwt_org, jwt_org.assertion(key=generate_private_key(65537, 2048)))
    assert answer.json() == {"error": "invalid_grant", "error_description": "invalid assertion"}


async def test_an_unsigned_assertion_is_refused(jwt_org: JwtOrg) -> None:
    _, claims, _ = jwt_org.assertion().split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    answer = await assert_jwt(jwt_org, f"{header}.{claims}.")
    assert answer.json() == {"error": "invalid_grant", "error_description": "invalid assertion"}
