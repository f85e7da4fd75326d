"""`casewright company …` on a real database and a local org; what another process then sees is asked of parts of its own."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from casewright.assembly import Parts, assembled
from casewright.cli import main
from casewright.cli.company import SECRET_VARIABLE
from casewright.cli.demo import COMPANIES, CompanyUnfit, with_own
from casewright.content import ACTIONS, ContentUnusable, install_folder
from casewright.kit.clock import SystemClock
from casewright.kit.database import Database
from casewright.kit.errors import NotAuthenticated
from casewright.kit.principal import Assurance, system
from casewright.knowledge.models import Question
from casewright.procedures.errors import ProcedureNotFound
from casewright.salesforce.errors import OrgNotConnected
from casewright.settings import Limits, Settings
from casewright.starter import initials, write_starter
from casewright.tenants.models import ApiKeyKind, Tenant
from casewright.tenants.service import TenantService
from localorg.testing import RunningOrg, start_org
from tests.conftest import Cluster

FIRST, SECOND = "lamp-shop", "tea-house"


@dataclass(frozen=True)
class Done:
    exit_code: int
    printed: str
    complained: str


Casewright = Callable[..., Awaitable[Done]]


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("installation"), **cluster.settings(), rehearsal=False)


@pytest.fixture
def casewright(
    installation: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Casewright:
    """The program, as if typed into a terminal."""
    assert installation.database_url is not None
    monkeypatch.setenv("CASEWRIGHT_DATA_DIR", str(installation.data_dir))
    monkeypatch.setenv("CASEWRIGHT_DATABASE_URL", installation.database_url.get_secret_value())
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)

    async def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["casewright", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main)
        printed, complained = capsys.readouterr()
        return Done(int(ended.value.code or 0), printed, complained)

    return run


@pytest.fixture(scope="session")
async def parts(installation: Settings) -> AsyncIterator[Parts]:
    """Those of a server that runs all the while."""
    async with assembled(installation) as opened:
        yield opened


def skeleton(folder: Path, slug: str = FIRST, language: str = "en") -> Path:
    write_starter(folder, name=slug.title(), slug=slug, language=language, colour="#2f6f4f")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return skeleton(tmp_path / FIRST)


@pytest.fixture
async def first(folder: Path, parts: Parts) -> Tenant:
    return await install_folder(parts, folder)


@pytest.fixture
async def second(tmp_path: Path, parts: Parts) -> Tenant:
    """The one that nothing must happen to."""
    return await install_folder(parts, skeleton(tmp_path / SECOND, SECOND))


async def answer(parts: Parts, tenant: Tenant, text: str) -> str:
    question = await parts.knowledge.encoded(Question(text=text, language="en", assurance=Assurance.ANONYMOUS))
    async with parts.database.begin(system(tenant.id)) as tx:
        found = await parts.knowledge.answer(tx, tenant.id, question)
    return " ".join(sentence.text for sentence in found.sentences)


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


# --- new ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "count"), [("en", 10), ("de", 10)])
async def test_a_new_company_passes_the_check_as_it_is(
    casewright: Casewright, tmp_path: Path, language: str, count: int
) -> None:
    folder = tmp_path / "rad"
    name = 'Müller & "Söhne": Räder'
    made = await casewright("company", "new", folder, "--name", name, "--language", language, "--colour", "#FFCC00")
    checked = await casewright("company", "check", folder)
    assert (made.exit_code, f"{count} files" in made.printed) == (0, True)
    assert (checked.exit_code, checked.complained) == (0, "")
    assert f"{name} (mueller-soehne-raeder): 2 articles, 3 procedures, 13 intents, 1 scenario." in checked.printed


async def test_nothing_that_is_there_is_overwritten(casewright: Casewright, tmp_path: Path) -> None:
    (tmp_path / "tenant.yaml").write_text("mine")
    done = await casewright("company", "new", tmp_path, "--name", "Lamps")
    assert (done.exit_code, "Nothing was written" in done.complained) == (2, True)
    assert [file.name for file in tmp_path.iterdir()] == ["tenant.yaml"]
    assert (tmp_path / "tenant.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("option", "value", "right"),
    [
        ("--colour", "green", "#rrggbb"),
        ("--language", "fr", "one of en, de"),
        ("--name", " ", "at most 100 characters"),
    ],
)
async def test_a_bad_option_is_refused_with_what_would_be_right(
    casewright: Casewright, tmp_path: Path, option: str, value: str, right: str
) -> None:
    done = await casewright("company", "new", tmp_path / "lamps", "--name", "Lamps", option, value)
    assert (done.exit_code, right in done.complained) == (2, True)
    assert not (tmp_path / "lamps").exists()


@pytest.mark.parametrize(("colour", "text"), [("#ffcc00", "#000000"), ("#112233", "#ffffff")])
def test_the_avatar_has_the_initials_in_a_colour_that_can_be_read(tmp_path: Path, colour: str, text: str) -> None:
    write_starter(tmp_path / "a", name="Brückner Solar", slug="a", language="en", colour=colour)
    avatar = (tmp_path / "a" / "avatar.svg").read_text(encoding="utf-8")
    assert all(part in avatar for part in (f'fill="{colour}"', f'fill="{text}"', ">BS</text>"))


@pytest.mark.parametrize(
    ("name", "letters"), [("Wheelhouse", "W"), ("müller & söhne", "MS"), ("3 Oaks", "3O"), ("…", "")]
)
def test_initials_are_those_of_the_first_two_words(name: str, letters: str) -> None:
    assert initials(name) == letters


# --- check --------------------------------------------------------------------------------------------------------------

MISTAKES = {
    ("tenant.yaml", 'colour: "#2f6f4f"', "colour: green"): 'chat.colour: must be a colour as "#rrggbb"',
    ("tenant.yaml", "silence_minutes", "silence"): "silence: there is no such key",
    ("procedures/open_case.yaml", "action: create_case", "action: create_cases"): 'did you mean "create_case"?',
    ("procedures/add_to_case.yaml", "{slots.note}”", "{slots.notes}”"): 'names the unknown slot "notes"',
    ("intents.yaml", "procedure: case_status}", "procedure: case_stat}"): 'did you mean "case_status"?',
    ("intents.yaml", "title: {en: report", "title: {de: report"): 'intent "open_case": "title" has nothing in "en"',
    ("articles/find-us.md", "related: [opening-hours]", "related: [opening]"): 'there is no article "opening"',
    ("articles/opening-hours.md", "(find-us)", "(find-me)"): 'body: there is no article "find-me"',
    ("org.yaml", "Priority: High", "Priority: Enormous"): "org.yaml: the seed's Case 'fault' is refused",
    ("scenarios/first-conversation.yaml", "tenant: lamp-shop", "tenant: aurora"): "'aurora' is not this company",
}
"""What is put into which file, and what the check must say."""


async def test_everything_that_is_wrong_is_said_at_once_each_with_its_file(
    casewright: Casewright, folder: Path
) -> None:
    for file, old, new in MISTAKES:
        changed(folder / file, old, new)
    done = await casewright("company", "check", folder)
    lines = done.complained.splitlines()
    assert (done.exit_code, done.printed) == (2, "")
    for (file, _, _), said in MISTAKES.items():
        assert any(line.startswith(str(folder / file)) and said in line for line in lines), said
    assert [line for line in lines if "case_status.yaml: no intent leads to it" in line]
    assert len(lines) == len(MISTAKES) + 1


@pytest.mark.parametrize("slug", COMPANIES)
async def test_nothing_is_wrong_with_the_demos_companies(casewright: Casewright, slug: str) -> None:
    done = await casewright("company", "check", COMPANIES[slug])
    assert (done.exit_code, done.complained) == (0, "")


async def test_all_mistakes_of_one_file_are_said(casewright: Casewright, folder: Path) -> None:
    article = "---\ntitle: ' '\nlanguage: English\naudience: staff\nautor: me\n---\n"
    (folder / "articles" / "empty.md").write_text(article)
    changed(folder / "intents.yaml", "target: {small_talk: greeting}", "target: {small_talk: waving}")
    changed(folder / "intents.yaml", "target: {cancel: true}", "target: {cancel: true, handoff: true}")
    done = await casewright("company", "check", folder)
    fields = re.findall(r"empty\.md: (\w+): ", done.complained)
    assert sorted(fields) == ["audience", "autor", "body", "language", "title"]
    assert "'waving'; it must be one of" in done.complained
    assert "The target of the intent 'cancel' must be exactly one of" in done.complained


async def test_a_missing_file_is_named(casewright: Casewright, folder: Path) -> None:
    (folder / "intents.yaml").unlink()
    done = await casewright("company", "check", folder)
    assert done.complained == f"{folder / 'intents.yaml'}: cannot be read (No such file or directory)\n"


async def test_two_procedures_of_one_name_and_one_that_nothing_leads_to_are_said(
    casewright: Casewright, folder: Path
) -> None:
    own = (folder / "procedures" / "open_case.yaml").read_text()
    (folder / "procedures" / "other.yaml").write_text(own)
    (folder / "procedures" / "lonely.yaml").write_text(own.replace("name: open_case", "name: lonely"))
    done = await casewright("company", "check", folder)
    assert "other.yaml: name: " in done.complained
    assert "has this name already" in done.complained
    assert "lonely.yaml: no intent leads to it" in done.complained


async def test_the_check_needs_no_database(
    casewright: Casewright, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEWRIGHT_DATA_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("CASEWRIGHT_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert (await casewright("company", "check", folder)).exit_code == 0
    assert not (tmp_path / "none").exists()


async def test_the_check_knows_the_actions_that_a_server_has(parts: Parts) -> None:
    assert parts.actions.definitions() == ACTIONS


# --- install ------------------------------------------------------------------------------------------------------------


async def test_a_running_server_answers_from_what_was_installed(
    casewright: Casewright, tmp_path: Path, parts: Parts
) -> None:
    done = await casewright("company", "install", skeleton(tmp_path / "new", "hat-shop"))
    first = await parts.tenants.by_slug("hat-shop")
    assert (done.exit_code, "Hat-Shop (hat-shop): 2 articles" in done.printed) == (0, True)
    assert "Monday to Friday" in await answer(parts, first, "When are you open?")
    assert "open_case" in await parts.understanding.intents(first.id)


async def test_installing_again_changes_only_what_has_changed(
    casewright: Casewright, folder: Path, first: Tenant, second: Tenant, parts: Parts
) -> None:
    models = await parts.understanding.versions(first.id)
    changed(folder / "articles" / "opening-hours.md", "9:00 to 18:00", "7:00 to 20:00")
    assert (await casewright("company", "install", folder)).exit_code == 0
    assert "7:00 to 20:00" in await answer(parts, first, "When are you open?")
    assert await parts.understanding.versions(first.id) == models
    assert (await parts.tenants.by_slug(FIRST)).id == first.id
    assert "9:00 to 18:00" in await answer(parts, second, "When are you open?")


async def test_a_folder_with_a_mistake_changes_nothing(
    casewright: Casewright, folder: Path, first: Tenant, parts: Parts
) -> None:
    changed(folder / "tenant.yaml", "Lamp-Shop", "Renamed")
    changed(folder / "procedures" / "open_case.yaml", "action: create_case", "action: create_cases")
    done = await casewright("company", "install", folder)
    assert (done.exit_code, 'did you mean "create_case"?' in done.complained) == (2, True)
    assert (await parts.tenants.by_slug(FIRST)).name == first.name


async def test_what_is_removed_is_found_no_more_until_it_is_installed_again(
    casewright: Casewright, folder: Path, first: Tenant, second: Tenant, parts: Parts
) -> None:
    assert (await casewright("company", "remove-article", FIRST, "opening-hours")).exit_code == 0
    assert await answer(parts, first, "When are you open?") == ""
    assert "Monday to Friday" in await answer(parts, second, "When are you open?")
    again = await casewright("company", "remove-article", FIRST, "opening-hours")
    assert (again.exit_code, again.complained) == (2, 'There is no article "opening-hours".\n')
    await casewright("company", "install", folder)
    assert "Monday to Friday" in await answer(parts, first, "When are you open?")


async def test_a_procedure_is_removed_once_no_intent_leads_to_it(
    casewright: Casewright, folder: Path, first: Tenant, second: Tenant, parts: Parts
) -> None:
    refused = await casewright("company", "remove-procedure", FIRST, "open_case")
    assert (refused.exit_code, 'The intent "open_case" leads to "open_case"' in refused.complained) == (2, True)
    (folder / "procedures" / "open_case.yaml").unlink()
    changed(folder / "intents.yaml", "target: {procedure: open_case}", "target: {handoff: true}")
    await casewright("company", "install", folder)
    assert (await casewright("company", "remove-procedure", FIRST, "open_case")).exit_code == 0
    async with parts.database.begin(system(first.id)) as tx:
        with pytest.raises(ProcedureNotFound):
            await parts.procedures.get(tx, first.id, "open_case")
    async with parts.database.begin(system(second.id)) as tx:
        assert (await parts.procedures.get(tx, second.id, "open_case")).name == "open_case"


async def test_what_the_agent_itself_needs_cannot_be_removed(casewright: Casewright, first: Tenant) -> None:
    done = await casewright("company", "remove-procedure", first.slug, "verify_identity")
    assert (done.exit_code, "is built in" in done.complained) == (2, True)


# --- list and keys ------------------------------------------------------------------------------------------------------


async def test_the_list_shows_what_each_company_has(casewright: Casewright, first: Tenant, second: Tenant) -> None:
    done = await casewright("company", "list")
    for tenant in (first, second):
        [line] = [line for line in done.printed.splitlines() if line.split()[:1] == [tenant.slug]]
        assert line.split()[2:6] == ["en", "2", "3", "13"]


async def test_new_keys_open_the_company_and_no_other(
    casewright: Casewright, first: Tenant, second: Tenant, parts: Parts
) -> None:
    publishable, operator = await new_keys(casewright, first.slug)
    assert (await parts.tenants.authenticate(publishable, ApiKeyKind.PUBLISHABLE)).tenant_id == first.id
    assert (await parts.tenants.authenticate(operator, ApiKeyKind.OPERATOR)).tenant_id == first.id


async def test_a_revoked_key_opens_nothing_and_the_others_go_on(
    casewright: Casewright, database: Database, first: Tenant, second: Tenant
) -> None:
    publishable, operator = await new_keys(casewright, first.slug)
    others, _ = await new_keys(casewright, second.slug)
    foreign = await casewright("company", "keys", first.slug, "--revoke", others)
    assert (foreign.exit_code, "no valid key of this company" in foreign.complained) == (2, True)
    assert (await casewright("company", "keys", first.slug, "--revoke", publishable)).exit_code == 0
    assert await opens(database, publishable, operator, others) == [False, True, True]


async def test_all_keys_until_now_can_be_revoked_for_new_ones(
    casewright: Casewright, database: Database, first: Tenant, second: Tenant
) -> None:
    old, (others, _) = await new_keys(casewright, first.slug), await new_keys(casewright, second.slug)
    new = await new_keys(casewright, first.slug, "--revoke-all")
    assert await opens(database, *old, *new, others) == [False, False, True, True, True]


async def new_keys(casewright: Casewright, slug: str, *options: str) -> tuple[str, str]:
    """A publishable and an operator key."""
    done = await casewright("company", "keys", slug, *options)
    assert done.exit_code == 0
    publishable, operator = (re.search(rf"\b{prefix}_\S+", done.printed) for prefix in ("pk", "ok"))
    assert publishable and operator
    return publishable[0], operator[0]


async def opens(database: Database, *keys: str) -> list[bool]:
    """Whether a server that has just started takes each key."""
    found, tenants = [], TenantService(database, SystemClock(), Limits())
    for key in keys:
        kind = ApiKeyKind.PUBLISHABLE if key.startswith("pk_") else ApiKeyKind.OPERATOR
        try:
            await tenants.authenticate(key, kind)
        except NotAuthenticated:
            found.append(False)
        else:
            found.append(True)
    return found


async def test_an_unknown_company_is_said(casewright: Casewright) -> None:
    done = await casewright("company", "keys", "nobody")
    assert (done.exit_code, done.complained) == (2, "There is no tenant 'nobody'.\n")


# --- connect ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def signing_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with public.pem and private.pem."""
    folder = tmp_path_factory.mktemp("keys")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, unencrypted = serialization.Encoding.PEM, serialization.NoEncryption()
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "public.pem").write_bytes(public)
    (folder / "private.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, unencrypted))
    return folder


@pytest.fixture(scope="session")
async def org(tmp_path_factory: pytest.TempPathFactory, signing_keys: Path) -> AsyncIterator[RunningOrg]:
    directory = tmp_path_factory.mktemp("org")
    seed = skeleton(directory / "company") / "org.yaml"
    options = ["--jwt-key", f"lamps={signing_keys / 'public.pem'}"]
    async with start_org("lamps", seed, directory, options=options) as running:
        yield running


async def test_an_org_is_connected_once_signing_in_to_it_works(
    casewright: Casewright,
    org: RunningOrg,
    first: Tenant,
    second: Tenant,
    parts: Parts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, org.client_secret)
    done = await casewright("company", "connect", FIRST, "--url", org.url, "--client-id", org.client_id)
    assert (done.exit_code, "works with the org “Lamp-Shop”" in done.printed) == (0, True)
    assert (await parts.connections.get(first.id)).url == org.url
    with pytest.raises(OrgNotConnected):
        await parts.connections.get(second.id)


async def test_the_secret_may_stand_in_a_file(
    casewright: Casewright, org: RunningOrg, first: Tenant, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(org.client_secret + "\n")
    access = ("--url", org.url, "--client-id", org.client_id, "--client-secret-file", tmp_path / "secret")
    assert (await casewright("company", "connect", first.slug, *access)).exit_code == 0


async def test_an_org_may_be_signed_in_to_by_jwt_bearer(
    casewright: Casewright, org: RunningOrg, first: Tenant, signing_keys: Path
) -> None:
    access = ("--url", org.url, "--client-id", org.client_id, "--private-key-file", signing_keys / "private.pem")
    nameless = await casewright("company", "connect", first.slug, *access)
    assert (nameless.exit_code, "--username must name" in nameless.complained) == (2, True)
    signed = await casewright("company", "connect", first.slug, *access, "--username", f"casewright@{FIRST}.example")
    assert (signed.exit_code, signed.complained) == (0, "")


@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("{org}", "wrong-secret", "does not accept the credentials (invalid_client"),
        ("http://127.0.0.1:1", "wrong-secret", "There is no answer from http://127.0.0.1:1"),
        ("http://acme.example", "wrong-secret", "must begin with https://"),
        ("acme", "wrong-secret", "must be an address such as https://"),
        ("{org}", "", f"put it into the variable {SECRET_VARIABLE}"),
    ],
)
async def test_an_org_that_cannot_be_signed_in_to_is_not_saved(
    casewright: Casewright,
    org: RunningOrg,
    second: Tenant,
    parts: Parts,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    secret: str,
    said: str,
) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, secret)
    address = url.format(org=org.url)
    done = await casewright("company", "connect", SECOND, "--url", address, "--client-id", org.client_id)
    assert (done.exit_code, said in done.complained) == (2, True), done.complained
    assert "wrong-secret" not in done.printed + done.complained
    with pytest.raises(OrgNotConnected):
        await parts.connections.get(second.id)


# --- demo --company -----------------------------------------------------------------------------------------------------


def test_a_company_of_ones_own_comes_beside_the_demos_two(folder: Path) -> None:
    assert with_own([folder]) == {**COMPANIES, FIRST: folder}


def test_a_company_that_the_demo_cannot_start_is_refused_before_anything_is(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(CompanyUnfit, match="the slug aurora is taken"):
        with_own([skeleton(tmp_path / "other", "aurora")])
    (folder / "org.yaml").unlink()
    with pytest.raises(CompanyUnfit, match=r"has no org\.yaml"):
        with_own([folder])
    (folder / "intents.yaml").unlink()
    with pytest.raises(ContentUnusable, match=r"intents\.yaml: cannot be read"):
        with_own([folder])
