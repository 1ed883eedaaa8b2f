"""A crew serves several suites, and a worker stays with the case that it knows."""

from evals.samples import Job
from evals.types import Sample
from evals.workers import Crew


def test_a_worker_takes_its_own_case_first_then_one_that_nobody_has() -> None:
    crew = Crew(Job(), jobs=2)
    samples = [Sample(f"{case}{number}", case, {}) for number in range(2) for case in ("a", "b", "c")]
    left: dict[str, list[tuple[Sample, int]]] = {}
    for sample in samples:
        left.setdefault(sample.case, []).append((sample, 0))
    given = [crew._next(who, left)[0].id for who in (0, 1, 0, 1, 0, 1)]
    assert given == ["a0", "b0", "a1", "b1", "c0", "c1"]
    assert not left


def test_a_worker_without_a_case_of_its_own_helps_with_the_largest() -> None:
    crew = Crew(Job(), jobs=2)
    left = {"a": [(Sample(f"a{number}", "a", {}), 0) for number in range(3)]}
    assert [crew._next(who, left)[0].id for who in (0, 1, 0)] == ["a0", "a1", "a2"]
