"""The scorers, by family. A scorer is a function from a record to points; its docstring is its name and formula.

    @scorer(mean, "lower")
    def leakage(record: Record) -> list[Point]: ...

Suites name their scorers; a family is imported when one of its scorers is first asked for.
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Literal

from evals.types import Metric, Point, Record, Scorer

Points = Callable[[Record], list[Point]]
_known: dict[str, Scorer] = {}


def scorer(metric: Metric, better: Literal["higher", "lower", "zero"] = "higher") -> Callable[[Points], Points]:
    """Registers a function as the scorer of its name."""

    def register(points: Points) -> Points:
        add(Scorer(points.__name__, points.__doc__ or "", points, metric, better))
        return points

    return register


def add(one: Scorer) -> None:
    """Registers a scorer. Raises ValueError where the name is taken."""
    if one.name in _known:
        raise ValueError(f"two scorers are called '{one.name}'")
    _known[one.name] = one


@cache
def _load() -> None:
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")


def named(*names: str) -> tuple[Scorer, ...]:
    """The scorers of these names. Raises KeyError for an unknown one, ValueError for one named twice."""
    _load()
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"scorer '{min(twice)}' is named twice")
    return tuple(_known[name] for name in names)


def every() -> Iterator[Scorer]:
    """All scorers there are."""
    _load()
    yield from _known.values()
