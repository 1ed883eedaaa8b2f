"""The report's own words: sentences filled from verified quotes and the knowledge base; code adds nothing to them."""

from collections.abc import Mapping, Sequence

from interviewer.domain import Help, Step, Verdict
from interviewer.grading.report import Evidence, Missing, StepReport, StudyItem
from interviewer.grading.thresholds import thresholds
from interviewer.knowledge.schema import Signal

_AT = thresholds().page

WORDS = {
    Verdict.STRONG_NO_HIRE: "Strong no hire",
    Verdict.NO_HIRE: "No hire",
    Verdict.HIRE: "Hire",
    Verdict.STRONG_HIRE: "Strong hire",
}
HOW_TO_BE_JUDGED = (
    "To be judged, set OPENAI_API_KEY, or OPENAI_BASE_URL for a model server of your own (Ollama, LM Studio, vLLM), or "
    "INTERVIEWER_MODEL=local:<path of a GGUF of 4 GB or more>, and grade this interview again."
)
HOW_TO_BE_JUDGED_YET = "To be judged, mend what the backend says below (see `interviewer doctor`), and grade it again."
TOO_LITTLE = "There is too little in this interview to judge; nothing was scored."
TOO_LITTLE_HERE = "Too little was said to tell anything about this step."
MOST_STUDY = _AT.most_study
_HELP = {
    Help.UNPROMPTED: "Unasked you spoke about",
    Help.PROBED: "When asked you spoke about",
    Help.HINTED: "After a hint you spoke about",
}


def not_judged(with_a_model: bool, failed: bool = False) -> tuple[str, str]:
    """Why there is no verdict, and how to get one. ``failed``: a model that could judge is set and did not answer."""
    who = "With the small embedded model" if with_a_model else "Without a language model"
    return (
        f"{who} nobody can tell how sound an answer is, so there is no verdict: what follows is what came up, in your "
        "own words, as far as it could be heard.",
        HOW_TO_BE_JUDGED_YET if failed else HOW_TO_BE_JUDGED,
    )


def badly_heard(share: float) -> str:
    """Why talk that was not understood by the recorder gets no verdict, and how to get one."""
    return (
        f"Hardly more than {share:.0%} of the candidate's words seem to have arrived as they were said, so nobody can "
        "tell what was meant, and there is no verdict. Take a better recogniser's transcript, or correct this one, and "
        "grade it again."
    )


def doubtfully_heard(share: float) -> str:
    """What the reader of a report on such talk must know."""
    return (
        f"About {share:.0%} of the candidate's words seem to have arrived as they were said: quotes may hold misheard "
        "words, and the confidence is lower for it."
    )


def covered(evidence: Sequence[Evidence], missing: Sequence[Missing], example: str) -> str:
    """The comment on a step that was heard and not judged: subjects with a quote behind each, and no praise.
    ``example`` is a sentence that surely is about the step, or empty."""
    parts = []
    for help_, said in _HELP.items():
        names = listed([f"“{one.about}”" for one in evidence if one.help == help_])
        if names:
            parts.append(f"{said} {names}.")
    if not parts and example:
        parts.append(f"You spoke about this step, for instance: “{' '.join(example.split())}”")
    if not parts:
        return "Nothing could be tied to this step for certain; that does not mean that nothing was said."
    if missing:
        parts.append("Below is also what nothing in your words came near to.")
    return " ".join(parts)


def covered_in_short(steps: Mapping[Step, StepReport], order: Sequence[Step]) -> str:
    """The summary of a report without a verdict."""
    told = [step for step in order if steps[step].evidence]
    if len(told) > 1:
        return f"Most could be heard about {told[0].label.lower()}, least about {order[-1].label.lower()}."
    return f"You spoke about {listed([step.label.lower() for step in Step if step in order])}." if order else ""


def questions(
    gaps: Mapping[Step, Sequence[Missing]], order: Sequence[Step], signals: Mapping[str, Signal]
) -> list[str]:
    """One question a step to ask oneself, about what could not be quoted; the steps least shown come first."""
    return [
        f"{step.label}: {signals[gaps[step][0].signal].probes[0]}"
        for step in weakest_first(order)
        if gaps[step] and gaps[step][0].signal in signals
    ]


def exercises(
    gaps: Mapping[Step, Sequence[Missing]], order: Sequence[Step], signals: Mapping[str, Signal]
) -> list[StudyItem]:
    """At most five things to study: the steps least shown come first, one thing each."""
    plan: list[StudyItem] = []
    for step in weakest_first(order):
        gap = next((one for one in gaps[step] if one.study), None)
        if gap is not None and gap.signal in signals and len(plan) < MOST_STUDY:
            one = signals[gap.signal]
            text = f"{one.topic[:1].upper()}{one.topic[1:]}. Answer aloud: “{one.probes[-1]}”"
            plan.append(StudyItem(step=step, text=text, notes=gap.study))
    return plan


def weakest_first(order: Sequence[Step]) -> list[Step]:
    """The steps that were not heard, in their usual order, then those that were, least shown first."""
    return [*(step for step in Step if step not in order), *reversed(order)]


def listed(words: Sequence[str]) -> str:
    """``a, b and c``"""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
