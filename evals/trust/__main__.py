"""``python -m evals.trust WHAT``: prints one table of ``docs/trust.md``."""

import importlib
import sys

from interviewer.config import quieten

TABLES = ("connects", "fuzz", "kills", "load", "own", "pace", "soak", "strangers", "streams", "visits")
_LIES_IN = {"own": "load", "pace": "load", "streams": "load", "visits": "soak"}


def main() -> None:
    """Prints each row as soon as it is measured; an argument may end with ``=N``: how many of what it counts."""
    wanted = sys.argv[1:] or list(TABLES)
    quieten()
    for argument in wanted:
        name, _, number = argument.partition("=")
        if name not in TABLES:
            sys.exit(f"{name}: one of {', '.join(TABLES)}")
        print(f"# {name}")
        module = importlib.import_module(f"evals.trust.{_LIES_IN.get(name, name)}")
        rows = getattr(module, name if name in _LIES_IN else "rows")
        for row in rows(int(number)) if number else rows():
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
