"""``python -m interviewer`` is the command ``interviewer``."""

from interviewer.cli import main

main()
