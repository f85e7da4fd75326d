"""Sealing under a person's key, and the key over those keys."""

import base64
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.kit.sealing import (
    KeyEncryptionKey,
    KeyEncryptionKeyUnusable,
    SealBroken,
    associated_data,
    new_person_key,
    open_sealed,
    seal,
)

PLACE = associated_data("tenant", "person", 7)


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_what_is_sealed_opens_to_the_same_bytes(plaintext: bytes, associated: bytes) -> None:
    key = new_person_key()
    assert open_sealed(key, seal(key, plaintext, associated), associated) == plaintext


def test_the_same_text_never_looks_the_same_twice() -> None:
    key = new_person_key()
    assert seal(key, b"hello", PLACE) != seal(key, b"hello", PLACE)


def test_another_key_does_not_open_it() -> None:
    sealed = seal(new_person_key(), b"hello", PLACE)
    with pytest.raises(SealBroken):
        open_sealed(new_person_key(), sealed, PLACE)


def test_a_sealed_text_moved_to_another_row_does_not_open() -> None:
    key = new_person_key()
    with pytest.raises(SealBroken):
        open_sealed(key, seal(key, b"hello", PLACE), associated_data("tenant", "person", 8))


def test_every_altered_byte_is_noticed() -> None:
    key = new_person_key()
    sealed = seal(key, b"hello", PLACE)
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(SealBroken):
            open_sealed(key, bytes(altered), PLACE)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x02" + bytes(40)])
def test_what_was_never_sealed_is_refused(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        open_sealed(new_person_key(), sealed, PLACE)


def test_places_cannot_be_confused_by_moving_a_boundary() -> None:
    assert associated_data("ab", "c") != associated_data("a", "bc")


def test_a_wrapped_key_opens_only_for_the_person_it_belongs_to(tmp_path: Path) -> None:
    master = KeyEncryptionKey.load(tmp_path / "key")
    key = new_person_key()
    wrapped = master.wrap(key, associated_data("tenant", "dana"))
    assert master.unwrap(wrapped, associated_data("tenant", "dana")) == key
    with pytest.raises(SealBroken):
        master.unwrap(wrapped, associated_data("tenant", "marcus"))


def test_the_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "key"
    wrapped = KeyEncryptionKey.load(file).wrap(new_person_key(), PLACE)
    KeyEncryptionKey.load(file).unwrap(wrapped, PLACE)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_size == 32


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    KeyEncryptionKey.load(file)
    file.chmod(0o640)
    with pytest.raises(KeyEncryptionKeyUnusable, match="chmod 600"):
        KeyEncryptionKey.load(file)


def test_a_truncated_key_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.touch(mode=0o600)
    with pytest.raises(KeyEncryptionKeyUnusable, match="0 bytes where 32 belong"):
        KeyEncryptionKey.load(file)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    value = base64.b64encode(os.urandom(32)).decode()
    wrapped = KeyEncryptionKey.load(tmp_path / "key", value).wrap(new_person_key(), PLACE)
    KeyEncryptionKey.load(tmp_path / "other", value).unwrap(wrapped, PLACE)
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize("value", ["not base64!", base64.b64encode(b"short").decode()])
def test_a_malformed_environment_key_is_refused_without_repeating_it(value: str, tmp_path: Path) -> None:
    with pytest.raises(KeyEncryptionKeyUnusable, match="openssl rand -base64 32") as caught:
        KeyEncryptionKey.load(tmp_path / "key", value)
    assert value not in caught.value.message


def test_a_key_does_not_show_in_its_representation(tmp_path: Path) -> None:
    key = KeyEncryptionKey.load(tmp_path / "key")
    assert repr((tmp_path / "key").read_bytes()) not in repr(key)
    assert "_key" not in repr(key)
