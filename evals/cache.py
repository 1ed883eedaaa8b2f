"""The chain of an eval run: model calls are recorded and replayed, tokens are counted.

Recordings are JSON lines under ``evals/recordings`` (committed) and the data folder (this machine's own).
With ``replay_only`` a call that was not recorded is an error, so that CI needs no key and no net.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any

from evals import places
from interviewer.models.base import ModelChain

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


def open_recorded_chain(model: str, prompts: str | None = None, replay_only: bool = False) -> tuple[ModelChain, Usage]:
    """The chain of that name behind the recorder. Raises CannotRun when the named backend cannot serve."""
    usage = Usage()
    if prompts:
        os.environ["INTERVIEWER_PROMPTS"] = prompts
    if model == "scripted":
        return ModelChain(named=True), usage
    from interviewer.config import load
    from interviewer.models.base import open_chain

    settings = load().model_copy(update={"model": model})
    chain = open_chain(settings)
    return ModelChain(tuple(_recorded(one, usage, replay_only) for one in chain.models), named=chain.named), usage


def _recorded(model: Any, usage: Usage, replay_only: bool) -> Any:
    from evals.recorder import Recorder

    return Recorder(model, [COMMITTED, places.calls()], usage, replay_only)
