"""What axe-core finds wrong with a page, by WCAG 2.2 up to level AA."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize

SMALL_PHONE = ViewportSize(width=320, height=640)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

_AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"

_RUN = """
async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, { runOnly: tags });
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.failureSummary} (${node.html})`));
}
"""


_CUT_OFF = """
() => [...document.querySelectorAll("h1, h2, p, li, button, a, input, textarea, select")]
  .filter((element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((element) => element.closest("pre, table, .visually-hidden") === null)
  .filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width > 1 && (right > window.innerWidth + 1 || left < -1);
  })
  .map((element) => element.outerHTML.slice(0, 200))
"""
"""What reaches beyond the screen's sides, whether or not one can scroll there."""


@cache
def _axe() -> str:
    if not _AXE.exists():
        pytest.fail("axe-core is not installed: run `make setup` (or `npm ci` in web/) first.", pytrace=False)
    return _AXE.read_text()


def assert_accessible_everywhere(page: Page, name: str, screenshot: Callable[[Page, str], None]) -> None:
    """As it is and on a small phone, where nothing may need scrolling sideways, in light and in dark. Keeps a picture of
    each."""
    for device in ("wide", "phone"):
        if device == "phone":
            page.set_viewport_size(SMALL_PHONE)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            screenshot(page, f"{name}-{device}-{scheme}")
            assert_no_violations(page)
    assert _width_beyond_screen(page) <= 0
    assert page.evaluate(_CUT_OFF) == []


def assert_no_violations(page: Page) -> None:
    """As it is."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found: list[str] = page.evaluate(_RUN)
    assert not found, "\n".join(found)


def _width_beyond_screen(page: Page) -> int:
    """CSS pixels by which the page is wider than the screen, so that it would scroll sideways."""
    beyond: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return beyond
