"""What ``docs/trust.md`` shows, measured: ``python -m evals.trust connects | fuzz | kills | load``."""
