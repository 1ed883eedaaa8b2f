"""Observations: what is heard in each turn, made once and read by the interviewer, the grader and the pages."""
