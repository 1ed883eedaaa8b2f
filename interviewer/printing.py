"""What every command needs to answer: the parts of the product while it runs, and one JSON value and nothing else."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interviewer.config import Settings
from interviewer.errors import BadInput

if TYPE_CHECKING:
    from interviewer.context import AppContext

Json = Annotated[bool, typer.Option("--json", help="One JSON value on standard output and nothing else.")]


@contextmanager
def only_ours(on: bool) -> Iterator[None]:
    """While on, whatever anything prints to standard output goes to standard error; ours comes after."""
    if not on:
        yield
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


@contextmanager
def opened(settings: Settings) -> Iterator["AppContext"]:
    """The parts of the product, closed afterwards."""
    from interviewer.context import open_context

    parts = open_context(settings)
    try:
        yield parts
    finally:
        parts.close()


def can_be_written(file: Path, name: str) -> None:
    """Raises BadInput, which begins with ``name``, when a file cannot be written: before the work, not after it."""
    if file.is_dir():
        raise BadInput(f"{name}: is a folder; name a file")
    if not file.parent.is_dir():
        raise BadInput(f"{name}: there is no folder {file.parent}")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise BadInput(f"{name}: may not be written there")


def put(value: Any) -> None:
    """One JSON value on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")
