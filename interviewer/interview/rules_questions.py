"""Rules for what the candidate asks: for facts exactly those, about the interview a person's answer."""

import re
from collections.abc import Iterator

from interviewer import MoveKind, Step
from interviewer.interview import settings, subjects
from interviewer.interview.policy import Proposal
from interviewer.interview.rules_scene import Situation
from interviewer.interview.words import MOST_WORDS, begins, figures, is_complete, says
from interviewer.listening.intents import Intent, is_question
from interviewer.listening.utterance import breaks_off
from interviewer.text import spans, stems
from interviewer.transcript import Heard

_AMOUNT = re.compile(
    r"\b(?:how (?:many|much|often|long|fast|large|big|old|far)|"
    r"what (?:share|percentage|number|rate|size|volume|budget)|"
    r"which share|figures?|numbers?|percentage|qps)\b",
    re.IGNORECASE,
)
"""Questions for an amount: only they are told that there is no figure."""
_TO_US = re.compile(
    r"\b(?:you|we|our|us|is there|are there|(?:do|may|can|should|must) i|do (?:people|users)|"
    r"how (?:many|much|big|fast|quick|soon|often|large|rare|fresh)|what(?:'s| is) (?:the|my))\b",
    re.IGNORECASE,
)
_FOR_YOU = re.compile(
    r"\b(?:do you|would you|you (?:think|want|prefer)|should (?:we|i)|can (?:we|i)|are we|do we)\b", re.IGNORECASE
)
"""In captions, which have no question marks, what shows that a question is put to us."""
_TAG = re.compile(r"\w\W+(?:right|okay|ok|yeah|(?<!do )you know|you see)\W*\?\W*$", re.IGNORECASE)
"""'… and then they leave, right?' asks nothing."""
_GOES_ON_ASKING = re.compile(r"[^.!?]*\?")
_SUGGESTS = re.compile(
    r"(?:\w+\W+){0,2}(?:you|we|i|one|it|that)(?:'d)? (?:also )?(?:could|can|might|would)\b", re.IGNORECASE
)
"""'You could also do it on the phone?' asks for no fact."""
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
        marked = "?" in one.quote[-2:] or _GOES_ON_ASKING.match(after) is not None
        answered = (marked or "?" not in text) and _OWN_ANSWER.search(after[: at.question_tail]) is not None
        last = len(after) <= at.question_tail
        states = text[: text.rfind(one.quote)].rstrip().endswith(".") and not is_question(one.quote)
        tentative = states and (not early or not one.id)
        if answered or _TAG.search(one.quote) or tentative:
            continue
        if one.id or one.between:
            due = early and (marked or scene.words <= at.long_talk)
            waits = due or ((marked or last) and one.score >= at.sure_fact and not _SUGGESTS.match(one.quote))
        else:
            spoken = "?" not in text and _FOR_YOU.search(one.quote) is not None
            to_us = (early and marked) or _TO_US.search(one.quote) is not None
            of_several = early and marked and not one.quote.endswith("?")
            waits = of_several or (len(after) <= at.question_tail / 2 and (marked or spoken) and to_us)
        if waits:
            found.append(one)
    return found


_WORD = re.compile(r"(?:\w+\W+)?what(?:'s| is| are| do you mean by) (?:an? |the )?([\w' -]+?)\W*$", re.IGNORECASE)


def asks_what_a_word_means(scene: Situation) -> bool:
    """Whether somebody asks for the meaning of a word of our last question: 'What is a loss?'"""
    word = _WORD.match(scene.text)
    last = " ".join(scene.state.said[-1:]).lower()
    return word is not None and "?" in last and word[1].lower() in last


def asks_for_facts(scene: Situation) -> Proposal | None:
    """All the facts asked for, as far as a turn holds them, and of each only what was asked.

    What did not fit is named, so that nobody takes it for unheard, and a question in doubt is asked back.
    """
    questions = _settled(waiting(scene))
    names = tuple(dict.fromkeys(one.id for one in questions if one.id))
    if not names or scene.case is None or asks_what_a_word_means(scene):
        return None
    told = _fitting(scene, names, questions)
    text = _told(scene, told, names, questions)
    while len(text.split()) > MOST_WORDS and len(told) > 1:
        told.pop()
        text = _told(scene, told, names, questions)
    return scene.propose(MoveKind.ANSWER, text, facts=tuple(name for name, _ in told))


