"""Settings: where they come from, and what is shown of them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from casewright.cli import app
from casewright.kit.errors import SetupError
from casewright.settings import load_settings


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASEWRIGHT_CONFIG", str(tmp_path / "casewright.toml"))
    return tmp_path / "casewright.toml"


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("port = 1111\nlog_level = 'DEBUG'\n[limits]\nrequests_per_minute = 5\n")
    monkeypatch.setenv("CASEWRIGHT_PORT", "2222")
    settings = load_settings()
    assert (settings.port, settings.log_level, settings.host) == (2222, "DEBUG", "127.0.0.1")
    assert (settings.limits.requests_per_minute, settings.limits.concurrent_conversations) == (5, 100)


def test_a_tenant_may_ask_a_thousand_times_a_minute_and_have_a_hundred_conversations_at_once(file: Path) -> None:
    limits = load_settings().limits
    assert (limits.requests_per_minute, limits.concurrent_conversations) == (1000, 100)


def test_a_wrong_value_is_reported_by_its_name(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWRIGHT_PORT", "many")
    with pytest.raises(SetupError, match="port"):
        load_settings()


def test_config_shows_where_each_value_comes_from_and_hides_secrets(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("log_level = 'DEBUG'\n")
    monkeypatch.setenv("CASEWRIGHT_DATABASE_URL", "postgresql://me:hunter2@localhost/x")
    monkeypatch.setenv("COLUMNS", "250")
    shown = CliRunner().invoke(app, ["config"]).output
    assert "hunter2" not in shown
    assert "(hidden)" in shown
    assert "CASEWRIGHT_DATABASE_URL" in shown
    assert "limits.requests_per_minute" in shown


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("db.example/casewright", "must look like postgresql://"),
        ("postgresql://me:hunter2@db.example:port/casewright", "must look like postgresql://"),
        ("postgresql://me:hunter2@db.example/casewright?sslrootcert=/nowhere/ca.pem", "/nowhere/ca.pem"),
    ],
)
def test_a_database_address_that_can_never_work_is_refused_without_its_secret(
    file: Path, monkeypatch: pytest.MonkeyPatch, address: str, complaint: str
) -> None:
    monkeypatch.setenv("CASEWRIGHT_DATABASE_URL", address)
    with pytest.raises(SetupError, match=complaint) as refused:
        load_settings()
    assert "hunter2" not in refused.value.message


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:secret@db.example/casewright",
        "postgres://me:secret@[::1]:5432/casewright",
        "postgresql://me:secret@first.example:5432,second.example:5433/casewright?target_session_attrs=primary",
        "postgresql://me:secret@/casewright?host=/run/postgresql",
    ],
)
def test_every_form_of_a_database_address_is_taken(file: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("CASEWRIGHT_DATABASE_URL", address)
    found = load_settings().database_url
    assert found is not None
    assert found.get_secret_value() == address
