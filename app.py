"""Starts the app: ``python app.py`` is ``interviewer serve``."""

import sys

from interviewer.cli import main

if __name__ == "__main__":
    sys.argv[1:] = ["serve"]
    main()
