"""The policy that needs no language model: rules in order of precedence, safe first, and its follow-ups."""

from collections.abc import Callable
from dataclasses import replace

from interviewer import Level, MoveKind, Step
from interviewer.interview import ModeKind, rules_pacing, rules_questions, settings
from interviewer.interview.policy import Allowed, Proposal, TargetKind, View
from interviewer.interview.rules_scene import LATE, Situation
from interviewer.interview.words import WordChoice, all_terms, begins, problems
from interviewer.knowledge.validate import has_term
from interviewer.listening.annotate import Listener
from interviewer.listening.intents import Intent, intents
from interviewer.listening.utterance import breaks_off
from interviewer.text import spans, without_fillers

_ASKED = {
    MoveKind.PROBE,
    MoveKind.ASK_TO_CLARIFY,
    MoveKind.CHALLENGE,
    MoveKind.TRADE_OFF,
    MoveKind.CURVEBALL,
    MoveKind.MOVE_ON,
    MoveKind.TIME_CHECK,
}
_BY_THE_WAY = frozenset(
    {Intent.MAY_I, Intent.HAND_OVER, Intent.CONTINUE, Intent.GOES_TO, Intent.DRAW, Intent.SMALL_TALK, Intent.FOLLOWS}
)
"""What somebody says while beginning a design, which is not what the turn is about."""
_OKAY = (
    r"(?:yes|yep|yup|sure|thanks|thank you|right|got it|fine|all right|alright|cool|great|good|understood|ok(?:ay)?)"
)


def silence(scene: Situation) -> Proposal | None:
    """Who says nothing is waited for."""
    if scene.last is not None and (scene.text or scene.last.event):
        return None
    return scene.turn(MoveKind.LET_GO_ON, "let_go_on.silence")


def buttons(scene: Situation) -> Proposal | None:
    """What the buttons ask for: a hint, a pause, the next part."""
    match scene.last.event if scene.last else None:
        case "hint":
            return rules_pacing.hint(scene)
        case "pause" | "silence":
            return scene.turn(MoveKind.LET_GO_ON, "let_go_on.pause")
        case "skip":
            onward = rules_pacing.to_next(scene, "move_on.skipped") or rules_pacing.to_more(scene)
            return onward or scene.turn(MoveKind.MOVE_ON, "dont_know.leave")
    return None


def jumps_in(scene: Situation) -> Proposal | None:
    """Who begins a design without one question is asked, once, what they would want to know.

    Also who asks in the same breath whether they may go on, or hands the word over.
    """
    before = [turn for _, turn in scene.view.transcript.candidate_turns()][:-1]
    first = all(len(turn.text.split()) < settings().design_from for turn in before) and not scene.state.facts
    intents, long = {*scene.intents}, scene.words >= 3 * settings().design_from
    at_work = (
        scene.words >= settings().design_from
        and not rules_questions.waiting(scene)
        and intents <= (_BY_THE_WAY if long else set())
    )
    if scene.mode.kind is ModeKind.INTERVIEW and first and at_work and scene.text.endswith((".", "!", "?")):
        return scene.propose(MoveKind.ASK_TO_CLARIFY, scene.voice.say("ask_to_clarify.before"), step=Step.CLARIFY)
    return None


def out_of_role(scene: Situation) -> Proposal | None:
    """Orders, abuse and talk of other things change nothing.

    Talk that is merely unlike the problem is let pass: at 887 turns of candidates it was of the problem all the same.
    """
    found = next((one for one in (Intent.MANIPULATE, Intent.ABUSE) if one in scene.intents), None)
    named = any(one is Intent.OFF_TOPIC for one, _ in intents(spans(scene.text)))
    strayed = named and Intent.OFF_TOPIC in scene.intents and not scene.heard("signal") and len(scene.intents) == 1
    if not found and not strayed:
        return None
    turn = scene.turn(MoveKind.REDIRECT, f"redirect.{found or Intent.OFF_TOPIC}")
    return None if scene.says_again(turn) else turn


