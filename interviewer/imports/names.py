"""Which words at the beginning of a line are a name, and names in the interviewer's words that become roles.

"Anna: Design a news feed." names Anna; "Two things: labels, and time." names nobody. A name recurs, or stands before
most lines, or the user gave it, or it says a role.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any, Literal

from interviewer.config import data_beside
from interviewer.imports.written import Line

Role = Literal["interviewer", "candidate"]
_MOST = 0.5
"""Share of lines with a possible name from which all of them are names."""
_NEARLY_ALL = 0.8
"""The same for a possible name that stands there once, beside names that recur."""
_SOME = 0.2
"""Share of lines below which one recurring word before a colon is no speaker."""
_MOST_LABELS = 2_000
"""Different beginnings of lines that are looked at, the commonest first."""
_BADGE = re.compile(r"\s*[\[({（][^\])}）]{0,60}[\])}）]\s*")
_PUNCTUATION = re.compile(r"[?!;\"“”=/\\]|\.\s+[a-z]|,\s+[a-z]|\s[-–]\s[a-z]")


@dataclass(frozen=True)
class Labelled:
    """Words of one speaker; None where nobody is named."""

    text: str
    speaker: str | None
    at: float | None


@cache
def data() -> dict[str, Any]:
    """``data/names.yaml``."""
    return data_beside(__file__, "names.yaml")


@lru_cache(maxsize=20_000)
def tokens(name: str, badges: bool = False) -> tuple[str, ...]:
    """A name's words for comparison: without case, accents, symbols, and badges such as "(Guest)".

    tokens("Cruz, María (Guest)")  ->  ("cruz", "maria")
    """
    bare = name if badges else (_BADGE.sub(" ", name).strip() or name)
    plain = "".join(one for one in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(one)).casefold()
    plain = re.sub(r"['’`´.]", "", plain)
    words = re.findall(r"[^\W_]+", plain)
    return tuple(str(int(word)) if word.isascii() and word.isdigit() else word for word in words)


def same(one: str, other: str) -> bool:
    """Whether two labels name the same speaker, in whatever order the words of the name stand."""
    return bool(tokens(one)) and sorted(tokens(one)) == sorted(tokens(other))


@lru_cache(maxsize=20_000)
def role_named(label: str) -> Role | None:
    """The role that a label says by itself: "Interviewer 2", "Anna (Candidate)"; never "Candidate generation"."""
    roles = data()["roles"]
    if _PUNCTUATION.search(label) or len(label.split()) > 8:
        return None
    for part in re.split(r"[-–|,/()\[\]{}:]+", label):
        bare = " ".join(word for word in tokens(part, badges=True) if not word.isdigit())
        if bare in roles["interviewer"]:
            return "interviewer"
        if bare in roles["candidate"]:
            return "candidate"
    return None


@cache
def _generic() -> re.Pattern[str]:
    return re.compile("|".join(data()["generic"]))


def names_nobody(label: str) -> bool:
    """Whether a label is a role or a number such as "Speaker 2", so that no person's name is in it."""
    plain = " ".join(tokens(label, badges=True))
    letters = [word for word in plain.split() if not word.isdigit()]
    paired = any(plain in pair for pair in data()["pairs"])
    return role_named(label) is not None or paired or not letters or bool(_generic().match(plain))


def name_like(label: str) -> bool:
    """Whether a label looks like a person's name: every word but "de", "van" and the like has a capital or no case."""
    bare = _BADGE.sub(" ", label).strip() or label
    words = [word for word in re.split(r"[\s,|·_-]+", bare) if word]
    if not 0 < len(words) <= 8 or len(label) > 80 or _PUNCTUATION.search(bare):
        return False
    particles = {*data()["particles"], *data()["titles"]}
    plain = [word for word in words if word.casefold().strip(".") not in particles]
    return bool(plain) and all(_capital(word) for word in plain)


