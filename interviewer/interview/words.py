"""What words say and may not say: patterns, figures, what no turn of an interviewer's may hold, and what the rules say.

Pure; which wording is taken depends on the transcript alone.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from interviewer import Manner, Step
from interviewer.config import data_beside
from interviewer.interview import settings, steps, thresholds
from interviewer.knowledge import Knowledge
from interviewer.knowledge.validate import has_term as says_term
from interviewer.text import spans, stem, stems


@cache
def patterns(file: str) -> dict[str, re.Pattern[str]]:
    """The patterns of a data file, those of one name joined; case does not matter and ``^`` is a line's start."""
    data = data_beside(__file__, f"{file}.yaml")
    return {name: re.compile("|".join(f"(?:{one})" for one in ones), re.I | re.M) for name, ones in data.items()}


@lru_cache(maxsize=8192)  # the state is folded anew each turn
def says(name: str, text: str) -> bool:
    """Whether the text shows what the name of ``phrases.yaml`` stands for; apostrophes may be curly."""
    return patterns("phrases")[name].search(text.replace("’", "'")) is not None


def said_times(name: str, text: str) -> int:
    """How many of the different words that the name of ``phrases.yaml`` stands for the text has."""
    return len({one[0].lower() for one in patterns("phrases")[name].finditer(text.replace("’", "'"))})


# -- numbers ---------------------------------------------------------------------------------------------
# Reads figures out of talk: '500 million', '5.8k', 'two thousand', 'forty-five', '0.1 %'. Pure.


_AT = thresholds().figures

_NAMES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen"""
_UNITS = {word: value for value, word in enumerate(_NAMES.split())}
_TENS = {
    word: 10 * (2 + index)
    for index, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())  # noqa: SIM905
}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9}
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+", re.IGNORECASE)


def _digits(word: str) -> float:
    plain = word.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", word) else word.replace(",", ".")
    try:
        return float(plain)
    except ValueError:  # a version or a date: 1.2.3
        return float(re.sub(r"\D", "", word)[:15])


def figures(text: str) -> list[float]:
    """The figures of a text in their order, number words and scales put together; 'a' and 'half' are none."""
    found: list[float] = []
    whole: float | None = None
    part = 0.0
    for match in _WORD.finditer(text.lower()):
        word = match[0]
        if word[0].isdigit():
            if whole is not None:
                found.append(whole + part)
            whole, part = 0.0, _digits(word)
        elif word in _UNITS or word in _TENS:
            value = float(_UNITS.get(word, _TENS.get(word, 0)))
            joins = whole is not None and (part % 100 == 0 or (part % 10 == 0 and part % 100 >= 20 and value < 10))
            if whole is not None and not joins:
                found.append(whole + part)
                whole, part = None, 0.0
            whole, part = whole or 0.0, part + value
        elif word in _SCALES and (whole is not None or len(word) > 2):
            value = (part or 1.0) * _SCALES[word]
            whole, part = (whole or 0.0, value) if word == "hundred" else ((whole or 0.0) + value, 0.0)
        elif whole is not None and word != "and":
            found.append(whole + part)
            whole, part = None, 0.0
    if whole is not None:
        found.append(whole + part)
    return found


def unknown(said: Iterable[float], known: Iterable[float]) -> list[float]:
    """The figures that are neither small nor near to a known one, also as a share of a hundred."""
    base = list(known)
    return [
        one
        for one in said
        if one > _AT.small
        and not any(abs(one - other) <= _AT.near * max(one, other) for other in base)
        and not any(abs(one / 100 - other) <= _AT.near * other for other in base if other < 1)
    ]


# -- words -----------------------------------------------------------------------------------------------
# What an interviewer's words may not do wherever they stand, and what tells two of them apart. Pure.
#
# The patterns are ``data/forbidden.yaml`` and ``data/guardrails.yaml``; ``problems`` checks a turn by its words
# alone.


_WORDS_AT = thresholds().wording

MOST_WORDS = _WORDS_AT.most_words
_REMEMBERED = 8192
"""Texts whose faults are remembered: the wording and the questions of several cases."""
_NODS = re.compile(
    r"\b(?:right|okay|ok|got it|noted|all right|alright|i see|sure|so|yes|yeah|um|uh|ha|h?m+|mm-hm)\b", re.I
)
_JOINS = re.compile(r"^(?:(?:and|so|but|then|okay|ok|right|now|hm+|well)\s+)+")
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')
_LETTERS = re.compile(r"\b[b-hj-z](?: [a-z])+\b", re.IGNORECASE)
_ANY_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")
_ENGLISH = frozenset(
    """the a an of to and in is it you that what how which would do does for on with when who where why your this if at
    by from we us go not but be are have has can there one so no yes okay any about over back out more some people
    they their i me my all up than then just into these those them new only still after before each its own against
    every our were had did been will could should may much many same other very next last nothing two""".split()  # noqa: SIM905
)


@lru_cache(maxsize=64)
def all_terms(knowledge: Knowledge, slug: str) -> tuple[str, ...]:
    """The terms of a case's criteria."""
    return tuple(sorted({term for one in knowledge.every_signal(slug).values() for term in one.terms}))


