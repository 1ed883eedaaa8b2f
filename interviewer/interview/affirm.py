"""Whether a candidate says a mistake as their own: not denied, not somebody else's, not spoilt, not taken back. Pure.

affirmed([re.compile("shuffl")], "I'd shuffle the rows.", "")                        ->  True
affirmed([re.compile("shuffl")], "I'd shuffle the rows.", "No wait, I split by date.")  ->  False
"""

import re
from collections.abc import Iterable

BEFORE, AFTER, LATER = 60, 25, 110
"""Characters around the mistake's words in which a denial, or a word about what it would spoil, concerns it."""

_DENIAL = re.compile(
    r"\b(?:not|cannot|\w+n't|no|never|nor|nobody|hardly|without|avoid\w*|wrong|bad|trap|mistake|pitfall|careful|instead of|"
    r"rather than|unlike|beyond|problem|misleading|useless|meaningless|leak\w*|because otherwise)\b",
    re.IGNORECASE,
)
_ENDORSED = re.compile(
    r"\b(?:no (?:need|problem|reason|doubt)|nothing (?:else|more)|(?:do|does|is|are|would|should)n't (?:need|matter|have to|a problem|an issue)|"
    r"not (?:a problem|an issue|needed|that important|some|too bad))\b",
    re.IGNORECASE,
)
"""A no that stands by the mistake: 'I'd shuffle, no need for anything else'."""
_NOT_MINE = re.compile(
    r"\b(?:naive(?:ly)?|tempting|(?:might|could|may|would) think|some (?:people|teams|would)|people often|"
    r"(?:today|currently|at present|right now|at the moment|so far),? (?:uh |um )?(?:they|we|it|the|there)|used to|"
    r"(?:old|current|existing|previous) (?:system|model|recommender|ranker|one|version|approach)(?: \w+){0,4}$|"
    r"my (?:last|previous|old) (?:company|job|team|project)|only (?:after|if|once|when)|"
    r"if (?:i|we|you|one|they|somebody|someone) (?:\w+ ){0,3}$)",
    re.IGNORECASE,
)
"""Said of others, of today's system, or as what would follow if one did it."""
_SPOILT = re.compile(
    r"\b(?:leak\w*|mislead\w*|flatter\w*|contaminat\w*|optimistic|biased|meaningless|useless|worthless|wasteful|wastes?|impossible|infeasible|"
    r"out of the question|off limits|of (?:little|no) (?:help|use)|says? nothing|(?:wo|does|ca|is|are|would|should)n't (?:work|help|do|tell|be enough|enough|mean)|"
    r"too (?:expensive|slow|optimistic|sparse|easy|many|much|few|rare|late|rough|early|noisy|costly|good)|far too|"
    r"(?:two|both) (?:sides|sets|versions|parts|halves)|tempting|dangerous|wrong|a trap|a mistake|fails?\b|"
    r"would (?:only |just |also |simply )?(?:put|make|give|waste|leave|lose|hide|miss|cost|break|favou?r|mix|teach|reward|punish|let|see|take|ruin|drop|remove|inflate|grow|collapse|explode|be (?!fine|enough|ok|good|best|sufficient|perfect|great|simple|easy))|"
    r"only (?:after|if|once|when|for|as|one|a|inside|within|the training|in)|(?:just|only) one (?:step|input|of|part)|among (?:many|others|several)|"
    r"(?:is|are|gets?|be) (?:then )?(?:fixed|corrected|checked|filtered)|stays? out|(?:goes|go|comes) in ?to an? (?:a/?b|ab|online|live|experiment|interleav\w+)|"
    r"as an? (?:baseline|fall.?back|first|weak)|censored|known before|before this|up to that|at that (?:time|moment)|solved? for cents|looks? the same)\b",
    re.IGNORECASE,
)
"""What shows that the speaker knows the harm or the limit, said after the mistake's words."""
_TAKEN_BACK = re.compile(
    r"\b(?:no,? wait|wait,? (?:no|that|this|actually)|hmm,? no|scratch that|strike that|second thoughts?|take (?:that|it) back|"
    r"correct(?:ing)? (?:myself|that)|actually,? no|no,? actually|sorry,? no|i misspoke|forget (?:that|what i)|"
    r"that(?:'s| is| was| would be) (?:wrong|a mistake|not right|nonsense|a bad idea|a leak))\b",
    re.IGNORECASE,
)
_TURNS_AGAINST = re.compile(
    r"^\W*(?:(?:uh|um|and|well|so)\W+)*(?:but|however|though|only that|the (?:problem|trouble|catch|issue|downside)|"
    r"(?:that|this|it|which)(?:'d| would| will|'ll))\b",
    re.IGNORECASE,
)


def affirmed(cues: Iterable[re.Pattern[str]], said: str, following: str) -> bool:
    """Whether ``said`` has a cue's words and nothing there or in the ``following`` words of the turn unsays them."""
    said, following = said.replace("’", "'"), following.replace("’", "'")
    matches = [(cue, match) for cue in cues for match in cue.finditer(said)]
    if not matches or _taken_back(following):
        return False
    return not any(_unsaid(cue, match, said) for cue, match in matches)


def _taken_back(following: str) -> bool:
    return bool(
        _TAKEN_BACK.search(following)
        or (_TURNS_AGAINST.match(following) and (_DENIAL.search(following) or _SPOILT.search(following)))
    )


def _unsaid(cue: re.Pattern[str], match: re.Match[str], said: str) -> bool:
    before = said[max(0, match.start() - BEFORE) : match.start()]
    after = said[match.end() : match.end() + LATER]
    return bool(
        _DENIAL.search(before)
        or _NOT_MINE.search(before)
        or len(_DENIAL.findall(match[0])) > _own_denials(cue)
        or _DENIAL.search(_ENDORSED.sub(" ", after)[:AFTER])
        or _SPOILT.search(_ENDORSED.sub(" ", after))
        or _TAKEN_BACK.search(after)
    )


def _own_denials(cue: re.Pattern[str]) -> int:
    """How many denials the mistake itself may hold: 'not clicked means negative' has one."""
    plain = re.sub(r"\\[bwWsSdD]\+?", " ", cue.pattern).replace("n['’]t", " not ")
    return int(bool(_DENIAL.search(plain)))
