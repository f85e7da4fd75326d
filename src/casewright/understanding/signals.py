"""Signs of an attack in a message. They are weighed and logged, and rarely decide: customers quote code."""

import re
from typing import Final

from casewright.understanding.models import Signal

CODE_BLOCK: Final = re.compile(r"```.*?(?:```|$)|`[^`\n]*`", re.DOTALL)
QUOTED_WEIGHT = 0.4
"""Share of its weight that a sign keeps inside a code block."""

SIGNS: Final = tuple(
    (kind, weight, re.compile(pattern, re.IGNORECASE))
    for kind, weight, pattern in (
        ("sql_injection", 0.9, r"['\")]\s*;\s*(?:drop|delete|insert|update|alter|truncate|exec|shutdown)\b"),
        ("sql_injection", 0.8, r"['\"]\s*(?:or|and)\s+['\"]?(\w+)['\"]?\s*(?:=|like)\s*['\"]?\1"),
        ("sql_injection", 0.7, r"\bunion\s+(?:all\s+)?select\b"),
        ("sql_injection", 0.6, r"\b(?:waitfor\s+delay|xp_cmdshell|pg_sleep|benchmark)\s*[('\"]"),
        ("sql_injection", 0.4, r"\bdrop\s+(?:table|database|schema)\b"),
        ("sql_injection", 0.2, r"(?:;|')\s*--\s*$"),
        ("script", 0.8, r"<\s*script\b|javascript\s*:\s*\w"),
        ("script", 0.7, r"<[^<>]{1,200}\bon(?:error|load|click|mouseover|focus)\s*="),
        ("script", 0.5, r"<\s*(?:iframe|object|embed)\b|document\.cookie"),
        (
            "prompt_injection",
            0.8,
            r"\b(?:ignore|disregard|forget|override)\s+(?:\w+\s+){0,3}(?:previous|prior|above|earlier|preceding|all"
            r"|your|the)\s+"
            r"(?:\w+\s+){0,2}(?:instructions?|rules?|prompts?|directions|guidelines)",
        ),
        (
            "prompt_injection",
            0.8,
            r"\b(?:ignoriere|vergiss|missachte)\s+(?:\w+\s+){0,3}(?:anweisung|regel|vorgabe|instruktion)\w*",
        ),
        (
            "prompt_injection",
            0.7,
            r"\b(?:reveal|show|print|repeat|tell me|output)\s+(?:\w+\s+){0,2}(?:system|hidden|initial"
            r"|secret)\s+(?:prompt|instructions?)",
        ),
        (
            "prompt_injection",
            0.6,
            r"\byou are now\s+(?:a|an|in|the|no longer)\b|\b(?:developer|jailbreak|dan)\s+mode\b|\bdo anything now\b",
        ),
        (
            "prompt_injection",
            0.5,
            r"</?(?:system|assistant|instructions?)>|\[/?INST\]|<\|im_(?:start|end)\|>|^\s*(?:system|assistant)\s*:",
        ),
        (
            "prompt_injection",
            0.4,
            r"\b(?:pretend|act)\s+(?:to be|as if you were|as an? unrestricted)\b|\bwithout (?:any )?(?:restrictions"
            r"|filters|rules)\b",
        ),
    )
)


def find_signals(text: str) -> tuple[Signal, ...]:
    """One signal a kind, the strongest, strongest first; several signs of a kind strengthen each other."""
    prose = CODE_BLOCK.sub(" ", text)
    weights: dict[str, float] = {}
    for kind, weight, pattern in SIGNS:
        if pattern.search(prose):
            found = weight
        elif prose != text and pattern.search(text):
            found = weight * QUOTED_WEIGHT
        else:
            continue
        weights[kind] = 1 - (1 - weights.get(kind, 0.0)) * (1 - found)
    ranked = sorted(weights.items(), key=lambda item: -item[1])
    return tuple(Signal(kind=kind, weight=round(weight, 3)) for kind, weight in ranked)
