"""The JWT bearer grant: an assertion signed by the certificate that the connected app knows.

Source: Salesforce Help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration".
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from localorg.oauth.errors import OAuthError

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LOGIN_URLS = frozenset({"https://login.salesforce.com", "https://test.salesforce.com"})
_LONGEST_LIFE = timedelta(minutes=5)
_CLOCK_SKEW = timedelta(minutes=3)
_FIRST_MILLISECONDS = 100_000_000_000
"""No time in seconds comes near this before the year 5138, so what is larger was given in milliseconds."""


@dataclass(frozen=True, slots=True)
class Assertion:
    issuer: str
    username: str


def load_public_key(path: Path) -> RSAKey:
    """From a PEM certificate or public key. Raises OSError or ValueError."""
    pem = path.read_bytes()
    if b"BEGIN CERTIFICATE" in pem:
        key = x509.load_pem_x509_certificate(pem).public_key()
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        return RSAKey.import_key(pem)
    except JoseError as error:
        raise ValueError(str(error)) from error


def read_assertion(text: str, key: RSAKey | None, audiences: frozenset[str], now: datetime) -> Assertion:
    """Raises OAuthError `invalid_grant` for what is not signed, addressed and dated as it must be."""
    if key is None:
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")
    try:
        claims = jwt.decode(text, key, algorithms=["RS256"]).claims
    except (JoseError, ValueError):
        raise OAuthError("invalid_grant", "invalid assertion") from None
    _check_audience(claims, audiences)
    _check_expiry(claims, now)
    issuer, username = claims.get("iss"), claims.get("sub") or claims.get("prn")
    if not isinstance(issuer, str) or not isinstance(username, str):
        raise OAuthError("invalid_grant", "invalid assertion")
    return Assertion(issuer, username)


def _check_audience(claims: dict[str, Any], audiences: frozenset[str]) -> None:
    given = claims.get("aud")
    named = given if isinstance(given, list) else [given]
    if not any(str(audience).rstrip("/") in _LOGIN_URLS | audiences for audience in named):
        raise OAuthError("invalid_grant", "audience is invalid")


def _check_expiry(claims: dict[str, Any], now: datetime) -> None:
    given = claims.get("exp")
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise OAuthError("invalid_grant", "invalid assertion")
    seconds = given / 1000 if given >= _FIRST_MILLISECONDS else given
    try:
        expires_at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise OAuthError("invalid_grant", "invalid assertion") from None
    if expires_at <= now or expires_at > now + _LONGEST_LIFE + _CLOCK_SKEW:
        raise OAuthError("invalid_grant", "expired authorization code" if expires_at <= now else "invalid assertion")
