"""The director: from the state of the interview to the next move. A pure function, rule by rule.

The rules stand in order of precedence; the first that has something to say decides. The candidate leads:
the rules that steer come last.
"""

from collections.abc import Callable

from interviewer.domain import MoveKind
from interviewer.interview.agenda import Agenda
from interviewer.interview.decision import Decision
from interviewer.interview.rules import answers, ends, requests, steering
from interviewer.interview.state import State
from interviewer.transcript import Turn

Rule = Callable[[State, Turn | None, Agenda], Decision | None]


def decide(state: State, last: Turn | None, agenda: Agenda) -> Decision:
    """The next move. ``last`` is the candidate's last turn when the candidate spoke last, else None."""
    for rule in RULES:
        decision = rule(state, last, agenda)
        if decision:
            return decision
    return Decision(MoveKind.LET_GO_ON, state.step)


RULES: tuple[Rule, ...] = (
    ends.after_the_end,
    ends.opening,
    ends.ended_by_candidate,
    requests.out_of_role,
    requests.buttons,
    ends.closing,
    requests.silence,
    requests.thinking,
    requests.say_again,
    requests.asked_for_hint,
    requests.wants_direction,
    ends.says_goodbye,
    requests.clarifying_question,
    ends.finished_early,
    ends.hands_back,
    answers.jumped_to_solution,
    answers.wrong,
    answers.overclaimed,
    answers.failed,
    answers.unclear,
    answers.vague,
    steering.clock,
    steering.out_of_order,
    steering.promised,
    steering.changed_constraint,
    steering.goes_on,
    answers.weighs,
    answers.presses,
    answers.leaves,
    steering.asks,
)
