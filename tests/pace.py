"""How much slower the machine is just now than the one on which the tests' limits of time were set."""

import time

_WORK, _TAKES = 2_000_000, 0.085
"""Rounds of an empty loop, and the seconds that they take on a quiet machine like it."""


def slower() -> float:
    """At least 1. A limit times this is the same limit on a quiet machine and a fair one on a busy or slow one."""
    began = time.perf_counter()
    for _ in range(_WORK):
        pass
    return max(1.0, (time.perf_counter() - began) / _TAKES)
