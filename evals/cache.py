"""The door of an eval run: model calls are recorded and replayed, tokens are counted.

Recordings are JSON lines under ``evals/recordings`` (committed) and the data folder (this machine's own).
With ``replay_only`` a call that was not recorded is an error, so that CI needs no key and no net.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any

from evals import places
from interviewer.models.door import Door

COMMITTED = Path(__file__).parent / "recordings"


class Usage:
    """Tokens and calls by role, until they are taken."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, role: str, count: int) -> None:
        """Counts tokens of a role (``prompt``, ``completion``), or ``calls``."""
        self._counts[role] += count

    def take(self) -> dict[str, int]:
        """The counts since the last time."""
        counts, self._counts = dict(self._counts), Counter()
        return counts


def open_recorded_door(model: str, prompts: str | None = None, replay_only: bool = False) -> tuple[Door, Usage]:
    """The door of that name behind the recorder. Raises CannotRun when the named rung cannot serve."""
    usage = Usage()
    if prompts:
        os.environ["INTERVIEWER_PROMPTS"] = prompts
    if model == "scripted":
        return Door(named=True), usage
    from interviewer.models.door import open_door
    from interviewer.settings import load

    settings = load().model_copy(update={"model": model})
    door = open_door(settings)
    return Door(tuple(_recorded(one, usage, replay_only) for one in door.models), named=door.named), usage


def _recorded(model: Any, usage: Usage, replay_only: bool) -> Any:
    from evals.recorder import Recorder

    return Recorder(model, [COMMITTED, places.calls()], usage, replay_only)
