"""Every error that we raise on purpose.

InterviewerError
├── BadInput          the caller's file, setting or argument is wrong: exit 2
└── CannotRun         a model, endpoint or service is not there: exit 3
    └── ModelError    a model answered wrongly or not at all; the next backend may serve
"""


class InterviewerError(Exception):
    """The base of all errors that we raise on purpose; its text is fit for a person."""

    exit_code = 1


class BadInput(InterviewerError):
    """A file, setting or argument is wrong. The message names it and the cure."""

    exit_code = 2


class CannotRun(InterviewerError):
    """Something that the work needs is not there."""

    exit_code = 3


class ModelError(CannotRun):
    """A language model failed: no answer, a bad answer, a refusal, a time-out.

    ``finish`` is how an answer ended that may not be used as it is: ``length`` (cut off: a caller may keep whole
    sentences of it), ``content_filter`` or ``refusal``; None for every other failure.
    """

    def __init__(self, text: str, finish: str | None = None):
        super().__init__(text)
        self.finish = finish