def after_an_order(scene: Situation) -> Proposal | None:
    """An order to us changes nothing; who speaks of the design beside it, or goes on giving orders, gets a question."""
    refused = out_of_role(scene)
    if refused is None or not (scene.words >= settings().substantial or scene.state.redirects):
        return refused
    then = onward(scene)
    if then is None:
        return refused
    first = spans("".join(refused.words))[0].text
    return scene.propose(MoveKind.REDIRECT, f"{first} {''.join(then.words)}", step=then.step)


def in_the_middle(scene: Situation) -> Proposal | None:
    """Who is in the middle of a thought, or says what they do next, goes on."""
    ways = (Intent.CONTINUE, Intent.GOES_TO, Intent.DRAW)
    short = scene.words <= settings().design_from * 2 and not scene.heard("signal")
    announces = {*ways} & {*scene.intents} if short else {scene.wants(*ways)} - {None}
    if len(scene.intents.get(Intent.GOES_TO, "").split()) > settings().design_from:
        announces -= {Intent.GOES_TO}  # who names the next part and speaks of it has gone there
    whole_before = any(one.text.endswith((".", "!", "?")) for one in spans(scene.text)[:-1])
    stops_short = scene.words < settings().finished or whole_before or scene.text.endswith(("...", "…", ",", "-"))
    # a caption's last "um" breaks nothing off where words enough came before it
    said = without_fillers(scene.text) if scene.words > settings().design_from else scene.text
    if (breaks_off(said) and stops_short) or announces:
        return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_on")
    return None


def brief_answer(scene: Situation) -> Proposal | None:
    """A mere okay hands the word back; what follows a word or two surely enough is asked."""
    if scene.words > settings().short_answer:
        return None
    if scene.state.last_move is MoveKind.OPEN:
        return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_on")
    if begins(scene.text, _OKAY) and scene.words <= settings().confirmation and scene.state.last_move not in _ASKED:
        return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_ahead")
    return _follows(scene) if scene.fitting and not scene.one_subject else None


def mistaken(scene: Situation) -> Proposal | None:
    """A mistake is challenged when it is sure: its own words said, very much like it, and not asked about before."""
    sure = [
        one
        for one in scene.heard("red_flag")
        if one.score >= settings().sure_mistake and one.id not in scene.state.asked and scene.just_said(one.quote)
    ]
    sure = [one for one in sure if not scene.scene_spoken(_challenge(scene, one.id))]
    if not sure or scene.state.last_move is MoveKind.CHALLENGE:
        return None
    worst = max(sure, key=lambda one: one.score)
    challenge = _challenge(scene, worst.id)
    if not scene.voice.unsaid([challenge]):
        return None
    text = scene.voice.say("challenge.plain", question=challenge)
    return scene.propose(MoveKind.CHALLENGE, text, step=worst.step, target=(TargetKind.RED_FLAG, worst.id))


def _challenge(scene: Situation, name: str) -> str:
    flags = scene.knowledge.red_flags(scene.view.transcript.case)
    return next((flag.challenge for flag in flags if flag.id == name), "")


def presses(scene: Situation) -> Proposal | None:
    """What surely follows from the answer is asked before the clock moves on, a few times in a part."""
    at = settings().bank
    parts = {scene.part, scene.spoken_step}
    sure = [
        one.entry for one in scene.fitting if one.worth >= at.sure and (one.entry.step in parts or scene.one_subject)
    ]
    waiting = rules_pacing.late(scene) and rules_pacing.untouched(scene)
    if scene.state.probes_in_step >= at.pressed or (waiting and not scene.part_just_opened):
        return None
    if sure:
        return _probe(scene, sure[0].ask, step=sure[0].step)
    first = next(rules_pacing.pressing(scene), None) if scene.framed else None
    return _probe(scene, first.ask, step=first.step or scene.part) if first else None


