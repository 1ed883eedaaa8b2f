"""The policy that needs no language model: rules in order of precedence, safe first, and its follow-ups."""

from collections.abc import Callable

import numpy as np

from interviewer import Level, MoveKind, Step
from interviewer.interview import ModeKind, rules_pacing, rules_questions, settings
from interviewer.interview.policy import Allowed, Proposal, TargetKind, View
from interviewer.interview.rules_scene import Situation, WordChoice, begins, followups
from interviewer.interview.words import all_terms, problems
from interviewer.knowledge.validate import says
from interviewer.listening.annotate import Listener
from interviewer.listening.intents import Intent
from interviewer.listening.utterance import breaks_off
from interviewer.text import spans

_KINDS = {
    Step.CLARIFY: "requirements",
    Step.FRAME: "design",
    Step.DATA: "data",
    Step.MODEL: "design",
    Step.EVALUATE: "metric",
    Step.SERVE: "serving",
    Step.MONITOR: "operations",
}
_ASKED = {
    MoveKind.PROBE,
    MoveKind.ASK_TO_CLARIFY,
    MoveKind.CHALLENGE,
    MoveKind.TRADE_OFF,
    MoveKind.CURVEBALL,
    MoveKind.MOVE_ON,
    MoveKind.TIME_CHECK,
}
_OKAY = (
    r"(?:yes|yep|yup|sure|thanks|thank you|right|got it|fine|all right|alright|cool|great|good|understood|ok(?:ay)?)"
)


def jumps_in(scene: Situation) -> Proposal | None:
    """Who begins a design without one question is asked, once, what they would want to know."""
    first = len(scene.view.transcript.candidate_turns()) == 1 and not scene.state.facts
    at_work = scene.words >= settings().design_from and not scene.heard("question") and not scene.intents
    if scene.mode.kind is ModeKind.INTERVIEW and first and at_work and not breaks_off(scene.text):
        return scene.propose(MoveKind.ASK_TO_CLARIFY, scene.voice.say("ask_to_clarify.before"), step=Step.CLARIFY)
    return None


def in_the_middle(scene: Situation) -> Proposal | None:
    """Who is in the middle of a thought, or says what they do next, goes on."""
    announces = bool({Intent.CONTINUE, Intent.GOES_TO, Intent.DRAW} & set(scene.intents))
    short = scene.words <= settings().design_from * 2
    if breaks_off(scene.text) or (announces and short and not scene.heard("signal")):
        return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_on")
    return None


def brief_answer(scene: Situation) -> Proposal | None:
    """A mere okay hands the word back; a word or two in answer to a question are asked to be spelt out."""
    if scene.words > settings().short_answer:
        return None
    if scene.state.last_move is MoveKind.OPEN:
        return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_on")
    if begins(scene.text, _OKAY) and scene.words <= settings().confirmation and scene.state.last_move not in _ASKED:
        return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_ahead")
    if scene.fitting:
        return _follows(scene)
    if MoveKind.ASK_TO_CLARIFY in scene.state.moves[-2:]:
        return None
    return scene.turn(MoveKind.ASK_TO_CLARIFY, "ask_to_clarify.more")


def mistaken(scene: Situation) -> Proposal | None:
    """A mistake is challenged when it is sure: its own words said, very much like it, and not asked about before."""
    sure = [
        one
        for one in scene.heard("red_flag")
        if one.score >= settings().sure_mistake and one.id not in scene.state.asked and scene.just_said(one.quote)
    ]
    if not sure or scene.state.last_move is MoveKind.CHALLENGE:
        return None
    worst = max(sure, key=lambda one: one.score)
    flags = scene.knowledge.red_flags(scene.view.transcript.case)
    challenge = next((flag.challenge for flag in flags if flag.id == worst.id), "")
    if not scene.voice.unsaid([challenge]):
        return None
    text = scene.voice.say("challenge.plain", question=challenge)
    return scene.propose(MoveKind.CHALLENGE, text, step=worst.step, target=(TargetKind.RED_FLAG, worst.id))


def presses(scene: Situation) -> Proposal | None:
    """What surely follows from the answer is asked before the clock moves on, a few times in a part."""
    at = settings().bank
    if scene.state.probes_in_step >= at.pressed or not scene.fitting or scene.fitting[0].worth < at.sure:
        return None
    return _follows(scene)


def asks(scene: Situation) -> Proposal:
    """A follow-up: on what was just said, or on how it was said; where there is neither they go on, and after that
    comes a plain question on the answer as a whole."""
    at = settings().bank
    if scene.fitting and scene.fitting[0].worth >= at.better:
        return _follows(scene)
    own, likeness = of_the_case(scene)
    found = own if likeness >= at.probe_first else on_how(scene)
    if found:
        return found
    if scene.fitting:
        return _follows(scene)
    return own or as_a_whole(scene) or scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_on")


