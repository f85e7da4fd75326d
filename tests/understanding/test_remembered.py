from pathlib import Path

import numpy as np
import pytest

from casewright.understanding.encoder import Encoder
from casewright.understanding.models import Vector
from casewright.understanding.remembered import RememberedVectors

VECTOR = np.arange(384, dtype=np.float32)


def test_what_was_kept_is_found_by_its_text(tmp_path: Path) -> None:
    RememberedVectors(tmp_path / "vectors.sqlite3").keep({"one": VECTOR})

    found = RememberedVectors(tmp_path / "vectors.sqlite3").find(["one", "two"])

    assert list(found) == ["one"]
    assert np.array_equal(found["one"], VECTOR)


def test_more_texts_than_fit_into_one_query_are_found(tmp_path: Path) -> None:
    remembered = RememberedVectors(tmp_path / "vectors.sqlite3")
    texts = [f"text {number}" for number in range(1200)]
    remembered.keep(dict.fromkeys(texts, VECTOR))

    assert set(remembered.find(texts)) == set(texts)


def test_no_text_stands_in_the_file(tmp_path: Path) -> None:
    RememberedVectors(tmp_path / "vectors.sqlite3").keep({"a very telling sentence": VECTOR})

    assert all(b"telling" not in file.read_bytes() for file in tmp_path.iterdir())


def test_a_file_that_is_no_database_is_as_if_nothing_were_known(tmp_path: Path) -> None:
    file = tmp_path / "vectors.sqlite3"
    file.write_bytes(b"not a database" * 100)

    RememberedVectors(file).keep({"one": VECTOR})

    assert RememberedVectors(file).find(["one"]) == {}


def test_content_that_was_encoded_once_is_not_encoded_again(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["The kettle is on the stove.", "Remove limescale.", "The kettle is on the stove."]
    first = encoder.encode_many(texts)

    def refuse(text: str) -> Vector:
        raise AssertionError(f"{text!r} is encoded again")

    monkeypatch.setattr(encoder, "encode", refuse)

    assert np.array_equal(encoder.encode_many(texts), first)
    assert np.array_equal(first[0], first[2])
