"""Rules on what comes next: the opening and the end, the clock, parts that are through, changes of the situation, help,
and what presses the last answer."""

import re
from collections.abc import Iterator
from functools import cache
from typing import get_args

from pydantic import Field

from interviewer import MoveKind, Step
from interviewer.config import Strict
from interviewer.interview import ModeKind, settings, steps
from interviewer.interview.policy import Option, Proposal, TargetKind
from interviewer.interview.rules_scene import LATE, Situation
from interviewer.interview.words import says
from interviewer.knowledge.schema import Task
from interviewer.listening.examples import denies
from interviewer.listening.intents import Intent, steps_named
from interviewer.transcript import UNKNOWN_CASE


def forced(scene: Situation) -> Proposal | None:
    """The only move that is allowed, where it is one of the beginning or the end."""
    match scene.allowed.forced:
        case MoveKind.OPEN:
            return opening(scene)
        case MoveKind.WRAP_UP:
            return _last_words(scene)
        case MoveKind.CLOSE:
            return closing(scene)
    return None


def opening(scene: Situation) -> Proposal:
    """The problem and the length; for a single step or subject a first question on it."""
    minutes, brief = str(round(scene.view.transcript.minutes)), scene.case.brief if scene.case else ""
    if not brief and (own := " ".join((scene.view.transcript.problem or "").split())):
        if len(own.split()) > settings().posed:
            return scene.turn(MoveKind.OPEN, "open.brought", minutes=minutes)
        own = own[0].upper() + own[1:] + ("" if own[-1] in ".?!…" else ".")
        return scene.turn(MoveKind.OPEN, "open.own", problem=own, minutes=minutes)
    if not brief:
        if scene.view.transcript.case == UNKNOWN_CASE:
            return scene.turn(MoveKind.OPEN, "open.unsaid")
        name = " ".join(scene.view.transcript.case.replace("-", " ").replace("_", " ").split())
        return scene.turn(MoveKind.OPEN, "open.unknown", brief=name)
    if scene.mode.kind is ModeKind.DRILL and (first := _subject(scene)):
        signal = scene.signal(first.id)
        opener = scene.voice.choose(signal.probes) if signal else ""
        text = scene.voice.say("open.drill", brief=brief, minutes=minutes, opener=opener)
        return scene.propose(MoveKind.OPEN, text, step=first.step, target=(TargetKind.SIGNAL, first.id))
    if scene.mode.step:
        return _opens(scene, "open.step", scene.mode.step, MoveKind.OPEN, brief=brief, minutes=minutes)
    return scene.turn(MoveKind.OPEN, "open.interview", brief=brief, minutes=minutes)


def _subject(scene: Situation) -> Option | None:
    """The first question of a drill."""
    options = scene.view.agenda.options
    fitting = [name for name in scene.view.agenda.near if name in options]
    return options[fitting[0]] if fitting else next(iter(options.values()), None)


def ends(scene: Situation) -> Proposal:
    """Last words, or the end, when the time leaves nothing else."""
    return _last_words(scene) if MoveKind.WRAP_UP in scene.allowed.moves else closing(scene)


def _last_words(scene: Situation) -> Proposal:
    if scene.state.left > settings().least_share * scene.state.length / 5:
        return scene.turn(MoveKind.WRAP_UP, "end.confirm", minutes=scene.minutes_left())
    return scene.turn(MoveKind.WRAP_UP, "wrap_up.time")


def closing(scene: Situation) -> Proposal:
    """The end, and thanks."""
    if scene.state.closed:
        return scene.turn(MoveKind.CLOSE, "close.again")
    if scene.state.elapsed > scene.state.length + settings().over:
        return scene.turn(MoveKind.CLOSE, "close.over")
    return scene.turn(MoveKind.CLOSE, "close.time" if scene.state.left <= settings().over else "close.asked")


def wants_to_end(scene: Situation) -> Proposal | None:
    """A wish to end is asked back first."""
    if not scene.wants(Intent.END):
        return None
    move = MoveKind.WRAP_UP if MoveKind.WRAP_UP in scene.allowed.moves else MoveKind.META
    return scene.turn(move, "end.confirm", minutes=scene.minutes_left())


