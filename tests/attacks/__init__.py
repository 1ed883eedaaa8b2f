"""New ways to break the eleven promises of docs/trust.md, tried from outside: ``python -m tests.attacks``.

An attack is a function that says in a few words how the app held, or raises an AssertionError that says what broke. Each
has a limit of time. One argument: the beginning of the names or the number of the promise (``python -m tests.attacks 3``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LIMIT = 150.0
"""Seconds that an attack may take on a busy machine."""


@dataclass(frozen=True)
class Attack:
    """One way to break one promise."""

    promise: int
    what: str
    try_it: Callable[[Path], str]
    """Given an empty folder; says how the app held."""


ATTACKS: list[Attack] = []


def attack(promise: int, what: str) -> Callable[[Callable[[Path], str]], Callable[[Path], str]]:
    """Takes a function up as an attack on a promise."""

    def taken_up(function: Callable[[Path], str]) -> Callable[[Path], str]:
        ATTACKS.append(Attack(promise, what, function))
        return function

    return taken_up
