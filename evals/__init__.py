"""The evals: the interviewer and the grader measured offline, on recorded transcripts and by blind readers.

types        sample, record, point, scorer, suite: the whole language on one screen
tasks/       the suites by family: data, task, names of scorers
scorers/     how it is scored, by family: a function's docstring is its formula
preference/  whose next turn readers would rather hear
cassette     what a model answered, replayed without a key
runner       runs a suite (workers: processes or Ray) into a log; a stored log can be scored again
statistics   intervals clustered by case, paired differences
gates        floors and "not worse than the reference"
report, junit, results   what a run says, to people and to machines
"""
