import sqlite3
from collections.abc import Iterator

import pytest

from localorg.history.loading import Document, load
from tests.localorg.history.orgs import EXAMPLES, org_with_history


@pytest.fixture(scope="session")
def brueckner_document() -> Document:
    return load(EXAMPLES / "brueckner" / "history.yaml")


@pytest.fixture(scope="session")
def brueckner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    with org_with_history(tmp_path_factory.mktemp("brueckner") / "org.sqlite3", "brueckner") as connection:
        yield connection


@pytest.fixture(scope="session")
def aurora(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    with org_with_history(tmp_path_factory.mktemp("aurora") / "org.sqlite3", "aurora") as connection:
        yield connection
