"""A drawing in words (what leads where, what changed since it was shown last), and as SVG.

One sentence and line for each thing, so that an interviewer can speak of it and a report can quote it:

    On the whiteboard now:
    Boxes: Event log; Feature store; Ranker.
    Event log → Feature store: hourly batch.
    Offline holds: Event log; Feature store.
    Text: p99 below 100 ms.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from interviewer.drawing import SHAPES, Element, Point, Scene, one_line, read_scene

NEAR = 28.0
"""Pixels between the end of an arrow that is bound to nothing and the box that it points to."""
LONGEST = 120
"""Characters of one name in the words."""
_MOST = {"boxes": 80, "arrows": 120, "texts": 40, "changes": 60}
NOTHING = "Nothing has changed on the whiteboard."
_LOOSE = "(nothing)"


@dataclass(frozen=True)
class Arrow:
    """What leads from one box to another, by their ids; an empty id is an end in the open."""

    start: str
    end: str
    label: str
    mark: str
    """``→``, ``↔``, or ``—`` where no end has a head."""


@dataclass
class _Reading:
    """What the elements mean together."""

    names: dict[str, str] = field(default_factory=dict)
    """What each box and free text is called, by its id."""
    boxes: list[str] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """Ids of the texts that label nothing."""
    holds: dict[str, list[str]] = field(default_factory=dict)
    """What lies in each box or frame, and what is grouped (by ``group:<id>``)."""
    strokes: int = 0

    def line(self, arrow: Arrow) -> str:
        start, end = (self.names.get(one, _LOOSE) for one in (arrow.start, arrow.end))
        return f"{start} {arrow.mark} {end}" + (f": {arrow.label}" if arrow.label else "")


def describe(scene: Scene, before: Scene | None = None) -> str:
    """The drawing in words; with ``before``, first what changed since. Empty for an empty board."""
    now = _read(scene)
    lines = _lines(now)
    if before is not None and before.elements:
        if not lines:
            return "The whiteboard was wiped."
        changed = _changes(_read(before), now)
        heading = "Changed on the whiteboard since it was last shown:"
        return "\n".join([*([heading, *changed, ""] if changed else [NOTHING]), *lines])
    return "\n".join(lines)


def transcribed(boxes: Iterable[str], arrows: Iterable[tuple[str, str, str]], texts: Iterable[str]) -> str:
    """What was read off a photo, in the same words: names of boxes, arrows as (start, end, label), other texts."""
    found = _Reading()
    for kind, said in ((found.boxes, boxes), (found.texts, texts)):
        for text in said:
            if name := _clean(text):
                kind.append(f"{len(found.names)}")
                found.names[kind[-1]] = name
    for start, end, label in arrows:
        known = [_clean(start), _clean(end)]
        if all(known):
            found.names |= {name: name for name in known}
            found.arrows.append(Arrow(known[0], known[1], _clean(label), "→"))
    lines = _lines(found)
    return "\n".join(["On a photo of the candidate's drawing, as a model reads it:", *lines[1:]]) if lines else ""


def _clean(text: str) -> str:
    return _short(one_line(text))


def _lines(now: _Reading) -> list[str]:
    found = []
    if now.boxes:
        found.append(f"Boxes: {_listed((now.names[box] for box in now.boxes), 'boxes')}.")
    arrows = [_sentence(now.line(arrow)) for arrow in now.arrows]
    found += arrows[: _MOST["arrows"]]
    if len(arrows) > _MOST["arrows"]:
        found.append(f"And {len(arrows) - _MOST['arrows']} more arrows.")
    for id_, inside in now.holds.items():
        names = _listed((now.names[one] for one in inside), "boxes")
        found.append(f"Grouped: {names}." if id_.startswith("group:") else f"{now.names[id_]} holds: {names}.")
    texts = [_sentence(f"Text: {now.names[text]}") for text in now.texts]
    found += texts[: _MOST["texts"]]
    if len(texts) > _MOST["texts"]:
        found.append(f"And {len(texts) - _MOST['texts']} more texts.")
    if now.strokes:
        found.append(f"{now.strokes} free-hand {'stroke' if now.strokes == 1 else 'strokes'}, not read.")
    return ["On the whiteboard now:", *found] if found else []


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _listed(names: Iterable[str], kind: str) -> str:
    known = list(names)
    more = len(known) - _MOST[kind]
    return "; ".join(known[: _MOST[kind]]) + (f"; and {more} more" if more > 0 else "")


def _changes(old: _Reading, now: _Reading) -> list[str]:
    """What is new, gone, and called otherwise. A thing that was only moved has not changed."""
    was, is_ = {*old.boxes, *old.texts}, {*now.boxes, *now.texts}
    renamed = {one for one in was & is_ if old.names[one] != now.names[one]}
    new = [now.names[box] for box in (*now.boxes, *now.texts) if box not in was]
    gone = [old.names[one] for one in (*old.boxes, *old.texts) if one not in is_]
    before, after = Counter(old.arrows), Counter(now.arrows)
    new += [now.line(arrow) for arrow in after - before]
    gone += [old.line(arrow) for arrow in before - after]
    lines = [f"New: {_listed(new, 'changes')}."] if new else []
    lines += [f"Gone: {_listed(gone, 'changes')}."] if gone else []
    called = [f"{old.names[one]} is now {now.names[one]}" for one in (*now.boxes, *now.texts) if one in renamed]
    lines += [f"Renamed: {_listed(called, 'changes')}."] if called else []
    inside = {(now.names.get(id_, ""), now.names[one]) for id_, own in now.holds.items() for one in own}
    lay = {(old.names.get(id_, ""), old.names[one]) for id_, own in old.holds.items() for one in own}
    moved = sorted(f"{one} is now in {where}" for where, one in inside - lay if where and one not in new)
    lines += [f"Moved: {_listed(moved, 'changes')}."] if moved else []
    if not lines and old.strokes != now.strokes:
        lines = ["Free-hand strokes."]
    return lines


# -- reading -----------------------------------------------------------------------------------------------------------


def _read(scene: Scene) -> _Reading:
    found = _Reading(strokes=len(scene.of("freedraw")))
    by_id = {element.id: element for element in scene.elements}
    boxes = scene.of(*SHAPES, "frame", "image")
    labels, free = _labels(scene, by_id, boxes)
    found.boxes = [box.id for box in boxes]
    found.texts = [one.id for one in free]
    found.names = _names(boxes, labels, free)
    for one in scene.of("arrow", "line"):
        if arrow := _arrow(one, by_id, found.names, boxes, labels.get(one.id, "")):
            found.arrows.append(arrow)
        else:
            found.strokes += one.kind == "line"
    found.holds = _holds(boxes, scene, found.names)
    return found


def _labels(scene: Scene, by_id: dict[str, Element], boxes: list[Element]) -> tuple[dict[str, str], list[Element]]:
    """What is written in each box and at each arrow, by ids, and the texts that stand alone."""
    labels: dict[str, list[str]] = {}
    free = []
    shapes = sorted((box for box in boxes if box.kind in SHAPES), key=lambda one: one.area)
    tied = {one.container for one in scene.of("text") if one.container in by_id}
    for text in scene.of("text"):
        owner = text.container if text.container in by_id and text.container != text.id else ""
        if not owner:  # written over a box and not tied to it
            owner = next((shape.id for shape in shapes if shape.holds(text.centre) and shape.area > text.area), "")
            inner = any(one.id != owner and by_id[owner].holds(one.centre) for one in shapes) if owner else False
            if owner in tied or (inner and not _at_an_edge(text, by_id[owner])):
                owner = ""
        if owner:
            labels.setdefault(owner, []).append(text.label)
        else:
            free.append(text)
    for frame in scene.of("frame"):
        if frame.text:
            labels.setdefault(frame.id, []).append(frame.label)
    return {id_: _short(" / ".join(said)) for id_, said in labels.items()}, free


def _at_an_edge(text: Element, box: Element) -> bool:
    """Whether it stands in the upper or lower quarter of a box: a heading of what lies in it."""
    return abs(text.centre[1] - box.centre[1]) > box.height / 4


def _names(boxes: list[Element], labels: dict[str, str], free: list[Element]) -> dict[str, str]:
    """What each is called: its label, else its kind and a number; the second of one name gets a number."""
    names: dict[str, str] = {}
    kinds: Counter[str] = Counter()
    used: Counter[str] = Counter()
    for box in boxes:
        name = labels.get(box.id, "")
        if not name:
            kinds[box.kind] += 1
            name = f"unnamed {'box' if box.kind == 'rectangle' else box.kind} {kinds[box.kind]}"
        used[name] += 1
        names[box.id] = name if used[name] == 1 else f"{name} ({used[name]})"
    return names | {one.id: _short(one.label) for one in free}


def _arrow(
    one: Element, by_id: dict[str, Element], names: dict[str, str], boxes: list[Element], label: str
) -> Arrow | None:
    """What the arrow joins. A line that joins nothing is a stroke; an arrow that joins nothing and says nothing too."""
    ends = []
    for bound, (x, y) in ((one.start, one.points[0]), (one.end, one.points[-1])):
        known = bound if bound in names else ""
        if not known and bound in by_id and by_id[bound].container in names:
            known = by_id[bound].container  # bound to the words in a box
        ends.append(known or _nearest((one.x + x, one.y + y), boxes))
    start, end = ends
    if not (start or end) or (one.kind == "line" and not (start and end)) or (start == end and not label):
        return None
    if one.heads == (True, False):
        start, end = end, start
    mark = "↔" if one.heads == (True, True) else "—" if one.heads == (False, False) else "→"
    return Arrow(start, end, label, mark)


def _nearest(point: tuple[float, float], boxes: list[Element]) -> str:
    """The smallest box that the point touches, or nearly does."""
    touched = [box for box in boxes if box.kind != "frame" and box.holds(point, NEAR)]
    return min(touched, key=lambda one: one.area).id if touched else ""


def _holds(boxes: list[Element], scene: Scene, names: dict[str, str]) -> dict[str, list[str]]:
    """What lies in what: by frames, by the smallest box around it, by groups."""
    holds: dict[str, list[str]] = {}
    sized = sorted(boxes, key=lambda one: one.area)
    for box in boxes:
        around = (
            other.id
            for other in sized
            if other.id != box.id and other.area > box.area and other.holds((box.x, box.y))
            and other.holds((box.x + box.width, box.y + box.height))
        )  # fmt: skip
        owner = box.frame if box.frame in names else next(around, "")
        if owner:
            holds.setdefault(owner, []).append(box.id)
    groups: dict[str, list[str]] = {}
    for one in boxes:
        if one.groups:
            groups.setdefault(f"group:{one.groups[-1]}", []).append(one.id)
    return holds | {id_: own for id_, own in groups.items() if 1 < len(own) < len(boxes)}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


# -- picture ---------------------------------------------------------------------------------------------
# A drawing as SVG, made anew from its scene: nothing that a stranger wrote is in it but escaped text and numbers.
#
# Lines and words take the colour of the page's text, so it is legible in light, in dark and on paper.


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
    body = "".join(_drawn(element, element.container in arrows) for element in scene.elements)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" {size} '
        f'viewBox="{_n(left - _EDGE)} {_n(top - _EDGE)} {_n(width)} {_n(height)}" role="img" '
        f'aria-label="{escape(title)}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" '
        f'stroke-linejoin="round">{body}</svg>'
    )


def _bounds(elements: Iterable[Element]) -> tuple[float, float, float, float]:
    corners: list[Point] = []
    for element in elements:
        corners += (
            [(element.x, element.y), (element.x + element.width, element.y + element.height)]
            if not element.points
            else _absolute(element)
        )
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
