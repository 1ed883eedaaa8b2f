"""Places and quotes: a transcript cut into numbered passages, and a quote found again in a candidate's words.

    [12.1] candidate 14:32: So for the labels …
    [12.2] … and that is why I'd wait a week.

A turn of captions can hold half an interview, so a turn number alone locates nothing. A quote is looked for with case,
spacing, punctuation, fillers and stammers set aside; what is kept is the true substring of the turn.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property

from interviewer.grading.thresholds import thresholds
from interviewer.text import spans
from interviewer.transcript import Transcript, Turn

_AT = thresholds().quotes

LONGEST_PASSAGE = _AT.longest_passage
"""Words up to which a turn is one passage."""
SHORTEST_QUOTE = _AT.shortest
"""Words of a quote, fillers aside."""
_ALIKE, _RUN = _AT.alike, _AT.run
"""Of a quote that is nowhere as a whole: the share of its words, and how many, that must stand in one run."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_FILLERS = frozenset("um umm uh uhh erm er hmm hm mm mhm ah oh like basically actually so well okay ok yeah".split())  # noqa: SIM905
_PHRASES = (("you", "know"), ("i", "mean"), ("sort", "of"), ("kind", "of"))
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


@dataclass(frozen=True)
class _Word:
    plain: str
    start: int
    end: int


def _words(text: str) -> list[_Word]:
    """The words without fillers and stammers."""
    every = [_Word(match[0].lower().replace("’", "'"), *match.span()) for match in _WORD.finditer(text)]
    kept: list[_Word] = []
    skip = 0
    for at, word in enumerate(every):
        if skip:
            skip -= 1
            continue
        if at + 1 < len(every) and (word.plain, every[at + 1].plain) in _PHRASES:
            skip = 1
            continue
        if word.plain not in _FILLERS and not (kept and kept[-1].plain == word.plain):
            kept.append(word)
    return kept


def passages(transcript: Transcript) -> list[Excerpt]:
    """Every turn that holds words, long ones cut between sentences."""
    return [one for index, turn in enumerate(transcript.turns) if turn.text.strip() for one in _cut(index, turn)]


def _cut(index: int, turn: Turn) -> Iterator[Excerpt]:
    if turn.words <= LONGEST_PASSAGE:
        yield Excerpt(index, 0, 0, len(turn.text))
        return
    begin, words, number = 0, 0, 1
    pieces = spans(turn.text)
    for at, piece in enumerate(pieces):
        words += len(piece.text.split())
        if at + 1 < len(pieces) and words >= LONGEST_PASSAGE * 0.75:
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
        return passages(self.transcript)

    @cached_property
    def _places(self) -> dict[tuple[int, int], Excerpt]:
        return {(one.turn, one.number): one for one in self.passages}

    @cached_property
    def _read(self) -> dict[int, list[_Word]]:
        return {index: _words(turn.text) for index, turn in self.transcript.candidate_turns()}

    def numbered(self, mark: Callable[[int], str] = lambda turn: "") -> str:
        """The transcript as a model gets it: a passage a line, with its number, speaker and time. ``mark`` gives a
        note on a turn."""
        lines = []
        for one in self.passages:
            turn = self.transcript.turns[one.turn]
            at = "" if turn.at is None else f" {int(turn.at // 60)}:{int(turn.at % 60):02d}"
            who = f" {turn.speaker}{at}{mark(one.turn)}:" if one.number <= 1 else ""
            lines.append(f"[{one.place}]{who} {' '.join(turn.text[one.start : one.end].split())}")
        return "\n".join(lines)

    def find(self, quote: str, place: str = "") -> Quote | None:
        """The quote in the candidate's words, first where it is said to be; None, and counted, when nobody said it."""
        hinted = self._hinted(place)
        order = sorted(self._read, key=lambda turn: (abs(turn - hinted.turn) if hinted else 0, turn))
        parts = sorted(_ELLIPSIS.split(quote.strip(" \"'“”")), key=len, reverse=True)
        wanted = [word.plain for word in _words(parts[0])] if parts else []
        least = max(_RUN, round(len(wanted) * _ALIKE))
        for run in (len(wanted), least):
            if len(wanted) < SHORTEST_QUOTE or run > len(wanted):
                continue
            for turn in order:
                found = self._in(turn, wanted, run, hinted)
                if found is not None:
                    self.found += 1
                    return found
        self.dropped.append(quote)
        return None

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
        plain = [word.plain for word in words]
        if run == len(wanted):
            starts = [
                at for at in range(len(plain) - run + 1) if plain[at] == wanted[0] and plain[at : at + run] == wanted
            ]
            length = run
        else:
            match = SequenceMatcher(None, plain, wanted, autojunk=False).find_longest_match()
            starts, length = ([match.a], match.size) if match.size >= run else ([], 0)
        if not starts:
            return None
        wants = hinted.start if hinted and hinted.turn == turn else 0
        ends = hinted.end if hinted and hinted.turn == turn else 0
        at = min(starts, key=lambda one: (not wants <= words[one].start < max(ends, 1), one))
        text = self.transcript.turns[turn].text
        start, end = words[at].start, words[at + length - 1].end
        closing = _CLOSES.match(text, end)
        end = closing.end() if closing else end
        return Quote(turn, start, end, text[start:end])

    def covered(self, where: str) -> list[Excerpt]:
        """The candidate's passages in a list of places and ranges such as ``3-8, 12.2-12.4``."""
        order = [(one.turn, one.number) for one in self.passages]
        taken: dict[Excerpt, None] = {}
        for part in re.split(r"[,;]", where):
            ends = _PLACE.findall(part)
            if not ends:
                continue
            first, last = ((int(turn), int(number or 0)) for turn, number in (ends[0], ends[-1]))
            last = (last[0], last[1] or 10_000)
            taken |= {self._places[key]: None for key in order if first <= key <= last}
        return [one for one in taken if self.transcript.turns[one.turn].speaker == "candidate"]


def seconds(transcript: Transcript, parts: Iterable[tuple[Excerpt, float]]) -> float:
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