def _capital(word: str) -> bool:
    letter = next((one for one in word if one.isalpha()), None)
    return letter is None or not letter.islower()


def _topic(label: str) -> bool:
    words = tokens(label)
    bare = [word for word in words if not word.isdigit()]
    return " ".join(bare) in data()["topics"] or (bool(bare) and bare[0] in data()["topics"] and len(words) > len(bare))


def settled(lines: Sequence[Line], known: Sequence[str] = ()) -> list[Labelled]:
    """The lines' words with their speakers; words that nobody is named for go on with the speaker before them."""
    names = _names(lines, known)
    pieces: list[Labelled] = []
    speaker: str | None = None
    pending: float | None = None
    for line in lines:
        at = line.at if line.at is not None else pending
        if line.speaker is not None:
            speaker, words = line.speaker, line.text
        elif line.proposal is not None and key_of(line.proposal) in names:
            speaker, words = names[key_of(line.proposal)], line.rest
        else:
            words = line.text
        words = words.strip()
        if words:
            pieces.append(Labelled(words, speaker, at))
            pending = None
        else:
            pending = at
    return pieces


def key_of(label: str) -> tuple[str, ...]:
    """By which a speaker is known: the name's words in whatever order."""
    return tuple(sorted(tokens(label))) or (label,)


def _names(lines: Sequence[Line], known: Sequence[str]) -> dict[tuple[str, ...], str]:
    """The accepted labels: key to the form in which they first stand."""
    first: dict[tuple[str, ...], str] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    headers: set[tuple[str, ...]] = set()
    opening: set[tuple[str, ...]] = set()
    for line in lines:
        if line.proposal is None:
            continue
        key = key_of(line.proposal)
        first.setdefault(key, line.proposal)
        counts[key] += 1
        if line.header:
            headers.add(key)
        if line.opens:
            opening.add(key)
    first = {key: first[key] for key, _ in counts.most_common(_MOST_LABELS)}
    given = {key_of(one) for one in known}
    accepted = {
        key
        for key, label in first.items()
        if key in given or role_named(label) or _generic().match(" ".join(tokens(label)))
    }
    pairs = [{(one,), (other,)} for one, other in data()["pairs"]]
    accepted |= {key for pair in pairs if pair <= set(first) for key in pair}
    likely = {key for key, label in first.items() if key not in accepted and name_like(label) and not _topic(label)}
    small = {
        key
        for key, label in first.items()
        if counts[key] > 1 and key not in accepted | likely and len(key) <= 3 and len(label) <= 30 and not _topic(label)
    }
    opened = sum(
        bool(line.text.strip() or line.proposal) and (line.opens or line.proposal is not None) for line in lines
    )
    return {key: first[key] for key in _chosen(accepted, likely, small, counts, headers, opening, max(opened, 1))}


def _chosen(
    accepted: set[tuple[str, ...]],
    likely: set[tuple[str, ...]],
    small: set[tuple[str, ...]],
    counts: Counter[tuple[str, ...]],
    headers: set[tuple[str, ...]],
    opening: set[tuple[str, ...]],
    opened: int,
) -> set[tuple[str, ...]]:
    def share(keys: set[tuple[str, ...]]) -> float:
        return sum(counts[key] for key in keys) / opened

    recurring = {key for key in likely if counts[key] > 1 and (key in opening or key in headers)}
    once = likely - recurring
    if len(accepted | recurring) >= 2 and share(accepted | recurring) >= _SOME:
        chosen = accepted | recurring | {key for key in once & headers if not any(map(str.isdigit, key))}
        return chosen | once if share(accepted | likely) >= _NEARLY_ALL else chosen
    if likely and share(accepted | likely) >= (_SOME if likely <= headers else _MOST):
        return accepted | likely
    if recurring and share(recurring) >= _MOST:
        return accepted | recurring
    if len(accepted | small) >= 2 and share(accepted | small) >= _NEARLY_ALL:
        return accepted | small
    return accepted


