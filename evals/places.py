"""Where the evals keep what they computed, under ``INTERVIEWER_HOME``: shared by suites, workers and runs.

Everything here can be deleted; it is computed again.
"""

import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import BinaryIO


@cache
def home() -> Path:
    """The product's data folder."""
    from interviewer.config import load

    return load().home


def vectors() -> Path:
    """Exemplar vectors; the product's own folder."""
    return home() / "vectors"


def index() -> Path:
    """The Chroma index; the product's own."""
    return home() / "index"


def calls() -> Path:
    """Recorded model calls of this machine."""
    return home() / "evals" / "calls"


def readings() -> Path:
    """Labelled transcripts as the grader reads them."""
    return home() / "evals" / "readings"


def fits() -> Path:
    """The grader's numbers with a case left out."""
    return home() / "evals" / "fits"


def chunks() -> Path:
    """Chunk vectors for the rival graders."""
    return home() / "evals" / "chunks"


def put(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Writes a file aside and renames it: processes side by side never read half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        write(file)  # type: ignore[arg-type]
    os.replace(file.name, path)
