"""Starts the app."""

import sys

from interviewer.ui.serve import main

if __name__ == "__main__":
    sys.exit(main())