def asks(scene: Situation) -> Proposal:
    """What comes after an answer.

    Who is through with a part, or gave it up, gets the next one. Otherwise comes what surely follows a short answer, or
    a question on what nobody has come to, on the part under way first.
    """
    if scene.mode.kind is ModeKind.DRILL:
        return of_the_subject(scene) or lead(scene)
    unsure = scene.intents.get(Intent.DONT_KNOW, "")
    if breaks_off(scene.text) and (goes_on := here(scene)):
        return goes_on
    gave_up = bool(unsure) and scene.state.step is not Step.CLARIFY and scene.just_said(unsure)
    behind = rules_pacing.behind(scene) or rules_pacing.overdue(scene)
    through = gave_up or rules_pacing.late(scene) or _gone_into(scene) or behind
    moved = rules_pacing.to_next(scene, "move_on.time") if through else None
    follows = _follows(scene) if scene.fitting and scene.words < settings().substantial else None
    return moved or follows or onward(scene) or lead(scene)


def _gone_into(scene: Situation) -> bool:
    """Whether the part under way got most of its time, or a question or two of ours."""
    at, state = settings(), scene.state
    if state.elapsed < at.move_from * state.length:
        return False
    spent = state.used.get(state.step, 0.0) >= at.gone_into * scene.view.agenda.budgets.get(state.step, 0.0)
    return spent or (not scene.barely_begun(state.step) and state.probes_in_step >= at.questions_before_moving)


_LEAD = "let_go_on.lead"


def lead(scene: Situation) -> Proposal:
    """The lead back to the candidate; the word alone where that was just said."""
    fresh = scene.voice.unsaid(scene.voice.forms(_LEAD))
    if not fresh or scene.told_last(scene.voice.forms(_LEAD)):
        return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_on")
    return scene.propose(MoveKind.LET_GO_ON, fresh[0])


def onward(scene: Situation) -> Proposal | None:
    """A situation of the case on the part under way, a few times at most, else the next part, else a plain question on
    the part, else what is left of any."""
    little = scene.words < settings().substantial or not scene.situations(scene.part)
    plain = little and not rules_pacing.late(scene)
    found = left_out(scene) or here(scene, plain=plain) or rules_pacing.to_next(scene, "move_on.time") or beside(scene)
    found = found or rules_pacing.to_next(scene, "move_on.time", soon=True)
    whole = rules_pacing.on_the_whole(scene, "probe.plain")
    if rules_pacing.late(scene):
        return found or whole or here(scene) or elsewhere(scene)
    return found or here(scene) or elsewhere(scene) or whole


def left_out(scene: Situation) -> Proposal | None:
    """What the part under way may not leave out and nobody has come to: before anything finer and the next part."""
    step = scene.part
    due = step in scene.view.agenda.scope and rules_pacing.is_due(scene, step, soon=True)
    over = step not in scene.late_parts if step in LATE else rules_pacing.late(scene)
    if step is Step.CLARIFY or not due or over or scene.state.probes_in_step >= settings().bank.pressed:
        return None
    question = scene.essential(step)
    return _probe(scene, question, step=step) if question else None


def here(scene: Situation, *, plain: bool = True) -> Proposal | None:
    """A question on the part under way that nobody has come to; on the requirements only at the beginning."""
    at, step = settings(), scene.part
    before = step is Step.CLARIFY and scene.state.elapsed > at.early_share * scene.state.length
    before = before or (rules_pacing.late(scene) and step not in LATE and not scene.one_subject)
    elsewhere_now = before or step not in scene.view.agenda.scope or _far_ahead(scene, step)
    most = at.questions_in_a_part + scene.barely_begun(step)
    if elsewhere_now or scene.state.probes_in_step >= most:
        return None
    begun = scene.spoken_of[step] >= at.untouched_subjects / 2
    asks = scene.left_to_ask(step, begun=begun) if plain else iter(scene.situations_left(step))
    return next((_probe(scene, one, step=step) for one in asks), None)


def beside(scene: Situation) -> Proposal | None:
    """A situation of the case on a part that comes after the one under way and was gone into already."""
    waiting = rules_pacing.untouched(scene)
    after = [step for step in scene.view.agenda.scope if step.rank > scene.part.rank]
    gone = [
        step
        for step in after
        if step not in waiting and rules_pacing.is_due(scene, step, soon=True) and not scene.one_subject
    ]
    return next((_probe(scene, one, step=step) for step in gone for one in scene.situations_left(step)), None)


