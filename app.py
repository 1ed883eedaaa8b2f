"""Starts the app: ``python app.py`` is ``interviewer serve``, with its options."""

import sys

from interviewer.cli import main

if __name__ == "__main__":
    sys.argv[1:1] = ["serve"]
    main()
