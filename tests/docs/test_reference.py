"""The reference pages say what the code says."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _load_generator() -> ModuleType:
    loader = SourceFileLoader("reference", str(ROOT / "scripts" / "reference"))
    spec = spec_from_loader("reference", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


GENERATOR = _load_generator()


@pytest.mark.parametrize("name", sorted(GENERATOR.PAGES))
def test_a_reference_page_is_up_to_date(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == GENERATOR.PAGES[name](), "run: .venv/bin/python scripts/reference"


def test_an_outdated_page_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(GENERATOR, "DIRECTORY", tmp_path)
    for name, content in GENERATOR.PAGES.items():
        (tmp_path / name).write_text(content(), encoding="utf-8")
    assert GENERATOR.main(["--check"]) == 0
    (tmp_path / "settings.md").write_text("old", encoding="utf-8")
    assert GENERATOR.main(["--check"]) == 1
    assert "settings.md" in capsys.readouterr().out
    assert GENERATOR.main([]) == 0
    assert GENERATOR.main(["--check"]) == 0


def test_no_sealed_field_is_told_as_plain() -> None:
    row = next(line for line in GENERATOR.events_page().splitlines() if line.startswith("| [`message_received`]"))
    assert row.endswith("| `text`, `form` |")
