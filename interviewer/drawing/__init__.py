"""A drawing on the whiteboard: read from Excalidraw's elements, put into words, drawn as a picture."""

from interviewer.drawing.renderings import describe, picture, shown, transcribed
from interviewer.drawing.scene import Scene, kept, read_scene

__all__ = ["Scene", "describe", "kept", "picture", "read_scene", "shown", "transcribed"]