def untouched(scene: Situation) -> list[Step]:
    """The parts that nobody has opened or gone into, in their usual order; from half of the time on what comes later in
    a design goes before what was left out, and what was left out counts only if hardly spoken of.

    A part counts as gone into where several of its criteria were heard, where much time was spent on it, or where some
    was and one of its criteria or many of its subjects were heard: words alone show little, since talk of the data is
    full of days and of precision.
    """
    at, state = settings(), scene.state
    found = []
    for step in _open(scene):
        spent = state.used.get(step, 0.0) / max(1.0, scene.view.agenda.budgets.get(step, 0.0))
        heard = step in state.touched or scene.spoken_of[step] >= at.untouched_subjects
        some = heard and spent >= at.untouched_share
        if not some and spent < at.spent_share and len(state.covered.get(step, [])) < at.untouched_signals:
            found.append(step)
    if state.elapsed >= state.length / 2:
        found = [step for step in found if not _goes_back(scene, step) or scene.spoken_of[step] < at.unspoken]
        found.sort(key=lambda step: _goes_back(scene, step))
    return found


def _goes_back(scene: Situation, step: Step) -> bool:
    """Whether a part comes before the one under way; the evaluation is never too late."""
    return step.rank < scene.part.rank and step is not Step.EVALUATE


def late(scene: Situation) -> bool:
    """Whether the time is too far gone for what comes before the evaluation."""
    return scene.state.elapsed > settings().late_parts_from * scene.state.length


def behind(scene: Situation) -> bool:
    """Whether the time that the parts up to the one under way may take together is over."""
    return _past(scene, scene.part)


def overdue(scene: Situation) -> bool:
    """Whether nobody has come to the evaluation though its planned time is over."""
    return _past(scene, Step.EVALUATE) and Step.EVALUATE in untouched(scene)


def _past(scene: Situation, part: Step) -> bool:
    planned = sum(scene.view.agenda.budgets.get(step, 0.0) for step in Step if step.rank <= part.rank)
    return scene.state.elapsed >= settings().planned_share * planned


def _open(scene: Situation) -> list[Step]:
    """The parts that we have not opened, but for the one under way."""
    if scene.one_subject:
        return []
    at, state = settings(), scene.state
    begun = state.elapsed > at.early_share * state.length
    first = Step.EVALUATE if late(scene) else Step.CLARIFY
    return [
        step
        for step in scene.view.agenda.scope
        if step not in (state.step, scene.part, *scene.late_parts, *state.opened)
        and step.rank >= first.rank
        and not (step is Step.CLARIFY and (begun or step in state.visited or state.facts or _asked(scene)))
        and not (step is Step.FRAME and Step.MODEL in state.visited)
    ]


def _asked(scene: Situation) -> bool:
    """Whether the candidate asked for facts, or has said so much that it is too late to invite it."""
    turns = [turn for _, turn in scene.view.transcript.candidate_turns()]
    asked = any(one.kind == "question" and one.id for turn in turns for one in turn.heard or [])
    return asked or len(turns) > settings().last_answers


def to_next(scene: Situation, occasion: str, *, soon: bool = False) -> Proposal | None:
    """On to the first part that nobody has touched, said plainly; nothing where none is left, or due.

    ``soon``: also one that is due before long.
    """
    waiting = untouched(scene)
    if scene.led:  # who chose where to go is not taken back at once
        waiting.sort(key=lambda step: step.rank < scene.state.step.rank)
    target = next((step for step in waiting if is_due(scene, step, soon=soon)), None)
    return _opens(scene, occasion, target) if target else None


def _opens(scene: Situation, occasion: str, step: Step, move: MoveKind = MoveKind.MOVE_ON, **slots: str) -> Proposal:
    text = scene.voice.say(occasion, step=steps()[step].name, opener=scene.opener(step), **slots)
    return scene.propose(move, text, step=step)


def is_due(scene: Situation, step: Step, *, soon: bool = False) -> bool:
    """Whether a part is not opened long before its time; whoever hands over, or asks for the next one, gets it."""
    at = settings()
    begins = sum(scene.view.agenda.budgets.get(one, 0.0) for one in Step if one.rank < step.rank)
    handed = {Intent.HAND_OVER, Intent.FINISHED} & {*scene.intents} or (scene.last and scene.last.event)
    share = at.soon_share if soon else at.due_share
    if step is Step.MONITOR and not late(scene):
        share = at.monitor_due
    return bool(handed) or scene.state.elapsed >= share * begins


def to_more(scene: Situation) -> Proposal | None:
    """Back to a part that was only touched in passing, said as what it is; nothing where none is left."""
    target = next((step for step in _open(scene) if step in scene.state.visited), None)
    if target is None:
        return None
    return scene.propose(MoveKind.MOVE_ON, scene.voice.say("move_on.touched", step=steps()[target].name), step=target)


def on_the_whole(scene: Situation, occasion: str) -> Proposal | None:
    """A question on the design as a whole, once most of it must be there; nothing where all were asked."""
    fresh = scene.voice.unsaid(scene.voice.forms("whole.question"))
    if scene.one_subject or not fresh or scene.state.elapsed < settings().move_from * scene.state.length:
        return None
    return scene.propose(MoveKind.PROBE, scene.voice.say(occasion, question=fresh[0]))


