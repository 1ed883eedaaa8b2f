"""Whether words show thought: a reason, a number, a choice. Pure."""

import re
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Depth:
    """What a piece of talk shows."""

    reason: bool
    number: bool
    choice: bool


def depth(text: str) -> Depth:
    """The depth of a piece of talk."""
    return Depth(bool(_REASON.search(text)), bool(_NUMBER.search(text)), bool(_CHOICE.search(text)))
