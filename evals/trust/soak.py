"""Does memory stay flat? Interviews of 40 turns one after another, each deleted at its end.

python -m evals.trust soak=10000        turns; in the last rows memory may not grow
python -m evals.trust visits=1000       page loads, each of a visit of its own, of an app in a process of its own
"""

import gc
import os
import secrets
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

from evals.trust import strangers
from evals.trust.load import Person, memory, serving, words
from interviewer.knowledge.embeddings import DIMENSIONS, Embedder, shared_embedder

_LENGTH = 40
_PARTS = 10
_LAST = 0.5
"""The share of the turns over whose end the slope is taken: until then small caches of a fixed size fill."""
_EVERY = 200
"""Turns after which it is looked what is held once all that is free was given back, which the app does every 10 s."""


def rows(turns: int = 2_000) -> Iterator[tuple[str, ...]]:
    """Turns so far, megabytes and those that are not free, open files, sentences whose vectors are remembered; then the
    slope of what is not free."""
    said, done = words(), 0
    points: list[tuple[float, float]] = []
    with serving() as service:
        _fill(shared_embedder())
        yield "turns", "memory MB", "held MB", "open files", "sentences remembered"
        shown = 0
        while done < turns:
            person = Person.begins(service, done // _LENGTH)
            person.listens()
            for turn in range(_LENGTH):
                person.speaks(f"{said[(done + turn) % len(said)]} Point {done}.{turn}.", str(turn))
            service.delete(person.name, person.id)
            done += _LENGTH
            taken, due = memory(), done * _PARTS // turns > shown
            if due or done % _EVERY == 0:
                gc.collect()
                service.behind.give_back()
                points.append((done / 1000, memory()))
            if due:
                shown = done * _PARTS // turns
                files = len(os.listdir("/proc/self/fd"))
                yield str(done), f"{taken:.0f}", f"{points[-1][1]:.0f}", str(files), str(shared_embedder().remembered)
    yield _slope([point for point in points if point[0] * 1000 > (1 - _LAST) * turns])


def _fill(embedder: Embedder) -> None:
    """Fills the largest cache, as sentences would after 8,000 turns: it is not what is looked for."""
    for number in range(20_000 - embedder.remembered):
        embedder.remember([f"Sentence {number}."], np.zeros((1, DIMENSIONS), np.float32))


def _slope(points: list[tuple[float, float]]) -> tuple[str, ...]:
    """Megabytes a thousand turns over these points, with its 95 % interval: one point is the end of one interview."""
    turns, held = zip(*points, strict=True)
    line = statistics.linear_regression(turns, held)
    off = sum((one - line.intercept - line.slope * at) ** 2 for at, one in points) / (len(points) - 2)
    error = 1.96 * (off / (statistics.pvariance(turns) * len(points))) ** 0.5
    low, high = line.slope - error, line.slope + error
    return (
        f"the last {1000 * (turns[-1] - turns[0]):.0f}",
        "",
        f"{line.slope:+.1f} a thousand turns [{low:+.1f}, {high:+.1f}]",
        "",
        "",
    )


def visits(loads: int = 1_000) -> Iterator[tuple[str, ...]]:
    """Page loads so far, what the app holds, its open files."""
    with tempfile.TemporaryDirectory() as folder, strangers.app(Path(folder)) as url:
        process = next(one for one in psutil.Process().children() if "app.py" in " ".join(one.cmdline()))
        with httpx.Client(follow_redirects=True, timeout=30) as ann:
            ann.post(f"{url}login", data={"username": "ann", "password": "a-secret"})
            first = _at_load(ann.get(f"{url}config").json()["dependencies"])
            called = [one for one in strangers.functions(url, ann) if one["id"] in first]
            yield "page loads", "functions called", "memory MB", "open files"
            for number in range(1, loads + 1):
                visit = secrets.token_hex(6)
                ann.get(url)
                for function in called:
                    strangers.call(url, ann, function, "", visit)
                if number in (1, loads // 20) or number * _PARTS % loads == 0:
                    memory_ = process.memory_info().rss / 1e6
                    yield str(number), str(number * len(called)), f"{memory_:.0f}", str(process.num_fds())


def _at_load(dependencies: list[dict[str, Any]]) -> set[int]:
    """The functions that a page calls as it loads, and those that follow them."""
    found = {one["id"] for one in dependencies if any(event == "load" for _, event in one["targets"])}
    while more := {one["id"] for one in dependencies if one.get("trigger_after") in found} - found:
        found |= more
    return found
