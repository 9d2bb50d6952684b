"""The charts of docs/performance.md: SVG that is readable in the light and in the dark, and by those who see neither.

matplotlib draws them; what it does not know of (themes, titles for screen readers) is added to its output.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

#: What each colour of the light theme is in the dark.
DARK = {
    "#ffffff": "#0d1117",  # paper
    "#1f2328": "#e6edf3",  # text
    "#59636e": "#9198a1",  # what is said in passing
    "#d1d9e0": "#3d444d",  # lines of the grid
    "#0757b5": "#79b8ff",  # ours
    "#8a4600": "#ffb757",  # ours, with [fast]
    "#b8c0c8": "#57606a",  # bars of others
}
PAPER, TEXT, MUTED, GRID, OURS, FAST, OTHERS = DARK
FONTS = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"
WIDTH = 7.2  # inches of 72 points
APART = 14.0  # points between two labels, at least

_OPAQUE = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.0}
_SETTINGS = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "memsy-client",  # equal figures give equal bytes
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.color": TEXT,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart. `limit` is marked on it."""

    label: str
    value: float
    colour: str = OTHERS
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: its label, and its points."""

    label: str
    points: Mapping[int, float]
    colour: str = MUTED
    style: str = "-"


def bars(title: str, description: str, axis: str, content: Sequence[Bar], reference: str) -> str:
    """Horizontal bars from 0, with a line at 1, which `reference` names."""
    with mpl.rc_context(_SETTINGS):
        canvas = Canvas(figsize=(WIDTH, 1.35 + 0.33 * len(content)), layout="constrained")
        axes = canvas.subplots()
        rows = range(len(content))
        axes.barh(rows, [bar.value for bar in content], color=[bar.colour for bar in content], height=0.68)
        axes.axvline(1, color=MUTED, linewidth=1, linestyle=(0, (3, 3)), zorder=0)
        axes.annotate(
            reference, (1, 1), xycoords=("data", "axes fraction"), xytext=(0, 4), textcoords="offset points",
            color=MUTED, ha="center", fontsize=10,
        )  # fmt: skip
        for row, bar in enumerate(content):
            end = max(bar.value, bar.limit or 0)
            if bar.limit is not None:
                axes.plot([bar.limit] * 2, [row - 0.42, row + 0.42], color=TEXT, linewidth=2, solid_capstyle="butt")
            axes.annotate(
                f"{bar.value:.2f}", (end, row), xytext=(6, 0), textcoords="offset points", va="center", bbox=_OPAQUE
            )
        axes.set_yticks(rows, [bar.label for bar in content])
        axes.tick_params(axis="y", length=0)
        axes.invert_yaxis()
        axes.margins(x=0.1, y=0.02)
        axes.set_xlim(left=0)
        axes.set_xlabel(axis)
        axes.spines["left"].set_visible(False)
        return _svg(canvas, title, description)


def lines(
    title: str, description: str, axes_titles: tuple[str, str], content: Sequence[Line], *, logarithmic: bool
) -> str:
    """Lines over a logarithmic axis, each named at its right end; `logarithmic` is the other axis, too."""
    with mpl.rc_context(_SETTINGS):
        canvas = Canvas(figsize=(WIDTH, 4.2), layout="constrained")
        axes = canvas.subplots()
        axes.set_xscale("log")
        if logarithmic:
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
            axes.yaxis.set_minor_locator(NullLocator())
        for line in content:
            axes.plot(
                list(line.points), list(line.points.values()), line.style,
                color=line.colour, linewidth=2, marker="o", markersize=4,
            )  # fmt: skip
        if not logarithmic:
            axes.set_ylim(bottom=0)
        ticks = sorted({point for line in content for point in line.points})
        axes.set_xticks(ticks, [_short(tick) for tick in ticks])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
        axes.set_xlabel(axes_titles[0])
        axes.set_ylabel(axes_titles[1])
        axes.grid(axis="y", color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        _name_ends(axes, content)
        return _svg(canvas, title, description)


def _name_ends(axes: Any, content: Sequence[Line]) -> None:
    """Write each line's label beside its last point, so far apart that they can be read."""
    ends = sorted(((*list(line.points.items())[-1], line) for line in content), key=lambda end: end[1])
    canvas = axes.get_figure()
    canvas.draw_without_rendering()  # only then is known where the points are
    lowest = float("-inf")
    for x, y, line in ends:
        at = axes.transData.transform((x, y))[1] / canvas.dpi * 72
        lowest = max(at, lowest + APART)
        axes.annotate(
            line.label, (x, y), xytext=(8, lowest - at), textcoords="offset points",
            color=line.colour, va="center", annotation_clip=False,
        )  # fmt: skip


def _short(value: float) -> str:
    if value >= 1_000_000:
        return f"{value / 1_000_000:g}M"
    return f"{value / 1000:g}k" if value >= 10_000 else f"{value:,.4g}"


def _svg(canvas: Canvas, title: str, description: str) -> str:
    file = io.StringIO()
    canvas.suptitle(title, x=0.015, ha="left", fontsize=12, fontweight="bold")
    layout: Any = canvas.get_layout_engine()  # of the kind that `layout=` has named
    layout.set(w_pad=0.12, h_pad=0.1)
    canvas.savefig(file, format="svg", facecolor=PAPER, metadata={"Date": None})
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", file.getvalue(), flags=re.S)
    text = re.sub(r"<!DOCTYPE.*?>\s*|<!--.*?-->\s*", "", text, flags=re.S)
    text = text.replace("'DejaVu Sans'", FONTS.replace("'", "&apos;"))
    head = (
        f'<title id="title">{escape(title)}</title>\n<desc id="desc">{escape(description)}</desc>\n'
        f"<style>@media (prefers-color-scheme: dark) {{\n{_dark_rules()}\n}}</style>\n"
    )
    start = '<svg role="img" aria-labelledby="title desc" '
    return re.sub(r"<svg ([^>]*)>\s*", lambda found: f"{start}{found[1]}>\n{head}", text, count=1)


def _dark_rules() -> str:
    """Inline colours are those of the light theme, which is what a viewer without themes shows."""
    return "\n".join(
        f'[style*="{name}: {light}"] {{ {name}: {dark} !important }}'
        for light, dark in DARK.items()
        for name in ("fill", "stroke")
    )