@lru_cache(maxsize=64)
def secret_terms(knowledge: Knowledge, slug: str) -> tuple[str, ...]:
    """The terms that give a case's criteria away, without those that are ordinary words in an interviewer's mouth."""
    terms = frozenset(all_terms(knowledge, slug))
    return tuple(sorted(terms - _ordinary_terms(knowledge, terms)))


def _ordinary_terms(knowledge: Knowledge, terms: frozenset[str]) -> frozenset[str]:
    """Those that questions of the knowledge base use, that are listed as ordinary, or that are a mere figure."""
    own, listed = _wording(knowledge), patterns("guardrails")["ordinary"]
    return frozenset(
        term for term in terms if re.search(r"\d", term) or listed.match(term) or " ".join(_words(term)) in own
    )


def _words(text: str) -> list[str]:
    """Words without case, hyphens and plural endings."""
    return [word.removesuffix("s") for word in re.findall(r"[a-z0-9']+", text.lower())]


@cache
def _wording(knowledge: Knowledge) -> frozenset[str]:
    """Up to four words in a row of all questions in the knowledge base: none of them gives an answer away."""
    texts: list[str] = []
    for note in knowledge.framework.values():
        texts += [text for one in note.signals for text in (*one.probes, one.topic)]
    for case in knowledge.cases.values():
        texts += [text for own in case.signals.values() for one in own for text in (*one.probes, one.topic)]
        texts += [one.say for one in case.pushbacks] + [one.challenge for one in case.red_flags]
        texts += [case.brief, *(term.text for term in case.glossary)]
        texts += [text for fact in case.facts for text in (fact.answer, *fact.asks)]
    found: set[str] = set()
    for text in texts:
        words = _words(text)
        for length in range(1, _WORDS_AT.longest_term + 1):
            found.update(" ".join(words[start : start + length]) for start in range(len(words) - length + 1))
    return frozenset(found)


def problems(text: str, *, terms: Iterable[str] = (), candidate_said: str = "", said: Iterable[str] = ()) -> list[str]:
    """What is wrong with the words of a turn wherever it stands, each a name of a rule: ``empty``, ``long``,
    ``questions``, ``repeat``, ``leak: <term>`` and those of ``forbidden.yaml``."""
    found = [] if text.strip() else ["empty"]
    if len(text.split()) > MOST_WORDS:
        found.append("long")
    if without_quotes(text).count("?") > 1:
        found.append("questions")
    found += forbidden(text)
    if any(asked_before(one.text, said) for one in spans(text)):
        found.append("repeat")
    return found + [f"leak: {term}" for term in leaks(text, terms, candidate_said)]


def followup_problems(knowledge: Knowledge) -> list[str]:
    """What is wrong with the words of the follow-ups: each must pass wherever one of its statements is said."""
    found = []
    for name, entries in knowledge.followups.items():
        terms = secret_terms(knowledge, name)
        for index, one in enumerate(entries):
            wrong = problems(one.ask, terms=terms, candidate_said=" ".join(one.said))
            wrong += [] if is_complete(one.ask) else ["asks nothing"]
            found += [f"followups/{name}.yaml: {index}.ask: {rule} ({one.ask})" for rule in wrong]
    return found


