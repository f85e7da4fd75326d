"""What axe-core finds wrong with a page, by WCAG 2.2 up to level AA."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize

SMALL_PHONE = ViewportSize(width=320, height=640)

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


def assert_accessible_everywhere(page: Page, name: str, screenshot: Callable[[Page, str], None]) -> None:
    """In light and in dark, and on a small phone, where nothing may need scrolling sideways. Keeps a picture of each."""
    page.evaluate(_axe())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        screenshot(page, f"{name}-{scheme}")
        _assert_no_violations(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(SMALL_PHONE)
    screenshot(page, f"{name}-phone")
    assert _width_beyond_screen(page) <= 0
    _assert_no_violations(page)


def _assert_no_violations(page: Page) -> None:
    found: list[str] = page.evaluate(_RUN)
    assert not found, "\n".join(found)


def _width_beyond_screen(page: Page) -> int:
    """CSS pixels by which the page is wider than the screen, so that it would scroll sideways."""
    beyond: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return beyond
