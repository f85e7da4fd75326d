"""What can go wrong in understanding, grouped as `casewright.kit.errors` says."""

from casewright.kit.errors import Conflict, InvalidInput, NotFound, SetupError


class EncoderUnavailable(SetupError):
    """The sentence encoder's files are missing, damaged, or cannot be written to the data directory."""


class TrainingDataInvalid(InvalidInput):
    """The tenant's intents cannot be trained on; each problem names the intent and what it needs."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class IntentModelUnreadable(SetupError):
    """A stored intent model is damaged, or was made by another version of the format or of the encoder: train again."""


class IntentModelMissing(NotFound):
    """The tenant has no trained intent model, or not this version of it."""


class TrainingNotFound(NotFound):
    """There is no such training of the tenant's, or it ended long ago."""

    def __init__(self) -> None:
        super().__init__("There is no such training.")


class CandidateNotFound(NotFound):
    """There is no such text in the tenant's labelling queue."""

    def __init__(self) -> None:
        super().__init__("There is no such text in the labelling queue.")


class CandidateSettled(Conflict):
    """It was labelled or dismissed meanwhile, or its words are erased."""
