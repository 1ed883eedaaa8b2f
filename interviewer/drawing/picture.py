"""A drawing as SVG, made anew from its scene: nothing that a stranger wrote is in it but escaped text and numbers.

Lines and words take the colour of the page's text, so it is legible in light, in dark and on paper.
"""

import math
from collections.abc import Iterable
from html import escape
from typing import Any

from interviewer.drawing.scene import Element, Point, Scene, read_scene
from interviewer.drawing.words import describe

_EDGE, _WIDEST = 16.0, 900.0
"""Pixels around the drawing; the width that it has at most on a page."""
_LINE_HEIGHT = 1.25
_BLACK = ("", "#000", "#000000", "#1e1e1e", "#343a40")
"""Excalidraw's blacks: the page's own text colour stands for them."""
_HEAD, _SPREAD = 14.0, 0.45
"""A head's length in pixels and the angle of its sides in radians."""
_LONGEST_TITLE = 300


def shown(elements: Any, photo: str | None) -> str:
    """A drawn turn to look at: its photo, else the drawing made anew; empty where there is neither."""
    return f"<img src='{escape(photo)}' alt='Photo of a drawing'>" if photo else picture(read_scene(elements))


def picture(scene: Scene) -> str:
    """The SVG, to stand inside a page; empty for an empty board. ``--halo`` is the colour that it stands on."""
    if not scene.elements:
        return ""
    left, top, right, bottom = _bounds(scene.elements)
    width, height = right - left + 2 * _EDGE, bottom - top + 2 * _EDGE
    scale = min(1.0, _WIDEST / width)
    arrows = {one.id for one in scene.of("arrow", "line")}
    title = " ".join(describe(scene).split())
    title = title if len(title) <= _LONGEST_TITLE else f"{title[:_LONGEST_TITLE]}…"
    size = f'width="{_n(width * scale)}" height="{_n(height * scale)}"'
    body = "".join(_drawn(one, one.container in arrows) for one in scene.elements)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" {size} '
        f'viewBox="{_n(left - _EDGE)} {_n(top - _EDGE)} {_n(width)} {_n(height)}" role="img" '
        f'aria-label="{escape(title)}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" '
        f'stroke-linejoin="round">{body}</svg>'
    )


def _bounds(elements: Iterable[Element]) -> tuple[float, float, float, float]:
    corners: list[Point] = []
    for one in elements:
        corners += [(one.x, one.y), (one.x + one.width, one.y + one.height)] if not one.points else _absolute(one)
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _absolute(one: Element) -> list[Point]:
    return [(one.x + x, one.y + y) for x, y in one.points]


def _drawn(one: Element, on_an_arrow: bool) -> str:
    match one.kind:
        case "rectangle" | "frame" | "image":
            round_ = "" if one.kind == "frame" else ' rx="8"'
            body = f"<rect {_place(one)}{round_}{_style(one)}{_dashes(one)}/>"
            if one.kind == "frame" and one.text:
                body += _words(one.label, one.x, one.y - 6, 14, "start", "")
        case "ellipse":
            x, y = one.centre
            size = f'rx="{_n(one.width / 2)}" ry="{_n(one.height / 2)}"'
            body = f'<ellipse cx="{_n(x)}" cy="{_n(y)}" {size}{_style(one)}{_dashes(one)}/>'
        case "diamond":
            x, y = one.centre
            corners = ((x, one.y), (one.x + one.width, y), (x, one.y + one.height), (one.x, y))
            body = f'<polygon points="{_path(corners)}"{_style(one)}{_dashes(one)}/>'
        case "text":
            body = _text(one, on_an_arrow)
        case _:
            body = _line(one)
    if not one.angle or one.points:
        return body
    x, y = one.centre
    return f'<g transform="rotate({_n(math.degrees(one.angle))} {_n(x)} {_n(y)})">{body}</g>'


def _place(one: Element) -> str:
    return f'x="{_n(one.x)}" y="{_n(one.y)}" width="{_n(one.width)}" height="{_n(one.height)}"'


def _style(one: Element) -> str:
    said = "" if one.stroke in _BLACK else f' stroke="{one.stroke}"'
    return said + (f' fill="{one.fill}" fill-opacity="0.3"' if one.fill else "")


def _dashes(one: Element) -> str:
    return ' stroke-dasharray="7 6"' if one.dashed or one.kind == "frame" else ""


def _line(one: Element) -> str:
    points = _absolute(one)
    body = f'<polyline points="{_path(points)}"{_style(one)}{_dashes(one)}/>'
    for there, (tip, behind) in zip(one.heads, ((points[0], points[1]), (points[-1], points[-2])), strict=True):
        if there:
            body += f'<polyline points="{_path(_head(tip, behind))}"{_style(one)}/>'
    return body


def _head(tip: Point, behind: Point) -> tuple[Point, Point, Point]:
    back = math.atan2(behind[1] - tip[1], behind[0] - tip[0])
    sides = [
        (tip[0] + _HEAD * math.cos(back + turn), tip[1] + _HEAD * math.sin(back + turn)) for turn in (_SPREAD, -_SPREAD)
    ]
    return sides[0], tip, sides[1]


def _text(one: Element, on_an_arrow: bool) -> str:
    anchor, x = {
        "center": ("middle", one.x + one.width / 2),
        "right": ("end", one.x + one.width),
    }.get(one.align, ("start", one.x))
    colour = "" if one.stroke in _BLACK else one.stroke
    first = one.y + 0.95 * one.font_size
    return "".join(
        _words(line, x, first + one.font_size * _LINE_HEIGHT * number, one.font_size, anchor, colour, on_an_arrow)
        for number, line in enumerate(one.text.split("\n"))
    )


def _words(text: str, x: float, y: float, size: float, anchor: str, colour: str, halo: bool = False) -> str:
    edge = "var(--halo,Canvas);stroke-width:8px;paint-order:stroke" if halo else "none"
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" style="font-size:{_n(size)}px;fill:{colour or "currentColor"};stroke:{edge}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def _path(points: Iterable[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
