"""Which of two articles that disagree is kept, and how, by the company's rules: from credibility, recency and version."""

from dataclasses import dataclass

from casewright.knowledge.conflicts.models import ConflictKind, KnownConflict, Resolution, Standing
from casewright.knowledge.models import ArticleId
from casewright.tenants.models import ConflictPolicy


@dataclass(frozen=True, slots=True)
class Decision:
    resolution: Resolution
    kept: ArticleId
    reason: str


def with_credibility(standing: Standing, source: str, policy: ConflictPolicy) -> Standing:
    """Times what the company holds of where the article is from: of the longest beginning that fits."""
    beginnings = [beginning for beginning in policy.source_credibility if source.startswith(beginning)]
    if not beginnings:
        return standing
    factor = policy.source_credibility[max(beginnings, key=len)]
    return standing.model_copy(update={"credibility": standing.credibility * factor})


def stronger(one: Standing, other: Standing, policy: ConflictPolicy) -> tuple[Standing, str] | None:
    """The one to keep, and why; None: a person has to tell."""
    first, second = sorted((one, other), key=lambda standing: -standing.credibility)
    if first.credibility - second.credibility >= policy.credibility_gap:
        return first, f"its source is more credible ({first.credibility:.1f} against {second.credibility:.1f})"
    first, second = sorted((one, other), key=lambda standing: standing.checked_on, reverse=True)
    days = (first.checked_on - second.checked_on).days
    return (first, f"it was checked {days} days later") if days >= policy.newer_by_days else None


def decide(conflict: KnownConflict, one: Standing, other: Standing, policy: ConflictPolicy) -> Decision | None:
    """`one`, `other`: of the conflict's sides. None: a person has to tell.

    Duplicates are merged; of versions the newer supersedes the older; else the kept one's sentence replaces the other's, unless what is
    kept was there before and the other contradicts it with a new version: that version is rejected."""
    if (kept := stronger(one, other, policy)) is None:
        return None
    standing, reason = kept
    if conflict.kind is ConflictKind.DUPLICATE:
        resolution = Resolution.MERGE
    elif conflict.kind is ConflictKind.VERSION:
        resolution = Resolution.VERSION
    elif standing is other and one.version > 1:
        resolution = Resolution.REJECT
    else:
        resolution = Resolution.REPLACE
    return Decision(resolution, standing.article_id, reason)
