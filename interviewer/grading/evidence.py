"""Places and quotes: a transcript cut into numbered passages, a quote found again in it, words aimed at the grader.

    [12.1] candidate 14:32: So for the labels …
    [12.2] … and that is why I'd wait a week.

A turn of captions can hold half an interview, so a turn number alone locates nothing. A quote is looked for with case,
spacing, punctuation, fillers and stammers set aside; what is kept is the true substring of the turn.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache, cached_property

from interviewer.grading import thresholds
from interviewer.knowledge.embeddings import vocabulary
from interviewer.text import Span, runs, said_words, spans
from interviewer.transcript import Transcript, Turn

_AT = thresholds().quotes

_CLOSES = re.compile(r"[.!?%)\"”]+")
_PLACE = re.compile(r"(\d+)(?:\.(\d+))?")
_ELLIPSIS = re.compile(r"\s*(?:\.{3,}|…|\[[^\]]*\])\s*")


@dataclass(frozen=True)
class Excerpt:
    """A numbered piece of a turn: ``turns[turn].text[start:end]``."""

    turn: int
    number: int
    """From 1 within the turn; 0 when the turn is one passage."""
    start: int
    end: int

    @property
    def place(self) -> str:
        """``12.3``, or ``12`` where the turn is one passage."""
        return f"{self.turn}.{self.number}" if self.number else str(self.turn)


@dataclass(frozen=True)
class Quote:
    """A quote in its turn: ``text`` is exactly ``turns[turn].text[start:end]``."""

    turn: int
    start: int
    end: int
    text: str


def excerpts(transcript: Transcript) -> list[Excerpt]:
    """Every turn that holds words, long ones cut between sentences."""
    return [one for index, turn in enumerate(transcript.turns) if turn.text.strip() for one in _cut(index, turn)]


def _cut(index: int, turn: Turn) -> Iterator[Excerpt]:
    if turn.words <= _AT.longest_passage:
        yield Excerpt(index, 0, 0, len(turn.text))
        return
    begin, words, number = 0, 0, 1
    pieces = spans(turn.text)
    for at, piece in enumerate(pieces):
        words += len(piece.text.split())
        if at + 1 < len(pieces) and words >= _AT.longest_passage * 0.75:
            yield Excerpt(index, number, begin, pieces[at + 1].start)
            begin, words, number = pieces[at + 1].start, 0, number + 1
    yield Excerpt(index, number, begin, len(turn.text))


@dataclass
class Quotes:
    """Finds quotes in the candidate's turns, and counts those that nobody said."""

    transcript: Transcript
    found: int = 0
    dropped: list[str] = field(default_factory=list)

    @cached_property
    def passages(self) -> list[Excerpt]:
        """The numbered passages of both speakers."""
        return excerpts(self.transcript)

    @cached_property
    def _places(self) -> dict[tuple[int, int], Excerpt]:
        return {(passage.turn, passage.number): passage for passage in self.passages}

    @cached_property
    def _read(self) -> dict[int, list[Span]]:
        return {index: said_words(turn.text) for index, turn in self.transcript.candidate_turns()}

    def numbered(self, mark: Callable[[int], str] = lambda turn: "") -> str:
        """The transcript as a model gets it: a passage a line, with its number, speaker and time. ``mark`` gives a
        note on a turn."""
        lines = []
        for passage in self.passages:
            turn = self.transcript.turns[passage.turn]
            at = "" if turn.at is None else f" {int(turn.at // 60)}:{int(turn.at % 60):02d}"
            drawn = " (drawing)" if turn.mode == "drawn" else ""
            who = f" {turn.speaker}{at}{drawn}{mark(passage.turn)}:" if passage.number <= 1 else ""
            lines.append(f"[{passage.place}]{who} {' '.join(turn.text[passage.start : passage.end].split())}")
        return "\n".join(lines)

    def find(self, quote: str, place: str = "") -> Quote | None:
        """The quote in the candidate's words, first where it is said to be; None, and counted, when nobody said it."""
        hinted = self._hinted(place)
        order = sorted(self._read, key=lambda turn: (abs(turn - hinted.turn) if hinted else 0, turn))
        parts = [part for part in _ELLIPSIS.split(quote.strip(" \"'“”")) if part]
        if len(parts) == 2 and (whole := self._between(parts[0], parts[1], order, hinted)):
            self.found += 1
            return whole
        wanted = [word.text for word in said_words(max(parts, key=len, default=""))]
        least = max(_AT.run, round(len(wanted) * _AT.alike))
        for run in (len(wanted), least):
            if len(wanted) < _AT.shortest or run > len(wanted):
                continue
            for turn in order:
                found = self._in(turn, wanted, run, hinted)
                if found is not None:
                    self.found += 1
                    return found
        self.dropped.append(quote)
        return None

    def _between(self, first: str, last: str, order: Sequence[int], hinted: Excerpt | None) -> Quote | None:
        """The words of one turn from ``first`` to ``last``, both said there and near enough to be one thought."""
        begins, ends = ([word.text for word in said_words(part)] for part in (first, last))
        if min(len(begins), len(ends)) < _AT.shortest:
            return None
        for turn in order:
            start = self._in(turn, begins, len(begins), hinted)
            if start is None:
                continue
            words = self._read[turn]
            plain = [word.text for word in words]
            at = next(index for index, word in enumerate(words) if word.start == start.start)
            beyond = min(len(plain), at + _AT.longest)
            for stop in range(at + len(begins), beyond - len(ends) + 1):
                if plain[stop : stop + len(ends)] == ends:
                    return self._quote(turn, words[at].start, words[stop + len(ends) - 1].end)
        return None

    def _quote(self, turn: int, start: int, end: int) -> Quote:
        """With what closes the sentence."""
        text = self.transcript.turns[turn].text
        closing = _CLOSES.match(text, end)
        end = closing.end() if closing else end
        return Quote(turn, start, end, text[start:end])

    def _hinted(self, place: str) -> Excerpt | None:
        match = _PLACE.search(place)
        if match is None:
            return None
        turn, number = int(match[1]), int(match[2] or 0)
        own = [one for (index, _), one in self._places.items() if index == turn]
        return self._places.get((turn, number)) or (own[0] if own else None)

    def _in(self, turn: int, wanted: Sequence[str], run: int, hinted: Excerpt | None) -> Quote | None:
        """The run of words in a turn; of several the one nearest to the hinted passage."""
        words = self._read[turn]
        plain = [word.text for word in words]
        if run == len(wanted):
            starts, length = runs(plain, wanted), run
        else:
            match = SequenceMatcher(None, plain, wanted, autojunk=False).find_longest_match()
            starts, length = ([match.a], match.size) if match.size >= run else ([], 0)
        if not starts:
            return None
        wants = hinted.start if hinted and hinted.turn == turn else 0
        ends = hinted.end if hinted and hinted.turn == turn else 0
        at = min(starts, key=lambda one: (not wants <= words[one].start < max(ends, 1), one))
        return self._quote(turn, words[at].start, words[at + length - 1].end)

    def covered(self, where: str) -> list[Excerpt]:
        """The candidate's passages in a list of places and ranges such as ``3-8, 12.2-12.4``."""
        order = [(passage.turn, passage.number) for passage in self.passages]
        taken: dict[Excerpt, None] = {}
        for part in re.split(r"[,;]", where):
            ends = _PLACE.findall(part)
            if not ends:
                continue
            first, last = ((int(turn), int(number or 0)) for turn, number in (ends[0], ends[-1]))
            last = (last[0], last[1] or 10_000)
            taken |= {self._places[key]: None for key in order if first <= key <= last}
        return [one for one in taken if self.transcript.turns[one.turn].speaker == "candidate"]


