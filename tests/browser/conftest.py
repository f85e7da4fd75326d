import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from .chat_page import ChatPage
from .connection import Keys, Operator, running_demo

PROJECT = Path(__file__).parents[2]
SCREENSHOTS = Path(os.environ.get("CASEWRIGHT_TEST_SCREENSHOTS", PROJECT / "test-results"))
"""Where pictures of every state are kept; the environment may name another folder."""

CHROMIUM = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
DESKTOP = ViewportSize(width=1200, height=800)

Screenshot = Callable[[Page, str], None]

expect.set_options(timeout=15_000)


class Live(Protocol):
    """A running server with at least two tenants, the first speaking English, the second German."""

    @property
    def url(self) -> str: ...
    @property
    def tenants(self) -> tuple[Keys, ...]: ...


class NewContext(Protocol):
    def __call__(self, viewport: ViewportSize = DESKTOP, locale: str = "en-GB") -> BrowserContext: ...


@pytest.fixture(scope="session")
def live(request: pytest.FixtureRequest) -> Live:
    """The server that the environment names, else one that the tests start."""
    server: Live = running_demo() or request.getfixturevalue("live_server")
    if not (PROJECT / "web" / "dist" / "chat.html").exists():
        pytest.fail("The pages are not built: run `make setup` (or `npm ci && npm run build` in web/).", pytrace=False)
    return server


@pytest.fixture(scope="package")
def chromium(live: Live) -> Iterator[Browser]:
    """The installed Chromium. It ends with this package: while it runs, no other event loop can."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.fail(
            "No Chromium was found: `apt install chromium` gives one, or any Chrome on the PATH.", pytrace=False
        )
    unprotected = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=unprotected)
        yield browser
        browser.close()


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[NewContext]:
    """Opens a fresh browser profile; at the end no page in it may have had an error of its own."""
    contexts: list[BrowserContext] = []
    page_errors: list[str] = []

    def open_context(viewport: ViewportSize = DESKTOP, locale: str = "en-GB") -> BrowserContext:
        context = chromium.new_context(viewport=viewport, locale=locale, reduced_motion="reduce")
        context.on("weberror", lambda error: page_errors.append(str(error.error)))
        contexts.append(context)
        return context

    yield open_context
    for context in contexts:
        context.close()
    assert page_errors == []


@pytest.fixture
def page(new_context: NewContext) -> Page:
    return new_context().new_page()


@pytest.fixture
def chat(page: Page, live: Live) -> ChatPage:
    """The first tenant's chat, just opened."""
    chat = ChatPage(page)
    chat.open(live.url, live.tenants[0].publishable_key)
    return chat


@pytest.fixture
def operator(live: Live) -> Iterator[Operator]:
    """A person of the first tenant."""
    operator = Operator(live.url, live.tenants[0])
    yield operator
    operator.close()


@pytest.fixture
def screenshot() -> Screenshot:
    """Keeps a picture of the page under a name."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}.png")

    return take