def last_minutes(scene: Situation) -> Proposal | None:
    """Last words, while there is time for them."""
    no_more = scene.state.wrapped and scene.last is not None and says("has_no_more", scene.last.text)
    if no_more and MoveKind.CLOSE in scene.allowed.moves:
        return closing(scene)
    if MoveKind.WRAP_UP not in scene.allowed.moves or scene.state.left > 60 * settings().last_minutes:
        return None
    return None if scene.one_subject else scene.turn(MoveKind.WRAP_UP, "wrap_up.time")


def tells_time(scene: Situation) -> Proposal | None:
    """Tells the time when parts are open that would no longer get theirs, twice at most."""
    at, state, waiting = settings(), scene.state, untouched(scene)
    told = state.moves.count(MoveKind.TIME_CHECK)
    if not waiting or told >= at.time_checks or state.last_move in (MoveKind.TIME_CHECK, MoveKind.MOVE_ON):
        return None
    need = sum(at.least_share * scene.view.agenda.budgets.get(step, 0.0) for step in waiting)
    short = state.left < need and state.elapsed > state.length / 2
    late = state.elapsed >= at.remind_at * state.length and len(waiting) > 1 and told == 0
    if not (short or late) or scene.mode.kind is ModeKind.RAPID:
        return None
    return _opens(scene, "time_check.untouched", waiting[0], MoveKind.TIME_CHECK, minutes=scene.minutes_left())


def part_is_over(scene: Situation) -> Proposal | None:
    """A part that got more than its share of the time gives way to one that nobody has touched."""
    at, state = settings(), scene.state
    budget = scene.view.agenda.budgets.get(state.step, 0.0)
    over = state.used.get(state.step, 0.0) >= at.part_is_over * budget
    if not over or state.probes_in_step < at.questions_before_moving:
        return None
    return to_next(scene, "move_on.time")


def curveball(scene: Situation) -> Proposal | None:
    """Changes a constraint, once or twice an interview, where the word was handed over: judges took it for a jump
    anywhere else."""
    at, state = settings(), scene.state
    share = state.elapsed / state.length if state.length else 1.0
    used = state.moves.count(MoveKind.CURVEBALL)
    fitting = at.curveballs_from <= share <= at.curveballs_to and used < at.curveballs[scene.level]
    if scene.mode.kind is not ModeKind.INTERVIEW or not fitting or state.since_curveball < at.curveball_gap:
        return None
    handed_over = bool({Intent.HAND_OVER, Intent.FINISHED} & set(scene.intents))
    if not handed_over or state.last_move in (MoveKind.CHALLENGE, MoveKind.TIME_CHECK):
        return None
    about = scene.spoken_step or state.step
    for option in scene.view.agenda.pushbacks:
        if option.step is about and option.level.rank <= scene.level.rank and option.id not in state.asked:
            say = next((one.say for one in scene.case.pushbacks if one.id == option.id), "") if scene.case else ""
            if say and scene.voice.unsaid([say]):
                text = scene.voice.say("curveball.plain", question=say)
                return scene.propose(
                    MoveKind.CURVEBALL, text, step=option.step, target=(TargetKind.PUSHBACK, option.id)
                )
    return None


# -- giving way ------------------------------------------------------------------------------------------
# What comes next for who asks for help, does not know, or hands over.


def asks_for_hint(scene: Situation) -> Proposal | None:
    return hint(scene) if scene.wants(Intent.ASK_HINT) else None


def hint(scene: Situation) -> Proposal:
    """A nudge on what was asked last, else on what lies nearest to the talk; never the same twice."""
    known = scene.view.agenda.options
    asked = [name for name in reversed(scene.state.asked) if name in known and not scene.state.heard(name)]
    near = [name for name in scene.view.agenda.near if name in known and not scene.state.heard(name)]
    in_step = [name for name in near if known[name].step is scene.state.step]
    for name in [*asked[:1], *in_step, *near]:
        signal = scene.signal(name)
        if signal and not scene.told([signal.hint]) and known[name].level.rank <= scene.level.rank:
            text = scene.voice.say("hint.signal", question=signal.hint)
            return scene.propose(MoveKind.HINT, text, step=known[name].step, target=(TargetKind.SIGNAL, name))
    return scene.turn(MoveKind.HINT, "hint.none")


