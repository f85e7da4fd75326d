"""`casewright config`: every setting, what it holds and where that comes from."""

import os
import tomllib

from pydantic import BaseModel, SecretStr
from rich.console import Console
from rich.table import Table

from casewright.settings import Settings, configuration_file, load_settings


def config() -> None:
    """Print all settings, their values and where each comes from. Secrets stay hidden."""
    settings = load_settings()
    table = Table("setting", "value", "from", "what it is")
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            for inner, inner_field in type(value).model_fields.items():
                full = f"{name}.{inner}"
                table.add_row(full, _shown(getattr(value, inner)), _origin(full), inner_field.description or "")
        else:
            table.add_row(name, _shown(value), _origin(name), field.description or "")
    Console().print(table)


def _shown(value: object) -> str:
    return "(hidden)" if isinstance(value, SecretStr) else "" if value is None else str(value)


def _origin(name: str) -> str:
    variable = "CASEWRIGHT_" + name.upper().replace(".", "__")
    if variable in os.environ:
        return variable
    file = configuration_file()
    if file.exists() and _in_file(file.read_text(encoding="utf8"), name):
        return str(file)
    return "default"


def _in_file(text: str, name: str) -> bool:
    values = tomllib.loads(text)
    for part in name.split("."):
        if not isinstance(values, dict) or part not in values:
            return False
        values = values[part]
    return True
