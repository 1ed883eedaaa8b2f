"""Rules for an answer: let go on, press a sure mistake, or ask a question that is sure to fit and to be unanswered."""

from interviewer.domain import Level, MoveKind, Step
from interviewer.interview.agenda import Option
from interviewer.interview.modes import ModeKind
from interviewer.interview.policy import Proposal, TargetKind
from interviewer.interview.rules.scene import Situation, begins
from interviewer.interview.rules.settings import settings
from interviewer.interview.rules.wording import followups
from interviewer.knowledge.embeddings import Embedder
from interviewer.knowledge.validate import says
from interviewer.listening.ending import breaks_off
from interviewer.listening.intents import Intent
from interviewer.text import without_fillers

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
    pressed = [move for move in scene.state.moves[-2:] if move is MoveKind.ASK_TO_CLARIFY]
    if pressed or on_a_word(scene):
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


def asks(scene: Situation, embedder: Embedder) -> Proposal:
    """A follow-up: one of the case's own, one on what was just said, or one that fits the answer as a whole."""
    own, likeness = of_the_case(scene, embedder)
    first = own if likeness >= settings().probe_first else None
    found = first or on_a_word(scene) or own or as_a_whole(scene)
    return found or scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_on")


def on_a_word(scene: Situation) -> Proposal | None:
    """A question on the last thing named that has one, and whose answer nothing said so far comes near."""
    last = " ".join(scene.text.split()[-settings().word_tail :])
    found = [(trigger.ends(last, scene.everything), trigger) for trigger in followups().triggers]
    for _, trigger in sorted((one for one in found if one[0] >= 0), key=lambda pair: -pair[0]):
        questions = scene.voice.unsaid(trigger.asks)
        if questions and not scene.told(trigger.asks):
            return _probe(scene, questions[0])
    return None


def of_the_case(scene: Situation, embedder: Embedder) -> tuple[Proposal | None, float]:
    """The question of the case that follows best from the end of the answer, and how much it does (cosine).

    Its subject was surely not said: nothing of the talk sounds like it, and none of its terms was said.
    """
    at = settings()
    tail = " ".join(without_fillers(scene.text).split()[-at.tail :])
    if not tail or sum(name in _own(scene) for name in scene.state.asked) >= at.probes_of_a_case[scene.level]:
        return None, 0.0
    end = embedder.encode([tail])[0]
    best: tuple[float, str, str] = (-1.0, "", "")
    for name in _near(scene):
        signal = scene.signal(name)
        questions = scene.voice.unsaid(signal.probes) if signal else []
        if not questions or signal is None or any(says(term, scene.everything) for term in signal.terms):
            continue
        near = embedder.encode(questions) @ end
        best = max(best, (float(near.max()), name, questions[int(near.argmax())]))
    likeness, name, question = best
    if not name or (likeness < at.probe_likeness and not scene.one_subject):
        return None, 0.0
    return _probe(scene, question, step=_own(scene)[name].step, target=(TargetKind.SIGNAL, name)), likeness


def _own(scene: Situation) -> dict[str, Option]:
    return {option.id: option for own in scene.view.agenda.signals.values() for option in own}


def _near(scene: Situation) -> list[str]:
    """What the case could ask here: the subjects nearest to the end of the answer, not yet asked or spoken of."""
    agenda, state = scene.view.agenda, scene.state
    options = _own(scene)
    nearest = agenda.near if scene.one_subject else agenda.near[: settings().probe_among]
    return [
        name
        for name in nearest
        if name in options
        and options[name].step in agenda.scope
        and options[name].level.rank <= scene.level.rank
        and name not in state.asked
        and name not in agenda.brushed
        and not state.heard(name)
    ]


def as_a_whole(scene: Situation) -> Proposal | None:
    """A plain question that hangs on the answer as a whole, by what it was about."""
    about = scene.spoken_step
    kind = _KINDS[about] if about else "general"
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
