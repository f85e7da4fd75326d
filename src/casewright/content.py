"""A company as a folder: read, checked as a whole, and brought into the database.

FOLDER/tenant.yaml  intents.yaml  procedures/*.yaml  articles/*.md, and the avatar that tenant.yaml names
"""

import asyncio
import re
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import yaml
from markdown_it import MarkdownIt
from pydantic import Field, ValidationError

from casewright.engine.wording import languages
from casewright.kit.errors import SetupError
from casewright.kit.model import Model
from casewright.kit.principal import system
from casewright.kit.yaml_reading import read_yaml
from casewright.knowledge.errors import ArticleInvalid
from casewright.knowledge.importing import article_files, read_article
from casewright.knowledge.models import ArticleDraft
from casewright.procedures.errors import ProcedureInvalid
from casewright.procedures.loading import load_builtin, load_file
from casewright.procedures.models import Procedure
from casewright.salesforce.definitions import DEFINITIONS
from casewright.security.verification import CHECK, SEND
from casewright.tenants.models import Tenant, TenantProfile
from casewright.understanding.errors import TrainingDataInvalid
from casewright.understanding.loading import parse_intents
from casewright.understanding.models import IntentSet

if TYPE_CHECKING:  # The whole application, which takes long to load and is needed for installing alone.
    from casewright.assembly import Parts

ACTIONS: Final = {**DEFINITIONS, SEND.name: SEND, CHECK.name: CHECK}
"""What procedures may call, known without a database."""

Report = Callable[[str, int, int], None]
"""Called with what is being installed, how much of it is done and how much there is."""

MOST_AVATAR_BYTES: Final = 64 * 1024
_JPEG: Final = ("image/jpeg", re.compile(rb"\A\xff\xd8\xff"))
AVATAR_KINDS: Final = {
    ".svg": ("image/svg+xml", re.compile(rb"\A\s*(?:<[?!].*?>\s*)*<svg\b", re.DOTALL)),
    ".png": ("image/png", re.compile(rb"\A\x89PNG\r\n\x1a\n")),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".webp": ("image/webp", re.compile(rb"\ARIFF....WEBP", re.DOTALL)),
}
"""By the file's ending: the media type, and how such a file begins."""


class Problem(Model):
    """What is wrong in a file, and what would be right. `place`: where in it, "" for the whole."""

    file: Path
    place: str = ""
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (str(self.file), self.place, self.message) if part)


