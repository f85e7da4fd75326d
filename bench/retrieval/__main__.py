"""`python -m bench.retrieval`: how well articles are found, and which weights would find them best.

Questions whose answers are known are put to the demo companies, and to companies with only some of Aurora's articles, with
and without `asked_as`. The weights of `casewright.knowledge.retrieval` are fitted on all of them, so that the softmax over
articles and "none of them" makes the right answers likeliest; what they are worth is told by cross-validation over the
questions."""

import asyncio
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.optimize import minimize

from bench.retrieval.observing import (
    AROUND,
    CASES,
    FEATURES,
    OF_PASSAGES,
    Company,
    Observation,
    companies,
    observe,
)
from casewright import migrations
from casewright.kit.clock import SystemClock
from casewright.kit.database import Database
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.knowledge.publishing import Publishing
from casewright.knowledge.service import KnowledgeService
from casewright.settings import Limits
from casewright.tenants.service import TenantService
from casewright.understanding.encoder import Encoder

FOLDS: Final = 4
RIDGE: Final = 1e-5
RIDGE_OF_TEXT_ALONE: Final = 1e-4
BOUNDS: Final = {
    "offset": (None, None),
    "unasked": (None, None),
    "length": (None, None),
    "unknown": (None, 0.0),
    "closest": (1.0, None),
    "likelihood": (0.1, None),
}
"""Of weights that may be below 0, and of those that count however well others stand in for them; of all others 0 and more."""
WRONG: Final = 0.03
"""Share of wrong answers at which the share of right ones is told."""

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`first`: the likeliest article; `probability` of it."""

    observation: Observation
    first: str
    probability: float

    @property
    def is_right(self) -> bool:
        return self.first in self.observation.right


def main(
    models: Annotated[
        Path | None, typer.Option(help="Folder of the sentence models. Default: a temporary one.")
    ] = None,
) -> None:
    """Print how well each company's questions are answered, and the weights fitted on all of them."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="cw-bench-") as temporary:
        observed = asyncio.run(_observe_all(Path(temporary), models or Path(temporary) / "models", console))
    verdicts: dict[str, list[Verdict]] = {company.name: [] for company, _ in observed}
    for fold in track(range(FOLDS), "Fitting", console=console):
        weights = _fit([(company.weight, [one for one in some if _fold(one) != fold]) for company, some in observed])
        for company, some in observed:
            verdicts[company.name] += [_verdict(one, weights) for one in some if _fold(one) == fold]
    _print(verdicts, console)
    _print_weights("", _fit([(company.weight, some) for company, some in observed]), console)
    # Of any collection only its text is known; its weights are the mean of these two.
    learned = ("asked", "unasked", "likelihood")
    for unknown in (learned, (*learned, "heading")):
        bare = [(1.0, [_without(one, unknown) for one in some]) for company, some in observed if company.is_bare]
        _print_weights(f"text alone, without {', '.join(unknown)}: ", _fit(bare, RIDGE_OF_TEXT_ALONE), console)


async def _observe_all(folder: Path, models: Path, console: Console) -> list[tuple[Company, list[Observation]]]:
    encoder = await asyncio.to_thread(Encoder.load, models)
    async with EmbeddedPostgres(folder / "data") as server:
        await asyncio.to_thread(migrations.upgrade, server.dsn(Role.OWNER))
        database = Database(server.dsn(Role.APPLICATION))
        await database.open()
        tenants = TenantService(database, SystemClock(), Limits())
        publishing, service = Publishing(encoder, SystemClock()), KnowledgeService(encoder, SystemClock())
        some = await asyncio.to_thread(lambda: list(companies()))
        observed = [
            (company, await observe(company, database, tenants, publishing, service))
            for company in track(some, "Asking", console=console)
        ]
        await database.close()
    return observed


# --- the fit ----------------------------------------------------------------------------------------------------------


def _fit(data: Sequence[tuple[float, Sequence[Observation]]], ridge: float = RIDGE) -> Vector:
    names = (*FEATURES * len(CASES), *AROUND)
    bounds = [BOUNDS.get(name, (0.0, None)) for name in names]
    weights = np.array([-6.0 if name == "offset" else 0.0 for name in names])
    # Which passage of an article is its best depends on the weights: a second round begins from the first one's.
    for _ in range(2):
        weights = minimize(
            _loss, weights, args=(data, ridge), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 150}
        ).x
    return weights


