"""A built wheel in a bare virtual environment, started from an empty folder: nothing of the checkout is at hand."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.installing.building import install
from tests.live.api import Customer
from tests.programs import running_program
from tests.running import PREPARED_MODELS, RunningDemo, running_demo

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def casewright(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(wheel, tmp_path_factory.mktemp("bare") / "venv")


@pytest.fixture(scope="module")
def demo(casewright: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    folder = tmp_path_factory.mktemp("empty")
    bring_vectors(folder / "data" / "models")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with running_demo(folder / "data", program=(str(casewright),)) as running:
            yield running


def bring_vectors(models: Path) -> None:
    """Those of the companies' articles, which would cost a minute. The model itself is made here."""
    models.mkdir(parents=True)
    for file in PREPARED_MODELS.glob("*.vectors.sqlite3"):
        shutil.copy(file, models)


def test_the_installed_demo_answers_a_question_from_its_articles(demo: RunningDemo) -> None:
    answer = Customer(demo).say("How do I export data?")
    assert answer["reply"]["parts"][0]["sources"]


def test_the_installed_demo_shows_its_pages(demo: RunningDemo) -> None:
    for page in ("/", "/chat", "/operator"):
        assert '<script type="module"' in httpx2.get(f"{demo.url}{page}").text


def test_the_installed_scenarios_pass(demo: RunningDemo, casewright: Path) -> None:
    command = [casewright, "scenarios", "run", "--filter", "unknown-question"]
    variables = {**os.environ, "CASEWRIGHT_DATA_DIR": str(demo.data_directory)}
    result = subprocess.run(
        command, env=variables, cwd=demo.data_directory, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_an_installed_server_answers_for_a_company_made_with_the_installed_commands(
    casewright: Path, tmp_path: Path
) -> None:
    bring_vectors(tmp_path / "data" / "models")
    variables = {**os.environ, "CASEWRIGHT_DATA_DIR": str(tmp_path / "data")}

    def run(*arguments: str) -> str:
        command = [casewright, *arguments]
        result = subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    run("db", "upgrade")
    run("company", "new", "acme", "--name", "Acme")
    run("company", "install", "acme")
    keys = run("company", "keys", "acme")
    publishable_key = max(re.findall(r"pk_[\w-]+", keys), key=len)
    with running_program("serve", tmp_path / "serve.log", variables, program=(str(casewright),)) as server:
        server.wait_until_ready()
        headers = {"Authorization": f"Bearer {publishable_key}"}
        opened = httpx2.post(f"{server.url}/v1/conversations", json={}, headers=headers).json()
        answer = httpx2.post(
            f"{server.url}/v1/conversations/{opened['id']}/messages?wait=20",
            json={"text": "When are you open on Saturday?"},
            headers={"Authorization": f"Bearer {opened['token']}", "Idempotency-Key": "1"},
            timeout=30,
        )
        assert "13:00" in answer.json()["reply"]["text"]
