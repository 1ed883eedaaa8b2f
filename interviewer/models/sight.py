"""Reads the photo of a drawing, where a model that sees is set (``INTERVIEWER_VISION``).

A photo is made small and plain first: what a telephone writes into it (place, time, its name) is gone.
"""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from interviewer.config import Settings
from interviewer.errors import BadInput
from interviewer.models import openai_endpoint
from interviewer.models.prompts import render

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
    if not settings.vision or not openai_endpoint.configured(settings):
        return None
    model = openai_endpoint.open_model(settings.model_copy(update={"model": f"openai:{settings.vision}"}))

    def read(raw: bytes) -> Photo:
        address = plain(raw)
        *rest, last = render("see")
        seen = model.extract([*rest, replace(last, picture=address)], Seen, max_tokens=_MOST_TOKENS, limit=_SECONDS)
        return Photo(address, seen)

    return read


def plain(raw: bytes) -> str:
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
