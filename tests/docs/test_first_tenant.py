"""The guide for a company of one's own, followed word for word: its files written, its commands run, its chat had."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from playwright.sync_api import expect, sync_playwright

from tests.browser.chat_page import ChatPage
from tests.browser.conftest import CHROMIUM
from tests.browser.connection import newest_code
from tests.live.api import Customer, Desk, bearer
from tests.running import RunningDemo, copy_of, stop

pytestmark = pytest.mark.live

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guides" / "first-tenant.md"
START_SECONDS = 300.0
BROWN = "rgb(154, 52, 18)"
"""#9a3412, the colour that the guide chooses."""


@dataclass(frozen=True)
class Ran:
    """A block of commands and what came of it. `shown`: what the guide says they print, if it does."""

    commands: str
    exit_code: int
    printed: str
    shown: str | None


@dataclass(frozen=True)
class Said:
    """A line of a conversation: what the guide has the reader do, what it promises, and what the page then shows."""

    you: str
    promised: tuple[str, ...]
    seen: str


@dataclass
class Reader:
    """Does what the guide says, in an empty folder, with a data directory of their own."""

    folder: Path
    ran: list[Ran] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    conversations: list[Customer] = field(default_factory=list)
    running: RunningDemo | None = None

    @property
    def demo(self) -> RunningDemo:
        assert self.running is not None, "the guide has not started the demo yet"
        return self.running

    def tenant(self, name: str) -> Any:
        return self.demo.tenants[self.number_of(name)]

    def number_of(self, name: str) -> int:
        return [tenant.name for tenant in self.demo.tenants].index(name)

    def printed_by(self, command: str) -> list[str]:
        return [ran.printed for ran in self.ran if command in ran.commands]

    def follow(self, guide: str) -> None:
        tokens = MarkdownIt("commonmark").enable("table").parse(guide)
        for index, token in enumerate(tokens):
            if token.type == "fence" and "file=" in token.info:
                self._write(token)
            elif token.type == "fence" and token.info == "sh":
                following = tokens[index + 1]
                self._run(token.content, following.content if following.info == "text" else None)
            elif token.type == "table_open":
                self._talk(_rows(tokens[index:]))

    # --- files ---

    def _write(self, block: Token) -> None:
        """A whole file; its end, from a line on; or, as a diff, another text for one line."""
        file = self.folder / _within(r"file=(\S+)", block.info)
        if block.info.startswith("diff"):
            old, new = (line[1:] for line in block.content.splitlines())
            file.write_text(_put(file, old, new), encoding="utf-8")
        elif "from=" in block.info:
            line = _within(r'from="(.*)"', block.info) + "\n"
            _, _, rest = file.read_text(encoding="utf-8").partition(line)
            file.write_text(_put(file, line + rest, block.content), encoding="utf-8")
        else:
            file.write_text(block.content, encoding="utf-8")

    # --- commands ---

    def _run(self, commands: str, shown: str | None) -> None:
        if "casewright demo" in commands:
            self._start_demo(commands)
            return
        done = subprocess.run(
            ["bash", "-ec", commands],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        self.ran.append(Ran(commands, done.returncode, done.stdout, shown))

    def _start_demo(self, commands: str) -> None:
        """In a terminal of its own, where it runs on."""
        said, connection = self.folder / "demo.out", self.folder / "data" / "demo.json"
        with said.open("ab") as output:
            process = subprocess.Popen(
                ["bash", "-ec", f"exec {commands}"],
                cwd=self.folder,
                env=self._environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        self.running = RunningDemo(self.folder / "data", process, "", ())
        until = time.monotonic() + START_SECONDS
        while not connection.exists():
            assert process.poll() is None and time.monotonic() < until, f"no demo:\n{said.read_text()[-3000:]}"
            time.sleep(0.1)
        content = json.loads(connection.read_text(), object_hook=lambda fields: SimpleNamespace(**fields))
        self.running = RunningDemo(self.folder / "data", process, content.url, tuple(content.tenants))

    def _environment(self) -> dict[str, str]:
        """The reader's own: without a display, on any free port, and with their org once there is one."""
        own = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        own |= {"CASEWRIGHT_DATA_DIR": str(self.folder / "data"), "CASEWRIGHT_PORT": "0"}
        if self.running is not None:
            org = self.tenant("Wheelhouse").org
            own |= {"ORG_URL": org.url, "ORG_CLIENT_ID": org.client_id}
            own |= {"CASEWRIGHT_ORG_CLIENT_SECRET": org.client_secret}
        return own

    # --- the chat ---

    def _talk(self, rows: list[tuple[Token, Token]]) -> None:
        """A conversation, if the table is one: what one writes on the left, what comes on the right."""
        (head, _), *lines = rows
        if head.content != "You":
            return
        customer = Customer(self.demo, self.number_of("Wheelhouse"))
        self.conversations.append(customer)
        reply: dict[str, Any] = {}
        address = ""
        for you, promise in lines:
            written = _codes(you)
            if you.content.startswith("In the form"):
                slots = {one["label"]: one["slot"] for one in reply["fields"]}
                values = dict(zip(written[::2], written[1::2], strict=True))
                reply = customer.fill_in(**{slots[label]: value for label, value in values.items()})
            else:
                text = written[0] if written else newest_code(self.tenant("Wheelhouse"), address)
                address = text if "@" in text else address
                reply = customer.say(text)["reply"]
            self.said.append(Said(you.content, _codes(promise), _seen(reply)))


def _within(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, f"{text!r} does not say {pattern!r}"
    return found[1]


def _put(file: Path, old: str, new: str) -> str:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file} has {old!r} {text.count(old)} times"
    return text.replace(old, new)


def _rows(tokens: list[Token]) -> list[tuple[Token, Token]]:
    """The first table's first two columns, its head included."""
    end = next(index for index, token in enumerate(tokens) if token.type == "table_close")
    starts = [index for index, token in enumerate(tokens[:end]) if token.type == "tr_open"]
    return [(tokens[start + 2], tokens[start + 5]) for start in starts]


def _codes(cell: Token) -> tuple[str, ...]:
    return tuple(token.content for token in cell.children or () if token.type == "code_inline")


def _seen(reply: dict[str, Any]) -> str:
    titles = [source["title"] for part in reply["parts"] for source in part["sources"]]
    return "\n".join([reply["text"], *titles, *(one["label"] for one in reply["fields"])])


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, prepared_data: Path) -> Iterator[Reader]:
    """Somebody who has followed the whole guide; what they started still runs. The demo's own companies were there before."""
    folder = tmp_path_factory.mktemp("guide")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    copy_of(prepared_data, folder / "data")
    reader = Reader(folder)
    try:
        reader.follow(GUIDE.read_text(encoding="utf-8"))
        yield reader
    finally:
        if reader.running is not None:
            stop(reader.running)


def test_each_file_of_the_guide_is_named_above_its_block() -> None:
    tokens = MarkdownIt("commonmark").parse(GUIDE.read_text(encoding="utf-8"))
    above = [(tokens[index - 2].content, token.info) for index, token in enumerate(tokens) if "file=" in token.info]
    assert len(above) >= 17
    for words, info in above:
        name = _within(r"file=(\S+)", info)
        assert words.splitlines()[-1] == f"`{name}`"


def test_every_command_works_and_prints_what_the_guide_shows(reader: Reader) -> None:
    assert reader.ran
    for ran in reader.ran:
        assert (ran.exit_code == 0) == (ran.shown is None), f"{ran.commands}\n{ran.printed}"
        assert (ran.shown or "") in ran.printed


def test_both_mistakes_are_told_at_once_and_are_all_that_is_told(reader: Reader) -> None:
    [told] = [ran for ran in reader.ran if ran.shown and "check" in ran.commands]
    assert (told.exit_code, told.printed) == (2, told.shown)


def test_it_has_ten_articles_three_procedures_and_a_scenario(reader: Reader) -> None:
    [*_, last] = [printed for printed in reader.printed_by("company check") if "Nothing is wrong" in printed]
    assert "10 articles, 3 procedures" in last
    assert "1 scenario." in last


def test_the_chat_answers_what_the_guide_promises(reader: Reader) -> None:
    assert len(reader.said) >= 9
    for said in reader.said:
        assert said.promised, said.you
        assert [text for text in said.promised if text not in said.seen] == [], f"{said.you}\n{said.seen}"


def test_the_chat_page_has_its_own_name_face_and_colour(reader: Reader) -> None:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert program is not None, "no Chromium was found"
    with sync_playwright() as playwright:
        unprotected = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=unprotected)
        page = browser.new_page(locale="en-GB", color_scheme="light")
        chat = ChatPage(page)
        page.goto(reader.demo.url)
        page.get_by_role("link", name="Wheelhouse").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Wheelhouse")
        expect(chat.welcome).to_contain_text(re.compile("Welcome to Wheelhouse!.*I am Spoke"))
        expect(chat.welcome.locator("img")).to_have_attribute("src", re.compile(r"^data:image/svg\+xml"))
        assert page.evaluate(COLOUR_OF, "--brand") == BROWN
        expect(chat.ask("How much is a full service?")).to_contain_text("A full service costs £70.")
        browser.close()


