"""The container file, read: no container engine is at hand where the tests run."""

import json
import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.clusters import free_port

PROJECT = Path(__file__).parents[2]
LINES = (
    (PROJECT / "deploy" / "container" / "Containerfile").read_text(encoding="utf8").replace("\\\n", " ").splitlines()
)
LAST_STAGE = LINES[max(number for number, line in enumerate(LINES) if line.startswith("FROM ")) :]
IGNORED = (PROJECT / ".dockerignore").read_text(encoding="utf8").splitlines()


def instructions(name: str, lines: list[str] = LINES) -> list[str]:
    return [line.partition(" ")[2].strip() for line in lines if line.startswith(f"{name} ")]


@pytest.mark.parametrize(
    "source",
    [source for copied in instructions("COPY") if not copied.startswith("--") for source in copied.split()[:-1]],
)
def test_what_the_image_copies_is_there_and_not_kept_from_it(source: str) -> None:
    assert (PROJECT / source).exists()
    top = source.split("/")[0]
    assert any(fnmatch(top, line[1:]) for line in IGNORED if line.startswith("!"))


def test_the_image_runs_as_a_numbered_user_who_is_not_root() -> None:
    (user,) = instructions("USER", LAST_STAGE)
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)


def test_every_base_is_debian_slim() -> None:
    bases = [line.split()[0] for line in instructions("FROM")]
    assert all(re.fullmatch(r"(python:[\d.]+-slim-bookworm|node:[\d.]+-bookworm-slim)", base) for base in bases)


def test_every_package_is_installed_by_its_digest_or_from_what_was_built() -> None:
    installs = [part for line in instructions("RUN") for part in line.split("&&") if "pip install" in part]
    assert installs
    assert all("--require-hashes" in one or "/build/wheel/" in one for one in installs)


def test_the_health_check_fails_where_nobody_answers() -> None:
    (check,) = instructions("HEALTHCHECK")
    command: list[str] = json.loads(check.partition("CMD ")[2])
    command[0] = sys.executable
    variables = {**os.environ, "CASEWRIGHT_PORT": str(free_port())}
    assert subprocess.run(command, env=variables, capture_output=True, check=False).returncode != 0