def seconds_taken(transcript: Transcript, parts: Iterable[tuple[Excerpt, float]]) -> float:
    """How long passages took: a turn's time, with the question before it, shared out by characters. ``parts`` are
    passages with the share of each that counts. Every ``at`` is set (``with_clock``)."""
    from interviewer.transcript import WORDS_A_MINUTE

    turns = transcript.turns
    total = 0.0
    for passage, share in parts:
        turn = turns[passage.turn]
        before = passage.turn - 1
        begins = turn.at or 0.0
        if before >= 0 and turns[before].speaker == "interviewer":
            begins = turns[before].at or 0.0
        later = [one.at for one in turns[passage.turn + 1 :] if one.at is not None]
        ends = later[0] if later else (turn.at or 0.0) + turn.words * 60 / WORDS_A_MINUTE
        total += max(0.0, ends - begins) * share * (passage.end - passage.start) / max(1, len(turn.text))
    return round(total, 1)


# -- words aimed at the grader ---------------------------------------------------------------------------
# What a report tells about the words themselves: those aimed at the grader, and whether there are any at all.
#
# Nothing is barred and nothing costs a mark. Words aimed at the grader are shown to a model as what they are, the
# report lists them, and a quote that lies in them is evidence of nothing.


_FILTERS_AT = thresholds().talk

