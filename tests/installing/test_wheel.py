"""What is in the wheel, and that its pinned packages are those the tests run with."""

import re
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.installing.building import PROJECT


@pytest.fixture(scope="module")
def files(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize(
    ("folder", "inside"),
    [
        (PROJECT / "web" / "dist", "casewright/bundled/web"),
        (PROJECT / "examples", "casewright/bundled/examples"),
        (PROJECT / "src" / "casewright", "casewright"),
        (PROJECT / "src" / "localorg", "localorg"),
    ],
)
def test_the_wheel_holds_every_file_of_a_folder(files: set[str], folder: Path, inside: str) -> None:
    wanted = {
        f"{inside}/{file.relative_to(folder).as_posix()}"
        for file in folder.rglob("*")
        if file.is_file() and not file.name.startswith(".") and file.suffix != ".pyc"
    }
    assert wanted - files == set()


def test_the_wheel_holds_nothing_but_the_two_packages(files: set[str]) -> None:
    others = {name for name in files if not re.match(r"(casewright|localorg|casewright-[\d.]+\.dist-info)/", name)}
    assert others == set()


def test_production_is_pinned_to_the_packages_that_the_tests_run_with() -> None:
    production, tested = pins("requirements-production.lock"), pins("requirements.lock")
    assert production.items() - tested.items() == set()


def test_every_package_that_the_code_needs_is_pinned_for_production() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[^\w.-]", one)[0].lower() for one in project["dependencies"]}
    assert needed - pins("requirements-production.lock").keys() == set()


def pins(file: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (PROJECT / file).read_text(), re.MULTILINE))
