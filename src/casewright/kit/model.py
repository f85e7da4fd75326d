"""The one base of all typed data, and the mark of what must be sealed before it is stored."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen, and strict about unknown fields: a misspelt key is an error, not silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PrivateMark:
    """Marks a field that holds personal text. It is stored only sealed under the person's key."""


Value = TypeVar("Value")
Private = Annotated[Value, PrivateMark()]


def private_fields(model: type[BaseModel]) -> frozenset[str]:
    """Names of the fields of `model` that are declared `Private[...]`."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if any(isinstance(mark, PrivateMark) for mark in field.metadata)
    )
