"""What stands on a whiteboard, read from Excalidraw's elements (its file format, version 2), or off a photo.

The elements are a stranger's: what is no element is left out, numbers and texts are brought within bounds, and of
each element only what is needed to draw it again, to read it and to go on drawing is kept.
"""

import base64
import io
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from interviewer import BadInput
from interviewer.config import Settings
from interviewer.models import openai_endpoint
from interviewer.models.base import render

MOST_ELEMENTS = 2_000
LONGEST_LABEL = 300
"""Characters of one text that are kept."""
FAR = 1_000_000.0
"""Pixels from the middle beyond which nothing is."""
_MOST_POINTS, _POINTS_OF_ONE = 20_000, 300
_LONGEST_ID, _MOST_GROUPS = 64, 8
SHAPES = ("rectangle", "ellipse", "diamond")
LINES = ("arrow", "line", "freedraw")
_KINDS = {*SHAPES, *LINES, "text", "frame", "image"}
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})\Z")
_HEADS = ("arrow", "triangle", "bar", "dot")

Point = tuple[float, float]


@dataclass(frozen=True)
class Element:
    """One thing on the board. Lengths in pixels, ``angle`` in radians, ``points`` relative to ``x`` and ``y``."""

    id: str
    kind: str
    """``rectangle``, ``ellipse``, ``diamond``, ``arrow``, ``line``, ``freedraw``, ``text``, ``frame`` or ``image``."""
    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0
    text: str = ""
    """A text's lines as they are drawn, or a frame's name."""
    written: str = ""
    """A text as it was written, before a narrow box broke its words; empty where that is the same."""
    container: str = ""
    """Of a text: the shape or arrow that it labels."""
    frame: str = ""
    groups: tuple[str, ...] = ()
    """Innermost first."""
    start: str = ""
    """Of an arrow: what it is bound to where it starts."""
    end: str = ""
    heads: tuple[bool, bool] = (False, False)
    """Whether a line has a head at its start, at its end."""
    points: tuple[Point, ...] = ()
    stroke: str = ""
    fill: str = ""
    dashed: bool = False
    font_size: float = 20.0
    align: str = "left"

    @property
    def label(self) -> str:
        """The text in one line."""
        return " ".join((self.written or self.text).split())

    @property
    def centre(self) -> Point:
        """The middle of its box."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def area(self) -> float:
        """Of its box."""
        return self.width * self.height

    def holds(self, point: Point, beyond: float = 0.0) -> bool:
        """Whether the point is in its box, or at most so far outside."""
        return (
            self.x - beyond <= point[0] <= self.x + self.width + beyond
            and self.y - beyond <= point[1] <= self.y + self.height + beyond
        )


@dataclass(frozen=True)
class Scene:
    """The elements, lowest first."""

    elements: tuple[Element, ...] = ()

    def of(self, *kinds: str) -> list[Element]:
        """The elements of these kinds."""
        return [element for element in self.elements if element.kind in kinds]


def read_scene(elements: Any) -> Scene:
    """The scene of a list of Excalidraw's elements, or of a file of its; what is wrong is left out, nothing raises."""
    return Scene(tuple(one for one in map(_element, _listed(elements)[:MOST_ELEMENTS]) if one is not None))


