"""What the chat page of a running demo weighs, and how long until one can write in it: `python -m bench.chat_page`."""

import argparse
import gzip
import json
import re
import shutil
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from casewright.kit.data_directory import default_data_directory

DIST = Path(__file__).parents[1] / "web" / "dist"
VISITS = 9
MARK = "casewright.interactive"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=default_data_directory())
    demo = json.loads((parser.parse_args().data_dir / "demo.json").read_text())
    address = f"{demo['url']}/chat#key={demo['tenants'][0]['publishable_key']}"
    for kind, size in weights().items():
        print(f"{kind:5} {size / 1000:7.1f} kB gzipped")
    program = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        times = sorted(interactive_after(browser, address) for _ in range(VISITS))
        browser.close()
    print(
        f"Interactive after {median(times):.0f} ms (median of {VISITS} first visits; {times[0]:.0f} … {times[-1]:.0f})."
    )


def weights() -> dict[str, int]:
    """Bytes by kind of file, of all that the page loads before it works."""
    page = (DIST / "chat.html").read_text()
    files = [DIST / "chat.html", *(DIST / name for name in re.findall(r'/(assets/[^"]+\.(?:js|css))"', page))]
    sizes: dict[str, int] = {}
    for file in files:
        kind = file.suffix.removeprefix(".")
        sizes[kind] = sizes.get(kind, 0) + len(gzip.compress(file.read_bytes()))
    return sizes | {"all": sum(sizes.values())}


def interactive_after(browser: Browser, address: str) -> float:
    """Milliseconds from the beginning of the navigation, in a fresh profile."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.locator("#composer").wait_for()
    milliseconds: float = page.evaluate(f"performance.getEntriesByName('{MARK}')[0].startTime")
    context.close()
    return milliseconds


if __name__ == "__main__":
    main()
