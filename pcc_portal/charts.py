"""Bar charts as SVG, drawn from the very numbers of the table beside them.

No script, no inline style, no colour that alone tells anything: every bar has its number printed
beside it, every series a pattern of its own, and every chart a title and a description.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDTH = 340
TEXT = 14
LETTER = 7.6  # about the width of a letter of that size
LINE = 18
BAR = 14
GAP = 3
LETTERS_IN_LINE = 42
LINES_OF_LABEL = 2
THINNEST = 1.0
MOST_SERIES = 5

# Marks of each series' pattern, on a ground of the chart's colour or of paper.
MARKS = (
    ("", "ink"),
    ("M0 8 L8 0 M-2 2 L2 -2 M6 10 L10 6", "paper"),
    ("M2 2 h2 v2 h-2 z M6 6 h2 v2 h-2 z", "paper"),
    ("M0 2 H8 M0 6 H8", "paper"),
    ("M0 0 L8 8 M0 8 L8 0", "paper"),
)


class MixedUnits(ValueError):
    """Bars of different units cannot be compared by their length."""


@dataclass(frozen=True)
class Series:
    """The bars of one column: ``printed`` is what the table says beside each value."""

    name: str
    unit: str
    values: Sequence[Decimal | None]
    printed: Sequence[str]


@dataclass(frozen=True)
class Chart:
    """Labels, and for each of them one bar of each series. ``key`` is unique on the page."""

    key: str
    title: str
    description: str
    labels: Sequence[str]
    series: Sequence[Series]


def bar_chart(chart: Chart) -> SafeString:
    """The chart as an SVG element; empty if it has no numbers or too many series to tell apart.

    Raises ``MixedUnits`` when the series do not share a unit.
    """
    if len({series.unit for series in chart.series}) > 1:
        raise MixedUnits(f"“{chart.title}” mixes units: it cannot be one chart.")
    known = [value for series in chart.series for value in series.values if value is not None]
    if not known or len(chart.series) > MOST_SERIES:
        return SafeString("")
    scale = _Scale(known, [text for series in chart.series for text in series.printed])
    pieces, top = _key(chart)
    for index, label in enumerate(chart.labels):
        drawn, top = _group(chart, scale, index, label, top)
        pieces += drawn
    return format_html(
        '<svg class="portal-chart" xmlns="http://www.w3.org/2000/svg" role="img" '
        'viewBox="0 0 {width} {height}" aria-labelledby="{key}-title {key}-desc" '
        'font-size="{text}">'
        '<title id="{key}-title">{title}</title><desc id="{key}-desc">{desc}</desc>'
        "{patterns}{pieces}</svg>",
        width=WIDTH,
        height=_n(top + GAP),
        key=f"chart-{chart.key}",
        text=TEXT,
        title=chart.title,
        desc=_description(chart),
        patterns=_patterns(chart),
        pieces=mark_safe("".join(pieces)),  # noqa: S308 - made by format_html below
    )


class _Scale:
    """Where a number stands across the chart, with room at the ends for the printed numbers."""

    def __init__(self, values: Sequence[Decimal], printed: Sequence[str]) -> None:
        low, high = min(Decimal(0), *values), max(Decimal(0), *values)
        room = (max(len(text) for text in printed) + 1) * LETTER
        room = min(max(room, LETTER * 4), WIDTH / 3)
        left = room if low < 0 else 0
        self.span = float(high - low) or 1.0
        self.width = WIDTH - left - room
        self.low = float(low)
        self.zero = left + (0 - self.low) / self.span * self.width

    def length(self, value: Decimal) -> float:
        """How long the bar is: never so short that it cannot be seen, unless it is nought."""
        if not value:
            return 0.0
        return max(abs(float(value)) / self.span * self.width, THINNEST)


def _key(chart: Chart) -> tuple[list[SafeString], float]:
    """What each pattern stands for, in words, and where the bars may begin below it."""
    pieces, top = [], 0.0
    for number, series in enumerate(chart.series):
        if len(chart.series) > 1:
            pieces.append(
                format_html(
                    '<rect class="portal-chart__bar" x="0" y="{}" width="22" height="{}" '
                    'fill="url(#{})"/>',
                    _n(top + 2),
                    BAR,
                    _pattern_id(chart, number),
                )
            )
        indent = 28 if len(chart.series) > 1 else 0
        lines = _lines(series.name, LETTERS_IN_LINE - indent // 7)
        pieces.append(_text(lines, indent, top))
        top += LINE * len(lines)
    return pieces, top + LINE / 2


def _group(
    chart: Chart, scale: _Scale, index: int, label: str, top: float
) -> tuple[list[SafeString], float]:
    lines = _lines(label, LETTERS_IN_LINE)
    pieces = [_text(lines, 0, top, kind="label")]
    top += LINE * len(lines) + GAP
    pieces.append(_axis(scale, top, len(chart.series)))
    for number, series in enumerate(chart.series):
        pieces.append(_bar(chart, scale, number, series, index, top))
        top += BAR + GAP
    return pieces, top + LINE / 2


def _axis(scale: _Scale, top: float, bars: int) -> SafeString:
    return format_html(
        '<line class="portal-chart__axis" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>',
        _n(scale.zero),
        _n(top - GAP),
        _n(top + bars * (BAR + GAP)),
    )


def _bar(
    chart: Chart, scale: _Scale, number: int, series: Series, index: int, top: float
) -> SafeString:
    value = series.values[index]
    if value is None:
        return format_html(
            '<text class="portal-chart__number" x="{}" y="{}">no number</text>',
            _n(scale.zero + 4),
            _n(top + BAR - 2),
        )
    length = scale.length(value)
    is_negative = value < 0
    return format_html(
        '<rect class="portal-chart__bar" x="{}" y="{}" width="{}" height="{}" fill="url(#{})"/>'
        '<text class="portal-chart__number" x="{}" y="{}" text-anchor="{}">{}</text>',
        _n(scale.zero - length if is_negative else scale.zero),
        _n(top),
        _n(length),
        BAR,
        _pattern_id(chart, number),
        _n(scale.zero - length - 4 if is_negative else scale.zero + length + 4),
        _n(top + BAR - 2),
        "end" if is_negative else "start",
        series.printed[index],
    )


def _patterns(chart: Chart) -> SafeString:
    patterns = format_html_join(
        "",
        '<pattern id="{}" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<rect class="portal-chart__{}" width="8" height="8"/>'
        '<path class="portal-chart__mark" d="{}"/></pattern>',
        (
            (_pattern_id(chart, number), ground, marks)
            for number, (marks, ground) in enumerate(MARKS[: len(chart.series)])
        ),
    )
    return format_html("<defs>{}</defs>", patterns)


def _pattern_id(chart: Chart, number: int) -> str:
    return f"chart-{chart.key}-{number + 1}"


def _description(chart: Chart) -> str:
    about = chart.description.strip().rstrip(".")
    columns = "; ".join(series.name for series in chart.series)
    return f"{about}. Bars for: {columns}. The table has the same numbers."


def _text(lines: Sequence[str], left: float, top: float, *, kind: str = "name") -> SafeString:
    spans = format_html_join(
        " ",
        '<tspan x="{}" y="{}">{}</tspan>',
        ((_n(left), _n(top + LINE * (row + 1) - 5), line) for row, line in enumerate(lines)),
    )
    return format_html('<text class="portal-chart__{}">{}</text>', kind, spans)


def _lines(label: str, letters: int) -> list[str]:
    """The label in as many lines as it may take; the table has it in full."""
    return wrap(
        label, letters, max_lines=LINES_OF_LABEL, placeholder=" …", break_long_words=True
    ) or [""]


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
