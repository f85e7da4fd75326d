"""What can be in the way of a step."""

from casewright.kit.errors import Conflict, NotAllowed, NotFound


class ArticleNotFound(NotFound):
    """No such article for this principal; it may exist for another."""

    def __init__(self, article: str = "") -> None:
        super().__init__(f'There is no article "{article}".' if article else "There is no such article.")


class ArticleChanged(Conflict):
    """Somebody else was quicker."""


class ArticleExists(Conflict):
    def __init__(self, key: str) -> None:
        super().__init__(f'There is an article "{key}" already: change that one, or choose another key.')


class StepNotPossible(Conflict):
    """The article does not stand where the step begins; the message says what to do first."""


class AnotherMustReview(NotAllowed):
    def __init__(self) -> None:
        super().__init__("This company wants every article reviewed: submit it, and have somebody else publish it.")
