"""Rules for questions about the problem: exactly the facts asked for, always the same; ask back when unsure."""

import re
from collections.abc import Iterator

from interviewer.domain import MoveKind, Step
from interviewer.interview.policy import Proposal
from interviewer.interview.rules.scene import Situation
from interviewer.interview.rules.settings import settings
from interviewer.interview.words import MOST_WORDS
from interviewer.listening.intents import Intent
from interviewer.text import spans
from interviewer.transcript import Heard

_AMOUNT = re.compile(
    r"\b(?:how (?:many|much|often|long|fast|large|big|old|far)|"
    r"what (?:share|percentage|number|rate|size|volume|budget)|"
    r"which share|figures?|numbers?|percentage|qps)\b",
    re.IGNORECASE,
)
"""Questions for an amount: only they are told that there is no figure."""
_TO_US = re.compile(
    r"\b(?:you|we|our|us|is there|are there|do (?:people|users)|how (?:many|much|big|fast|often|large)|"
    r"what(?:'s| is) the)\b",
    re.IGNORECASE,
)
_FOR_YOU = re.compile(
    r"\b(?:do you|would you|you (?:think|want|prefer)|should (?:we|i)|can (?:we|i)|are we|do we)\b", re.IGNORECASE
)
"""In captions, which have no question marks, what shows that a question is put to us."""
_OWN_ANSWER = re.compile(
    r"\b(?:i(?:'d| would|'ll| will)? (?:just |then |now )?(?:assume|go with)|let(?:'s| me| us) (?:just )?(?:assume|say|"
    r"suppose)|assuming)\b",
    re.IGNORECASE,
)
"""What follows a question that its asker answers."""


def waiting(scene: Situation) -> list[Heard]:
    """The questions in the last turn that wait for an answer; those answered in the same breath are left out."""
    at, text = settings(), scene.last.text if scene.last else ""
    share = scene.state.elapsed / scene.state.length
    early = share < at.early_share or (scene.state.step is Step.CLARIFY and share < 2 * at.early_share and "?" in text)
    found = []
    for one in scene.heard("question"):
        after = text[text.rfind(one.quote) + len(one.quote) :].replace("’", "'")
        answered = _OWN_ANSWER.search(after[: at.question_tail]) is not None
        last = len(after) <= at.question_tail
        marked = one.quote.rstrip().endswith("?")
        if answered:
            continue
        if one.id:
            waits = early or last or (marked and one.score >= at.sure_fact)
        else:
            spoken = "?" not in text and _FOR_YOU.search(one.quote) is not None
            waits = len(after) <= at.question_tail / 2 and (marked or spoken) and _TO_US.search(one.quote) is not None
        if waits:
            found.append(one)
    return found


def asked(scene: Situation) -> Proposal | None:
    """All the facts asked for, as far as they fit into a turn; those given before in the same words.

    What did not fit is named, so that nobody takes it for unheard, and a question in doubt is asked back.
    """
    questions = waiting(scene)
    names = tuple(dict.fromkeys(one.id for one in questions if one.id))
    if not names or scene.case is None:
        return None
    told: list[tuple[str, str]] = []
    for name in names:
        text = as_given(scene, name)
        if sum(len(one.split()) for _, one in told) + len(text.split()) <= settings().most_facts_words:
            told.append((name, text))
    words = " ".join(text for _, text in told)
    given = all(name in scene.state.facts for name, _ in told)
    text = scene.voice.say("answer.again", fact=words) if given else scene.voice.say("answer.fact", fact=words)
    for more in _left_over(scene, [name for name in names if name not in dict(told)], questions):
        text = f"{text} {more}" if len(f"{text} {more}".split()) <= MOST_WORDS else text
    return scene.propose(MoveKind.ANSWER, text, facts=tuple(name for name, _ in told))


def _left_over(scene: Situation, names: list[str], questions: list[Heard]) -> Iterator[str]:
    if names:
        yield scene.voice.say("answer.left", names=" and ".join(fact_name(name) for name in names[:2]))
    elif doubtful := next((one for one in questions if not one.id and len(one.between) > 1), None):
        one, other = (fact_name(name) for name in doubtful.between[:2])
        yield scene.voice.say("answer.and_which", one=one, other=other)


def as_given(scene: Situation, name: str) -> str:
    """A fact in the words in which this interview gave it: what was agreed stands, whatever the case file says."""
    answer = next(fact.answer for fact in scene.case.facts if fact.id == name) if scene.case else ""
    for turn in scene.view.transcript.turns:
        if turn.speaker != "interviewer" or name not in turn.facts:
            continue
        if answer in turn.text:
            return answer
        told = [one.text for one in spans(turn.text) if not one.text.endswith("?")]
        if told and len(turn.facts) == 1:
            return max(told, key=len)
    return answer


def unsure(scene: Situation) -> Proposal | None:
    """When a question lies between two facts, which one was meant."""
    doubtful = next((one for one in waiting(scene) if not one.id and len(one.between) > 1), None)
    if doubtful is None or scene.case is None:
        return None
    one, other = (fact_name(name) for name in doubtful.between[:2])
    return scene.turn(MoveKind.ASK_TO_CLARIFY, "answer.which", one=one, other=other)


def fact_name(name: str) -> str:
    """A fact's short name from its id, as it is said: ``fraud-rate`` is 'the fraud rate'."""
    return f"the {name.replace('-', ' ')}"


def silent(scene: Situation) -> Proposal | None:
    """A question on which the case says nothing is handed back; the design is never given away."""
    if scene.wants(Intent.ASSUMES):
        quote = scene.intents[Intent.ASSUMES]
        return scene.propose(MoveKind.ANSWER, scene.voice.say("answer.agreed"), agreed=(quote,))
    if scene.wants(Intent.SEEK_SOLUTION):
        return scene.turn(MoveKind.ANSWER, "answer.yours")
    quote = next((one.quote for one in reversed(waiting(scene)) if not one.id), "")
    if not quote:
        return None
    amount = _AMOUNT.search(quote)
    return scene.turn(MoveKind.ANSWER, "answer.no_figure" if amount else "answer.silent")