class ContentUnusable(SetupError):
    """A company's folder has mistakes; the message holds all that were found, one a line."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Company(Model):
    """What a folder holds. `builtin`: the procedures it has not replaced by its own of the same name."""

    slug: str
    name: str
    profile: TenantProfile
    intents: IntentSet
    procedures: tuple[Procedure, ...]
    builtin: tuple[Procedure, ...]
    articles: tuple[ArticleDraft, ...]


class Draft(Model):
    """What a folder holds of a company, to be laid over what is installed. None, or empty: it has nothing of that."""

    slug: str | None
    name: str | None
    profile: TenantProfile | None
    intents: IntentSet | None
    procedures: tuple[Procedure, ...]
    articles: tuple[ArticleDraft, ...]


# --- into the database --------------------------------------------------------------------------------------------------


async def install_folder(parts: "Parts", folder: Path) -> Tenant:
    """Adds the company, or brings it up to date. Raises `ContentUnusable` before anything is changed."""
    return await install_company(parts, await asyncio.to_thread(read_company, folder))


async def install_company(parts: "Parts", company: Company, report: Report = lambda *_: None) -> Tenant:
    """What has not changed is left alone, so a second time is quick."""
    tenant = await parts.tenants.save(company.slug, company.name, company.profile)
    await asyncio.gather(
        _install_texts(parts, tenant, company, lambda done, of: report("Articles", done, of)),
        parts.understanding.install(
            tenant.id, company.intents, lambda done, of: report("Examples of intents", done, of)
        ),
    )
    return tenant


async def _install_texts(parts: "Parts", tenant: Tenant, company: Company, report: Callable[[int, int], None]) -> None:
    async with parts.database.begin(system(tenant.id, "content")) as tx:
        await parts.procedures.install(tx, tenant.id, (*company.procedures, *company.builtin))
        await parts.publishing.install(tx, tenant.id, company.articles, report, by="company install")
    await parts.graph.catch_up(tenant.id)


# --- out of the folder --------------------------------------------------------------------------------------------------


def read_company(folder: Path) -> Company:
    """Everything in the folder that is installed. Blocking. Raises `ContentUnusable` with all that is wrong in it."""
    findings = Findings()
    slug, name, profile = "", "", TenantProfile()
    with findings.of(folder / "tenant.yaml"):
        slug, name, profile = read_profile(folder / "tenant.yaml")
    own = _read_procedures(folder / "procedures", profile.default_language, findings)
    builtin = {one.name: one for one in load_builtin(ACTIONS)}
    articles = _read_articles(folder / "articles", findings)
    findings.add(_about_links(folder / "articles", articles))
    intents = IntentSet(intents=())
    with findings.of(folder / "intents.yaml"):
        intents = _read_intents(folder / "intents.yaml")
        findings.add(_about_titles(folder / "intents.yaml", intents, profile.default_language))
        findings.add(_about_targets(folder / "intents.yaml", intents, own, builtin.keys()))
    findings.settle()
    return Company(
        slug=slug,
        name=name,
        profile=profile,
        intents=intents,
        procedures=tuple(one.procedure for one in own.values() if one.procedure),
        builtin=tuple(one for name, one in builtin.items() if name not in own),
        articles=articles,
    )


def read_draft(folder: Path, default_language: str) -> Draft:
    """Whatever of a company's folder is there. `default_language`: where it has no tenant.yaml. Blocking. Raises
    `ContentUnusable` with all that is wrong in it."""
    parts = [folder / name for name in ("tenant.yaml", "intents.yaml", "procedures", "articles")]
    if not any(part.exists() for part in parts):
        names = ", ".join(part.name for part in parts)
        raise ContentUnusable(Problem(file=folder, message=f"there is nothing of a company in it: none of {names}"))
    findings = Findings()
    about, intents_file, procedures, articles = parts
    slug, name, profile, intents = None, None, None, None
    if about.exists():
        with findings.of(about):
            slug, name, profile = read_profile(about)
    locale = profile.default_language if profile else default_language
    own = _read_procedures(procedures, locale, findings)
    written = _read_articles(articles, findings) if articles.exists() else ()
    if intents_file.exists():
        with findings.of(intents_file):
            intents = _read_intents(intents_file)
    findings.settle()
    found = tuple(one.procedure for one in own.values() if one.procedure)
    return Draft(slug=slug, name=name, profile=profile, intents=intents, procedures=found, articles=written)


class Findings:
    """What is found to be wrong, gathered to be told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, problems: Iterable[Problem]) -> None:
        self.problems.extend(problems)

    @contextmanager
    def of(self, file: Path) -> Iterator[None]:
        """Takes up what reading the file raises."""
        try:
            yield
        except ContentUnusable as error:
            self.add(error.problems)
        except TrainingDataInvalid as error:
            self.add(Problem(file=file, message=problem) for problem in error.problems)
        except ProcedureInvalid as error:
            self.add(Problem(file=file, message=str(problem)) for problem in error.problems)
        except ArticleInvalid as error:
            self.add(Problem(file=file, place=one.field, message=one.message) for one in error.problems)
        except OSError as error:
            self.add([Problem(file=file, message=f"cannot be read ({error.strerror})")])

    def settle(self) -> None:
        """Raises `ContentUnusable` if anything was found."""
        if self.problems:
            raise ContentUnusable(*self.problems)


