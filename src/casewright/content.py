"""A company as a folder: its profile, intents, procedures and articles, brought into the database.

FOLDER/tenant.yaml  intents.yaml  procedures/*.yaml  articles/*.md
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import yaml
from pydantic import ValidationError

from casewright.assembly import Parts
from casewright.kit.errors import SetupError
from casewright.kit.principal import system
from casewright.knowledge.importing import read_articles
from casewright.procedures.loading import load_builtin, load_directory
from casewright.procedures.models import Procedure
from casewright.tenants.models import Tenant, TenantProfile
from casewright.understanding.loading import load_intents

Report = Callable[[str], None]


class ContentUnusable(SetupError):
    """A company's folder cannot be read."""


async def install_folder(parts: Parts, folder: Path, report: Report) -> Tenant:
    """Adds the company, or brings it up to date. What has not changed is left alone, so a second time is quick.

    Raises `ContentUnusable` and the errors of the packages whose files are wrong."""
    slug, name, profile = _read_profile(folder / "tenant.yaml")
    tenant = await parts.tenants.save(slug, name, profile)
    who = system(tenant.id, "content")
    procedures = await asyncio.to_thread(_load_procedures, folder / "procedures", parts, profile.default_language)
    articles = await asyncio.to_thread(read_articles, folder / "articles")
    async with parts.database.begin(who) as tx:
        await parts.procedures.install(tx, tenant.id, procedures)
    report(f"{name}: {len(procedures)} procedures")
    async with parts.database.begin(who) as tx:
        await parts.knowledge.install(tx, tenant.id, articles)
    report(f"{name}: {len(articles)} articles")
    intents = await asyncio.to_thread(load_intents, folder / "intents.yaml")
    trained = await parts.understanding.install(tenant.id, intents)
    report(f"{name}: {len(intents.intents)} intents" + (", trained" if trained else ""))
    return tenant


def _read_profile(file: Path) -> tuple[str, str, TenantProfile]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf8"))
        slug, name = content.pop("slug"), content.pop("name")
        return slug, name, TenantProfile.model_validate(content)
    except OSError as error:
        raise ContentUnusable(f"{file} cannot be read ({error.strerror}).") from error
    except (yaml.YAMLError, KeyError, AttributeError) as error:
        raise ContentUnusable(f"{file} must be YAML with `slug`, `name` and the profile's fields.") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ContentUnusable(f"{file}: {faults}.") from None


def _load_procedures(folder: Path, parts: Parts, locale: str) -> list[Procedure]:
    """The company's own, and the built-in ones it has not replaced by its own of the same name."""
    actions = parts.actions.definitions()
    own = load_directory(folder, actions=actions, default_locale=locale)
    names = {procedure.name for procedure in own}
    return [*own, *(one for one in load_builtin(actions) if one.name not in names)]
