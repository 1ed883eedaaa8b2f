"""The stand-in's app with a trouble of its own, named by ``TROUBLE``: no voice package, or turns of eight seconds."""

import os
from typing import Any

from interviewer.settings import load
from interviewer.ui.app import serve
from interviewer.voice import hearing, recording
from tests.app.stand_in import StandInLibrary, engine

SHORT = 8

if __name__ == "__main__":
    if os.environ["TROUBLE"] == "package":
        hearing.weights = lambda: None
    else:
        recording.MAX_SECONDS = SHORT
    library: Any = StandInLibrary()
    serve(load(), library, engine)
