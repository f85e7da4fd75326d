"""What a turn ran on, as one short word: equal digests mean equal procedures, models, knowledge and thresholds."""

import hashlib

import orjson

from casewright.engine.working import Turn


def configuration_digest(turn: Turn) -> str:
    parts = {
        "model": turn.report.model_version,
        "knowledge": turn.report.knowledge_revision,
        "procedures": sorted({topic.digest for topic in turn.state.topics if topic.digest}),
        "thresholds": turn.thresholds.model_dump(),
    }
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
