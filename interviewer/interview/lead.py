"""The clause in which a small model gives the candidate's words back before the planned question. Pure checks.

A model of this size distorts a question that it is told to reword, and drops the recall when told to join both
(measured: 20 of 24 turns came back as the bare question). So it writes the clause alone; the question is said as
planned.
"""

import re

from interviewer.text import spans, without_fillers

SHORTEST, LONGEST = 4, 15
"""Words; sixteen of somebody's words in a row are no longer a clause but a summary."""
GROUNDED = 0.8
"""Share of the clause's telling words that must be the candidate's own."""
_LIGHT = frozenset(
    """your you're you'd you'll would want said mentioned have that this they them then than with from into when what
    about will plan think going like over their there each these those still also just could take keep using used
    uses lean towards""".split()  # noqa: SIM905 - words are easier to read so
)
_NO = re.compile(r"\b(?:not|no|never|none|nothing|nobody|without|neither|nor|cannot|hardly|\w+n['’]t)\b", re.IGNORECASE)
_OPENS = re.compile(r"(?:you|you['’]\w+|your)\b", re.IGNORECASE)
_ADVICE = re.compile(r"you (?:should|could|can|must|might|may|need to|ought to)\b|.*\bnote that\b", re.IGNORECASE)
"""Said of the candidate's plan in the second person, this sounds like teaching."""
_FIRST_PERSON = re.compile(r"\b(?:i|i['’]\w+|my|me|we|we['’]\w+|our|us)\b", re.IGNORECASE)
_PART = re.compile(r"[,;]\s|\s(?:and|because|so|but|which|when|while|then)\s")
_LABELS = ("Statement:", "Interviewer:", "Candidate:")


def excerpt(said: str, quote: str) -> str:
    """The sentence of ``said`` that holds the quote, without fillers; with the one before it when it is short."""
    start = re.sub(r"\W+", " ", quote).split()[:4]
    pieces = [one.text for one in spans(said)]
    for index, piece in enumerate(pieces):
        if " ".join(start).lower() in re.sub(r"\W+", " ", piece).lower():
            short = len(piece.split()) < 6 and index
            return without_fillers(f"{pieces[index - 1]} {piece}" if short else piece)
    return without_fillers(quote)


def tidy(text: str) -> str:
    """The model's first line without labels and quotation marks, ended by a full stop."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    line = " ".join(lines[0].split()) if lines else ""
    for label in _LABELS:
        line = line.removeprefix(label).strip()
    line = line.replace('"', "").replace("“", "").replace("”", "").strip()
    if line and not _OPENS.match(line) and not _FIRST_PERSON.search(line):
        line = f"You said {line if line[:2].isupper() else line[:1].lower() + line[1:]}"
    line = _shorter(line)
    return line if not line or line[-1] in ".?!" else f"{line}."


def _shorter(line: str) -> str:
    """A clause that is too long, cut where a new part of it begins; as it is when there is no such place."""
    if len(line.split()) <= LONGEST:
        return line
    ends = [match.start() for match in _PART.finditer(line)]
    fitting = [end for end in ends if SHORTEST < len(line[:end].split()) <= LONGEST]
    return line[: fitting[-1]].rstrip(" ,;") if fitting else line


def faults(lead: str, given: str) -> list[str]:
    """What is wrong with the clause, each the name of a rule; ``given`` are the words that it was to give back."""
    found = []
    if not SHORTEST <= len(lead.split()) <= LONGEST or len(spans(lead)) > 1:
        found.append("lead length")
    if "?" in lead:
        found.append("lead asks")
    if not _OPENS.match(lead) or _FIRST_PERSON.search(lead):
        found.append("lead person")
    if _ADVICE.match(lead):
        found.append("lead advises")
    if bool(_NO.search(lead)) != bool(_NO.search(given)):
        found.append("lead negation")
    telling = _telling(lead)
    own = _telling(given)
    grounded = bool(telling) and sum(word in own for word in telling) >= GROUNDED * len(telling)
    if not grounded or not _figures(lead) <= _figures(given):
        found.append("lead ungrounded")
    return found


def _telling(text: str) -> set[str]:
    """The stems of the words that carry meaning."""
    return {word[:5] for word in re.findall(r"[a-z0-9'’-]+", text.lower()) if len(word) > 3 and word not in _LIGHT}


def _figures(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))
