"""``python -m tests.attacks``: tries them all and prints the table for docs/trust.md; 1 when anything broke."""

import logging
import sys
import tempfile
import time
from pathlib import Path

from interviewer.background import aside
from interviewer.config import quieten
from interviewer.models.client import Client
from tests.attacks import ATTACKS, LIMIT, Attack


def tried(one: Attack) -> tuple[bool, str, float]:
    """Whether it held, in words, and how long it took."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            said, held = aside("attack", lambda: one.try_it(Path(folder))).result(LIMIT), True
        except TimeoutError:
            said, held = f"did not end within {LIMIT:g} s", False
        except Exception as error:
            said, held = f"{type(error).__name__}: {str(error).strip() or 'no words'}"[:300].replace("\n", " "), False
    return held, said, time.monotonic() - began


def main() -> None:
    """One row as soon as it is known."""
    quieten()
    Client.prepare()
    logging.disable()
    from tests.attacks import browser, endpoint, files, server  # noqa: F401 - they bring the attacks

    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    print("| promise | attack | held | how | seconds |\n|---|---|---|---|---|")
    broke = 0
    for one in sorted(ATTACKS, key=lambda one: one.promise):
        if wanted and str(one.promise) != wanted and not one.what.startswith(wanted):
            continue
        held, said, seconds = tried(one)
        broke += not held
        print(f"| {one.promise} | {one.what} | {'yes' if held else 'NO'} | {said} | {seconds:.1f} |", flush=True)
    sys.exit(bool(broke))


if __name__ == "__main__":
    main()
