"""The real encoder and the demo companies' real intents, trained once a session, with no database between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from casewright.kit.ids import TenantId
from casewright.understanding import features
from casewright.understanding.analysis import Analyst
from casewright.understanding.encoder import Encoder
from casewright.understanding.intents import IntentModel
from casewright.understanding.loading import load_intents
from casewright.understanding.models import (
    AnswerFromKnowledge,
    CannotHandle,
    Command,
    DialogueContext,
    ExpectedSlot,
    Option,
    ResumeTopic,
    SetSlot,
    SmallTalk,
    StartProcedure,
    TopicReference,
    Understanding,
    UnderstandingRequest,
)
from casewright.understanding.training import train

EXAMPLES = Path(__file__).parents[2] / "examples"
TODAY = date(2026, 11, 22)
"""A Sunday."""
NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)

EMAIL = ExpectedSlot(name="email", type="email")
CODE = ExpectedSlot(name="code", type="code")
PRIORITY = ExpectedSlot(
    name="priority",
    type="choice",
    options=tuple(Option(value=name, label=name) for name in ("Medium", "High", "Critical")),
)
RESETTING = TopicReference(id="t2", name="password_reset", title="reset your password", words="I forgot my password")
EXPORTING = TopicReference(id="t1", name="export_data", title="export your data", words="How do I export data?")


@dataclass(frozen=True)
class Company:
    """Understands as the service does, without storing anything."""

    model: IntentModel
    encoder: Encoder
    language: str

    def hears(self, text: str, context: DialogueContext | None = None, tokens: Sequence[str] = ()) -> Understanding:
        analyst = Analyst(
            self.model, lambda piece: features.read(piece, self.encoder), ambiguity_gap=0.15, version="test"
        )
        request = UnderstandingRequest(
            tenant_id=TenantId(UUID(int=1)),
            text=text,
            tokens={token: token.strip("[]_0123456789").lower() for token in tokens},
            context=context or DialogueContext(default_language=self.language),
        )
        return analyst.analyse(request, NOW)

    def proposes(self, text: str, context: DialogueContext | None = None, tokens: Sequence[str] = ()) -> list[str]:
        """The commands that are sure enough to be weighed, in short: `StartProcedure password_reset`."""
        heard = self.hears(text, context, tokens)
        return [in_short(proposal.command) for proposal in heard.proposals if proposal.confidence >= 0.2]


def in_short(command: Command) -> str:
    match command:
        case StartProcedure():
            what = command.procedure
        case SetSlot():
            what = f"{command.slot}={command.value}"
        case AnswerFromKnowledge():
            what = command.intent or "?"
        case ResumeTopic():
            what = command.topic
        case SmallTalk():
            what = command.kind
        case CannotHandle():
            what = command.reason
        case _:
            what = ""
    return f"{command.command} {what}".strip()


@pytest.fixture(scope="session")
def models_directory(request: pytest.FixtureRequest) -> Path:
    """Kept between runs: preparing the model takes seconds."""
    return request.config.cache.mkdir("sentence-model")


@pytest.fixture(scope="session")
def encoder(models_directory: Path) -> Encoder:
    return Encoder.load(models_directory)


@pytest.fixture(scope="session")
def aurora(encoder: Encoder) -> Company:
    return Company(train(load_intents(EXAMPLES / "aurora" / "intents.yaml"), encoder), encoder, "en")


@pytest.fixture(scope="session")
def brueckner(encoder: Encoder) -> Company:
    return Company(train(load_intents(EXAMPLES / "brueckner" / "intents.yaml"), encoder), encoder, "de")