def _settled(questions: list[Heard]) -> list[Heard]:
    """The questions, of several such a one between two facts as one for the likelier: beside answers to the others,
    being asked back is worse than a fact too many."""
    sure = settings().sure_of_several
    if len(questions) < 2:
        return questions
    return [
        one.model_copy(update={"id": one.between[_is_of_a_crowd(one)], "between": []})
        if not one.id and one.between and one.score >= sure
        else one
        for one in questions
    ]


_CROWD = re.compile(
    r"\bhow many (?:people|of them)\b(?![^?]*\b(?:team|engineers?|build|work|side|hire)\b)", re.IGNORECASE
)


def _is_of_a_crowd(question: Heard) -> bool:
    """Whether a question asks for the people served, though those who build it are likelier by its words alone."""
    return question.between[0].startswith(("team", "budget")) and _CROWD.search(question.quote) is not None


def _fitting(scene: Situation, names: tuple[str, ...], questions: list[Heard]) -> list[tuple[str, str]]:
    """As many of the facts as a turn holds, each with its words: where not all of them fit, the longest by one sentence
    alone, the first that gives a figure."""
    at = settings()
    most = MOST_WORDS if len(names) <= at.most_facts else at.most_facts_words
    asked = {name: " ".join(one.quote for one in questions if one.id == name) for name in names}
    words = {name: as_given(scene, name, asked[name]) for name in names[: at.most_facts]}
    for name in sorted(words, key=lambda one: -len(words[one].split())):
        if sum(len(text.split()) for text in words.values()) > most and name not in scene.state.facts:
            pieces = [one.text for one in spans(words[name])]
            words[name] = next((one for one in pieces if figures(one)), pieces[0])
    told: list[tuple[str, str]] = []
    for name, text in words.items():
        if sum(len(one.split()) for _, one in told) + len(text.split()) <= most:
            told.append((name, text))
    return told


def _told(scene: Situation, told: list[tuple[str, str]], names: tuple[str, ...], questions: list[Heard]) -> str:
    """The facts in words, and what is said of the others."""
    words = " ".join(text for _, text in told)
    said = " ".join(scene.state.said)
    given = all(name in scene.state.facts for name, _ in told)
    given = given and all(text in said or spans(text)[0].text not in said for _, text in told)
    text = scene.voice.say("answer.again" if given else _opening(scene, told, questions), fact=words)
    return " ".join([text, *_left_over(scene, [name for name in names if name not in dict(told)], questions)])


_LEADS_IN = re.compile(r"^(?:(?:and|so|but|also|then|okay|ok|um|uh)\W+)+", re.IGNORECASE)
_OWN_VIEW = re.compile(
    r"\b(?:i(?:'d| would)? (?:just )?(?:think|guess|say|suppose|imagine|expect)|i'm (?:thinking|guessing)|my guess|"
    r"probably|maybe|perhaps)\b",
    re.IGNORECASE,
)
"""How somebody says what they believe the answer to their question is."""


def _opening(scene: Situation, told: list[tuple[str, str]], questions: list[Heard]) -> str:
    """How the facts are told: as a yes where their only question gives the answer itself."""
    asked = [one.quote for one in questions if told and one.id == told[0][0]]
    if len(told) != 1 or len(questions) != 1 or not asked or begins(told[0][1], "yes|no"):
        return "answer.fact"
    after = scene.text[scene.text.rfind(asked[0]) + len(asked[0]) :].strip()
    own = [
        one.text for one in spans(f"{asked[0]} {after}") if _OWN_VIEW.search(one.text) or _OWN_ANSWER.search(one.text)
    ]
    if not own:
        return "answer.fact"
    theirs, ours = figures(" ".join(own)), figures(told[0][1])
    if theirs and ours:
        return "answer.yes" if {*theirs} & {*ours} else "answer.fact"
    vectors = scene.listener.embedder.encode([*own, told[0][1]])
    return "answer.alike" if float((vectors[:-1] @ vectors[-1]).max()) >= settings().own_view else "answer.fact"


