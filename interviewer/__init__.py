"""The words of the domain (steps, levels, verdicts, moves), and the errors that whoever calls us may catch."""

from enum import StrEnum


class Step(StrEnum):
    """The seven steps of a machine-learning system design interview, in their usual order."""

    CLARIFY = "clarify_requirements"
    FRAME = "frame_as_ml_task"
    DATA = "data_preparation"
    MODEL = "model_development"
    EVALUATE = "evaluation"
    SERVE = "deployment_and_serving"
    MONITOR = "monitoring_and_infrastructure"

    @property
    def label(self) -> str:
        """The step as a person would write it, e.g. ``Frame as ML task``."""
        words = self.value.replace("_", " ").capitalize()
        return words.replace(" ml ", " ML ")

    @property
    def rank(self) -> int:
        """0 for the first … 6 for the last."""
        return list(Step).index(self)


class Level(StrEnum):
    """The level that a candidate is interviewed for; the bar rises with it."""

    MID = "mid"
    SENIOR = "senior"
    STAFF = "staff"

    @property
    def rank(self) -> int:
        """0 for mid, 1 for senior, 2 for staff."""
        return list(Level).index(self)


class Verdict(StrEnum):
    """The four verdicts, worst first."""

    STRONG_NO_HIRE = "strong_no_hire"
    NO_HIRE = "no_hire"
    HIRE = "hire"
    STRONG_HIRE = "strong_hire"

    @property
    def rank(self) -> int:
        """0 for strong no hire … 3 for strong hire."""
        return list(Verdict).index(self)


class Help(StrEnum):
    """How much help preceded a piece of evidence."""

    UNPROMPTED = "unprompted"
    PROBED = "probed"
    HINTED = "hinted"


class MoveKind(StrEnum):
    """What an interviewer's turn does."""

    OPEN = "open"
    ANSWER = "answer"
    ASK_TO_CLARIFY = "ask_to_clarify"
    LET_GO_ON = "let_go_on"
    PROBE = "probe"
    TRADE_OFF = "trade_off"
    CHALLENGE = "challenge"
    HINT = "hint"
    REDIRECT = "redirect"
    MOVE_ON = "move_on"
    TIME_CHECK = "time_check"
    CURVEBALL = "curveball"
    WRAP_UP = "wrap_up"
    CLOSE = "close"
    META = "meta"
    """Talk about the interview itself: time left, say that again, why do you ask, am I doing all right, a complaint."""


class Manner(StrEnum):
    """How the interviewer sounds; it never changes the bar."""

    SUPPORTIVE = "supportive"
    NEUTRAL = "neutral"
    TOUGH = "tough"


# -- errors ----------------------------------------------------------------------------------------------
# Every error that we raise on purpose.
#
# InterviewerError
# ├── BadInput          the caller's file, setting or argument is wrong: exit 2
# └── CannotRun         a model, endpoint or service is not there: exit 3
#     └── ModelError    a model answered wrongly or not at all; the next backend may serve


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