@lru_cache(maxsize=_REMEMBERED)
def forbidden(text: str) -> tuple[str, ...]:
    """The rules of ``forbidden.yaml`` that a text breaks; what it quotes counts for lists only."""
    own = without_quotes(text).replace("’", "'")
    rules = patterns("forbidden").items()
    return tuple(rule for rule, pattern in rules if pattern.search(text if rule == "list" else own))


def without_quotes(text: str) -> str:
    """The text without what it quotes: the candidate's own words are not the interviewer's."""
    return _QUOTED.sub('""', text)


def leaks(text: str, terms: Iterable[str], candidate_said: str) -> list[str]:
    """The terms that the text says and that the candidate has not said."""
    told = _terms_in(without_quotes(text), tuple(terms))
    said = stems(candidate_said) if told else frozenset[str]()
    return [term for term in told if not was_named(term, candidate_said, said)]


@lru_cache(maxsize=_REMEMBERED)
def _terms_in(text: str, terms: tuple[str, ...]) -> tuple[str, ...]:
    """The terms that a text says: the rules weigh the same questions at every turn."""
    return tuple(term for term in terms if says_term(term, text))


def was_named(term: str, talk: str, known: frozenset[str]) -> bool:
    """Whether the talk says the term, or each of its words in another form ('calibrate' for 'calibrated')."""
    if says_term(term, talk) or says_term(term, _joined(talk)):
        return True
    words = [word for word in re.split(r"[\s-]+", term.lower()) if len(word) > 3]
    return bool(words) and all(stem(word) in known for word in words)


@lru_cache(maxsize=64)
def _joined(talk: str) -> str:
    """The talk with letters that captions set apart as one word: 'n d c g' is NDCG."""
    return _LETTERS.sub(lambda found: found[0].replace(" ", ""), talk)


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """A question without case, punctuation and quoted words, for finding repeats."""
    return re.sub(r"[^a-z0-9 ]+", "", without_quotes(text).lower()).strip()


def is_complete(text: str) -> bool:
    """Whether a turn asks for something: a question, or a request such as 'Walk me through one.' A case that is only
    posed ("Say it fails at noon.") asks nothing yet."""
    poses = patterns("guardrails")["poses"]
    return "?" in text or any(says("requests", one.text) and not poses.search(one.text) for one in spans(text))


def without_second(sentence: str) -> tuple[str, str]:
    """A question without the second thing asked in it, and what was cut off (empty when there was none)."""
    if "?" not in sentence:
        return sentence, ""
    match = patterns("guardrails")["stacked"].search(sentence)
    first = sentence[: match.start()].rstrip(" ,;-") if match else ""
    asks = bool(
        re.search(
            r"\b(?:how|what|which|where|when|who|whose|why|do|does|did|is|are|would|will|can|could|should)\b",
            first,
            re.I,
        )
    )
    if not match or not asks or len(first.split()) < 4:
        return sentence, ""
    return f"{first}?", sentence[match.start() :].strip()


def is_echo(sentence: str) -> bool:
    """Whether a sentence only gives a stray word back ('Right, the bunch.')."""
    rules, text = patterns("guardrails"), sentence.replace("’", "'")
    what = _NODS.sub(" ", text).strip(" ,.;:-!")
    return bool(what and rules["echo"].match(text)) and not rules["no_echo"].search(what)


def asked_before(sentence: str, said: Iterable[str]) -> bool:
    """Whether a question was asked before: in the same words, or with nearly the same content words."""
    if "?" not in sentence:
        return False
    own = _question(sentence)
    return any(own.same_as(_question(one.text)) for turn in said for one in spans(turn) if "?" in one.text)


def is_language(text: str, candidate: str) -> bool:
    """Whether the words are English, unless the candidate's are not either."""
    words = _ANY_WORD.findall(text.lower().replace("’", "'"))
    if len(words) < 10 or any(word.split("'")[0] in _ENGLISH for word in words):
        return True
    theirs = _ANY_WORD.findall(candidate.lower()[-2000:])
    return sum(word in _ENGLISH for word in theirs) < 0.1 * len(theirs)


