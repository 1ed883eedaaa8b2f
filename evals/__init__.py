"""The evals: the interviewer and the grader measured offline on recorded transcripts.

vocabulary   sample, record, point, scorer, suite: the whole language on one screen
suites/      what is run: data + task + scorers, one file each
scorers/     how it is scored: one formula each, in the docstring
run          runs a suite (workers: processes or Ray) into a log; a stored log can be scored again
statistics   intervals clustered by case, paired differences
gates        floors and "not worse than the reference"
report, junit, table   what a run says, to people and to machines
"""
