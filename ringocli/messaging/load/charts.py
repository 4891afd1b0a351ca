"""Charts as inline SVG with presentation attributes only: they need neither a script nor a style sheet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import cycle

WIDTH, HEIGHT = 480, 236
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 32, 34
COLOURS = {"2xx": "#2f7d4f", "3xx": "#3b6ea5", "4xx": "#b7791f", "5xx": "#b03a2e"}
OTHER_COLOURS = ("#6b4c9a", "#b58bd6", "#40306b", "#8a8a8a")
"""The colours of tries without a reply; each kind takes the next one."""

_INK, _GRID, _LINE, _LIMIT = "#333333", "#dddddd", "#1f5fa8", "#b03a2e"


def duration(ms: float) -> str:
    """A duration for a label."""
    if ms >= 1000:
        return f"{ms / 1000:.3g} s"
    return f"{ms:.3g} ms"


def line_chart(
    title: str, series: Mapping[str, Sequence[float | None]], slice_s: float, limit_ms: float | None = None
) -> str:
    """Durations over time, one line for each series, with an optional horizontal limit."""
    values = [value for points in series.values() for value in points if value is not None]
    top = nice_ceiling(max([*values, limit_ms or 0.0, 0.001]))
    count = max((len(points) for points in series.values()), default=0)
    parts = list(_frame(title, top, duration, max(count, 1) * slice_s))
    shades = (_LINE, "#b7791f", "#777777")
    for points, shade in zip(series.values(), shades, strict=False):
        path = " ".join(
            f"{_x((index + 0.5) / max(count, 1)):.1f},{_y(value / top):.1f}"
            for index, value in enumerate(points)
            if value is not None
        )
        parts.append(f'<polyline points="{path}" fill="none" stroke="{shade}" stroke-width="2"/>')
    parts.extend(_legend(dict(zip(series, shades, strict=False))))
    if limit_ms is not None:
        y = _y(limit_ms / top)
        parts.append(
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="{_LIMIT}" '
            f'stroke-width="2" stroke-dasharray="6 4"/>'
            + _text(WIDTH - RIGHT, y - 4, f"limit {duration(limit_ms)}", "end", _LIMIT)
        )
    return _svg(title, parts)


def stacked_bars(title: str, slices: Sequence[Mapping[str, int]], slice_s: float) -> str:
    """Replies per second over time, stacked by class."""
    names = sorted({name for one in slices for name in one})
    others = dict(zip((name for name in names if name not in COLOURS), cycle(OTHER_COLOURS), strict=False))
    colours = {name: COLOURS.get(name) or others[name] for name in names}
    top = nice_ceiling(max([sum(one.values()) / slice_s for one in slices] or [1.0]) or 1.0)
    parts = list(_frame(title, top, lambda value: f"{value:,.3g}", max(len(slices), 1) * slice_s))
    width = (WIDTH - LEFT - RIGHT) / max(len(slices), 1)
    for index, one in enumerate(slices):
        base = 0.0
        for name in names:
            share = one.get(name, 0) / slice_s / top
            if share:
                y = _y(base + share)
                height = _y(base) - y
                parts.append(
                    f'<rect x="{LEFT + index * width:.1f}" y="{y:.1f}" width="{max(width - 0.5, 0.5):.1f}" '
                    f'height="{height:.1f}" fill="{colours[name]}"/>'
                )
                base += share
    parts.extend(_legend(colours))
    return _svg(title, parts)


def spectrum(title: str, points: Sequence[tuple[float, float]], limit_ms: float | None = None) -> str:
    """Percentiles from 50 to 99.99 on a logarithmic axis of the share that is slower."""
    top = nice_ceiling(max([*(ms for _, ms in points), limit_ms or 0.0, 0.001]))
    parts = list(_frame(title, top, duration, None))
    for percent in (50.0, 90.0, 99.0, 99.9, 99.99):
        x = _x(_log_share(percent))
        parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" stroke="{_GRID}"/>')
        parts.append(_text(x, HEIGHT - BOTTOM + 18, f"{percent:g} %", "end" if percent > 99.9 else "middle"))
    path = " ".join(f"{_x(_log_share(percent)):.1f},{_y(ms / top):.1f}" for percent, ms in points)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{_LINE}" stroke-width="2"/>')
    return _svg(title, parts)


def nice_ceiling(value: float) -> float:
    """The top of an axis: a little over the value, and a quarter of it is a round number, too."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next((step * power for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8) if step * power >= value), 10 * power)


def _log_share(percent: float) -> float:
    """The position of a percentile on the axis, from 0 (the 50th) to 1 (the 99.99th)."""
    nines = -math.log10(max(1 - percent / 100, 1e-9))
    return (nines - 0.30103) / (4 - 0.30103)


def _frame(title: str, top: float, label: object, seconds: float | None) -> Iterator[str]:
    assert callable(label)
    for step in range(5):
        y = _y(step / 4)
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="{_GRID}"/>'
        yield _text(LEFT - 6, y + 4, label(top * step / 4), "end")
    if seconds is not None:
        for step in range(5):
            anchor = "end" if step == 4 else "middle"
            yield _text(_x(step / 4), HEIGHT - BOTTOM + 18, f"{seconds * step / 4:.3g} s", anchor)


def _legend(colours: Mapping[str, str]) -> Iterator[str]:
    x = LEFT
    for name, colour in colours.items():
        yield f'<rect x="{x}" y="{TOP - 22}" width="10" height="10" fill="{colour}"/>'
        yield _text(x + 14, TOP - 13, name, "start")
        x += 24 + 8 * len(name)


def _text(x: float, y: float, text: str, anchor: str, colour: str = _INK) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="13" font-family="sans-serif" '
        f'fill="{colour}" stroke="#ffffff" stroke-width="3" paint-order="stroke">{escape(text)}</text>'
    )


def _svg(title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" style="max-width:45rem" role="img" '
        f'aria-label="{escape(title)}"><rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def _x(share: float) -> float:
    return LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - min(max(share, 0.0), 1.0) * (HEIGHT - TOP - BOTTOM)
