"""What can go wrong with erasing a person."""

from casewright.kit.errors import NotFound


class PersonNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("Nobody here is known by that, or they were erased already.")


class ErasureNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such erasure, or it is not yours.")
