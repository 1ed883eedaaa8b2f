"""What a turn asks for or announces, from the words that show it. Pure; the words are data."""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import cache

import numpy as np

from interviewer import Step
from interviewer.config import data_beside
from interviewer.knowledge.embeddings import Embedder, Vectors
from interviewer.listening import thresholds
from interviewer.text import Span, without_fillers


class Intent(StrEnum):
    """What a turn wants of the interviewer, or does with the interview."""

    MANIPULATE = "manipulate"
    """Orders to the interviewer, fishing for its instructions or for a mark."""
    ABUSE = "abuse"
    OFF_TOPIC = "off_topic"
    TIME_LEFT = "time_left"
    REPEAT = "repeat"
    WHAT_MEANT = "what_meant"
    WHY_ASK = "why_ask"
    HOW_AM_I = "how_am_i"
    FOLLOWS = "follows"
    """Only asks whether they are understood."""
    ASKED_ALREADY = "asked_already"
    NOT_ANSWERED = "not_answered"
    SMALL_TALK = "small_talk"
    DRAW = "draw"
    NEED_TIME = "need_time"
    DONT_KNOW = "dont_know"
    ASK_HINT = "ask_hint"
    MAY_I = "may_i"
    """Asks leave for what they will do next."""
    ASSUMES = "assumes"
    """Asks whether something may be assumed."""
    SEEK_SOLUTION = "seek_solution"
    """Asks the interviewer for the design."""
    HAND_OVER = "hand_over"
    """Leaves it to the interviewer what comes next."""
    FINISHED = "finished"
    END = "end"
    """Wants the interview to end."""
    ABOUT_US = "about_us"
    DEFER = "defer"
    CONTINUE = "continue"
    """Announces what they do next."""
    GOES_TO = "goes_to"
    """Says which step they go to."""


OF_THE_INTERVIEWER = frozenset({
    Intent.TIME_LEFT, Intent.REPEAT, Intent.WHAT_MEANT, Intent.WHY_ASK, Intent.HOW_AM_I, Intent.FOLLOWS,
    Intent.ASKED_ALREADY, Intent.NOT_ANSWERED, Intent.SMALL_TALK, Intent.DRAW, Intent.NEED_TIME, Intent.ASK_HINT,
    Intent.MAY_I, Intent.HAND_OVER, Intent.END,
})  # fmt: skip
"""What is asked of the interviewer as a person: such a sentence asks for no fact of the problem."""
SHORT = 25
_ONLY_SHORT = {Intent.NEED_TIME, Intent.DONT_KNOW, Intent.REPEAT, Intent.WHAT_MEANT}
_LAST_WORDS = {Intent.FINISHED, Intent.END}
"""Who takes leave or is through says so last, however much comes before it."""

