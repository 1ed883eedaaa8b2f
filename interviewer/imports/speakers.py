"""Who is the interviewer and who is the candidate: as the user says, as the labels say, or as the talk shows.

A name that the user gives is matched without regard to case, accents, badges and the order of its words, and by the
beginning of its words where only one speaker can be meant.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from interviewer import BadInput
from interviewer.imports.names import Labelled, Role, data, key_of, role_named, same, tokens

_CLEAR = 2
"""Signs of an interviewer that one speaker must have more than the other before we choose without being told."""
_TALKS = 0.75
"""Share of the words from which nobody is taken for an interviewer."""
_CROWD = 40
"""Speakers beyond which nobody is chosen without being told."""
_LESS = 0.45
"""Share of the words below which one of two says less."""


@dataclass(frozen=True)
class Speaker:
    """Somebody in the recording."""

    name: str
    """As it first stands in the file."""
    words: int
    turns: int
    role: Role | None = None
    """None for somebody who is left out."""


class SpeakersUnclear(BadInput):
    """Who is who cannot be told. ``speakers`` are those found, so that a page can ask."""

    def __init__(self, message: str, speakers: Sequence[Speaker]):
        super().__init__(message)
        self.speakers = list(speakers)


@dataclass
class _Voice:
    name: str
    words: int = 0
    turns: int = 0
    questions: int = 0
    opening: str = ""
    first: int = 0

    @property
    def speaker(self) -> Speaker:
        return Speaker(self.name, self.words, self.turns)


def joined(pieces: Sequence[Labelled]) -> list[Labelled]:
    """The pieces with one form of every label: "ANNA WHITLOCK (Guest)" is who "Anna Whitlock" is."""
    first: dict[tuple[str, ...], str] = {}
    found = []
    for piece in pieces:
        if piece.speaker is not None:
            name = first.setdefault(key_of(piece.speaker), piece.speaker)
            piece = Labelled(piece.text, name, piece.at)
        found.append(piece)
    return found


def _voices(pieces: Sequence[Labelled]) -> list[_Voice]:
    voices: dict[str, _Voice] = {}
    before = None
    for index, piece in enumerate(pieces):
        if piece.speaker is None:
            continue
        voice = voices.setdefault(piece.speaker, _Voice(piece.speaker, first=index))
        if voice.turns < 2 and len(voice.opening) < 2_000:
            voice.opening += " " + piece.text[:500]
        voice.words += len(piece.text.split())
        voice.questions += piece.text.count("?") + piece.text.count("？")
        voice.turns += piece.speaker != before
        before = piece.speaker
    return list(voices.values())


def cast_list(speakers: Sequence[Speaker]) -> str:
    """The speakers in a message: "Hannah Whitlock (26 words), María de la Cruz (61 words)"."""
    shown = [f"{speaker.name[:60]} ({speaker.words} words)" for speaker in speakers[:8]]
    more = [f"and {len(speakers) - 8} more"] if len(speakers) > 8 else []
    return ", ".join(shown + more)


def cast(
    pieces: Sequence[Labelled], name: str, candidates: Sequence[str], interviewers: Sequence[str]
) -> tuple[dict[str, Role], list[Speaker], list[str]]:
    """Label to role, the speakers found, and warnings. Raises SpeakersUnclear or BadInput with how to choose."""
    voices = _voices(pieces)
    found = [voice.speaker for voice in voices]
    if not voices:
        if candidates or interviewers:
            given = " ".join([*candidates, *interviewers][0].split())[:80]
            raise SpeakersUnclear(
                f"{name}: '{given}' never speaks: the file names no speakers. Without names the whole talk is read as "
                "the candidate's",
                [],
            )
        return {}, [], []
    roles: dict[str, Role] = {}
    for given, role in [
        *((candidate, "candidate") for candidate in candidates),
        *((interviewer, "interviewer") for interviewer in interviewers),
    ]:
        label = _matched(given, found, name)
        if roles.get(label, role) != role:
            raise BadInput(f"{name}: '{label}' cannot be both interviewer and candidate")
        roles[label] = "candidate" if role == "candidate" else "interviewer"
    roles, warnings = _completed(roles, voices, name)
    speakers = [Speaker(one.name, one.words, one.turns, roles.get(one.name)) for one in found]
    if "candidate" not in roles.values():
        raise SpeakersUnclear(f"{name}: the candidate never speaks. Speakers found: {cast_list(found)}", found)
    left_out = [speaker for speaker in speakers if speaker.role is None]
    if left_out:
        warnings.append(f"Left out, neither interviewer nor candidate: {cast_list(left_out)}.")
    if "interviewer" not in roles.values():
        warnings.append("No interviewer speaks in this file: what was asked is not known.")
    return roles, speakers, warnings


def _matched(given: str, found: Sequence[Speaker], name: str) -> str:
    """The one label that a name given by the user means."""
    wanted = tokens(given)
    shown = " ".join(given.split())[:80]
    labels = [one.name for one in found]
    tiers = (
        lambda label: label == given,
        lambda label: label.strip().casefold() == given.strip().casefold(),
        lambda label: tokens(label) == wanted,
        lambda label: same(label, given),
        lambda label: bool(wanted) and set(wanted) <= set(tokens(label, badges=True)),
        lambda label: bool(wanted) and _begins(wanted, tokens(label, badges=True)),
        lambda label: bool(wanted) and len(tokens(label)) > 0 and set(tokens(label)) <= set(wanted),
    )
    for fits in tiers:
        hits = [label for label in labels if fits(label)]
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise SpeakersUnclear(
                f"{name}: '{shown}' could be {' or '.join(repr(hit) for hit in hits[:6])}: give the whole name", found
            )
    raise SpeakersUnclear(f"{name}: '{shown}' never speaks. Speakers found: {cast_list(found)}", found)


def _begins(wanted: Sequence[str], label: Sequence[str]) -> bool:
    """Whether each word given begins a word of the label of its own."""
    free = list(label)
    for word in wanted:
        hit = next((one for one in free if one.startswith(word)), None)
        if hit is None:
            return False
        free.remove(hit)
    return True


def _completed(given: dict[str, Role], voices: Sequence[_Voice], name: str) -> tuple[dict[str, Role], list[str]]:
    """The roles of those whom the user did not name."""
    roles = dict(given)
    rest = [voice for voice in voices if voice.name not in roles]
    has = set(roles.values())
    if has == {"candidate", "interviewer"} or not rest:
        return roles, []
    said = _said(rest)
    if not has:
        if not said:
            return _inferred(voices, name)
        roles, has = said, set(said.values())
        rest = [voice for voice in rest if voice.name not in roles]
        if has == {"candidate", "interviewer"} or not rest:
            return roles, []
    if has == {"candidate"}:
        others: dict[str, Role] = {voice.name: "interviewer" for voice in rest if said.get(voice.name) != "candidate"}
        warnings = []
        if len(others) > 1:
            warnings.append(
                f"Taken as interviewers: {cast_list([voice.speaker for voice in rest])}. "
                "Name them with --interviewer to leave others out."
            )
        return {**others, **roles}, warnings
    if len(rest) == 1:
        return {**roles, rest[0].name: "candidate"}, []
    raise SpeakersUnclear(
        f"{name}: who is the candidate? Choose with --candidate: {cast_list([voice.speaker for voice in rest])}",
        [voice.speaker for voice in voices],
    )


def _said(voices: Sequence[_Voice]) -> dict[str, Role]:
    """The roles that the labels say themselves."""
    roles = {voice.name: role for voice in voices if (role := role_named(voice.name))}
    by_label = {" ".join(tokens(voice.name, badges=True)): voice.name for voice in voices}
    for asker, answerer in data()["pairs"]:
        if not roles and asker in by_label and answerer in by_label:
            roles = {by_label[asker]: "interviewer", by_label[answerer]: "candidate"}
    return roles


def _inferred(voices: Sequence[_Voice], name: str) -> tuple[dict[str, Role], list[str]]:
    """Whoever opens, asks and says less is the interviewer, where that is clear."""
    if len(voices) == 1:
        only = voices[0].name
        return {only: "candidate"}, [f"Only '{only}' speaks in this file, and is taken as the candidate."]
    if len(voices) > _CROWD:
        raise SpeakersUnclear(
            f"{name}: {len(voices)} speakers: choose with --candidate NAME, if this is a transcript at all",
            [voice.speaker for voice in voices[:_CROWD]],
        )
    total = sum(voice.words for voice in voices) or 1
    signs = {voice.name: _signs(voice, voices, total) for voice in voices}
    talker = max(voices, key=lambda voice: (voice.words, -voice.first))
    if len(voices) == 2:
        talker = min(voices, key=lambda voice: signs[voice.name])
    others = [voice for voice in voices if voice is not talker]
    lead = max(signs[voice.name] for voice in others) - signs[talker.name]
    enough = total - talker.words <= _TALKS * total if len(voices) == 2 else 2 * talker.words >= total
    if lead < _CLEAR or not enough:
        found = [voice.speaker for voice in voices]
        raise SpeakersUnclear(f"{name}: who is the candidate? Choose with --candidate NAME: {cast_list(found)}", found)
    roles: dict[str, Role] = {voice.name: "interviewer" for voice in others}
    roles[talker.name] = "candidate"
    return roles, [
        f"{talker.name} is taken as the candidate and {cast_list([voice.speaker for voice in others])} as interviewer, "
        "by who opens, asks and says less. Say --candidate NAME if that is wrong."
    ]


def _signs(voice: _Voice, voices: Sequence[_Voice], total: int) -> int:
    """How many signs there are that this is the interviewer."""
    own = data()["openings"]
    opening = voice.opening.strip().casefold().replace("’", "'")
    asked = sum(one.questions for one in voices)
    signs = int(voice.first == min(one.first for one in voices))
    signs += 2 if re.search(own["poses"], opening) else int(bool(re.search(own["greets"], opening)))
    signs += voice.words < _LESS * total * 2 / len(voices)
    signs += asked > 1 and voice.questions / max(voice.words, 1) > 1.2 * asked / total
    return signs - any(badge in tokens(voice.name, badges=True) for badge in data()["guests"])
