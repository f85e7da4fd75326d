"""A message read: pieces, what each is about, and the commands it proposes. Pure but for the encoder; runs in a thread."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, cast

import numpy as np

from casewright.engine.models import IS_SOLVED
from casewright.understanding import answers, dialogue, phrases, segments
from casewright.understanding.contradictions import find_contradiction
from casewright.understanding.dialogue import Move
from casewright.understanding.emotion import feel
from casewright.understanding.encoder import DIMENSIONS
from casewright.understanding.entities import find_entities
from casewright.understanding.features import Reading
from casewright.understanding.intents import IntentModel, Prediction
from casewright.understanding.language import detect_language
from casewright.understanding.models import (
    AnswerFromKnowledge,
    CancelTopic,
    CannotHandle,
    Command,
    Confirm,
    Decline,
    DialogueContext,
    Emotion,
    Entity,
    ExpectedSlot,
    HumanHandoff,
    IntentDefinition,
    Proposal,
    Segment,
    SetSlot,
    SmallTalk,
    StartProcedure,
    Understanding,
    UnderstandingRequest,
    Vector,
)
from casewright.understanding.nonsense import is_nonsense
from casewright.understanding.segments import Span
from casewright.understanding.signals import find_signals

Read = Callable[[str], Reading]