_QUESTION_WORDS = re.compile(
    r"\b(?:how (?:many|much|big|fast|long|often|fresh|large|old|quickly|soon|rare|about|do|does|would|should|is|are)|"
    r"what(?:'s| is| are| do| does| kind| sort| counts| about| happens| would| can)|"
    r"which|who(?:'s| is)?|(?:where|when) (?:do|does|is|are|should|can|will)|"
    r"(?:do|does|did|are|is|was|can|could|may|should|have|has) (?:we|you|they|the|there|it|users?|i|this|that|"
    r"these|people)|"
    r"any (?:limit|constraint|budget|requirement|idea))\b",
    re.IGNORECASE,
)
_CONDITIONAL = re.compile(
    r"\b(?:that|whether|if|depends on|know|see|check|decide|tells?|about|of|measure|log|count|"
    r"i|we|they|you|people|(?:each|every|per) \w+)\s+$",
    re.IGNORECASE,
)
_CLAUSE_START = re.compile(
    r"(?:^|[,;]|\b(?:and|so|but|or|then|um|uh|okay|well|also|now)|\b(?:how|what|which|where)(?: \w+){0,2})\s*$",
    re.IGNORECASE,
)
"""'is there' asks where a clause begins; 'the label is there' states."""
_WONDERS = re.compile(
    r"\b(?:tell me|(?:want|like|need|love) to (?:know|ask)|curious|wonder(?:ing)?|question is|ask(?: you)?)"
    r"(?: about)?\s*$",
    re.IGNORECASE,
)
_ASKS_INDIRECTLY = re.compile(
    r"\b(?:i(?:['’]d| would)?(?: just| also| first)* (?:like|love|want) to (?:know|ask|understand)|"
    r"i(?:['’]m| am| was)?(?: just| also)* (?:curious|wonder(?:ing)?)|i (?:mean|meant|was asking)|"
    r"(?:(?:can|could|would|may|might|if) (?:you|i)|you could)\b[^.?!]{0,40}\b(?:tell me|ask|know))"
    r"(?: you| about| first|,)* (?:how|what|which|who|where|when|why|whether|if)\b",
    re.IGNORECASE,
)
"""'I'd like to know how many there are.'"""
_PLANS = re.compile(
    r"\b(?:i|we)(?:['’]d|['’]ll| would| will)\b|"
    r"\b(?:i|we|you)(?:['’]d| would| could)?(?: then| also| just)? (?:look at|measure|count|track|compare|watch)\b",
    re.IGNORECASE,
)
_INVERTED = re.compile(
    r"\b(?:do|does|did|is|are|was|were|can|could|should|will|would|have|has) "
    r"(?:we|you|they|there|the|it|users?|people|i|this|that|our|your)\b",
    re.IGNORECASE,
)
"""A verb before its subject, as in a question."""
_ANEW = re.compile(r"(?:^|[;:]|\b(?:and|so|but|or|then|also|um|uh))\s*$", re.IGNORECASE)
"""Where 'which' asks; after other words it goes on."""
_OPENS_QUESTION = re.compile(
    r"^(?:(?:and|so|but|okay|ok|then|also|well|um|uh)\W+)*"
    r"(?:(?:is|are|does|did|was|can|could|should|may|must|will|has) (?!be\b)\w+|"
    r"do (?:we|you|they|i|users?|people|the)\b|"
    r"what (?:if|share|has|can|could|should)\b|what(?:'?s)? the\b|whats\b|who (?:is|are|does|has|\w+s)\b)",
    re.IGNORECASE,
)
_DICTATED = re.compile(
    r"^(?:(?:and|so|but|also|okay|ok)\W+)*(?:"
    r"(?:how (?:many|much|big|fast|often|long)|what|which|who|when|where)\b(?! (?:i|we|you|they|it)\b)(?: \w+){0,3}? "
    r"(?:do|does|did|is|are|can|could|should) (?:we|you|they|there|i|the|it|each|a|our|users?)\b(?: [\w-]+){0,4}|"
    r"what counts as (?:\w+ ?){1,3}|how (?:many|much|big|fast|often|long)(?: \w+){0,4}, i (?:suppose|guess))\.$",
    re.IGNORECASE,
)
"""A short question that was written down with a full stop: 'What can we do besides block.'"""
_TERSE = 9
_TERSE_QUESTION = re.compile(
    r"\bor\b|^(?:and |so )?(?:latency|scale|qps|dau|mau|throughput|traffic|budget|privacy|freshness)\W*$|"
    r"^(?:(?:and|so|but|okay|ok|also)\W+)*"
    r"(?:how|what|which|who|where|when|why|is|are|do|does|did|can|may|will)\b"
    r"(?! (?:i|we)(?:['’]d|['’]ll| would| will)\b)",
    re.IGNORECASE,
)
"""In a turn of a few words: 'bikes or cars', 'latency', 'is the title reliable'."""
_ASKING = r"(?:how|what|whats|which|do|does|is|are|can|could|should|who|where|when|why|number of|may|will)\b"
_PARTS = re.compile(
    rf"[?;]\s*|,?\s+and\s+(?:then\s+|also\s+)?(?={_ASKING})|,\s+(?=(?:and\s+)?{_ASKING})", re.IGNORECASE
)


@cache
def _patterns() -> dict[Intent, re.Pattern[str]]:
    data = data_beside(__file__, "intents.yaml")
    return {Intent(name): re.compile("|".join(f"(?:{one})" for one in ones), re.I) for name, ones in data.items()}