def _far_ahead(scene: Situation, step: Step) -> bool:
    """Whether a part comes long before its turn, though nobody chose to go there: an answer only brushed it."""
    at = settings()
    if scene.one_subject or scene.led or scene.state.elapsed > at.move_from * scene.state.length:
        return False
    return any(one.rank < step.rank - 1 for one in rules_pacing.untouched(scene))


def elsewhere(scene: Situation) -> Proposal | None:
    """A plain question on any part that is left: the one under way, those after it, then those before; towards the end
    only on what comes late in a design."""
    first = Step.EVALUATE if rules_pacing.late(scene) and not scene.one_subject else Step.FRAME
    scope = [step for step in scene.view.agenda.scope if step.rank >= first.rank]
    scope.sort(key=lambda step: (step.rank < scene.state.step.rank, step.rank))
    return next((_probe(scene, one, step=step) for step in scope for one in scene.left_to_ask(step)), None)


def of_the_subject(scene: Situation) -> Proposal | None:
    """In a drill the next question on its subject of which nothing was said."""
    for option in scene.view.agenda.options.values():
        signal = scene.signal(option.id) if scene.open_step(option.id) else None
        if signal is None or any(has_term(term, scene.everything) for term in signal.terms):
            continue
        if fresh := scene.voice.unsaid(signal.probes):
            return _probe(scene, fresh[0], step=option.step, target=(TargetKind.SIGNAL, option.id))
    return None


def drawn(scene: Situation) -> Proposal | None:
    """A drawing is to be talked through, once; then its author goes on."""
    if scene.last is None or scene.last.mode != "drawn":
        return None
    before = [turn for _, turn in scene.view.transcript.candidate_turns() if turn.mode == "drawn"]
    if len(before) > 1:
        return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_on")
    return scene.turn(MoveKind.PROBE, "meta.drawn")


def put_off(scene: Situation, proposal: Proposal) -> Proposal:
    """The proposal after a word on what the candidate puts off, where that is all they say."""
    little = scene.words <= settings().design_from and scene.wants(Intent.DEFER)
    if not little or proposal.move not in _ASKED | {MoveKind.LET_GO_ON}:
        return proposal
    pieces = [one.text for one in spans("".join(proposal.words))]
    nods = len(pieces) > 1 and len(pieces[0].split()) <= 2 and not pieces[0].endswith("?")
    return replace(proposal, words=[" ".join([scene.voice.say("meta.later"), *pieces[nods:]])])


def _follows(scene: Situation) -> Proposal:
    best = scene.fitting[0].entry
    return _probe(scene, best.ask, step=best.step)


def _probe(
    scene: Situation, question: str, *, step: Step | None = None, target: tuple[TargetKind, str] | None = None
) -> Proposal:
    """A question, after a word that we follow where they asked for it, in the interviewer's manner."""
    beside = {Intent.FOLLOWS: "probe.follows", Intent.HOW_AM_I: "probe.no_marks"}
    follows = scene.wants(*beside)
    text = scene.voice.say(beside[follows] if follows else "probe.plain", question=question)
    if not follows and scene.level is not Level.STAFF and not scene.wants(Intent.DEFER):
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
    silence,
    buttons,
    after_an_order,
    rules_pacing.wants_to_end,
    rules_questions.says_which,
    rules_questions.asks_for_facts,
    jumps_in,
    rules_questions.complains,
    rules_questions.about_the_question,
    rules_pacing.takes_up_an_offer,
    rules_questions.about_the_interview,
    rules_pacing.asks_for_hint,
    rules_pacing.does_not_know,
    rules_questions.unsure,
    rules_pacing.last_minutes,
    rules_pacing.hands_over,
    rules_questions.silent,
    drawn,
    in_the_middle,
    mistaken,
    presses,
    rules_pacing.tells_time,
    rules_pacing.part_is_over,
    rules_pacing.curveball,
    brief_answer,
)
"""The first rule that has something new to say, and may say it, decides; after them comes a follow-up."""


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
        for rule in (*RULES, asks):
            proposal = rule(scene)
            if proposal is not None and proposal.move in allowed.moves and not scene.says_again(proposal):
                return put_off(scene, proposal)
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