def of_the_case(scene: Situation) -> tuple[Proposal | None, float]:
    """The question on a criterion of the case that follows best from the end of the answer, and how much (cosine).

    Its subject was surely not said: nothing of the talk sounds like it, and none of its terms was said.
    """
    probes, likeness = scene.bank.probes, scene.bank.probe_vectors @ scene.end
    for row in np.argsort(-likeness, kind="stable"):
        name, question = probes[row]
        if likeness[row] < settings().bank.probe:
            break
        signal, step = scene.signal(name), scene.open_step(name)
        said = signal is None or any(says(term, scene.everything) for term in signal.terms)
        if step and not said and scene.voice.unsaid([question]):
            proposal = _probe(scene, question, step=step, target=(TargetKind.SIGNAL, name))
            return proposal, float(likeness[row])
    return None, 0.0


def on_how(scene: Situation) -> Proposal | None:
    """A question on how a short answer ended: unsure, certain, left to others. Never twice in a row."""
    ways = followups().stances
    if scene.told_last([one for way in ways for one in way.asks]):
        return None
    end = spans(scene.text)[-1:]
    questions = next((way.asks for way in ways if end and scene.words <= way.longest and way.shows(end[0].text)), [])
    fresh = scene.voice.unsaid(questions)
    return _probe(scene, fresh[0]) if fresh else None


def _follows(scene: Situation) -> Proposal:
    best = scene.fitting[0].entry
    return _probe(scene, best.ask, step=best.step)


def as_a_whole(scene: Situation) -> Proposal | None:
    """After a nod a plain question on what the answer was about, where that is clear; after two a general one."""
    nods, forms = 0, scene.voice.forms("let_go_on.go_on")
    while nods < len(scene.state.said) and scene.state.said[-1 - nods] in forms:
        nods += 1
    about = scene.spoken_step
    kind = _KINDS[about] if about else "general"
    if not nods or (nods == 1 and not about):
        return None
    if kind == "requirements" and scene.state.step is not Step.CLARIFY:
        kind = "design"
    texts = followups().kinds
    questions = scene.voice.unsaid(texts[kind]) or scene.voice.unsaid(texts["general"])
    return _probe(scene, questions[0]) if questions else None


def _probe(
    scene: Situation, question: str, *, step: Step | None = None, target: tuple[TargetKind, str] | None = None
) -> Proposal:
    """A question, after a word that we follow where they asked for it, in the interviewer's manner."""
    follows = scene.wants(Intent.FOLLOWS)
    text = scene.voice.say("probe.follows" if follows else "probe.plain", question=question)
    if not follows and scene.level is not Level.STAFF:
        text = scene.voice.in_manner(text, scene.view.transcript.manner, settings().manner_every)
    return scene.propose(MoveKind.PROBE, text, step=step, target=target)


# -- policy ----------------------------------------------------------------------------------------------
# The policy that needs no language model: rules in order of precedence, safe first.
#
# It cannot understand an answer, so it does less: it answers what was asked, gives way, and otherwise asks questions
# that are sure to fit.
#
#     RulesPolicy(listener).act(view, allowed)  ->  Proposal(MoveKind.PROBE, ["What would …?"], …)


Rule = Callable[[Situation], Proposal | None]

RULES: tuple[Rule, ...] = (
    rules_pacing.forced,
    rules_questions.silence,
    rules_questions.buttons,
    rules_questions.out_of_role,
    rules_pacing.wants_to_end,
    rules_questions.asked,
    rules_questions.complaint,
    rules_questions.about_the_question,
    rules_questions.about_the_interview,
    rules_questions.asks_for_hint,
    rules_questions.does_not_know,
    rules_questions.unsure,
    rules_questions.hands_over,
    rules_questions.silent,
    rules_questions.drawn,
    in_the_middle,
    jumps_in,
    mistaken,
    presses,
    rules_pacing.clock,
    rules_pacing.part_is_over,
    rules_pacing.twist,
    brief_answer,
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
        proposal = asks(scene)
        if proposal.move in allowed.moves:
            return proposal
        if MoveKind.LET_GO_ON in allowed.moves:
            return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_on")
        if allowed.moves & {MoveKind.WRAP_UP, MoveKind.CLOSE}:
            return rules_pacing.ends(scene)
        return scene.turn(min(allowed.moves), "dont_know.leave")  # nothing is ever ended for lack of words

    def _voice(self, view: View) -> WordChoice:
        transcript, state = view.transcript, view.state
        terms = all_terms(self._listener.knowledge, transcript.case)
        said = transcript.said_by("candidate")

        def sound(text: str) -> bool:
            return not problems(text, terms=terms, candidate_said=said, said=state.said)

        last = view.last.text if view.last else ""
        return WordChoice(state.said, f"{transcript.case}|{last}", sound)
