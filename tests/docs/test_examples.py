"""The examples in the guides work as they stand."""

from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from casewright.knowledge.importing import parse_article
from casewright.procedures.loading import load_text
from casewright.salesforce.definitions import DEFINITIONS
from casewright.scenarios.loading import load
from casewright.settings import Settings
from casewright.tenants.models import TenantProfile
from casewright.understanding.models import IntentSet
from casewright.understanding.training import check

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "guides"


def _blocks(document: Path, language: str, beginning: str) -> list[str]:
    """Blocks of code in a language that begin with a key."""
    tokens = MarkdownIt("commonmark").parse(document.read_text(encoding="utf-8"))
    blocks = [token.content for token in tokens if token.type == "fence" and token.info == language]
    found = [block for block in blocks if block.startswith(beginning)]
    assert found, f"{document.name} has no example that begins with {beginning!r}"
    return found


@pytest.mark.parametrize(
    "text", _blocks(GUIDES / "scenarios.md", "yaml", "name:"), ids=lambda text: text.splitlines()[0]
)
def test_a_scenario_of_the_guide_is_well_formed(text: str, tmp_path: Path) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(text, encoding="utf-8")
    assert load(file).scenario.steps


def test_the_procedure_of_the_guide_passes_all_checks() -> None:
    [text] = _blocks(GUIDES / "company.md", "yaml", "name:")
    assert load_text(text, source="guide", actions=DEFINITIONS).name == "report_fault"


def test_the_company_of_the_guide_is_valid() -> None:
    [text] = _blocks(GUIDES / "company.md", "yaml", "slug:")
    content = yaml.safe_load(text)
    assert content.pop("slug") and content.pop("name")
    assert TenantProfile.model_validate(content).thresholds is not None


def test_the_intents_of_the_guide_can_be_trained_on() -> None:
    [text] = _blocks(GUIDES / "company.md", "yaml", "intents:")
    check(IntentSet.model_validate(yaml.safe_load(text)))


def test_the_article_of_the_guide_can_be_imported() -> None:
    [text] = _blocks(GUIDES / "company.md", "markdown", "---")
    assert parse_article("export-data.md", text).title == "Export your data"


def test_the_settings_of_the_reference_are_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [text] = _blocks(ROOT / "docs" / "reference" / "settings.md", "toml", "host")
    file = tmp_path / "casewright.toml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("CASEWRIGHT_CONFIG", str(file))
    assert (Settings().host, Settings().limits.requests_per_minute) == ("0.0.0.0", 3000)
