"""The suites. A suite is a module of this package that holds ``SUITE``; adding the file adds the suite."""

import importlib
import pkgutil
from functools import cache

from evals.types import Suite
from interviewer.errors import BadInput


@cache
def all_suites() -> dict[str, Suite]:
    """Every suite by name."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        suite = getattr(importlib.import_module(f"{__name__}.{module.name}"), "SUITE", None)
        if isinstance(suite, Suite):
            found[suite.name] = suite
    return found


def find_suite(name: str) -> Suite:
    """The suite of that name. Raises BadInput that lists those there are."""
    suites = all_suites()
    if name not in suites:
        raise BadInput(f"no suite '{name}'; there are: {', '.join(sorted(suites))}")
    return suites[name]
