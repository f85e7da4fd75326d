"""Takes the pictures of docs/images from a running demo: `casewright demo`, then `make screenshots`.

Pictures of every state of the pages, light and dark, wide and on a phone, are made by the tests in tests/browser; they
keep them in test-results/, or in the folder that CASEWRIGHT_TEST_SCREENSHOTS names.
"""

import argparse
import json
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from casewright.kit.data_directory import default_data_directory

IMAGES = Path(__file__).parents[1] / "docs" / "images"
CHAT = ViewportSize(width=1200, height=960)
DESK = ViewportSize(width=1440, height=900)

expect.set_options(timeout=15_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=default_data_directory())
    demo = json.loads((parser.parse_args().data_dir / "demo.json").read_text())
    program = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        chat(browser, demo["url"], demo["tenants"][0]["publishable_key"])
        operator(browser, demo["url"], demo["tenants"][0]["operator_key"])
        browser.close()


def chat(browser: Browser, url: str, key: str) -> None:
    """A question answered; and, in another conversation, a customer who wants a person."""
    page = browser.new_page(viewport=CHAT, locale="en-GB", reduced_motion="reduce")
    page.goto(f"{url}/chat#key={key}")
    say(page, "How do I export data?")
    page.screenshot(path=IMAGES / "chat.png")
    page.close()
    page = browser.new_page(locale="en-GB")
    page.goto(f"{url}/chat#key={key}")
    say(page, "How do I export data?")
    say(page, "This is completely unacceptable!")
    say(page, "I want to speak to a manager NOW!")
    page.close()


def say(page: Page, text: str) -> None:
    """Writes, and waits for the reply."""
    page.locator("#composer").fill(text)
    page.locator("#composer").press("Enter")
    own = page.locator(".message.customer:not(.outgoing)", has_text=text)
    expect(own.locator('~ .message.agent[aria-busy="false"]')).to_be_visible()


def operator(browser: Browser, url: str, key: str) -> None:
    """That customer's conversation, with how its last turn came about."""
    page = browser.new_page(viewport=DESK, locale="en-GB", reduced_motion="reduce")
    page.goto(f"{url}/operator#key={key}")
    page.get_by_role("region", name="Inbox").locator("a.row").filter(has_text="frustration").last.click()
    expect(page.get_by_role("complementary", name="Inspector").locator(".sentence")).to_be_visible()
    page.screenshot(path=IMAGES / "operator.png")
    page.close()


if __name__ == "__main__":
    main()