COLOUR_OF = """(name) => {
  const swatch = document.body.appendChild(document.createElement("i"));
  swatch.style.color = `var(${name})`;
  return getComputedStyle(swatch).color;
}"""


def test_the_other_companies_see_nothing_of_it(reader: Reader) -> None:
    brueckner = reader.number_of("Brückner Solar")
    desk = Desk(reader.demo, brueckner)
    for conversation in reader.conversations:
        assert desk.get(f"{conversation.path}/transcript").status_code == 404
        assert conversation.id not in desk.get("/v1/inbox", mode="all").text
    assert "£" not in Customer(reader.demo, brueckner).reply("How much is a full service?")


def test_its_own_org_is_connected_and_its_new_keys_open_its_doors(reader: Reader) -> None:
    [printed] = reader.printed_by("company connect")
    assert "Wheelhouse works with the org “Wheelhouse”" in printed
    publishable, operator = (_within(rf"\b({prefix}_\S+)", printed) for prefix in ("pk", "ok"))
    site = httpx2.get(f"{reader.demo.url}/v1/site", headers=bearer(publishable)).raise_for_status().json()
    inbox = httpx2.get(f"{reader.demo.url}/v1/inbox", params={"mode": "all"}, headers=bearer(operator))
    assert site["name"] == "Wheelhouse"
    assert reader.conversations[0].id in inbox.raise_for_status().text
