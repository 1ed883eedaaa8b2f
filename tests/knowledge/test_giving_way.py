"""Long work of the embedder gives way between its batches: another thread gets in, and whoever is dropped stops there."""

from collections.abc import Iterator

import numpy as np
import pytest

from interviewer.knowledge.embeddings import Embedder, yielding

MANY = [f"Sentence number {number} is about labels that arrive late." for number in range(24)]


class EnoughError(Exception):
    """Somebody wants no more."""


def counted(least: int) -> Iterator[None]:
    for _ in range(least):
        yield
    raise EnoughError


def test_between_two_batches_somebody_else_is_asked() -> None:
    asked: list[int] = []
    with yielding(lambda: asked.append(1)):
        inside = Embedder().encode(MANY)
    assert len(asked) == 2
    again = Embedder().encode(MANY)
    assert len(asked) == 2
    assert np.array_equal(inside, again)


def test_who_is_dropped_stops_and_what_was_done_is_kept() -> None:
    embedder, left = Embedder(), counted(1)
    with pytest.raises(EnoughError), yielding(lambda: next(left)):
        embedder.encode(MANY)
    asked: list[int] = []
    with yielding(lambda: asked.append(1)):
        embedder.encode(MANY)
    assert not asked  # one batch was left to do
