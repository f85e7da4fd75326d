"""`python -m bench.intents`: how well the demo companies' wishes are told apart, by 5-fold cross-validation, and on the
development sets in `bench/intents_dev`, whose phrasings no training example was written from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import yaml
from rich.console import Console
from rich.table import Table

from casewright.kit.data_directory import default_data_directory
from casewright.kit.ids import TenantId
from casewright.kit.model import Model
from casewright.understanding import features
from casewright.understanding.analysis import Analyst
from casewright.understanding.encoder import Encoder
from casewright.understanding.intents import IntentModel, Prediction
from casewright.understanding.loading import load_intents
from casewright.understanding.models import StartProcedure, Understanding, UnderstandingRequest
from casewright.understanding.service import AMBIGUITY_GAP
from casewright.understanding.training import train

EXAMPLES = Path(__file__).parents[1] / "examples"
DEVELOPMENT = Path(__file__).parent / "intents_dev"
NOBODY = TenantId(UUID(int=0))
NOW = datetime(2026, 11, 22, tzinfo=UTC)


class Phrasings(Model):
    """A development set: what customers might write, by the intent they mean."""

    intents: dict[str, tuple[str, ...]]
    out_of_scope: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What one phrasing was taken for. `meant` None: out of scope. `starts`: procedures begun without asking back."""

    text: str
    meant: str | None
    prediction: Prediction
    ambiguous: bool
    starts: frozenset[str]

    @property
    def taken_for(self) -> str:
        return self.prediction.ranking[0].name

    @property
    def is_wrong(self) -> bool:
        if self.meant is None:
            return not self.prediction.out_of_scope
        return self.prediction.out_of_scope or self.taken_for != self.meant


def main() -> None:
    console = Console()
    encoder = Encoder.load(default_data_directory() / "models")
    validated = Table("company", "intents", "examples", "accuracy", "out of scope found", "lost", "ECE", "seconds")
    measured = []
    for file in sorted(EXAMPLES.glob("*/intents.yaml")):
        company = file.parent.name
        console.print(f"Training {company} …", style="dim")
        model = train(load_intents(file), encoder)
        validated.add_row(company, *_cross_validation(model))
        for held_out in sorted(DEVELOPMENT.glob(f"{company}*.yaml")):
            phrasings = Phrasings.model_validate(yaml.safe_load(held_out.read_text(encoding="utf-8")))
            measured.append((held_out.stem, model, list(_hear(model, encoder, phrasings))))
    encoder.close()
    console.print("\nCross-validation of the examples", validated)
    for name, model, heard in measured:
        console.print(f"\n{name}: phrasings never trained on", _development(model, heard), _mistakes(model, heard))


def _cross_validation(model: IntentModel) -> Iterator[str]:
    report = model.header.report
    yield from (str(report.intents), str(report.examples))
    yield from (f"{share:.1%}" for share in (report.accuracy, report.out_of_scope_recall, report.false_rejections))
    yield from (f"{report.calibration_error:.3f}", f"{report.seconds:.1f}")


def _hear(model: IntentModel, encoder: Encoder, phrasings: Phrasings) -> Iterator[Heard]:
    analyst = Analyst(model, lambda text: features.read(text, encoder), ambiguity_gap=AMBIGUITY_GAP, version="")
    meanings = [(name, text) for name, texts in phrasings.intents.items() for text in texts]
    for meant, text in (*meanings, *((None, text) for text in phrasings.out_of_scope)):
        understood = analyst.analyse(UnderstandingRequest(tenant_id=NOBODY, text=text), NOW)
        yield Heard(
            text=text,
            meant=meant,
            prediction=model.predict(features.read(text, encoder)),
            ambiguous=any(segment.ambiguous for segment in understood.segments),
            starts=frozenset(_started(understood)),
        )


def _started(understood: Understanding) -> Iterator[str]:
    for proposal in understood.proposals:
        command = proposal.command
        if isinstance(command, StartProcedure) and not understood.segments[proposal.segment].ambiguous:
            yield command.procedure


def _development(model: IntentModel, heard: list[Heard]) -> Table:
    """Accuracy is judged among the intents; *articles as one* counts all intents answered from articles as one."""
    inside, outside = [one for one in heard if one.meant], [one for one in heard if not one.meant]
    targets = {intent.name: intent.target for intent in model.intents}

    def is_right(one: Heard, articles_as_one: bool) -> bool:
        return one.taken_for == one.meant or (
            articles_as_one and targets[one.taken_for].knowledge and targets[str(one.meant)].knowledge
        )

    figures = {
        "accuracy": (sum(is_right(one, False) for one in inside), len(inside)),
        "accuracy, articles as one": (sum(is_right(one, True) for one in inside), len(inside)),
        "out of scope found": (sum(one.prediction.out_of_scope for one in outside), len(outside)),
        "wrongly rejected": (sum(one.prediction.out_of_scope for one in inside), len(inside)),
        "asked back": (sum(one.ambiguous for one in inside), len(inside)),
        "wrong procedure begun": (sum(_begins_wrongly(model, one) for one in heard), len(heard)),
    }
    table = Table("figure", "share", "of")
    for name, (count, total) in figures.items():
        table.add_row(name, f"{count / total:.1%}", f"{count}/{total}")
    return table


def _begins_wrongly(model: IntentModel, one: Heard) -> bool:
    meant = next((intent.target.procedure for intent in model.intents if intent.name == one.meant), None)
    return bool(one.starts - {meant})


def _mistakes(model: IntentModel, heard: list[Heard]) -> Table:
    table = Table("meant", "taken for", "sure", "", "text", show_lines=False)
    for one in heard:
        begins_wrongly = _begins_wrongly(model, one)
        if one.is_wrong or begins_wrongly:
            taken_for = "out of scope" if one.prediction.out_of_scope else one.taken_for
            note = "begins it" if begins_wrongly else "asks" if one.ambiguous else ""
            sure = f"{one.prediction.confidence:.2f}"
            table.add_row(one.meant or "out of scope", taken_for, sure, note, one.text)
    return table


if __name__ == "__main__":
    main()