def _read_intents(file: Path) -> IntentSet:
    try:
        return parse_intents(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ContentUnusable(Problem(file=file, message="save the file as UTF-8")) from None


class _ProcedureFile(NamedTuple):
    """`procedure` None: something is wrong with it; that it is there still counts."""

    file: Path
    procedure: Procedure | None


def _read_procedures(folder: Path, locale: str, findings: Findings) -> dict[str, _ProcedureFile]:
    """By the procedure's name."""
    found: dict[str, _ProcedureFile] = {}
    for file in sorted(folder.glob("*.yaml")):
        with findings.of(file):
            try:
                procedure = load_file(file, actions=ACTIONS, default_locale=locale)
            except ProcedureInvalid:
                found[_likely_name(file)] = _ProcedureFile(file, None)
                raise
            if procedure.name in found:
                message = f"{found[procedure.name].file} has this name already; give each a name of its own"
                raise ContentUnusable(Problem(file=file, place="name", message=message))
            found[procedure.name] = _ProcedureFile(file, procedure)
    return found


def _likely_name(file: Path) -> str:
    named = re.search(r"^name: *([a-z0-9_]+)", file.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    return named[1] if named else file.stem


def _read_articles(folder: Path, findings: Findings) -> tuple[ArticleDraft, ...]:
    files: tuple[Path, ...] = ()
    with findings.of(folder):
        files = article_files(folder)
    articles: list[ArticleDraft] = []
    for file in files:
        with findings.of(file):
            articles.append(read_article(file))
    return tuple(articles)


# --- what must fit together ---------------------------------------------------------------------------------------------


def _about_titles(file: Path, intents: IntentSet, locale: str) -> Iterator[Problem]:
    for intent in intents.intents:
        if not intent.title.get(locale, "").strip():
            message = f'"title" has nothing in "{locale}", the company\'s language'
            yield Problem(file=file, place=f'intent "{intent.name}"', message=message)


def _about_targets(
    file: Path, intents: IntentSet, own: Mapping[str, _ProcedureFile], builtin: Collection[str]
) -> Iterator[Problem]:
    """Intents that lead nowhere, and procedures that no customer can come to."""
    wanted = {intent.target.procedure: intent.name for intent in intents.intents if intent.target.procedure}
    for name, intent in wanted.items():
        if name not in own and name not in builtin:
            message = f'leads to the procedure "{name}", which is not there; {_remedy(name, own)}'
            yield Problem(file=file, place=f'intent "{intent}"', message=message)
    for name, one in own.items():
        if name not in wanted and name not in builtin:
            message = f"no intent leads to it; give {file.name} one with target: {{procedure: {name}}}"
            yield Problem(file=one.file, message=message)


def _about_links(folder: Path, articles: tuple[ArticleDraft, ...]) -> Iterator[Problem]:
    """Links between articles, by key: in the text, in `related` and in `translation_of`."""
    keys = [file.stem for file in folder.glob("*.md")]
    for article in articles:
        named = [("body", target) for target in _links_to_articles(article.body)]
        named += [("related", key) for key in article.related]
        named += [("translation_of", key) for key in (article.translation_of,) if key is not None]
        for place, key in named:
            if key not in keys:
                message = f'there is no article "{key}"; {_remedy(key, keys)}'
                yield Problem(file=folder / f"{article.key}.md", place=place, message=message)


def _links_to_articles(body: str) -> Iterator[str]:
    for block in MarkdownIt("commonmark").enable("table").parse(body):
        for token in block.children or ():
            target = str(token.attrs.get("href", ""))
            if token.type == "link_open" and not re.match(r"[a-z][a-z0-9+.-]*:|#|/", target):
                yield target.partition("#")[0]


def _remedy(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"there are: {', '.join(sorted(known)) or 'none'}"


# --- tenant.yaml --------------------------------------------------------------------------------------------------------


class _TenantFile(TenantProfile):
    slug: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    name: Annotated[str, Field(min_length=1, max_length=100)]


def read_profile(file: Path) -> tuple[str, str, TenantProfile]:
    """Slug, name and profile from `tenant.yaml`. Raises `ContentUnusable`."""
    try:
        content = read_yaml(file.read_text(encoding="utf8"))
    except OSError as error:
        raise ContentUnusable(Problem(file=file, message=f"cannot be read ({error.strerror})")) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else ""
        raise ContentUnusable(Problem(file=file, place=place, message="this is not valid YAML")) from None
    except UnicodeDecodeError:
        raise ContentUnusable(Problem(file=file, message="save the file as UTF-8")) from None
    if not isinstance(content, dict):
        raise ContentUnusable(Problem(file=file, message="must be YAML with slug, name and the profile's fields"))
    findings = Findings()
    chat = content.get("chat")
    if isinstance(chat, dict) and chat.get("avatar"):
        avatar, chat["avatar"] = str(chat["avatar"]), ""
        with findings.of(file):
            chat["avatar"] = read_avatar(file.parent, avatar)
    try:
        read = _TenantFile.model_validate(content)
    except ValidationError as error:
        faults = (_in_words(file, fault) for fault in error.errors())
        raise ContentUnusable(*findings.problems, *faults) from None
    findings.add(_about_languages(file, read))
    findings.settle()
    profile = TenantProfile.model_validate({name: value for name, value in content.items() if name not in _OWN_FIELDS})
    return read.slug, read.name, profile


_OWN_FIELDS: Final = _TenantFile.model_fields.keys() - TenantProfile.model_fields.keys()
_EXPECTED: Final = {
    "slug": "must be small letters, digits and single hyphens, for example wheelhouse-leeds",
    "name": "must be a text, for example Wheelhouse Leeds",
}


def _about_languages(file: Path, profile: TenantProfile) -> Iterator[Problem]:
    spoken = languages()
    if unknown := [language for language in profile.languages if language not in spoken]:
        message = f"the agent cannot speak {', '.join(unknown)}; it can speak {', '.join(sorted(spoken))}"
        yield Problem(file=file, place="languages", message=message)
    if profile.default_language not in profile.languages:
        message = f'"{profile.default_language}" must be among the languages ({", ".join(profile.languages)})'
        yield Problem(file=file, place="default_language", message=message)


def _in_words(file: Path, fault: Any) -> Problem:
    place = ".".join(map(str, fault["loc"]))
    match fault["type"]:
        case "extra_forbidden":
            message = "there is no such key"
        case "missing":
            message = "it is missing; " + _EXPECTED[place] if place in _EXPECTED else "it is missing"
        case _:
            message = _EXPECTED.get(place) or fault["msg"].removeprefix("Value error, ")
    return Problem(file=file, place=place, message=message)


def read_avatar(folder: Path, name: str) -> str:
    """An image in the company's folder as a data URI. Raises `ContentUnusable`."""
    file = folder / name
    kind = AVATAR_KINDS.get(file.suffix.lower())
    if kind is None or Path(name).is_absolute() or ".." in Path(name).parts:
        raise _bad_avatar(folder, f"{name!r} must be a file in the company's folder: {', '.join(AVATAR_KINDS)}")
    media_type, begins = kind
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _bad_avatar(folder, f"{file} cannot be read ({error.strerror})") from error
    if len(content) > MOST_AVATAR_BYTES:
        raise _bad_avatar(folder, f"{file} has {len(content)} bytes; at most {MOST_AVATAR_BYTES} are allowed")
    if not begins.search(content):
        raise _bad_avatar(folder, f"{file} is no {media_type} image, whatever its name says")
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def _bad_avatar(folder: Path, message: str) -> ContentUnusable:
    return ContentUnusable(Problem(file=folder / "tenant.yaml", place="chat.avatar", message=message))
