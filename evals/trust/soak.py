"""Does memory stay flat? Interviews of 40 turns one after another, each deleted at its end.

python -m evals.trust soak=10000        turns; the second half may not grow
"""

import gc
import os
from collections.abc import Iterator

from evals.trust.load import Person, memory, serving, words

_LENGTH = 40
_PARTS = 10


def rows(turns: int = 2_000) -> Iterator[tuple[str, ...]]:
    """Turns held so far, megabytes, open files."""
    said, done = words(), 0
    with serving() as service:
        yield "turns", "memory MB", "open files"
        shown = 0
        while done < turns:
            person = Person.begins(service, done // _LENGTH)
            person.listens()
            for turn in range(_LENGTH):
                person.speaks(f"{said[(done + turn) % len(said)]} Point {done}.{turn}.", str(turn))
            service.delete(person.name, person.id)
            done += _LENGTH
            if done * _PARTS // turns > shown:
                shown = done * _PARTS // turns
                gc.collect()
                yield str(done), f"{memory():.0f}", str(len(os.listdir("/proc/self/fd")))
