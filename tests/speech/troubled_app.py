"""The stand-in's app with a trouble of its own, named by ``TROUBLE``: no voice package, or turns of eight seconds."""

import os
from typing import Any

from interviewer.config import load
from interviewer.speech import recording, stt
from interviewer.web.server import serve
from tests.web.stand_in import StandInLibrary, engine

SHORT = 8

if __name__ == "__main__":
    if os.environ["TROUBLE"] == "package":
        stt.weights = lambda: None
    else:
        recording.MAX_SECONDS = SHORT
    knowledge: Any = StandInLibrary()
    serve(load(), knowledge, engine)
