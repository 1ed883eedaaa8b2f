"""``python -m evals.trust WHAT``: prints one table of ``docs/trust.md``."""

import sys

from evals.trust import connects, load
from interviewer.config import quieten

_TABLES = {"connects": connects.rows, "load": load.rows}


def main() -> None:
    """Prints each row as soon as it is measured."""
    wanted = sys.argv[1:] or list(_TABLES)
    quieten()
    for name in wanted:
        print(f"# {name}")
        for row in _TABLES[name]():
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
