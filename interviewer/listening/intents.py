"""What a candidate's turn asks of the interviewer, from the words that show it. Pure; the words are data."""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

from interviewer.text import Span, without_fillers

_DATA = Path(__file__).parent / "data" / "intents.yaml"


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


OF_THE_INTERVIEWER = frozenset(
    {
        Intent.TIME_LEFT,
        Intent.REPEAT,
        Intent.WHAT_MEANT,
        Intent.WHY_ASK,
        Intent.HOW_AM_I,
        Intent.FOLLOWS,
        Intent.ASKED_ALREADY,
        Intent.NOT_ANSWERED,
        Intent.SMALL_TALK,
        Intent.DRAW,
        Intent.NEED_TIME,
        Intent.ASK_HINT,
        Intent.MAY_I,
        Intent.HAND_OVER,
        Intent.END,
    }
)
"""What is asked of the interviewer as a person: such a sentence asks for no fact of the problem."""
SHORT = 25
_ONLY_SHORT = {Intent.NEED_TIME, Intent.DONT_KNOW, Intent.REPEAT, Intent.WHAT_MEANT}
_LAST_WORDS = {Intent.FINISHED, Intent.END}
"""Who takes leave or is through says so last, however much comes before it."""

_QUESTION_WORDS = re.compile(
    r"\b(?:how (?:many|much|big|fast|long|often|fresh|large|old|quickly|soon|rare|about|do|does|would|should|is|are)|"
    r"what(?:'s| is| are| do| does| kind| sort| counts| about| happens| would| can)|which|who(?:'s| is)?|"
    r"where (?:do|does|is|are)|when (?:do|does|is|are)|"
    r"(?:do|does|did|are|is|was|can|could|may|should|have|has) (?:we|you|they|the|there|it|users?|i|this|that|"
    r"these|people)|"
    r"any (?:limit|constraint|budget|requirement|idea))\b",
    re.IGNORECASE,
)
_CONDITIONAL = re.compile(
    r"\b(?:that|whether|if|depends on|know|see|check|decide|tells?|about|of|measure|log|count|"
    r"i|we|they|you|people)\s+$",
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
_ANEW = re.compile(r"(?:^|[;:]|\b(?:and|so|but|or|then|also))\s*$", re.IGNORECASE)
"""Where 'which' asks; after other words it goes on."""
_OPENS_QUESTION = re.compile(
    r"^(?:(?:and|so|but|okay|ok|then|also|well|um|uh)\W+)*"
    r"(?:(?:is|are|does|did|was|can|could|should|may|must|will|has) (?!be\b)\w+|"
    r"do (?:we|you|they|i|users?|people|the)\b|"
    r"what (?:if|share|has|can|could|should)\b|what(?:'?s)? the\b|whats\b|who (?:is|are|does|has|\w+s)\b)",
    re.IGNORECASE,
)
_TERSE = 9
_TERSE_QUESTION = re.compile(
    r"\bor\b|^(?:and |so )?(?:latency|scale|qps|dau|mau|throughput|traffic|budget|privacy|freshness)\W*$", re.IGNORECASE
)
"""In a turn of a few words: 'bikes or cars', 'latency'."""
_ASKING = r"(?:how|what|whats|which|do|does|is|are|can|could|should|who|where|when|why|number of|may|will)\b"
_PARTS = re.compile(rf"[?;]\s*|,?\s+and\s+(?={_ASKING})|,\s+(?=(?:and\s+)?{_ASKING})", re.IGNORECASE)


@cache
def _patterns() -> dict[Intent, re.Pattern[str]]:
    data: dict[str, list[str]] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
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
    return [piece for piece in pieces if _asks(piece.text, alone)]


def _asks(text: str, alone: bool) -> bool:
    if text.rstrip(" \"')").endswith("?"):
        return True
    if re.search(r"[.!]$", text):
        return False
    bare = without_fillers(text)
    if _OPENS_QUESTION.match(bare) or (alone and _TERSE_QUESTION.search(bare)):
        return True
    return any(_begins_clause(text[: match.start()], match[0]) for match in _QUESTION_WORDS.finditer(text))


def _begins_clause(before: str, word: str) -> bool:
    """Whether a question may begin with the word after these: 'features which have been' only goes on."""
    if _WONDERS.search(before):
        return True
    if word.lower().startswith(("which", "who")):
        return bool(_ANEW.search(before))
    return not _CONDITIONAL.search(before) and bool(_CLAUSE_START.search(before))


def clauses(question: str) -> list[str]:
    """The questions that a compound one holds: 'how many users and videos, and how fast?' holds three."""
    found: list[str] = []
    for piece in _PARTS.split(question):
        piece = re.sub(r"^(?:and|so|also)\s+", "", piece.strip(" ,."), flags=re.IGNORECASE)
        if re.search(r"\w", piece):
            found += _listed(piece)
    return found or [question]


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
