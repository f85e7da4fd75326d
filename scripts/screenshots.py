"""Takes the pictures of docs/images from a running demo: `casewright demo`, then `make screenshots`."""

import argparse
import json
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from casewright.kit.data_directory import default_data_directory

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SIZE = {"width": 1200, "height": 860}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
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
    page = browser.new_page(viewport=SIZE, locale="en-GB")
    page.goto(f"{url}/chat#key={key}")
    for text in ("How do I export data?", "Actually, first I need to reset my password", "user@example.com"):
        say(page, text)
    page.screenshot(path=IMAGES / "chat.png")
    page.close()


def say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox").last
    box.fill(text)
    box.press("Enter")
    page.wait_for_timeout(2500)


def operator(browser: Browser, url: str, key: str) -> None:
    page = browser.new_page(viewport=SIZE, locale="en-GB")
    page.goto(f"{url}/operator#key={key}")
    page.wait_for_timeout(2500)
    page.screenshot(path=IMAGES / "operator.png")
    page.close()


if __name__ == "__main__":
    main()
