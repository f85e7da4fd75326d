"""How `casewright chat` finds its server and company, and what it says where it cannot."""

import socket
from collections.abc import Mapping
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from casewright.cli.chat import OPERATOR_KEY, PUBLISHABLE_KEY, chat, tenant_named
from casewright.kit.errors import CasewrightError, InvalidInput
from casewright.scenarios.schemas import Connection, TenantAccess

TENANTS = tuple(
    TenantAccess(id=name, name=name, publishable_key="pk_1", operator_key="ok_1")
    for name in ("Aurora Cloud", "Brückner Solar")
)


@pytest.fixture
def nobody() -> str:
    """An address at which no server is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def casewright_chat(*arguments: object, environment: Mapping[str, str | None] = {}) -> Result:
    app = typer.Typer()
    app.command()(chat)
    keys = {PUBLISHABLE_KEY: None, OPERATOR_KEY: None, **environment}
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=keys)


def refusal(result: Result) -> str:
    """What the program's `main` says, with exit code 2."""
    assert isinstance(result.exception, CasewrightError)
    return result.exception.message


@pytest.mark.parametrize("company", ["Brückner Solar", "brückner", "BRUECKNER", "Brue"])
def test_a_company_is_found_by_how_its_name_begins(company: str) -> None:
    assert tenant_named(company, TENANTS).name == "Brückner Solar"


def test_without_a_name_it_is_the_demos_first_company() -> None:
    assert tenant_named(None, TENANTS).name == "Aurora Cloud"


def test_an_unknown_company_is_told_which_there_are() -> None:
    with pytest.raises(InvalidInput, match="Aurora Cloud, Brückner Solar"):
        tenant_named("Globex", TENANTS)


def test_no_running_demo_is_exit_code_1_with_what_to_do(tmp_path: Path) -> None:
    result = casewright_chat("--data-dir", tmp_path)
    assert result.exit_code == 1
    assert "start `casewright demo`" in result.stderr


def test_a_server_that_cannot_be_reached_is_exit_code_1_with_its_address(tmp_path: Path, nobody: str) -> None:
    (tmp_path / "demo.json").write_text(Connection(url=nobody, tenants=TENANTS).model_dump_json())
    result = casewright_chat("--data-dir", tmp_path)
    assert result.exit_code == 1
    assert nobody in result.stderr
    assert result.stdout == ""


def test_another_server_needs_a_publishable_key(nobody: str) -> None:
    assert PUBLISHABLE_KEY in refusal(casewright_chat("--url", nobody))


def test_another_server_is_asked_with_the_environments_keys(nobody: str) -> None:
    result = casewright_chat("--url", nobody, environment={PUBLISHABLE_KEY: "pk_1"})
    assert (result.exit_code, nobody in result.stderr) == (1, True)


def test_an_address_that_is_none_is_told_how_one_looks() -> None:
    assert "http://127.0.0.1:8765" in refusal(casewright_chat("--url", "localhost:8765"))


def test_a_company_is_not_chosen_at_another_server(nobody: str) -> None:
    assert "with --url the key" in refusal(casewright_chat("--url", nobody, "--company", "aurora"))
