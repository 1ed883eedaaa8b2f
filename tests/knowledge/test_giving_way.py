"""Long work of the embedder gives way between its batches: another thread gets in, and whoever is dropped stops there."""

from collections.abc import Iterator

import numpy as np
import pytest

from interviewer.knowledge.embeddings import Embedder, yielding

MANY = [f"Sentence number {number} is about labels that arrive late." for number in range(48)]
"""Three batches."""


@pytest.fixture(autouse=True)
def _one_batch_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


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


def test_a_text_has_the_same_vector_in_any_company(monkeypatch: pytest.MonkeyPatch) -> None:
    longer = [f"{one} {MANY[0]} {MANY[1]}" for one in MANY[:5]]
    alone = np.concatenate([Embedder().encode([one]) for one in (MANY[0], longer[0])])
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    together = Embedder().encode([MANY[0], longer[0], "short", *longer[1:], *MANY[1:]])[:2]
    assert np.allclose(alone, together, atol=1e-5)


def test_who_is_dropped_stops_and_what_was_done_is_kept() -> None:
    embedder, left = Embedder(), counted(1)
    with pytest.raises(EnoughError), yielding(lambda: next(left)):
        embedder.encode(MANY)
    asked: list[int] = []
    with yielding(lambda: asked.append(1)):
        embedder.encode(MANY)
    assert not asked  # one batch was left to do