# -- names -----------------------------------------------------------------------------------------------
# People's names in the interviewer's words become roles, only where they are used as names.
#
# "Thanks, Will. What will change in May?" with a candidate called Will May  ->  "Thanks, [candidate]. What will
# change in May?" The candidate's own words are never changed: every quote must stand in the recording.


def _parts(label: str) -> tuple[list[str], list[str]]:
    """Given names and family names of a label; empty for roles and numbers."""
    bare = _BADGE.sub(" ", label).strip()
    if names_nobody(bare):
        return [], []
    small = {*data()["particles"], *data()["titles"]}
    before, comma, after = bare.partition(",")
    ordered = f"{after} {before}" if comma and tokens(after) and tokens(after)[0] not in small else bare
    words = [word.strip(".,'’\"") for word in ordered.split()]
    words = [
        word
        for word in words
        if len(word) > 1 and word[0].isalpha() and word[0].isupper() and word.casefold() not in small
    ]
    return words[:1], words[1:]


@cache
def _ordinary() -> frozenset[str]:
    return frozenset(data()["words"])


class Replacer:
    """Replaces the names of a cast.

    ``seen`` is all that was said: a name that also stands there in lower case is an ordinary word.
    """

    def __init__(self, roles: Mapping[str, Role], seen: Sequence[str]):
        lower = {word for text in seen for word in re.findall(r"[^\W\d_]+", text) if word.islower()}
        given_names: list[tuple[str, Role]] = []
        self._whole: list[tuple[re.Pattern[str], Role]] = []
        self._single: list[tuple[re.Pattern[str], Role]] = []
        self.replaced: Counter[tuple[str, Role]] = Counter()
        for label, role in roles.items():
            given, family = _parts(label)
            if given and family:
                sequence = r"\s+(?:[\w'’.]+\s+){0,3}?".join(re.escape(part) for part in (*given, *family))
                self._whole.append((re.compile(rf"(?<!\w){sequence}(?!\w)"), role))
            given_names += [(one, role) for one in given]
            for part in (*given, *family):
                plain = part.casefold() not in _ordinary() and part.casefold() not in lower
                self._single += [(pattern, role) for pattern in _uses(part, plain, part in given)]

    def __call__(self, text: str) -> str:
        """The text with names as "[interviewer]" and "[candidate]"."""
        for pattern, role in (*self._whole, *self._single):
            text = pattern.sub(partial(self._said, role), text)
        return text

    def _said(self, role: Role, found: re.Match[str]) -> str:
        name = found["name"] if "name" in found.re.groupindex else found[0]
        self.replaced[name, role] += 1
        return found[0].replace(name, f"[{role}]")

    def warnings(self) -> list[str]:
        """What was replaced."""
        if not self.replaced:
            return []
        told = ", ".join(f"'{name}' by [{role}] ({count})" for (name, role), count in self.replaced.most_common(12))
        return [f"Names replaced in the interviewer's words: {told}."]


def _uses(part: str, plain: bool, given: bool) -> list[re.Pattern[str]]:
    """Where a part of a name is used as a name. ``plain``: it is no word of the language, so any capital will do."""
    name = rf"(?P<name>{re.escape(part)})"
    if plain:
        return [re.compile(rf"(?<![\w\[]){name}(?!\w)")]
    if not given:
        return []
    greeting, address, self_ = (data()["addressing"][kind] for kind in ("greeting", "address", "self"))
    return [
        re.compile(rf"(?<!\w)(?i:{greeting})[,!.]?\s+{name}(?=\s*[,.!?]|\s*$)"),
        re.compile(rf"(?:^|(?<=[.!?…]\s)){name}(?=,\s+(?i:{address})\b)"),
        re.compile(rf",\s+{name}(?=[.!?]|\s*$)"),
        re.compile(rf"(?<!\w)(?i:{self_})\s+{name}(?!\w)"),
    ]
