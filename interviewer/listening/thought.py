"""Whether words show thought: a reason, a number, a choice, an example, or only a list of names. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from interviewer.listening.clauses import Clause

_REASON = re.compile(
    r"\b(because|since|so that|otherwise|therefore|which means|that means|the reason|in order to|due to|if not|"
    r"else (?:i|we|you|it)|so (?:i|we|it|you|they)(?:'d|'ll)?\b|would (?:be|mean|make|break|leak|hurt|learn|punish))",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty|sixty|hundred|thousand|million|"
    r"billion|percent|half|third|quarter|dozen)\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"\b(rather than|instead of|i(?:'d| would) (?:rather|not|pick|choose|keep|take|start|drop)|over (?:a|the)|versus|"
    r"vs|at the cost|the (?:price|cost|downside|advantage|catch) (?:is|of)|trade|"
    r"compared (?:to|with)|but not|worth it|cheaper)\b",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"\b(for example|for instance|say,?|e\.g|such as|imagine|suppose|like when|let's say)\b", re.IGNORECASE
)
_AMOUNT = re.compile(
    r"\b(often|rarely|fast\w*|slow\w*|quick\w*|large\w*|small\w*|big\w*|many|most|few\w*|some of|long\w*|short\w*|"
    r"threshold|drops?|rises?|enough|cheap\w*|expensive|latency|memory|cost|traffic|load|rate|share|regular\w*|frequent\w*|"
    r"a lot|percentage|minimum|maximum|limit|window|sample)\b",
    re.IGNORECASE,
)
_EVERYDAY = frozenset(
    """that this then with have what just like maybe don't know sure okay well really think guess some more very much
    yeah same said there they them would could should from about into also it's that's none nothing""".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Depth:
    """What a piece of talk shows."""

    reason: bool
    number: bool
    choice: bool
    example: bool
    listing: bool
    """Mostly an enumeration: many commas, no reason."""

    @property
    def thin(self) -> bool:
        """Nothing but a mention."""
        return not (self.reason or self.number or self.choice)


def telling(text: str) -> set[str]:
    """The words that carry meaning: longer than three letters and no everyday ones."""
    return {word for word in re.findall(r"[a-z0-9'-]+", text.lower()) if len(word) > 3 and word not in _EVERYDAY}


def countable(clauses: Iterable[Clause]) -> list[Clause]:
    """The clauses that speak of an amount: those to which a figure belongs."""
    return [one for one in clauses if _AMOUNT.search(one.quote)]


def depth(text: str) -> Depth:
    """The depth of a piece of talk."""
    words = len(text.split())
    reason = bool(_REASON.search(text))
    commas = text.count(",")
    return Depth(
        reason=reason,
        number=bool(_NUMBER.search(text)),
        choice=bool(_CHOICE.search(text)),
        example=bool(_EXAMPLE.search(text)),
        listing=commas >= 4 and words / (commas + 1) < 6 and len(_REASON.findall(text)) < 2,
    )
