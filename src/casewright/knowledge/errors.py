"""What can be wrong with articles."""

from casewright.kit.errors import InvalidInput
from casewright.kit.model import Model


class Problem(Model):
    """What is wrong with a field of an article, and what would be right."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class ArticleInvalid(InvalidInput):
    """A file is not an article; the message names the file, each field and what would be right."""

    title = "An article cannot be read"

    def __init__(self, file: str, *problems: Problem) -> None:
        super().__init__("\n".join(f"{file}: {problem}" for problem in problems))
        self.file = file
        self.problems = problems
