"""People's names in the interviewer's words become roles, only where they are used as names.

"Thanks, Will. What will change in May?" with a candidate called Will May  ->  "Thanks, [candidate]. What will change in
May?" The candidate's own words are never changed: every quote must stand in the recording.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, partial

from interviewer.imports.labels import Role, data, names_nobody, tokens


def _parts(label: str) -> tuple[list[str], list[str]]:
    """Given names and family names of a label; empty for roles and numbers."""
    bare = re.sub(r"[\[({（][^\])}）]*[\])}）]", " ", label).strip()
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
