"""Rules for talk about the interview itself, for orders to the interviewer, buttons and silence."""

from interviewer.domain import MoveKind, Step
from interviewer.interview.policy import Proposal, TargetKind
from interviewer.interview.rules import pacing
from interviewer.interview.rules.scene import Situation, begins
from interviewer.interview.rules.settings import settings
from interviewer.interview.rules.wording import steps
from interviewer.listening.ending import breaks_off
from interviewer.listening.intents import Intent
from interviewer.text import spans

_HELLO = r"(?:hi|hello|hey|good (?:morning|afternoon|evening))\b"


def silence(scene: Situation) -> Proposal | None:
    """Who says nothing is waited for."""
    if scene.last is not None and (scene.text or scene.last.event):
        return None
    return scene.turn(MoveKind.LET_GO_ON, "let_go_on.silence")


def buttons(scene: Situation) -> Proposal | None:
    """What the buttons ask for: a hint, a pause, the next part."""
    match scene.last.event if scene.last else None:
        case "hint":
            return hint(scene)
        case "pause" | "silence":
            return scene.turn(MoveKind.LET_GO_ON, "let_go_on.pause")
        case "skip":
            onward = pacing.to_next(scene, "move_on.skipped") or pacing.to_more(scene)
            return onward or scene.turn(MoveKind.MOVE_ON, "dont_know.leave")
    return None


def out_of_role(scene: Situation) -> Proposal | None:
    """Orders, abuse and talk of other things change nothing."""
    found = next((one for one in (Intent.MANIPULATE, Intent.ABUSE) if one in scene.intents), None)
    strayed = Intent.OFF_TOPIC in scene.intents and not scene.heard("signal") and len(scene.intents) == 1
    if not found and not strayed:
        return None
    return scene.turn(MoveKind.REDIRECT, f"redirect.{found or Intent.OFF_TOPIC}")


def asks_for_hint(scene: Situation) -> Proposal | None:
    return hint(scene) if scene.wants(Intent.ASK_HINT) else None


def hint(scene: Situation) -> Proposal:
    """A nudge on what was asked last, else on what lies nearest to the talk; never the same twice."""
    known = {option.id: option for own in scene.view.agenda.signals.values() for option in own}
    asked = [name for name in reversed(scene.state.asked) if name in known and not scene.state.heard(name)]
    near = [name for name in scene.view.agenda.near if name in known and not scene.state.heard(name)]
    in_step = [name for name in near if known[name].step is scene.state.step]
    for name in [*asked[:1], *in_step, *near]:
        signal = scene.signal(name)
        if signal and not scene.told([signal.hint]) and known[name].level.rank <= scene.level.rank:
            text = scene.voice.say("hint.signal", question=signal.hint)
            return scene.propose(MoveKind.HINT, text, step=known[name].step, target=(TargetKind.SIGNAL, name))
    return scene.turn(MoveKind.HINT, "hint.none")


def complaint(scene: Situation) -> Proposal | None:
    """Who was asked twice, or not answered, is met with an apology and may go on."""
    found = scene.wants(Intent.NOT_ANSWERED, Intent.ASKED_ALREADY)
    return scene.turn(MoveKind.META, f"meta.{found}") if found else None


def about_the_question(scene: Situation) -> Proposal | None:
    """Say that again; what do you mean; why do you ask."""
    found = scene.wants(Intent.WHAT_MEANT, Intent.REPEAT, Intent.WHY_ASK)
    if found is None:
        return None
    if found is Intent.WHY_ASK:
        return scene.turn(MoveKind.META, "meta.why_ask")
    question = scene.last_question()
    if not question:
        return scene.turn(MoveKind.META, "meta.nothing_asked")
    if found is Intent.REPEAT:
        return scene.turn(MoveKind.META, "meta.repeat", question=question)
    if other := _other_words(scene, question):
        return scene.turn(MoveKind.META, "meta.what_meant", question=other)
    if quote := _hangs_on(scene, question):
        return scene.turn(MoveKind.META, "meta.what_meant_about", quote=quote, question=question)
    return scene.turn(MoveKind.META, "meta.what_meant_open")


