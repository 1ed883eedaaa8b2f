"""What no turn of the interviewer may do, checked on its words before they are said. Pure.

Also the measure of the ``conduct`` suite: one set of rules for the speaker and for its judge.
"""

import re
from collections.abc import Iterable

from interviewer.casebook.check import says
from interviewer.sentences import spans

MOST_WORDS = 60

_LIST = re.compile(r"(?m)^\s*(?:[-*•#>]|\d+[.)])\s|\*\*|`|^\s*\||\[[^\]]*\]\(")
_PRAISE = re.compile(
    r"\b(?:great|excellent|awesome|perfect|amazing|fantastic|wonderful|brilliant|impressive|well done|nicely done|good job|nice work|"
    r"good (?:point|answer|question|idea|thinking|approach|start|catch|call|choice)|"
    r"(?:that|this)(?:'s| is) (?:a )?(?:very |really |quite |exactly |absolutely )?(?:good|great|right|correct|smart|solid|nice|clever|true|sound|reasonable|interesting)|"
    r"makes (?:perfect |a lot of |total )?sense|exactly right|spot on|you(?:'re| are) (?:absolutely |exactly |quite )?(?:right|correct)|"
    r"i (?:like|love) (?:that|this|how|your)|sounds (?:good|great|right|reasonable)|love it|correct[.!]|exactly[.!])",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"\b(?:to summari[sz]e|in summary|to recap|let me (?:recap|summari[sz]e)|so far,? (?:you|we)(?:'ve| have)|so you(?:'re| are) (?:saying|proposing|suggesting) that|"
    r"in other words,? you|overall,? you|you(?:'ve| have) (?:covered|described|outlined|proposed|mentioned) \w+,)",
    re.IGNORECASE,
)
_TEACHING = re.compile(
    r"\b(?:you (?:should|could|might want to|need to|may want to) (?:use|consider|try|add|apply|think about using)|"
    r"a (?:better|common|good|typical|standard) (?:approach|way|practice|solution|choice) (?:is|would be|here)|"
    r"the (?:right|correct|best|usual|standard) (?:answer|approach|way|solution) (?:is|would)|"
    r"(?:typically|usually|generally|normally),? (?:you|we|one|people|teams) (?:would|use|do|should)|this is because|the reason is)\b",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"[\u0400-\u04ff\u0590-\u06ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')


def without_quotes(text: str) -> str:
    """The text without what it quotes: the candidate's own words are not the interviewer's."""
    return _QUOTED.sub('""', text)


def leaks(text: str, terms: Iterable[str], candidate_said: str) -> list[str]:
    """The terms that the text says and that the candidate has not said."""
    own = without_quotes(text)
    return [term for term in terms if says(term, own) and not says(term, candidate_said)]


def normal(text: str) -> str:
    """A question without case, punctuation and quoted words, for finding repeats."""
    return re.sub(r"[^a-z0-9 ]+", "", without_quotes(text).lower()).strip()


def repeats(text: str, said: Iterable[str]) -> bool:
    """Whether a question of the text was asked in these words before."""
    before = {normal(one.text) for turn in said for one in spans(turn) if one.text.endswith("?")}
    return any(normal(one.text) in before for one in spans(text) if one.text.endswith("?") and len(one.text.split()) > 3)


def problems(text: str, *, terms: Iterable[str] = (), candidate_said: str = "", said: Iterable[str] = (), hint: bool = False) -> list[str]:
    """What is wrong with a turn, each a name of a rule: ``empty``, ``long``, ``questions``, ``list``, ``praise``,
    ``summary``, ``teaching``, ``language``, ``repeat``, ``leak: <term>``. A hint may say a signal's terms."""
    own = without_quotes(text)
    found = []
    if not text.strip():
        found.append("empty")
    if len(text.split()) > MOST_WORDS:
        found.append("long")
    if own.count("?") > 1:
        found.append("questions")
    if _LIST.search(text):
        found.append("list")
    if _PRAISE.search(own):
        found.append("praise")
    if _SUMMARY.search(own):
        found.append("summary")
    if _TEACHING.search(own):
        found.append("teaching")
    if _FOREIGN.search(own):
        found.append("language")
    if repeats(text, said):
        found.append("repeat")
    if not hint:
        found += [f"leak: {term}" for term in leaks(text, terms, candidate_said)]
    return found