def intents(pieces: Sequence[Span]) -> list[tuple[Intent, Span]]:
    """The intents of a turn, each with the first sentence that shows it."""
    words = sum(len(piece.text.split()) for piece in pieces)
    found = []
    for name, pattern in _patterns().items():
        if name in _ONLY_SHORT and words > SHORT:
            continue
        for piece in pieces[-3:] if name in _LAST_WORDS and words > SHORT else pieces:
            if pattern.search(piece.text.replace("’", "'")):
                found.append((name, piece))
                break
    return found


def questions(pieces: Sequence[Span]) -> list[Span]:
    """The sentences that ask something, with or without a question mark, as captions have none."""
    alone = sum(len(piece.text.split()) for piece in pieces) <= _TERSE
    found: list[Span] = []
    for before, piece in zip([None, *pieces], pieces, strict=False):
        goes_on = before in found and _ALSO_ASKS.match(piece.text) and not _PLANS.search(piece.text)
        if goes_on or _asks(piece.text, alone):
            found.append(piece)
    return found


_ALSO_ASKS = re.compile(
    r"(?:and|then|also|plus)\b[^.?!]{0,60}\b"
    r"(?:how (?:many|much|big|large|fast|often|long|quickly|soon)|which|what|size|scale|numbers?)\b[^.?!]{0,80}\.$",
    re.IGNORECASE,
)
"""'And then the size, and how many one person sees.' after a question asks as well."""


def _asks(text: str, alone: bool) -> bool:
    if text.rstrip(" \"')").endswith("?") or _ASKS_INDIRECTLY.search(text) or _wanted(text):
        return True
    if re.search(r"[.!]$", text):
        return _DICTATED.match(text) is not None
    bare = without_fillers(text)
    if _OPENS_QUESTION.match(bare) or (alone and _TERSE_QUESTION.search(bare)):
        return True
    # a filler begins a clause where nothing else does
    begun = [(way, match.start()) for way in (bare, text) for match in _QUESTION_WORDS.finditer(way)]
    return any(_begins_clause(way[:at], way[at:]) for way, at in begun)


def _begins_clause(before: str, rest: str) -> bool:
    """Whether a question may begin with the rest, after these words: 'features which have been' only goes on."""
    if _WONDERS.search(before):
        return True
    if _PLANS.search(before) and not _INVERTED.search(rest):
        return False  # 'I'd count visits and how many leave' plans
    if len(before.split()) > _TERSE and _SIZE.match(rest) and not _INVERTED.search(rest):
        return False  # 'offline the AUC per class, online the prevalence, how much of it people actually see' explains
    if rest.lower().startswith(("which", "who")):
        return bool(_ANEW.search(before))
    return not _CONDITIONAL.search(before) and bool(_CLAUSE_START.search(before))


_SIZE = re.compile(r"how (?:much|many|often|long|fast)\b(?: [\w'-]+){4,}", re.IGNORECASE)
"""With so many words behind it, and no verb before its subject, it goes on rather than asks."""


_WANTS = re.compile(
    r"\b(?:i(?:['’]d| would)? (?:want|need|like)|tell me|give me)(?: to (?:know|have|ask(?: about)?)| about)? ",
    re.IGNORECASE,
)


def _wanted(text: str) -> list[str]:
    """What somebody says that they need to know: 'I'd want objective, scale, latency and surface' names four."""
    match = _WANTS.search(text)
    items = re.split(r",\s*(?:and\s+)?|\s+and\s+", text[match.end() :].strip(" .!")) if match else []
    return items if len(items) > 2 and all(0 < len(one.split()) < 4 for one in items) else []


def clauses(question: str) -> list[str]:
    """The questions that a compound one holds: 'how many users and videos, and how fast?' holds three."""
    question = _ASKS_ON.sub("", _SUPPOSED.sub("", question))
    if wanted := _wanted(question) or _named(question):
        return wanted
    found: list[str] = []
    for piece in _PARTS.split(question):
        piece = re.sub(r"^(?:and|so|also)\s+", "", piece.strip(" ,."), flags=re.IGNORECASE)
        if found and _GOES_ON.match(piece) and is_question(found[-1]):
            found[-1] = f"{found[-1]}, {piece}"
        elif re.search(r"\w", piece):
            found += _listed(piece)
    return found or [question]


