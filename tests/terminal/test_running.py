from pathlib import Path

import pytest

from casewright.terminal import running


def test_the_time_zone_is_the_one_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", ":Europe/Berlin")
    assert running.local_time_zone() == "Europe/Berlin"


def test_else_the_time_zone_is_this_machines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    zone = tmp_path / "zoneinfo" / "America" / "Lima"
    zone.parent.mkdir(parents=True)
    zone.touch()
    (tmp_path / "localtime").symlink_to(zone)
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr(running, "LOCAL_TIME", tmp_path / "localtime")
    assert running.local_time_zone() == "America/Lima"


def test_a_machine_that_does_not_say_is_in_utc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr(running, "LOCAL_TIME", tmp_path / "localtime")
    assert running.local_time_zone() == "UTC"
