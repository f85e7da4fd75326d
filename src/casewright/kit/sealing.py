"""Personal text at rest: AES-256-GCM under a key of the person's own, itself wrapped by the key-encryption key.

Erasing a person's wrapped key makes all that was sealed under it unreadable, in backups too.
"""

import base64
import binascii
import hmac
import os
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NewType, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from casewright.kit.errors import CasewrightError, SetupError
from casewright.kit.private_file import write_private_file

ENVIRONMENT_VARIABLE: Final = "CASEWRIGHT_KEY_ENCRYPTION_KEY"

PersonKey = NewType("PersonKey", bytes)
"""32 random bytes; in memory only, stored wrapped."""

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_FORMAT: Final = b"\x01"


class SealBroken(CasewrightError):
    """Sealed under another key, for another row, or altered. Nothing of it can be read."""

    title = "Sealed data cannot be opened"


class KeyEncryptionKeyUnusable(SetupError):
    """Missing where it has to be, malformed, or readable by others."""


@dataclass(frozen=True)
class KeyEncryptionKey:
    """The one key an installation must keep: whoever has it and the database can read everything."""

    _key: bytes = field(repr=False)

    @classmethod
    def load(cls, file: Path, environment_value: str | None = None) -> Self:
        """From `environment_value` (base64) if given, else from `file`, made if missing (32 random bytes, 0600).

        Raises `KeyEncryptionKeyUnusable`.
        """
        if environment_value:
            return cls(_decode(environment_value))
        try:
            if not file.exists():
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with suppress(FileExistsError):
                    write_private_file(file, os.urandom(_KEY_BYTES), replace=False)
            _require_private(file)
            key = file.read_bytes()
        except OSError as error:
            raise KeyEncryptionKeyUnusable(
                f"The key file {file} cannot be read or made ({error.strerror}). "
                f"Make it readable for this user only, or set {ENVIRONMENT_VARIABLE}."
            ) from error
        if len(key) != _KEY_BYTES:
            raise KeyEncryptionKeyUnusable(
                f"The key file {file} holds {len(key)} bytes where {_KEY_BYTES} belong. Put it back from a backup."
            )
        return cls(key)

    def wrap(self, key: PersonKey, associated: bytes) -> bytes:
        """`key` sealed for storage; `associated` names whose it is (tenant and person)."""
        return seal(self._key, key, associated)

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one other purpose, from which this key cannot be told (HMAC-SHA-256)."""
        return hmac.digest(self._key, purpose.encode(), "sha256")

    def unwrap(self, wrapped: bytes, associated: bytes) -> PersonKey:
        """Raises `SealBroken`."""
        return PersonKey(open_sealed(self._key, wrapped, associated))


def new_person_key() -> PersonKey:
    return PersonKey(os.urandom(_KEY_BYTES))


def seal(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """Format byte, 12 bytes of random nonce, ciphertext with a 16-byte tag: 29 bytes more than `plaintext`.

    `associated` is not stored: it binds the result to its place (tenant, person, row), see `associated_data`.
    """
    nonce = os.urandom(_NONCE_BYTES)
    return _FORMAT + nonce + AESGCM(key).encrypt(nonce, plaintext, _FORMAT + associated)


def open_sealed(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """The plaintext; raises `SealBroken` unless key, place and every byte are those it was sealed with."""
    if len(sealed) < len(_FORMAT) + _NONCE_BYTES + _TAG_BYTES or not sealed.startswith(_FORMAT):
        raise SealBroken("Sealed data is damaged or of an unknown format.")
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _FORMAT + associated)
    except InvalidTag:
        raise SealBroken("Sealed data does not belong to this key and this place, or was altered.") from None


def associated_data(*parts: object) -> bytes:
    """Name a place unambiguously: each part's text (ids, column names) with its length in front."""
    texts = [str(part).encode() for part in parts]
    return b"".join(len(text).to_bytes(4, "big") + text for text in texts)


def _decode(value: str) -> bytes:
    try:
        key = base64.b64decode(value.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise KeyEncryptionKeyUnusable(
            f"{ENVIRONMENT_VARIABLE} is not {_KEY_BYTES} bytes in base64. `openssl rand -base64 32` makes such a key."
        )
    return key


def _require_private(file: Path) -> None:
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        raise KeyEncryptionKeyUnusable(f"The key file {file} is not a regular file.")
    if status.st_mode & 0o077:
        raise KeyEncryptionKeyUnusable(
            f"The key file {file} can be read by other users (mode {stat.S_IMODE(status.st_mode):04o}). "
            f"Run `chmod 600 {file}`; if others may have read it, make a new key and seal anew."
        )
