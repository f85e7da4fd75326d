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
