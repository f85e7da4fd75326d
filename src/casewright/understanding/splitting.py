"""Training a splitter: which "and" or comma begins another request, learned from mixtures made of single ones.

Importing this module costs memory and time (SciPy), so only training does.
"""

import random
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from casewright.kit.yaml_reading import read_yaml
from casewright.understanding.kernel import as_stored
from casewright.understanding.language import detect_language
from casewright.understanding.segments import BUCKETS, Joint, Splitter, Weights, features_of, joints_of

MOST_TEXTS = 4000
MOST_MIXTURES = 6000
MIXTURES_OF_EACH = 3
"""For each text, until there are enough."""
THREE = 0.3
"""Share of mixtures of three requests."""
TAILS = 0.3
"""For each text, how often a few last words of another are joined to it, which make no second request."""
GENERIC_WEIGHT = 8
"""How often a single request of no company is looked at: nearly all have an "and" or a comma inside, and few others do."""
PENALTY = 0.5
LONGEST_TEXT = 300
ENDS: Final = " .!?…"
# What people put between two requests, and how often.
BETWEEN: Final = {
    "en": {
        " and ": 4,
        ", ": 3,
        " and also ": 2,
        " and then ": 2,
        ", and ": 1,
        ", also ": 1,
        " plus ": 1,
        ", but ": 1,
        ", now ": 1,
    },
    "de": {
        " und ": 4,
        ", ": 3,
        " und auch ": 1,
        " und dann ": 1,
        " und außerdem ": 1,
        ", und ": 1,
        ", aber ": 1,
        ", jetzt ": 1,
    },
    "es": {" y ": 4, ", ": 3, " y también ": 1, " y además ": 1},
    "fr": {" et ": 4, ", ": 3, " et aussi ": 1, " et puis ": 1},
}
# What people put between two things of one request.
WITHIN: Final = {"en": (" and ", ", "), "de": (" und ", ", "), "es": (" y ", ", "), "fr": (" et ", ", ")}


def train_splitter(texts: Sequence[str], intents: Sequence[int]) -> Splitter:
    """`texts`: single requests; `intents`: what each is about, since two about the same are one. Those of `single_requests` are learned
    from as well, so that a few texts are enough."""
    generic = single_requests()
    known = [(text, intent) for text, intent in zip(texts, intents, strict=True) if len(text) <= LONGEST_TEXT]
    known = random.Random(0).sample(known, min(len(known), MOST_TEXTS))
    known += [(text, -1 - number) for number, text in enumerate(generic)]
    joints, begins = [], []
    for text, places in _mixtures(known):
        for joint in joints_of(text):
            joints.append(joint)
            begins.append(joint.start in places)
    return Splitter(_regress(joints, np.array(begins)))


@cache
def single_requests() -> tuple[str, ...]:
    """Requests of no company in particular, many with an "and" or a comma inside."""
    content = read_yaml((files("casewright.understanding") / "single_requests.yaml").read_text(encoding="utf-8"))
    return tuple(text for language in sorted(content) for text in content[language])


def _mixtures(known: Sequence[tuple[str, int]]) -> Iterator[tuple[str, frozenset[int]]]:
    """Texts, each with the places where another request begins to be joined on."""
    chance = random.Random(0)
    languages = [detect_language(text, "en")[0] for text, _ in known]
    alike: dict[str, list[int]] = {}
    for number, language in enumerate(languages):
        alike.setdefault(language if language in BETWEEN else "en", []).append(number)
    for text, intent in known:
        yield from [(text, frozenset[int]())] * (GENERIC_WEIGHT if intent < 0 else 1)
    share = min(1.0, MOST_MIXTURES / (MIXTURES_OF_EACH * len(known)))
    for language, numbers in sorted(alike.items()):
        between, often = list(BETWEEN[language]), list(BETWEEN[language].values())
        for number in numbers:
            text = known[number][0].strip(ENDS)
            if chance.random() < TAILS * share:
                tail = known[chance.choice(numbers)][0].strip(ENDS).split()[-chance.randint(1, 3) :]
                yield text + chance.choice(WITHIN[language]) + " ".join(tail), frozenset()
            for _ in range(MIXTURES_OF_EACH):
                if chance.random() >= share:
                    continue
                mixed, places = text, set()
                about = {known[number][1]}
                for _ in range(2 if chance.random() < THREE else 1):
                    other, intent = known[chance.choice(numbers)]
                    if intent not in about:
                        about.add(intent)
                        places.add(len(mixed))
                        mixed += chance.choices(between, often)[0] + _begun(other.strip(ENDS), chance)
                yield mixed, frozenset(places)


def _begun(text: str, chance: random.Random) -> str:
    """As it is written in the middle of a sentence, mostly."""
    return text[:1].lower() + text[1:] if chance.random() < 0.7 else text


def _regress(joints: Sequence[Joint], begins: NDArray[np.bool_]) -> Weights:
    """Both answers weigh the same in all, so that neither is the rule."""
    buckets = np.array([features_of(joint) for joint in joints])
    signs = np.where(begins, 1.0, -1.0)
    shares = np.where(begins, 0.5 / max(begins.mean(), 1e-9), 0.5 / max(1 - begins.mean(), 1e-9))

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * weights[buckets].sum(axis=1)
        slopes = -signs * shares * np.exp(-np.logaddexp(0, margins))
        pulls = np.bincount(buckets.ravel(), np.repeat(slopes, buckets.shape[1]), minlength=BUCKETS)
        total = shares @ np.logaddexp(0, -margins) + PENALTY * weights @ weights / 2
        return float(total), pulls.astype(np.float64) + PENALTY * weights

    # Many threads would wait for one another: fifteen times the work.
    with threadpool_limits(limits=1):
        found = minimize(loss, np.zeros(BUCKETS), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return as_stored(found.x)
