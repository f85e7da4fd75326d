"""Names and texts as SQL has them."""


def quoted(name: str) -> str:
    return f'"{name}"'


def sql_text(value: str) -> str:
    """A text as a literal."""
    return "'" + value.replace("'", "''") + "'"