def _named(question: str) -> list[str]:
    """What a question of mere names asks for: 'Volume, latency, and the fraud rate?' names three."""
    bare = _WHAT_IS.sub("", question)
    named = _HEADED.sub("", bare).strip(" .?")
    if not question.rstrip().endswith("?") and named == bare.strip(" .?"):
        return []
    items = re.split(r",\s*(?:and\s+)?|\s+and\s+", named)
    short = all(0 < len(one.split()) < 5 and not re.match(_ASKING, one, re.IGNORECASE) for one in items)
    return items if short and len(items) > 2 and not _VERBS.search(question) else []


_GOES_ON = re.compile(r"(?:where|when) (?:i|we|you|they|it|he|she|people|somebody|someone|users?)\b", re.IGNORECASE)
"""'What's worse, when we're late or when we're early?' asks one thing."""
_SUPPOSED = re.compile(r",? (?:i (?:suppose|guess)|of course|please)\W*$", re.IGNORECASE)
_ASKS_ON = re.compile(
    r",?\s+(?:and )?(?:then )?(?:the |my )?(?:first|second|third|next|other|last) (?:thing|question|one)"
    r"(?: (?:i'd|i would|i) (?:ask|want|have|like to (?:ask|know)))?(?: is)?\W*$",
    re.IGNORECASE,
)
"""'… and then the second thing I'd ask is', where captions were cut."""
_WHAT_IS = re.compile(
    r"^(?:(?:and|so|okay|ok|then)\W+)*(?:what(?:['’]s| is| are| about) (?:the |our |your )?)?", re.IGNORECASE
)
_HEADED = re.compile(r"^\w+:\s+")
"""'Sizes: daily users, posts per load, latency?'"""
_VERBS = re.compile(r"\b(?:or|i|we|you|they|it|that|has|have|does|do|can)\b", re.IGNORECASE)


def states(clause: str) -> bool:
    """Whether a part of a question only leads up to it: 'I think that's my design, what would you like to hear?'"""
    return re.match(r"(?:i|we)(?:['’](?:d|ll|ve|m|re))? ", clause, re.IGNORECASE) is not None and not is_question(
        clause
    )


_TAGGED_ON = re.compile(
    r"^(?:(?:do|can|could|would) you (?:have (?:an|any) idea|(?:happen to )?know|think|mind|mean|want|tell me|say)"
    r"(?: that| this| it)?$|(?:where|which|who|what|how) (?:i|we)\b)",
    re.IGNORECASE,
)
"""'…, do you have an idea?' and '…, where I'd need a scanner' ask nothing more."""


def is_question(clause: str) -> bool:
    """Whether a part of a compound question asks something itself: 'how old are they', not 'when you say similar'."""
    asks = _INVERTED.search(clause) or re.match(r"(?:how|what|whats|which|who|where|why)\b", clause, re.IGNORECASE)
    return bool(asks) and not _TAGGED_ON.search(clause)


def says_anew(clause: str) -> bool:
    """Whether a part of a question most likely says the one before in other words: '…, why do we want it?', or what is
    asked of it: 'the posts from pages, is that a fixed share?'"""
    short = len(clause.split()) <= _TERSE // 2 + 1
    return bool(_OF_IT.match(clause) or (short and _ENDS_WITH_IT.search(clause)))


_ENDS_WITH_IT = re.compile(r"\b(?:it|that|this)$", re.IGNORECASE)
_OF_IT = re.compile(r"(?:is|are|was|does|do|can|may) (?:it|that|this|they|those|these)\b", re.IGNORECASE)


def _listed(piece: str) -> list[str]:
    """'how many users and videos' asks 'how many users' and 'how many videos'; 'talking, users and videos' likewise."""
    counted = re.fullmatch(r"(.*?\b(?:how many|number of)) (\w+) and (\w+)( .*)?", piece, re.IGNORECASE)
    if counted:
        ask, first, second, rest = counted.groups()
        return [f"{ask} {first}{rest or ''}", f"how many {second}{rest or ''}"]
    trailing = re.fullmatch(r"(.*?), (\w+) and (\w+)", piece)
    if trailing and re.search(r"\bhow (?:big|large|many|much)\b", piece, re.IGNORECASE):
        return [f"how many {trailing[2]}", f"how many {trailing[3]}"]
    return [piece]


