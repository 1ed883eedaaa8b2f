"""The policy that needs no language model: rules in order of precedence, safe first.

It cannot understand an answer, so it does less: it answers what was asked, gives way, and otherwise asks questions that
are sure to fit.

    RulesPolicy(listener).act(view, allowed)  ->  Proposal(MoveKind.PROBE, ["What would …?"], …)
"""

from collections.abc import Callable

from interviewer.domain import MoveKind
from interviewer.interview.policy import Allowed, Proposal, View
from interviewer.interview.rules import facts, followup, meta, pacing
from interviewer.interview.rules.scene import Situation
from interviewer.interview.rules.wording import WordChoice
from interviewer.interview.words import all_terms, problems
from interviewer.listening.annotate import Listener

Rule = Callable[[Situation], Proposal | None]

RULES: tuple[Rule, ...] = (
    pacing.forced,
    meta.silence,
    meta.buttons,
    meta.out_of_role,
    pacing.wants_to_end,
    facts.asked,
    meta.complaint,
    meta.about_the_question,
    meta.about_the_interview,
    meta.asks_for_hint,
    meta.does_not_know,
    facts.unsure,
    meta.hands_over,
    facts.silent,
    meta.drawn,
    followup.in_the_middle,
    followup.jumps_in,
    followup.mistaken,
    followup.presses,
    pacing.clock,
    pacing.part_is_over,
    pacing.twist,
    followup.brief_answer,
)
"""The first rule that has something to say, and may say it, decides; after them comes a follow-up."""


class RulesPolicy:
    """Conducts by rules. Its words always pass the guardrails."""

    backend = "scripted"
    name = "rules"
    tries = 1

    def __init__(self, listener: Listener):
        self._listener = listener

    def act(self, view: View, allowed: Allowed) -> Proposal:
        """The next turn. Never raises for lack of something to say."""
        scene = Situation(view, allowed, self._listener, self._voice(view))
        for rule in RULES:
            proposal = rule(scene)
            if proposal is not None and proposal.move in allowed.moves:
                return proposal
        proposal = followup.asks(scene)
        if proposal.move in allowed.moves:
            return proposal
        if MoveKind.LET_GO_ON in allowed.moves:
            return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_on")
        if allowed.moves & {MoveKind.WRAP_UP, MoveKind.CLOSE}:
            return pacing.ends(scene)
        return scene.turn(min(allowed.moves), "dont_know.leave")  # nothing is ever ended for lack of words

    def _voice(self, view: View) -> WordChoice:
        transcript, state = view.transcript, view.state
        terms = all_terms(self._listener.knowledge, transcript.case)
        said = " ".join(turn.text for turn in transcript.turns if turn.speaker == "candidate")

        def sound(text: str) -> bool:
            return not problems(text, terms=terms, candidate_said=said, said=state.said)

        last = view.last.text if view.last else ""
        return WordChoice(state.said, f"{transcript.case}|{last}", sound)
