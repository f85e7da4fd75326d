"""Which articles a user sees, as conditions in SQL for the rows of `{}`."""

from collections.abc import Iterable

from localorg.schema.data_categories import DataCategoryGroup
from localorg.storage.quoting import sql_text

_SELECTION = (
    'EXISTS (SELECT 1 FROM "Knowledge__DataCategorySelection" AS chosen WHERE chosen."ParentId" = {alias}."Id" '
    'AND chosen."IsDeleted" = 0 AND chosen."DataCategoryGroupName" = {group}{named})'
)


def selected(group: str, names: Iterable[str] | None, alias: str = "{}") -> str:
    """That an article is sorted into one of the categories; without any, into the group at all."""
    named = "" if names is None else f' AND chosen."DataCategoryName" IN ({", ".join(map(sql_text, names))})'
    return _SELECTION.format(alias=alias, group=sql_text(group), named=named)


def hidden_by_category(groups: Iterable[DataCategoryGroup], holders: frozenset[tuple[str, str]]) -> list[str]:
    """An article is seen if in every group it is either not sorted at all, or into a category that is seen."""
    conditions = []
    for group in groups:
        seen = group.visible_to(holders)
        if seen is not None:
            conditions.append(f"(NOT {selected(group.name, None)} OR {selected(group.name, sorted(seen))})")
    return conditions


def visible_outside(*, guest: bool) -> str:
    channel = "IsVisibleInPkb" if guest else "IsVisibleInCsp"
    return f'({{}}."PublishStatus" = \'Online\' AND {{}}."{channel}" = 1)'
