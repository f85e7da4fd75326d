"""What axe-core finds wrong with a page, by WCAG 2.2 up to level AA."""

from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page

_AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"

_RUN = """
async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, { runOnly: tags });
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.failureSummary} (${node.html})`));
}
"""


@cache
def _axe() -> str:
    if not _AXE.exists():
        pytest.fail("axe-core is not installed: run `make setup` (or `npm ci` in web/) first.", pytrace=False)
    return _AXE.read_text()


def violations(page: Page) -> list[str]:
    page.evaluate(_axe())
    found: list[str] = page.evaluate(_RUN)
    return found


def width_beyond_screen(page: Page) -> int:
    """CSS pixels by which the page is wider than the screen, so that it would scroll sideways."""
    beyond: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return beyond
