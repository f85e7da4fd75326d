"""What can be wrong with articles."""

from casewright.kit.errors import InvalidInput


class ArticleInvalid(InvalidInput):
    """A file is not an article; the message names the file, the field and what would be right."""

    title = "An article cannot be read"

    def __init__(self, file: str, field: str, problem: str) -> None:
        super().__init__(f"{file}: {field}: {problem}")
        self.file = file
        self.field = field
