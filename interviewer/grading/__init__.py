"""Grading: evidence, step scores, verdict, report and its renderings."""