@dataclass(frozen=True)
class _Question:
    """A question as it is compared with others."""

    plain: str
    content: frozenset[str]

    def same_as(self, other: "_Question") -> bool:
        if self.plain == other.plain and len(self.plain.split()) > 3:
            return True
        common = len(self.content & other.content)
        return min(len(self.content), len(other.content)) >= 4 and common >= _WORDS_AT.same * len(
            self.content | other.content
        )


@lru_cache(maxsize=_REMEMBERED)
def _question(sentence: str) -> _Question:
    return _Question(_JOINS.sub("", normal(sentence)), stems(without_quotes(sentence)))


def begins(text: str, pattern: str) -> bool:
    """Whether the text begins with the pattern, fillers aside."""
    return (
        re.match(rf"\W*(?:(?:um+|uh+|so|well|okay|ok|oh|ah|hm+|yeah)\W+)*?(?:{pattern})", text, re.IGNORECASE)
        is not None
    )


# -- choice ----------------------------------------------------------------------------------------------
# The wording of an interviewer that speaks without a model: never the same sentence twice while another is left.


@cache
def _occasions() -> dict[str, list[str]]:
    """The variants by occasion: ``meta.time_left``."""
    data = data_beside(__file__, "wording.yaml")
    steps, manner = data.pop("steps"), data.pop("manner")
    found = {f"{kind}.{name}": forms for kind, by_name in data.items() for name, forms in by_name.items()}
    found |= {f"manner.{name}": forms for name, forms in manner.items()}
    return found | {f"step.{name}": words["openers"] for name, words in steps.items()}


def occasions() -> frozenset[str]:
    """The names of all occasions, for the test that holds words and uses together."""
    return frozenset(_occasions())


@dataclass(frozen=True)
class WordChoice:
    """Chooses words in one interview, at one moment."""

    said: Sequence[str]
    """The interviewer's turns so far."""
    seed: str
    """What the choice depends on, beside what was said."""
    sound: Callable[[str], bool]
    """Whether a turn may be said at all."""

    def say(self, occasion: str, **slots: str) -> str:
        """A variant for the occasion, with its slots filled."""
        return self.choose([form.format(**slots) for form in _occasions()[occasion]])

    def forms(self, occasion: str) -> list[str]:
        """All variants for an occasion, slots and all."""
        return _occasions()[occasion]

    def opener(self, step: Step) -> str:
        """A question that opens a step."""
        return self.choose(steps()[step].openers)

    def choose(self, texts: Sequence[str]) -> str:
        """One of the texts: one that was never said before, else a few words, if there is one."""
        few = [text for text in texts if not self.says_again(text)]
        return next(iter(self.unsaid(texts) or self._turned(few or texts)))

    def says_again(self, text: str) -> bool:
        """Whether a question in it, or a sentence longer than ``longest_again``, was said before word for word."""
        long = [one.text for one in spans(text) if "?" in one.text or len(one.text.split()) > settings().longest_again]
        return any(normal(one) in self._before for one in long)

    def unsaid(self, texts: Sequence[str]) -> list[str]:
        """The texts of which no sentence was said before, begun at another one each time."""
        order, before = self._turned(texts), self._before
        whole = [
            text for text in order if not any(normal(one.text) in before for one in spans(text)) and self.sound(text)
        ]
        return whole or [text for text in order if normal(text) not in before and self.sound(text)]

    @cached_property
    def _before(self) -> frozenset[str]:
        """All that was said, turns and sentences."""
        return frozenset(normal(one) for turn in self.said for one in (turn, *(span.text for span in spans(turn))))

    def in_manner(self, text: str, manner: Manner, every: int) -> str:
        """The text after a phrase of the interviewer's manner, about one time in ``every``."""
        phrases = self.unsaid(_occasions()[f"manner.{manner.value}"])
        turn = int.from_bytes(hashlib.sha256(f"{self.seed}{len(self.said)}".encode()).digest()[:2]) % every
        return f"{phrases[0]} {text}" if phrases and turn == 0 and self.sound(f"{phrases[0]} {text}") else text

    def _turned(self, texts: Sequence[str]) -> list[str]:
        digest = hashlib.sha256(f"{self.seed}|{len(self.said)}|{texts[0]}".encode()).digest() if texts else b"\0\0"
        by = int.from_bytes(digest[:2]) % max(1, len(texts))
        return [*texts[by:], *texts[:by]]
