"""The data directory: who may use it, and what it says when not."""

import subprocess
import sys
from pathlib import Path

import pytest

from casewright.kit.data_directory import (
    DataDirectory,
    DataDirectoryInUse,
    DataDirectoryUnusable,
    DataDirectoryVersionMismatch,
    default_data_directory,
)


def test_it_is_made_private_and_remembers_its_version(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path / "made" / "here").path
    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / "version").read_text() == "1\n"
    assert DataDirectory(directory).path == directory


def test_the_environment_says_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWRIGHT_DATA_DIR", str(tmp_path))
    assert default_data_directory() == tmp_path
    monkeypatch.delenv("CASEWRIGHT_DATA_DIR")
    assert default_data_directory().name == "casewright"


def test_one_made_by_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("2\n")
    with pytest.raises(DataDirectoryVersionMismatch, match=r"version '2'.* works with '1'.* CASEWRIGHT_DATA_DIR"):
        DataDirectory(tmp_path)


def test_a_place_that_cannot_be_written_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataDirectoryUnusable, match=r"cannot be used.*CASEWRIGHT_DATA_DIR"):
        DataDirectory(tmp_path / "file")


def test_a_second_process_is_told_who_holds_it(tmp_path: Path) -> None:
    first, second = DataDirectory(tmp_path), DataDirectory(tmp_path)
    refused = pytest.raises(DataDirectoryInUse, match=r"in use by the demo \(process \d+\)")
    with first.exclusive("the demo"), refused, second.exclusive("another"):
        pytest.fail("two processes held the same directory")


def test_it_is_free_again_when_its_holder_is_killed(tmp_path: Path) -> None:
    program = (
        "import os, sys, pathlib, casewright.kit.data_directory as d\n"
        "with d.DataDirectory(pathlib.Path(sys.argv[1])).exclusive('the demo'): os.kill(os.getpid(), 9)\n"
    )
    assert subprocess.run([sys.executable, "-c", program, tmp_path], check=False).returncode == -9
    with DataDirectory(tmp_path).exclusive("the next") as was_killed:
        assert was_killed
    with DataDirectory(tmp_path).exclusive("the one after") as was_killed:
        assert not was_killed