_AIMED = re.compile(
    r"<\|/?(?:system|assistant|user)|</?(?:system|assistant|inst)>|\bim_start\b|\bim_end\b|\[/?inst\]|<script|<!--|"
    r"(?-i:\bSYSTEM\s*:)|\bsystem (?:note|override)\b|\b(?:grader|evaluator|hiring manager|examiner)\s*:|"
    r"</?transcript|\bend of (?:the )?transcript\b|</?candidate|\bfull marks\b|"
    r"\byou are now an? (?:[\w-]+ ){0,3}(?:grader|interviewer|evaluator|judge|assistant|examiner|reviewer|ai)\b|"
    r"\b(?:rate|grade) (?:me|this candidate|the candidate)\b|"
    r"\b(?:mark|award|give) (?:this candidate|the candidate)\b|"
    r"\b(?:mark|award|give) (?:me|him|her) (?:(?:an?|the|at least|all|only|as|with|up|out) )*"
    r"(?:(?:full|top|maximum|max|perfect|highest|excellent|outstanding) (?:mark|score|rating|grade|point|credit)s?|"
    r"strong[_ -]?hire|(?:seven )?(?:4|four|5|five)s?(?=\W*$|[.,;!]| (?:out of|across|everywhere)\b))|"
    r"\bignore (?:all |any |the |your |my )*(?:previous|prior|above|earlier) (?:instructions?|prompts?|messages?)|"
    r"\b(?:disregard|override|forget|bypass)\b[^.]{0,30}\b(?:instructions?|rubric|grading|prompt)\b|"
    r"\b(?:grading|scoring|judging|evaluation) (?:model|rubric|ai|prompt)\b|\bai (?:grader|reviewer)\b|"
    r"\"?verdict\"?\s*[:=]\s*\"?\w|\"(?:score|scores|steps|confidence|rating|hire)\"\s*:|"
    r"\bthe candidate (?:has (?:fully|already|clearly|correctly|successfully|shown|demonstrated)|fully|"
    r"(?:clearly |consistently )?demonstrate[sd]|deserves|should (?:be|get|receive)|exceeds)|"
    r"\b(?:whoever|anyone who|the model that) (?:reads|grades|scores) this\b",
    re.IGNORECASE,
)
"""Nobody says this about a design."""
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts without spaces: two characters count as a word."""


@dataclass(frozen=True)
class Aimed:
    """Words that address whoever grades: ``turns[turn].text[start:end]``."""

    turn: int
    start: int
    end: int


def aimed_at_the_grader(transcript: Transcript) -> list[Aimed]:
    """The candidate's sentences that address whoever grades, or imitate a report."""
    return [
        Aimed(index, piece.start, piece.end)
        for index, turn in transcript.candidate_turns()
        for piece in spans(turn.text)
        if _AIMED.search(piece.text)
    ]


def inside(aimed: Sequence[Aimed], turn: int, start: int, end: int) -> bool:
    """Whether a quote lies, half of it or more, in words aimed at the grader."""
    shared = sum(max(0, min(end, one.end) - max(start, one.start)) for one in aimed if one.turn == turn)
    return shared * 2 >= max(1, end - start)


def words_of_their_own(transcript: Transcript) -> int:
    """How many words the candidate said that are neither the interviewer's nor their own said again, nor noise."""
    given: set[tuple[str, ...]] = set()
    said: set[str] = set()
    count = 0
    for turn in transcript.turns:
        if turn.speaker == "interviewer":
            given |= _grams(_plain(turn.text))
            continue
        for piece in spans(turn.text):
            words = _plain(piece.text)
            grams = _grams(words)
            copied = bool(grams) and len(grams & given) > _FILTERS_AT.copied * len(grams)
            if copied or " ".join(words) in said or _noise(words):
                continue
            said.add(" ".join(words))
            count += max(len(words), len(_WIDE.findall(piece.text)) // 2)
    return count


def _plain(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower().replace("\u2019", "'"))


def _grams(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + _FILTERS_AT.gram]) for at in range(len(words) - _FILTERS_AT.gram + 1)}


def _noise(words: Sequence[str]) -> bool:
    """Keys hit at random: Latin letters, and hardly a word that is known."""
    latin = [word for word in words if len(word) > 2 and re.fullmatch(r"[a-z]+", word)]
    known = sum(word in _own_words() or word.rstrip("s") in _own_words() for word in latin)
    return len(latin) >= _FILTERS_AT.fewest_words and known < _FILTERS_AT.known * len(latin)


@cache
def _own_words() -> frozenset[str]:
    return frozenset(word for word in vocabulary() if len(word) > 1 and word.isalpha())
