"""The suites, by family: what is given to the product, what is kept of it, which scorers read it.

Every ``Suite`` that a module here defines is found by its name; nothing lists them.
"""

import json
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TypeVar

from evals.types import Json, Suite
from interviewer import BadInput

SETS = ("fast", "all")
"""What stands for several suites on the command line."""
DATA = Path(__file__).resolve().parent.parent / "data"
T = TypeVar("T")


@cache
def all_suites() -> dict[str, Suite]:
    """All suites by name."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found = [one for module in modules for one in vars(module).values() if isinstance(one, Suite)]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


def find_suite(name: str) -> Suite:
    """The suite of that name. Raises BadInput."""
    suites = all_suites()
    if name not in suites:
        near = get_close_matches(name, [*SETS, *suites], 1)
        hint = f"did you mean '{near[0]}'? There" if near else "there"
        raise BadInput(f"no suite '{name}'; {hint} are: {', '.join([*SETS, *suites])}")
    return suites[name]


def read_lines(path: Path) -> Iterator[Json]:
    """The objects of a JSON-lines file. Raises BadInput."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise BadInput(f"{path}: line {number}: {error}") from error


def spread(samples: list[T], count: int) -> list[T]:
    """Every so many-th one: a fixed selection that reaches over all cases."""
    return samples[:: max(1, len(samples) // count)][:count]
