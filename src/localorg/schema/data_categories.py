"""Data categories: the trees by which articles are sorted, and who sees which branches of them."""

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

TOP: Final = "All"
"""The category above all others of a group."""
ARTICLE_OBJECTS: Final = frozenset({"Knowledge__kav", "KnowledgeArticleVersion"})


class _Definition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class DataCategory(_Definition):
    name: str
    label: str
    categories: "tuple[DataCategory, ...]" = ()


class CategoryVisibility(_Definition):
    """What the holders of a profile, role or permission set, each by its name, see of a group."""

    profile: str | None = None
    role: str | None = None
    permission_set: str | None = None
    visibility: Literal["All", "None", "Custom"] = "Custom"
    categories: tuple[str, ...] = ()

    @property
    def holder(self) -> tuple[str, str]:
        named = {"profile": self.profile, "role": self.role, "permission_set": self.permission_set}
        return next(((kind, name) for kind, name in named.items() if name), ("", ""))


class DataCategoryGroup(_Definition):
    """`default_visibility` is that of users for whom nothing else is said."""

    name: str
    label: str
    description: str | None = None
    default_visibility: Literal["All", "None"] = "All"
    categories: tuple[DataCategory, ...]
    visibility: tuple[CategoryVisibility, ...] = ()

    @property
    def top(self) -> DataCategory:
        return DataCategory(name=TOP, label=TOP, categories=self.categories)

    def find(self, name: str) -> DataCategory | None:
        return next((one for one in _all(self.top) if one.name.lower() == name.lower()), None)

    def above(self, name: str) -> tuple[str, ...]:
        """The category and those it lies in, from the top."""
        return tuple(one.name for one in _path(self.top, name))

    def below(self, name: str) -> tuple[str, ...]:
        """The category and all that lie in it."""
        found = self.find(name)
        return tuple(one.name for one in _all(found)) if found else ()

    def visible_to(self, holders: frozenset[tuple[str, str]]) -> frozenset[str] | None:
        """The categories that someone with these profiles, roles and permission sets sees; None for all of them.

        A category shows what lies in it and what it lies in.
        """
        said = [one for one in self.visibility if one.holder in holders]
        if not said:
            return None if self.default_visibility == "All" else frozenset()
        if any(one.visibility == "All" for one in said):
            return None
        named = [name for one in said if one.visibility == "Custom" for name in one.categories]
        return frozenset(seen for name in named for seen in (*self.above(name), *self.below(name)))


def _all(category: DataCategory) -> Iterator[DataCategory]:
    yield category
    for child in category.categories:
        yield from _all(child)


def _path(category: DataCategory, name: str) -> tuple[DataCategory, ...]:
    if category.name.lower() == name.lower():
        return (category,)
    deeper = next(filter(None, (_path(child, name) for child in category.categories)), ())
    return (category, *deeper) if deeper else ()