def _left_over(scene: Situation, names: list[str], questions: list[Heard]) -> Iterator[str]:
    """What is said of the questions that are not answered in this turn: of facts that did not fit their names, and one
    question, on what was meant or on what they would assume where the case is silent."""
    if left := [one for one in map(fact_name, names) if scene.voice.sound(one)]:
        yield scene.voice.say("answer.left", names=" and ".join(left[:2]))
    silent = [
        _LEADS_IN.sub("", one.quote).split(",")[0].strip(" .?") for one in questions if not one.id and not one.between
    ]
    if doubtful := _in_doubt(questions):
        one, other = (fact_name(name) for name in doubtful.between[:2])
        yield scene.voice.say("answer.and_which", one=one, other=other)
    elif silent and not _OWN_ANSWER.search(scene.text) and len(silent[-1].split()) <= settings().short_answer:
        yield scene.voice.say("answer.assume", which=silent[-1])


def says_which(scene: Situation) -> Proposal | None:
    """Who was asked which of two facts they meant, and says it, gets that one."""
    lately = [*reversed(scene.state.said[-settings().last_answers :])]
    ours = next((one for one in lately if says("which_was_meant", one)), "")
    if scene.case is None or scene.words > settings().design_from or not ours:
        return None
    question = ours[ours[:-1].rfind(".") + 1 :]
    places = {one.id: question.find(fact_name(one.id)) for one in scene.case.facts}
    names = sorted((name for name, place in places.items() if place >= 0), key=places.__getitem__)
    said = stems(scene.text)
    named = {name: len(stems(fact_name(name)) & said) for name in names}
    meant = [name for name in names if named[name] == max(named.values()) > 0]
    if ours != lately[0]:  # after other talk its whole name, in a few words
        few = scene.words <= settings().short_answer
        meant = [name for name in meant if few and name not in scene.state.facts and stems(fact_name(name)) <= said]
    elif not meant:
        meant = [name for name, order in zip(names, _ORDER, strict=False) if order.search(scene.text)]
    if not meant:
        return None
    lately_asked = " ".join(
        turn.text for _, turn in scene.view.transcript.candidate_turns()[-settings().last_answers :]
    )
    facts = " ".join(as_given(scene, name, lately_asked) for name in meant[:2])
    return scene.propose(MoveKind.ANSWER, scene.voice.say("answer.fact", fact=facts), facts=tuple(meant[:2]))


_ORDER = tuple(re.compile(rf"\b(?:{word}|both)\b", re.IGNORECASE) for word in ("first|former", "second|latter|last"))


def as_given(scene: Situation, name: str, question: str) -> str:
    """What answers a question of a fact, in the words in which this interview gave it: what was agreed stands, whatever
    the case file says."""
    fact = next((one for one in scene.case.facts if one.id == name), None) if scene.case else None
    every = [one.text for one in spans(fact.answer)] if fact else []
    wanted = " ".join(fact.told(question)) if fact else ""
    for turn in scene.view.transcript.turns:
        if turn.speaker != "interviewer" or name not in turn.facts or not wanted:
            continue
        if any(one in turn.text for one in every):
            break
        told = [one.text for one in spans(turn.text) if not one.text.endswith("?")]
        vectors = scene.listener.embedder.encode([wanted, *told])
        near = vectors[1:] @ vectors[0]
        if told and len(turn.facts) == 1 and float(near.max()) >= settings().told_alike:
            return told[int(near.argmax())]
    return wanted


def last_given(scene: Situation) -> str:
    """The first of the facts that the last turn gave, in its words; empty without one."""
    turns = [turn for turn in scene.view.transcript.turns if turn.speaker == "interviewer"]
    if not turns or not turns[-1].facts:
        return ""
    answer = next((one.answer for one in scene.case.facts if one.id == turns[-1].facts[0]), "") if scene.case else ""
    said = [one.text for one in spans(answer) if one.text in turns[-1].text]
    return " ".join(said) or as_given(scene, turns[-1].facts[0], answer)


def _in_doubt(questions: list[Heard]) -> Heard | None:
    """The first question that two facts are both likely to answer."""
    sure = settings().sure_doubt
    return next((one for one in questions if not one.id and len(one.between) > 1 and one.score >= sure), None)