def kept(elements: Any) -> list[dict[str, Any]]:
    """The elements as they are kept with a turn: Excalidraw's own form, only what is needed. Raises BadInput.

    Strokes are thinned out so that a whole drawing has at most 20,000 points.
    """
    alive = [one for one in _listed(elements) if not one.get("isDeleted")]
    if len(alive) > MOST_ELEMENTS:
        raise BadInput(f"The drawing has {len(alive):,} elements; at most {MOST_ELEMENTS:,} can be shown")
    scene = read_scene(alive)
    strokes = len(scene.of(*LINES)) or 1
    most = max(2, min(_POINTS_OF_ONE, _MOST_POINTS // strokes))
    return [_written(element, most) for element in scene.elements]


def _listed(elements: Any) -> list[Mapping[str, Any]]:
    if isinstance(elements, Mapping):
        elements = elements.get("elements")
    if not isinstance(elements, list | tuple):
        return []
    return [element for element in elements if isinstance(element, Mapping)]


def _element(one: Mapping[str, Any]) -> Element | None:
    kind = one.get("type")
    kind = {"magicframe": "frame", "embeddable": "image"}.get(kind, kind) if isinstance(kind, str) else None
    if kind not in _KINDS or one.get("isDeleted"):
        return None
    id_ = _id(one.get("id"))
    box = [_number(one.get(name)) for name in ("x", "y", "width", "height")]
    if not id_ or any(value is None for value in box):
        return None
    x, y, width, height = (value or 0.0 for value in box)
    text = _text(one.get("text") if kind == "text" else one.get("name") if kind == "frame" else "")
    written = _text(one.get("originalText")) if kind == "text" else ""
    points = _points(one.get("points")) if kind in LINES else ()
    if (kind == "text" and not text.strip()) or (kind in LINES and len(points) < 2):
        return None
    groups, heads = one.get("groupIds"), _HEADS if kind in ("arrow", "line") else ()
    return Element(
        id=id_, kind=kind, x=x, y=y, width=abs(width), height=abs(height),
        angle=math.fmod(_number(one.get("angle")) or 0.0, math.tau),
        text=text, written="" if written == text else written,
        container=_id(one.get("containerId")), frame=_id(one.get("frameId")),
        groups=tuple(map(_id, groups[:_MOST_GROUPS])) if isinstance(groups, list) else (),
        start=_bound(one.get("startBinding")), end=_bound(one.get("endBinding")),
        heads=(one.get("startArrowhead") in heads, one.get("endArrowhead") in heads),
        points=points, stroke=_colour(one.get("strokeColor")), fill=_colour(one.get("backgroundColor")),
        dashed=one.get("strokeStyle") in ("dashed", "dotted"),
        font_size=min(max(_number(one.get("fontSize")) or 20.0, 6.0), 200.0),
        align=str(one["textAlign"]) if one.get("textAlign") in ("center", "right") else "left",
    )  # fmt: skip


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return min(max(number, -FAR), FAR) if math.isfinite(number) else None


def _id(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= _LONGEST_ID and value.isprintable() else ""


def _bound(value: Any) -> str:
    return _id(value.get("elementId")) if isinstance(value, Mapping) else ""


def _colour(value: Any) -> str:
    return value.lower() if isinstance(value, str) and _COLOUR.match(value) else ""


def _text(value: Any) -> str:
    """Lines of printable characters; marks that turn the direction of writing or hide words are taken out."""
    if not isinstance(value, str):
        return ""
    cut = value if len(value) <= LONGEST_LABEL else value[: LONGEST_LABEL - 1] + "…"
    shown = (" " if char == "\t" else char for char in cut.replace("\r\n", "\n"))
    return "".join(char for char in shown if char == "\n" or unicodedata.category(char)[0] != "C")


def one_line(text: str) -> str:
    """The text in one line of printable characters, cut to what is kept of a label."""
    return " ".join(_text(text).split())


def _points(value: Any) -> tuple[Point, ...]:
    if not isinstance(value, list):
        return ()
    step = max(1, math.ceil(len(value) / _MOST_POINTS))
    found = []
    for point in [*value[:-1:step], *value[-1:]]:
        if isinstance(point, list | tuple) and len(point) >= 2:
            x, y = _number(point[0]), _number(point[1])
            if x is not None and y is not None:
                found.append((round(x, 1), round(y, 1)))
    return tuple(found)


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """At most so many of the points, the first and the last among them."""
    if len(points) <= most:
        return list(points)
    step = (len(points) - 1) / (most - 1)
    return [points[round(number * step)] for number in range(most)]


def _written(one: Element, most: int) -> dict[str, Any]:
    """An element in Excalidraw's form; what is as it mostly is, is left out."""
    said: dict[str, Any] = {"id": one.id, "type": one.kind}
    said |= {name: round(getattr(one, name), 1) for name in ("x", "y", "width", "height")}
    more = {
        "angle": round(one.angle, 3),
        "name" if one.kind == "frame" else "text": one.text,
        "originalText": one.written,
        "containerId": one.container,
        "frameId": one.frame,
        "groupIds": list(one.groups),
        "startBinding": {"elementId": one.start, "focus": 0, "gap": 4} if one.start else None,
        "endBinding": {"elementId": one.end, "focus": 0, "gap": 4} if one.end else None,
        "startArrowhead": "arrow" if one.heads[0] else None,
        "points": [list(point) for point in thinned(one.points, most)],
        "strokeColor": one.stroke,
        "backgroundColor": one.fill,
        "strokeStyle": "dashed" if one.dashed else "",
    }
    said |= {name: value for name, value in more.items() if value}
    if one.kind in LINES:
        said["endArrowhead"] = "arrow" if one.heads[1] else None
    if one.kind == "text":
        said |= {"fontSize": one.font_size, "textAlign": one.align}
        if one.container:
            said |= {"textAlign": "center", "verticalAlign": "middle"}
    return said


# -- sight -----------------------------------------------------------------------------------------------
# Reads the photo of a drawing, where a model that sees is set (``INTERVIEWER_VISION``).
#
# A photo is made small and plain first: what a telephone writes into it (place, time, its name) is gone.


SIDE = 1_280
"""Pixels of the longer side of a photo as it is read and kept."""
_MOST_PIXELS = 60_000_000
_MOST_TOKENS, _SECONDS = 1_500, 60.0
NONE_SET = (
    "A photo is read by a model that sees, and none is set (INTERVIEWER_VISION, see .env.example). "
    "Draw it here instead, or say in words what is on it."
)


class SeenArrow(BaseModel):
    """A line between two boxes, by what is written in them."""

    model_config = ConfigDict(extra="ignore")

    start: str = Field(max_length=300)
    end: str = Field(max_length=300)
    label: str = Field(default="", max_length=300)


class Seen(BaseModel):
    """What is on a photo."""

    model_config = ConfigDict(extra="ignore")

    boxes: list[str] = Field(default_factory=list)
    arrows: list[SeenArrow] = Field(default_factory=list)
    texts: list[str] = Field(default_factory=list)


@dataclass(frozen=True)
class Photo:
    """A photo as it is kept, and what is on it."""

    address: str
    """The picture itself, as ``data:image/jpeg;base64,…``."""
    seen: Seen


Reader = Callable[[bytes], Photo]


def reader(settings: Settings) -> Reader | None:
    """What reads photos; None where no model that sees is set. It raises BadInput and ModelError."""
    if not settings.vision or not settings.has_endpoint:
        return None
    model = openai_endpoint.open_model(settings.model_copy(update={"model": f"openai:{settings.vision}"}))

    def read(raw: bytes) -> Photo:
        address = small_jpeg(raw)
        *rest, last = render("see")
        seen = model.extract([*rest, replace(last, picture=address)], Seen, max_tokens=_MOST_TOKENS, limit=_SECONDS)
        return Photo(address, seen)

    return read


def small_jpeg(raw: bytes) -> str:
    """The photo as a small JPEG without anything beside its pixels, as a data address. Raises BadInput."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise BadInput("The photo is too large: at most 60 megapixels are read.")
            opened.draft("RGB", (SIDE, SIDE))
            turned = ImageOps.exif_transpose(opened).convert("RGBA")
            turned.thumbnail((SIDE, SIDE))
            paper = Image.new("RGB", turned.size, "white")
            paper.paste(turned, mask=turned.getchannel("A"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadInput("This is no photo that can be read: JPEG, PNG or WebP is.") from error
    made = io.BytesIO()
    paper.save(made, "JPEG", quality=72)
    return "data:image/jpeg;base64," + base64.b64encode(made.getvalue()).decode()
