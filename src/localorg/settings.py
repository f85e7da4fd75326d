"""What an org is started with: its seed document, its connected app and, for JWT bearer, its certificate."""

import os
import re
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

import orjson
from pydantic import BaseModel, ConfigDict


class Credentials(BaseModel):
    """The connected app's consumer key and secret."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    client_secret: str


class OrgSettings(BaseModel):
    """The `settings` of a seed document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    daily_api_requests: int = 100_000
    session_minutes: float = 120
    query_batch_size: int = 2_000


def load_credentials(data_directory: Path, org_name: str, environment: Mapping[str, str] = os.environ) -> Credentials:
    """From LOCALORG_<NAME>_CLIENT_ID and _CLIENT_SECRET, else from the org's own file, made by the first start.

    Raises OSError when the file can be neither read nor written.
    """
    data_directory.mkdir(parents=True, exist_ok=True)
    prefix = "LOCALORG_" + re.sub(r"\W", "_", org_name).upper()
    client_id, client_secret = environment.get(f"{prefix}_CLIENT_ID"), environment.get(f"{prefix}_CLIENT_SECRET")
    if client_id and client_secret:
        return Credentials(client_id=client_id, client_secret=client_secret)
    path = data_directory / f"{org_name}.credentials.json"
    if path.exists():
        return Credentials.model_validate_json(path.read_bytes())
    credentials = Credentials(client_id="3MVG9" + secrets.token_urlsafe(60), client_secret=secrets.token_hex(32))
    _write_private(path, orjson.dumps(credentials.model_dump()))
    return credentials


def _write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, and readable by nobody else at any moment."""
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.replace(path)