def _without(one: Observation, unknown: Sequence[str]) -> Observation:
    """As if these features, and what surrounds its candidates, were not known."""
    known = np.array([float(name not in unknown) for _ in CASES for name in FEATURES] + [0.0] * len(AROUND))
    return replace(one, features=one.features * known)


def _loss(weights: Vector, data: Sequence[tuple[float, Sequence[Observation]]], ridge: float) -> tuple[float, Vector]:
    total, count, slope = 0.0, 0.0, np.zeros_like(weights)
    for weight, observations in data:
        for one in observations:
            value, gradient = _surprise(one, weights)
            total, slope = total + weight * value, slope + weight * gradient
        count += weight * len(observations)
    return total / count + ridge * float(weights @ weights), slope / count + 2 * ridge * weights


def _surprise(one: Observation, weights: Vector) -> tuple[float, Vector]:
    """Minus the logarithm of the probability of what is right, and its gradient."""
    best, probabilities, none = _softmax(one, weights)
    features = one.features[best]
    right = np.array([one.originals[place] in one.right for place in best])
    expected = probabilities @ features
    if not right.any():
        return -float(np.log(none)), expected
    share = float(probabilities[right].sum())
    return -float(np.log(share)), expected - (probabilities[right] / share) @ features[right]


def _softmax(one: Observation, weights: Vector) -> tuple[NDArray[np.int64], Vector, float]:
    """Places of each article's best passage, surest first; the probabilities of the articles; and that of none of them."""
    evidence = one.features @ weights + one.rules
    best: dict[str, int] = {}
    for place in np.argsort(-evidence):
        best.setdefault(one.originals[place], int(place))
    places = np.array(list(best.values()))
    highest = max(0.0, float(evidence[places].max()))
    shares = np.exp(evidence[places] - highest)
    none = float(np.exp(-highest))
    total = float(shares.sum()) + none
    return places, shares / total, none / total


def _verdict(one: Observation, weights: Vector) -> Verdict:
    places, probabilities, _ = _softmax(one, weights)
    return Verdict(one, one.originals[places[0]], float(probabilities[0]))


def _fold(one: Observation) -> int:
    return int(hashlib.sha256(one.question.encode()).hexdigest(), 16) % FOLDS


# --- the report -------------------------------------------------------------------------------------------------------


def _print(verdicts: dict[str, list[Verdict]], console: Console) -> None:
    table = Table(
        "company", "language", "questions", "right first", f"answered rightly at {WRONG:.0%} wrong", "of none"
    )
    for name, some in verdicts.items():
        for language in sorted({one.observation.language for one in some}):
            table.add_row(name, language, *_row([one for one in some if one.observation.language == language]))
    console.print(table)


def _print_weights(what: str, weights: Vector, console: Console) -> None:
    for place, case in enumerate(CASES):
        fitted = weights[place * len(FEATURES) : (place + 1) * len(FEATURES)]
        values = ", ".join(f"{name}={value:.2f}" for name, value in zip(FEATURES, fitted, strict=True))
        console.print(f"{what}{case}: Final = Calibration({values})", soft_wrap=True)
    if what:
        return
    around = ", ".join(f"{name}={value:.2f}" for name, value in zip(AROUND, weights[OF_PASSAGES:], strict=True))
    console.print(f"{what}SURROUNDINGS: Final = Surroundings({around})", soft_wrap=True)


def _row(verdicts: Sequence[Verdict]) -> tuple[str, str, str, str]:
    answerable = [one for one in verdicts if one.observation.right]
    none = [one for one in verdicts if not one.observation.right]
    first = sum(one.is_right for one in answerable) / len(answerable)
    least = min(
        (level for level in np.linspace(0.05, 1, 191) if _share(answerable, level, right=False) <= WRONG), default=1.0
    )
    said = sum(one.probability >= least for one in none)
    rightly = _share(answerable, least, right=True)
    return str(len(verdicts)), f"{first:.1%}", f"{rightly:.1%} (from {least:.2f})", f"{said} of {len(none)} answered"


def _share(verdicts: Sequence[Verdict], least: float, *, right: bool) -> float:
    return sum(one.probability >= least and one.is_right is right for one in verdicts) / len(verdicts)


if __name__ == "__main__":
    typer.run(main)
