"""Work behind the turn: one job at a time, whoever waits goes first, and what nobody wants ends."""

import threading
from collections.abc import Iterator
from time import sleep

import pytest

from interviewer.background import Background, Breathe

SOON = 5.0
A_MOMENT = 0.05


@pytest.fixture
def behind() -> Iterator[Background]:
    made = Background()
    yield made
    made.close()


class Long:
    """A job that takes steps until it is told to finish."""

    def __init__(self) -> None:
        self.begun, self.may_end, self.ended = (threading.Event() for _ in range(3))
        self.steps = 0
        self.finished = False

    def __call__(self, breathe: Breathe) -> None:
        self.begun.set()
        try:
            while not self.may_end.is_set():
                self.steps += 1
                sleep(A_MOMENT / 5)
                breathe()
            self.finished = True
        finally:
            self.ended.set()


def test_a_turns_jobs_are_done_in_their_order(behind: Background) -> None:
    done: list[str] = []
    behind.put("ann", [lambda _: done.append("listen"), lambda _: done.append("grade")])
    assert behind.idle(SOON)
    assert done == ["listen", "grade"]


def test_interviews_take_turns_job_by_job(behind: Background) -> None:
    done: list[str] = []
    with behind.first():
        behind.put("ann", [lambda _: done.append("ann 1"), lambda _: done.append("ann 2")])
        behind.put("bob", [lambda _: done.append("bob 1")])
    assert behind.idle(SOON)
    assert done == ["ann 1", "bob 1", "ann 2"]


def test_nothing_begins_while_somebody_waits(behind: Background) -> None:
    job = Long()
    with behind.first(), behind.first():
        behind.put("ann", [job])
        assert not job.begun.wait(A_MOMENT)
    assert job.begun.wait(SOON)


def test_a_job_under_way_stops_at_its_next_breath_and_goes_on_afterwards(behind: Background) -> None:
    job = Long()
    behind.put("ann", [job])
    assert job.begun.wait(SOON)
    with behind.first():
        sleep(4 * A_MOMENT)  # the step under way ends
        steps = job.steps
        sleep(4 * A_MOMENT)
        assert job.steps == steps
        job.may_end.set()
    assert job.ended.wait(SOON)
    assert job.finished


@pytest.mark.parametrize("why", ["dropped", "replaced", "closed", "dropped while somebody waits"])
def test_what_nobody_wants_ends_at_its_next_breath(behind: Background, why: str) -> None:
    job, never = Long(), Long()
    behind.put("ann", [job, never])
    assert job.begun.wait(SOON)
    match why:
        case "dropped":
            behind.drop("ann")
        case "replaced":
            behind.put("ann", [lambda _: None])
        case "closed":
            behind.close()
        case _:
            with behind.first():
                behind.drop("ann")
                assert job.ended.wait(SOON)
    assert job.ended.wait(SOON)
    assert not job.finished
    assert behind.idle(SOON)
    assert not never.begun.is_set()


def test_a_drop_touches_one_interview_only(behind: Background) -> None:
    anns, bobs = Long(), Long()
    behind.put("ann", [anns])
    behind.put("bob", [bobs])
    assert anns.begun.wait(SOON)
    behind.drop("ann")
    assert bobs.begun.wait(SOON)


def test_a_job_that_fails_takes_nothing_with_it(behind: Background) -> None:
    after = threading.Event()

    def fails(breathe: Breathe) -> None:
        raise ValueError("no")

    behind.put("ann", [fails, lambda _: after.set()])
    assert after.wait(SOON)


def test_nothing_is_taken_on_after_closing() -> None:
    behind, job = Background(), Long()
    behind.close()
    behind.put("ann", [job])
    assert behind.idle(SOON)
    assert not job.begun.is_set()
