"""Which tenant a scenario means, by name."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from casewright.scenarios.errors import CannotRun
from casewright.scenarios.schemas import TenantAccess

_GERMAN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def slug(name: str) -> str:
    """`Brückner Solar` → `brueckner-solar`."""
    spelled = name.casefold().translate(_GERMAN)
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")


def tenant_called(name: str, tenants: Sequence[TenantAccess]) -> TenantAccess:
    """The one tenant whose id or name this is, or whose slug begins with these words. Raises `CannotRun`."""
    wanted = slug(name)
    exact = [tenant for tenant in tenants if name == tenant.id or wanted == slug(tenant.name)]
    found = exact or [tenant for tenant in tenants if slug(tenant.name).startswith(f"{wanted}-")]
    if len(found) != 1:
        known = ", ".join(tenant.name for tenant in tenants) or "none"
        problem = "is not known here" if not found else "can mean several tenants"
        raise CannotRun(f"The tenant {name!r} {problem}; there are: {known}.")
    return found[0]
