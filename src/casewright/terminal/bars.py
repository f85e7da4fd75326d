"""Figures drawn with block characters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

TIME_LINE: Final = 28
SHORTEST_TIME_LINE: Final = 6
_EIGHTHS: Final = "▏▎▍▌▋▊▉█"
_LEVELS: Final = "▁▂▃▄▅▆▇█"


def bar(share: float, width: int, style: str = "cyan") -> Text:
    """`share` 0…1 of `width` cells, to an eighth of a cell; what is there but tiny is still seen."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    full, rest = divmod(eighths, 8)
    blocks = "█" * full + (_EIGHTHS[rest - 1] if rest else "")
    return Text(blocks.ljust(width), style=style)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a time line, as wide as there is room; both are shares of the whole."""

    start: float
    share: float

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(SHORTEST_TIME_LINE, options.max_width), min(TIME_LINE, options.max_width))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        before = min(round(self.start * width), width - 1)
        cells = min(max(round(self.share * width), 1), width - before)
        yield Text.assemble(" " * before, ("█" * cells, "cyan"))


def sparkline(values: Sequence[float], lowest: float, highest: float) -> str:
    """A block for each value, from `lowest` (the flattest) to `highest`."""
    steps = len(_LEVELS) - 1
    shares = [(min(max(value, lowest), highest) - lowest) / (highest - lowest) for value in values]
    return "".join(_LEVELS[round(share * steps)] for share in shares)


def percent(share: float) -> str:
    return "<1 %" if 0 < share < 0.01 else f"{share:.0%}".replace("%", " %")


def milliseconds(ms: float) -> str:
    if ms >= 1_000:
        return f"{ms / 1_000:.2f} s"
    return f"{ms:.1f} ms" if ms < 10 else f"{ms:.0f} ms"