def _other_words(scene: Situation, question: str) -> str:
    """Another way to put a question of ours, where there is one."""
    ways = [one.probes for own in scene.knowledge.signals(scene.view.transcript.case).values() for one in own]
    ways += [words.openers for words in steps().values()]
    own = next((asks for asks in ways if question in asks), [])
    return next(iter(scene.voice.unsaid([one for one in own if one != question])), "")


def _hangs_on(scene: Situation, question: str) -> str:
    """The words of the candidate's that a follow-up was about, when they are few enough to be said again."""
    entry, turns = scene.followup(question), scene.view.transcript.turns
    at = next((index for index, turn in enumerate(turns) if question in turn.text), 0)
    before = next((turn for turn in reversed(turns[:at]) if turn.speaker == "candidate"), None)
    pieces = [one for one in spans(before.text if before else "") if not one.text.endswith("?")]
    if entry is None or not pieces:
        return ""
    near = scene.bank.nearness(scene.listener.vectors(pieces), scene.talk)[:, scene.bank.entries.index(entry)]
    quote = pieces[int(near.argmax())].text.rstrip(" .,;:")
    return quote if len(quote.split()) <= settings().longest_quote else ""


def about_the_interview(scene: Situation) -> Proposal | None:
    """Time left, how am I doing, small talk, drawing, a moment to think, leave for what comes next."""
    found = scene.wants(Intent.TIME_LEFT, Intent.HOW_AM_I, Intent.NEED_TIME, Intent.DRAW, Intent.MAY_I, Intent.ABOUT_US)
    match found:
        case Intent.TIME_LEFT:
            return scene.turn(MoveKind.META, "meta.time_left", minutes=scene.minutes_left())
        case Intent.HOW_AM_I:
            return scene.turn(MoveKind.META, "meta.how_am_i")
        case Intent.NEED_TIME if scene.words <= settings().design_from * 2:
            return scene.turn(MoveKind.LET_GO_ON, "let_go_on.pause")
        case Intent.DRAW if scene.words <= settings().design_from * 2:
            return scene.turn(MoveKind.LET_GO_ON, "let_go_on.drawing")
        case Intent.MAY_I if not breaks_off(scene.text):
            return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_ahead")
        case Intent.ABOUT_US:
            return scene.turn(MoveKind.META, "answer.about_us")
    return _small_talk(scene)


def _small_talk(scene: Situation) -> Proposal | None:
    if Intent.SMALL_TALK not in scene.intents or scene.words > settings().design_from or scene.heard("signal"):
        return None
    hello = begins(scene.text, _HELLO) and len(scene.state.said) <= 1
    return scene.turn(MoveKind.META, "meta.hello" if hello else "meta.small_talk")


def does_not_know(scene: Situation) -> Proposal | None:
    """Who does not know is asked for something smaller on the same subject; who is stuck again may leave it."""
    gave_up = Intent.DONT_KNOW in scene.intents and scene.words <= settings().design_from * 2
    if not gave_up or scene.heard("signal"):
        return None
    turns = scene.view.transcript.candidate_turns()
    before = turns[-2][1] if len(turns) > 1 else None
    stuck = before is not None and any(one.id == Intent.DONT_KNOW for one in before.heard or [])
    if not stuck:
        return scene.turn(MoveKind.META, "dont_know.smaller")
    return scene.turn(MoveKind.META, "dont_know.leave")


def hands_over(scene: Situation) -> Proposal | None:
    """Who leaves it to us gets a part that nobody has touched, else a plain question: never the end."""
    found = scene.wants(Intent.HAND_OVER, Intent.FINISHED)
    if found is None:
        return None
    if scene.state.step is Step.CLARIFY and not scene.state.facts and len(scene.state.moves) <= 2:
        return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_ahead")
    if moved := pacing.to_next(scene, "move_on.done") or pacing.to_more(scene):
        return moved
    question = scene.voice.say("hand_over.question")
    return scene.propose(MoveKind.PROBE, scene.voice.say("probe.hand_over", question=question))


def drawn(scene: Situation) -> Proposal | None:
    """A drawing is to be talked through, once; then its author goes on."""
    if scene.last is None or scene.last.mode != "drawn":
        return None
    before = [turn for _, turn in scene.view.transcript.candidate_turns() if turn.mode == "drawn"]
    if len(before) > 1:
        return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_on")
    return scene.turn(MoveKind.PROBE, "meta.drawn")