def unsure(scene: Situation) -> Proposal | None:
    """When a question lies between two facts, which one was meant."""
    doubtful = _in_doubt(waiting(scene))
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


# -- meta ------------------------------------------------------------------------------------------------
# Rules for talk about the interview itself.


_BESIDE = frozenset({MoveKind.META, MoveKind.LET_GO_ON, MoveKind.REDIRECT, MoveKind.HINT})
"""What asks nothing of the design, question mark or not: 'How do you go on?'"""
_HELLO = r"(?:hi|hello|hey|good (?:morning|afternoon|evening))\b"


def complains(scene: Situation) -> Proposal | None:
    """Who was asked twice, or not answered, is met with an apology and may go on."""
    found = scene.wants(Intent.NOT_ANSWERED, Intent.ASKED_ALREADY)
    return scene.turn(MoveKind.META, f"meta.{found}") if found else None


def last_question(scene: Situation) -> str:
    """The last thing that the interviewer asked of the design, in the same words; empty without one.

    What it said of the interview itself, to help along or to hand the word back, is passed over.
    """
    for turn in reversed(scene.view.transcript.turns):
        if turn.speaker != "interviewer" or (turn.move and turn.move.kind in _BESIDE):
            continue
        asks = is_complete if turn.move and turn.move.kind is not MoveKind.OPEN else re.compile(r"\?$").search
        asked = [one for one in _several_sentences(scene) if one in turn.text]
        asked = asked or [one.text for one in spans(turn.text) if asks(one.text)][-1:]
        if asked:
            return max(asked, key=len)
    return ""


def _several_sentences(scene: Situation) -> list[str]:
    """All that may be asked in more than one sentence: its question alone would mean nothing."""
    case, slug = scene.case, scene.view.transcript.case
    return [
        *(one.ask for one in scene.bank.entries),
        *(probe for one in scene.knowledge.every_signal(slug).values() for probe in one.probes),
        *(flag.challenge for flag in scene.knowledge.red_flags(slug)),
        *(one.say for one in (case.pushbacks if case else [])),
        *(one.ask for own in (case.situations if case else {}).values() for one in own.values()),
        *(ask for own in subjects().values() for one in own for ask in one.asks),
    ]


def about_the_question(scene: Situation) -> Proposal | None:
    """Say that again; what do you mean; why do you ask."""
    found = scene.wants(Intent.WHAT_MEANT, Intent.REPEAT, Intent.WHY_ASK)
    of_a_word = found is None and asks_what_a_word_means(scene)
    if of_a_word:
        found = Intent.WHAT_MEANT
    if found is None:
        return None
    if found is Intent.WHY_ASK:
        return scene.turn(MoveKind.META, "meta.why_ask")
    of_a_fact = scene.state.last_move is MoveKind.ANSWER and not of_a_word and "question" not in scene.text
    if of_a_fact and (fact := last_given(scene)):
        return scene.turn(MoveKind.META, "meta.fact_again", fact=fact)
    question = last_question(scene)
    if not question:
        return scene.turn(MoveKind.META, "meta.nothing_asked")
    if found is Intent.REPEAT:
        return scene.turn(MoveKind.META, "meta.repeat", question=question)
    if of_a_word:
        return scene.turn(MoveKind.META, "meta.what_meant_word")
    if quote := _hangs_on(scene, question):
        return scene.turn(MoveKind.META, "meta.what_meant_about", quote=quote, question=question)
    return scene.turn(MoveKind.META, "meta.what_meant", question=question)


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
    if scene.just_said(scene.intents.get(Intent.TIME_LEFT, "")) and Intent.TIME_LEFT in scene.intents:
        found = Intent.TIME_LEFT  # whatever else is asked beside it
    match found:
        case Intent.TIME_LEFT:
            return scene.turn(MoveKind.META, "meta.time_left", minutes=scene.minutes_left())
        case Intent.HOW_AM_I if scene.words < settings().substantial or scene.state.left < 60 * settings().last_minutes:
            asked = last_question(scene) if scene.words <= settings().design_from else ""
            stands = asked and asked in "".join(scene.state.said[-1:])
            then = f" {scene.voice.say('meta.stands')}" if stands else ""
            return scene.propose(MoveKind.META, scene.voice.say("meta.how_am_i") + then)
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