# -- requests --------------------------------------------------------------------------------------------
# What a candidate asks of the interviewer as a person: time left, say that again, a moment to think, the end.
# By likeness to exemplars and by words that show it; both are data (``data/requests.yaml``, ``data/intents.yaml``).


_NOTHING = "nothing"


@cache
def _exemplars() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names and the sentences, row by row."""
    data = data_beside(__file__, "requests.yaml")
    rows = [(name, text) for name, texts in data.items() for text in texts]
    return tuple(name for name, _ in rows), tuple(text for _, text in rows)


def texts() -> tuple[str, ...]:
    """All exemplars, for whoever keeps their vectors."""
    return _exemplars()[1]


def requests(
    pieces: Sequence[Span], vectors: Vectors, problem: Sequence[Vectors], embedder: Embedder
) -> list[tuple[Intent, Span]]:
    """The requests among the sentences, in order; ``problem`` holds what the case's sentences sound like."""
    at = thresholds().request
    names, known = _exemplars()
    near = vectors @ embedder.encode(known).T
    own = np.array([name == _NOTHING for name in names])
    about = np.max([(vectors @ rows.T).max(1) for rows in problem if len(rows)] or [np.zeros(len(pieces))], axis=0)
    found = []
    for row, piece in enumerate(pieces):
        if len(piece.text.split()) > at.longest or row < len(pieces) - at.last:
            continue
        best = int(np.argmax(np.where(own, -1.0, near[row])))
        likeness = float(near[row, best])
        clear = likeness >= max(near[row][own].max() + at.over_nothing, about[row] - at.over_problem)
        if likeness >= at.alike and clear:
            found.append((Intent(names[best]), piece))
    return found


# -- announcements ---------------------------------------------------------------------------------------
# What a speaker says they will talk about next: "for monitoring I'd watch …", "let's move on to data", "Serving: …".
# People who draw aloud or wander name the subject more often than they stay near its usual words.


_ASIDE = re.compile(r"^[^a-z]+|(?<=[a-z]),(?= (?:so|then|for|on|let|what|now)\b)")


@cache
def _announcing() -> dict[Step, re.Pattern[str]]:
    data = data_beside(__file__, "announcements.yaml")
    start = rf"^(?:(?:{data['openers']}),? )*(?:{_either(data['leads'])}) (?:(?:the|my|our|an?) )?"
    end = rf"(?: (?:{data['after']}))?(?=[,:;.?!]|$| (?:{data['then']})\b)"
    heading = rf"^(?:(?:{data['openers']}),? )*(?:(?:the|my|our) )?"
    found = {}
    for step in Step:
        subjects = _either(data["subjects"][step.value])
        ways = [f"{start}(?:{subjects}){end}", f"{heading}(?:{subjects}) ?(?=[:\u2013\u2014])"]
        if step.value in data["says"]:
            ways.append(rf"\b(?:{data['says'][step.value]})\b")
        found[step] = re.compile("|".join(ways))
    return found


def _either(folded: str) -> str:
    """A folded YAML list of ways without the spaces of its line breaks."""
    return folded.replace("| ", "|")


def announced(text: str) -> Step | None:
    """The step that a sentence announces, if exactly one."""
    said = _ASIDE.sub("", without_fillers(text).lower().replace("\u2019", "'"))
    steps = [step for step, pattern in _announcing().items() if pattern.search(said)]
    return steps[0] if len(steps) == 1 else None


@cache
def _naming() -> dict[Step, re.Pattern[str]]:
    subjects = data_beside(__file__, "announcements.yaml")["subjects"]
    return {step: re.compile(rf"\b(?:{_either(subjects[step.value])})\b", re.IGNORECASE) for step in Step}


def steps_named(text: str) -> list[Step]:
    """The steps whose subjects a sentence names, in its order: "the evaluation or the serving"."""
    places = {step: found.start() for step, pattern in _naming().items() if (found := pattern.search(text))}
    return sorted(places, key=lambda step: places[step])
