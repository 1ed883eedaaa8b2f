"""The breaker alone: when it opens, whom it lets through, and how it closes."""

import threading
import time
from collections.abc import Iterator

import pytest

from interviewer import ModelError
from interviewer.models import failures
from interviewer.models.failures import Breaker, FailureKind

OUT = ModelError("it is out")


class Endpoint:
    """Answers the small question when it is told to."""

    def __init__(self) -> None:
        self.serves = False
        self.asked = 0
        self.slow = threading.Event()
        self.slow.set()

    def ask(self) -> None:
        self.asked += 1
        self.slow.wait(5)
        if not self.serves:
            raise OUT


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    monkeypatch.setattr(failures, "FIRST_WAIT", 0.05)
    return Endpoint()


@pytest.fixture
def made(endpoint: Endpoint) -> Iterator[Breaker]:
    one = Breaker(endpoint.ask)
    yield one
    one.close()


def soon(what: object, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not what() and time.monotonic() < deadline:  # type: ignore[operator]
        time.sleep(0.01)
    return bool(what())  # type: ignore[operator]


def passes(one: Breaker) -> bool:
    try:
        one.check()
    except ModelError:
        return False
    return True


def test_the_first_failure_opens_it_and_an_answer_behind_the_turns_closes_it(made: Breaker, endpoint: Endpoint) -> None:
    made.check()
    made.failed(OUT, FailureKind.OUT, time.monotonic())
    with pytest.raises(ModelError, match=r"it is out \(asked again behind the turns\)"):
        made.check()
    assert soon(lambda: endpoint.asked > 1), "it is asked again and again"
    endpoint.serves = True
    assert soon(lambda: passes(made))


def test_a_failure_of_one_request_opens_nothing(made: Breaker, endpoint: Endpoint) -> None:
    made.failed(OUT, FailureKind.ONE, time.monotonic())
    made.check()
    assert endpoint.asked == 0


def test_a_time_out_counts_only_when_nobody_was_served_meanwhile(made: Breaker, endpoint: Endpoint) -> None:
    began = time.monotonic()
    made.served()
    made.failed(OUT, FailureKind.SILENT, began)
    made.check()
    assert endpoint.asked == 0


def test_after_a_time_out_whoever_comes_waits_a_moment_for_the_question(made: Breaker, endpoint: Endpoint) -> None:
    endpoint.serves = True
    endpoint.slow.clear()
    made.failed(OUT, FailureKind.SILENT, time.monotonic())
    threading.Timer(0.2, endpoint.slow.set).start()
    made.check()
    assert made.why is None


def test_whoever_waits_for_the_question_does_not_wait_long(made: Breaker, endpoint: Endpoint) -> None:
    endpoint.slow.clear()
    made.failed(OUT, FailureKind.SILENT, time.monotonic())
    began = time.monotonic()
    assert not passes(made)
    assert time.monotonic() - began < 1.5
    endpoint.slow.set()


def test_it_is_left_alone_for_as_long_as_it_asked_to_be(made: Breaker, endpoint: Endpoint) -> None:
    endpoint.serves = True
    made.failed(OUT, FailureKind.OUT, time.monotonic(), wait=0.5)
    time.sleep(0.25)
    assert endpoint.asked == 0
    assert not passes(made)
    assert soon(lambda: passes(made))


def test_a_call_that_is_served_closes_it_for_everybody(made: Breaker, endpoint: Endpoint) -> None:
    made.failed(OUT, FailureKind.OUT, time.monotonic(), wait=60)
    made.served()
    made.check()
    assert made.why is None


def test_when_nobody_calls_any_more_nobody_asks_and_the_next_call_goes_through(
    made: Breaker, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "IDLE", 0.1)
    made.failed(OUT, FailureKind.OUT, time.monotonic())
    assert not passes(made)
    time.sleep(0.6)
    asked = endpoint.asked
    time.sleep(0.3)
    assert endpoint.asked == asked
    assert passes(made)
    monkeypatch.setattr(failures, "IDLE", 60.0)  # a busy machine may be late with the first question
    made.failed(OUT, FailureKind.OUT, time.monotonic())
    assert soon(lambda: endpoint.asked > asked), "and a failure then begins it anew"


def test_closing_ends_the_questions(made: Breaker, endpoint: Endpoint) -> None:
    made.failed(OUT, FailureKind.OUT, time.monotonic())
    made.close()
    time.sleep(0.1)
    asked = endpoint.asked
    time.sleep(0.3)
    assert endpoint.asked == asked
