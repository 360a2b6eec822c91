"""Figures as inline SVG: text stays text, colours are the page's, so a chart reads on light, dark and paper."""

import re
import warnings
from collections.abc import Callable
from html import escape
from io import StringIO
from typing import Any

from markupsafe import Markup

# stand-ins for colours that the style sheet decides; matplotlib wants real ones
INK, MUTED, RULE = "#0a0b01", "#0a0b02", "#0a0b03"
FIRST, SECOND, THIRD, PALE = "#0a0b04", "#0a0b05", "#0a0b06", "#0a0b07"
VARIABLES = {
    INK: "ink", MUTED: "muted", RULE: "rule", FIRST: "first", SECOND: "second", THIRD: "third", PALE: "pale",
}  # fmt: skip

STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "crossrec",
    "text.parse_math": False,
    "font.size": 9,
    "text.color": INK,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


def draw(name: str, title: str, description: str, width: float, height: float, paint: Callable[[Any], None]) -> Markup:
    """What `paint` puts on a figure of this size (inches), as SVG with a title and a description for all readers.

    The same input gives the same text; ids start with `name`, so that several charts live on one page.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    buffer = StringIO()
    # the page's fonts have glyphs that the measuring font lacks
    with mpl.rc_context(STYLE), warnings.catch_warnings(action="ignore", category=UserWarning):
        figure = Figure(figsize=(width, height), layout="constrained")
        paint(figure)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return Markup(_inline(buffer.getvalue(), name, title, description))  # noqa: S704 - built here, names escaped


def _inline(svg: str, name: str, title: str, description: str) -> str:
    """The drawing without what only a file needs, named for screen readers and coloured by the page."""
    body = svg[svg.index(">", svg.index("<svg")) + 1 :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", body)
    body = re.sub(r'xlink:href="#([^"]+)"', rf'href="#{name}-\1"', body)
    body = re.sub(r"font(?:-family)?: ?[^;\"]*?'[^;\"]*sans-serif", _font_size, body)
    for colour, variable in VARIABLES.items():
        body = body.replace(colour, f"var(--{variable})")
    box = re.search(r'viewBox="([^"]+)"', svg)
    assert box is not None
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box.group(1)}" role="img" '
        f'aria-labelledby="{name}-title {name}-description">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-description">{escape(description)}</desc>'
    )
    return opening + re.sub(r"\n\s*", "\n", body).strip()


def _font_size(match: re.Match[str]) -> str:
    """A font of the page in the size that was measured."""
    size = re.search(r"[\d.]+px", match.group(0))
    return f"font-size: {size.group(0)}" if size else "font-family: inherit"
