"""WITH DATA CATEGORY as SQL."""

from localorg.knowledge.visibility import selected
from localorg.schema.models import Schema
from localorg.soql.ast import CategoryFilter, CategorySelector
from localorg.soql.errors import malformed_query


def categorised(schema: Schema, asked: CategoryFilter, alias: str, text: str) -> str:
    """Raises ApiError MALFORMED_QUERY for a group or category the org does not have."""
    group = schema.data_category_group(asked.group.removesuffix("__c"))
    if group is None:
        raise malformed_query(f"Invalid data category group name: {asked.group}", text)
    names: list[str] = []
    for given in asked.categories:
        category = group.find(given.removesuffix("__c"))
        if category is None:
            raise malformed_query(f"Invalid data category name: {given}", text)
        if asked.selector in (CategorySelector.ABOVE, CategorySelector.ABOVE_OR_BELOW):
            names += group.above(category.name)
        if asked.selector in (CategorySelector.BELOW, CategorySelector.ABOVE_OR_BELOW):
            names += group.below(category.name)
        if asked.selector is CategorySelector.AT:
            names.append(category.name)
    return selected(group.name, dict.fromkeys(names), alias)
