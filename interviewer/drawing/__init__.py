"""A drawing on the whiteboard: read from Excalidraw's elements, put into words, drawn as a picture."""

from interviewer.drawing.picture import picture, shown
from interviewer.drawing.scene import Scene, kept, read_scene
from interviewer.drawing.words import describe, transcribed

__all__ = ["Scene", "describe", "kept", "picture", "read_scene", "shown", "transcribed"]
