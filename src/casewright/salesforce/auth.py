"""Signing in: an access token by client credentials or JWT bearer, kept until the org no longer accepts it."""

import asyncio
import time
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from pydantic import SecretStr, ValidationError

from casewright.kit.http import Failing, HttpClient, NotSent, Refused, Uncertain
from casewright.kit.model import Model
from casewright.salesforce.errors import LIMIT_EXCEEDED, SignInRefused, code_of, typed
from casewright.salesforce.models import ClientCredentials, JwtBearer, OrgConnection

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 (an address)
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECONDS = 180
"""Salesforce refuses an assertion that expires more than a few minutes ahead (its help page "OAuth 2.0 JWT Bearer Flow")."""


class Session(Model):
    """A token and the address at which it counts."""

    access_token: SecretStr
    instance_url: str

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token.get_secret_value()}"}


class SessionKeeper:
    """The one session of an org. However many callers find it expired, it is renewed once."""

    def __init__(self, connection: OrgConnection, http: HttpClient) -> None:
        self._connection = connection
        self._http = http
        self._session: Session | None = None
        self._renewing = asyncio.Lock()

    async def session(self) -> Session:
        """Raises `SignInRefused`, `DailyLimitReached`, or `NotSent`: whatever else goes wrong, the org did nothing."""
        return self._session or await self.renew(None)

    async def renew(self, expired: Session | None) -> Session:
        """A session other than `expired`. Raises like `session`."""
        async with self._renewing:
            if self._session is None or self._session == expired:
                self._session = None
                self._session = await self._sign_in()
            return self._session

    async def _sign_in(self) -> Session:
        try:
            # Asking for a token twice does no harm, so it may be retried although it is a POST.
            answer = await self._http.request("POST", TOKEN_PATH, form=_grant(self._connection), retry=True)
        except Refused as error:
            if code_of(error) == LIMIT_EXCEEDED:
                raise typed(error) from None
            raise SignInRefused(
                f"The org at {self._connection.url} does not accept the credentials ({_reason(error.body)}). Check client "
                "id, secret and the integration user in its External Client App, then connect the org again."
            ) from None
        except (Uncertain, Failing) as error:
            raise NotSent("salesforce", "Signing in to the org did not work.") from error
        try:
            content = answer.json()
            return Session(access_token=content["access_token"], instance_url=str(content["instance_url"]).rstrip("/"))
        except (ValueError, KeyError, TypeError, ValidationError):
            raise SignInRefused(
                f"{self._connection.url} does not answer like Salesforce. Is it the org's My Domain address?"
            ) from None


def _grant(connection: OrgConnection) -> dict[str, str]:
    match connection.credentials:
        case ClientCredentials(client_secret=secret):
            return {
                "grant_type": "client_credentials",
                "client_id": connection.client_id,
                "client_secret": secret.get_secret_value(),
            }
        case JwtBearer() as bearer:
            return {"grant_type": JWT_BEARER, "assertion": _assertion(connection, bearer)}


def _assertion(connection: OrgConnection, bearer: JwtBearer) -> str:
    claims: dict[str, Any] = {
        "iss": connection.client_id,
        "sub": bearer.username,
        "aud": bearer.audience or connection.url,
        "exp": int(time.time()) + ASSERTION_SECONDS,
    }
    try:
        key = RSAKey.import_key(bearer.private_key.get_secret_value())
        return jwt.encode({"alg": "RS256"}, claims, key)
    except (ValueError, JoseError):
        raise SignInRefused("The private key of this org is not an RSA key in PEM. Connect the org again.") from None


def _reason(body: Any) -> str:
    """OAuth's own word for the refusal, such as `invalid_client`; it holds nothing secret."""
    word = body.get("error") if isinstance(body, dict) else None
    return word if isinstance(word, str) and word.replace("_", "").isalnum() else "no reason given"
