"""Which of the knowledge base's problems a recorded interview is about, where nobody says it."""

from dataclasses import dataclass

from interviewer.knowledge.embeddings import Embedder
from interviewer.knowledge.load import Knowledge
from interviewer.listening.thresholds import thresholds


@dataclass(frozen=True)
class Guess:
    """The problem that the talk is nearest to."""

    case: str
    near: bool
    """Whether it is near enough to be taken for that problem; a problem that we do not have is nearest to one, too."""


def nearest_problem(talk: str, knowledge: Knowledge, embedder: Embedder) -> Guess | None:
    """The problem that the beginning of the talk sounds most like; None without talk or problems.

    A problem is compared by its summary, its brief and its keywords with every piece of some forty words; the piece in
    which it sounds most like itself counts, since people say what the problem is once, amid other things.
    """
    at, slugs = thresholds().problem, [*knowledge.cases]
    words = talk.split()[: at.words]
    if not words or not slugs:
        return None
    half = at.piece // 2
    pieces = [" ".join(words[start : start + at.piece]) for start in range(0, max(1, len(words) - half), half)]
    about = []
    for case in (knowledge.cases[slug] for slug in slugs):
        about += [f"{case.title}. {case.summary}", case.brief, f"{case.title}: {', '.join(case.keywords)}"]
    likeness = embedder.encode(pieces) @ embedder.encode(about).T
    each = likeness.reshape(len(pieces), len(slugs), 3).mean(axis=2).max(axis=0)
    best = int(each.argmax())
    return Guess(slugs[best], bool(each[best] >= at.alike))
