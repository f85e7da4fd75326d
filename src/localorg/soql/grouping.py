"""What GROUP BY ROLLUP and GROUP BY CUBE group by."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from localorg.soql.ast import Grouping


def grouping_sets(grouping: Grouping, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """ROLLUP drops columns from the end, CUBE leaves out any; all of them come first, none last."""
    for size in range(len(columns), -1, -1):
        if grouping is Grouping.ROLLUP:
            yield tuple(columns[:size])
        else:
            yield from combinations(columns, size)