def does_not_know(scene: Situation) -> Proposal | None:
    """Who does not know is asked for something smaller on the same subject; who is stuck again may leave it, and whose
    time for the part is over gets the next one."""
    quote = scene.intents.get(Intent.DONT_KNOW, "")
    gave_up = quote and not scene.text.endswith("?") and scene.words <= settings().design_from * 2
    if not gave_up or scene.heard("signal"):
        return None
    turns = scene.view.transcript.candidate_turns()
    before = turns[-2][1] if len(turns) > 1 else None
    late = behind(scene) and not scene.one_subject
    if late and (moved := to_next(scene, "move_on.skipped")):
        return moved
    stuck = before is not None and any(one.id == Intent.DONT_KNOW for one in before.heard or [])
    if not stuck:
        return scene.turn(MoveKind.META, "dont_know.smaller")
    return scene.turn(MoveKind.META, "dont_know.leave")


def hands_over(scene: Situation) -> Proposal | None:
    """Who leaves it to us gets a part that nobody has touched, else a plain question: never the end."""
    found = scene.wants(Intent.HAND_OVER, Intent.FINISHED)
    if found is None:
        return None
    if _at_the_beginning(scene):
        return scene.turn(MoveKind.LET_GO_ON, "let_go_on.go_ahead")
    begun = scene.words >= settings().substantial and scene.state.probes_in_step <= 1
    if begun and scene.barely_begun(scene.part) and (on := scene.question_on(scene.part)):
        return scene.propose(MoveKind.PROBE, scene.voice.say("probe.plain", question=on), step=scene.part)
    if moved := to_next(scene, "move_on.done") or to_more(scene):
        return moved
    return on_the_whole(scene, "probe.hand_over")


def _at_the_beginning(scene: Situation) -> bool:
    return scene.state.step is Step.CLARIFY and not scene.state.facts and len(scene.state.moves) <= 2


def takes_up_an_offer(scene: Situation) -> Proposal | None:
    """Of the parts that they offer the first that nobody has touched, else the last; at the beginning the earliest."""
    found = scene.wants(Intent.HAND_OVER, Intent.MAY_I)
    offer = scene.intents[found] if found else ""
    named = [step for step in steps_named(offer) if step in scene.view.agenda.scope] if " or " in offer else []
    if len(named) < 2:
        return None
    if _at_the_beginning(scene):
        first = min(named, key=lambda step: step.rank)
        return scene.turn(MoveKind.LET_GO_ON, "let_go_on.offered", step=steps()[first].name)
    fresh = untouched(scene)
    return _opens(scene, "move_on.done", next((step for step in named if step in fresh), named[-1]))


# -- pressing --------------------------------------------------------------------------------------------
# Questions that press what was just said, known by its words: the first that an attentive engineer has on it. They are
# data (``data/pressing.yaml``) and serve every problem.


_BEFORE = 30
"""Characters before the words within which a no denies them."""


class Pressing(Strict):
    """A question on something that candidates of any problem say."""

    id: str
    step: Step | None = None
    """The part in which it is asked; in any where none is named."""
    tasks: list[Task] = Field(default=[*get_args(Task)], min_length=1)
    after: str
    """The words, a regular expression, on which it follows."""
    unless: str = ""
    """Words after which it isn't asked, where anybody said them in the last exchanges ..."""
    said: str = ""
    """... and where anybody said them at any time."""
    ask: str

    def follows(self, text: str) -> bool:
        """Whether the text has its words, and no denial before them."""
        places = [one.start() for one in re.finditer(self.after, text, re.IGNORECASE)]
        before = (re.split(r"[.?!]\s", text[max(0, place - _BEFORE) : place])[-1] for place in places)
        return any(not denies(words) for words in before)

    def answered(self, lately: str, talked: str) -> bool:
        """Whether somebody said what answers it."""
        ways = ((self.unless, lately), (self.said, talked))
        return any(words and re.search(words, text, re.IGNORECASE) for words, text in ways)


class _Pressings(Strict):
    pressing: list[Pressing]


@cache
def pressings() -> list[Pressing]:
    """All of them, in the order in which one would ask."""
    return _Pressings.beside(__file__, "pressing.yaml").pressing


def pressing(scene: Situation) -> Iterator[Pressing]:
    """Those that follow from the end of the last answer, those of the part under way first."""
    at = settings()
    end = " ".join(scene.text.split()[-at.pressing_tail :])
    lately = " ".join(turn.text for turn in scene.view.transcript.turns[-at.pressing_turns :])
    parts = {None, scene.part, scene.spoken_step, *scene.late_parts}
    if late(scene):
        parts &= {None, *LATE}
    if scene.state.elapsed > at.early_share * scene.state.length:
        parts -= {Step.CLARIFY}
    task = scene.case.task if scene.case else None
    for one in sorted(pressings(), key=lambda one: one.step is None):
        fits = one.step in parts and (task is None or task in one.tasks)
        open_still = fits and one.follows(end) and not one.answered(lately, scene.talked)
        if open_still and scene.voice.unsaid([one.ask]):
            yield one
