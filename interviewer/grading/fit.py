"""Fits the grader's numbers and says how well they hold on cases left out.

    python -m interviewer.grading.fit DIR…        writes data/fitted.npz
    python -m interviewer.grading.fit DIR… --dry  only measures

DIR holds transcripts with ``labels`` (verdict, steps). Labels are read here and nowhere else in the product.
"""

import argparse
import datetime
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from interviewer.domain import Step, Verdict
from interviewer.grading.claims import lessons
from interviewer.grading.depth import groups, substance
from interviewer.grading.filters import _INSTRUCTION
from interviewer.grading.locate import STEPS
from interviewer.grading.moments import Moments
from interviewer.grading.parameters import (
    Fitted,
    Floats,
    Probe,
    depth_examples,
    idle_talk,
    rubric,
    save_fitted,
)
from interviewer.grading.reach import reached
from interviewer.grading.reading import asked_vectors, read
from interviewer.grading.scores import Pooled, weighed
from interviewer.grading.settle import settled
from interviewer.knowledge.embeddings import model_sha256, shared_embedder
from interviewer.knowledge.load import Knowledge
from interviewer.listening.segments import candidate_units, plain_words
from interviewer.transcript import Transcript, parse_transcript

GRADES = {"buzz": 1.0, "wrong": 1.0, "mixed": 2.0, "solid": 3.0, "deep": 4.0}
STEP_RIDGE, IDLE_RIDGE, INSTRUCTION_RIDGE, DEPTH_RIDGE = 3e-3, 1e-3, 3e-3, 1e-3
IDLE_ABOVE, INSTRUCTION_ABOVE = 0.60, 0.62
EXAMPLES_SHARE, CLAIMS_SHARE = 0.15, 1.0
FAMILIAR = 96
HALF = 60.0


@dataclass(frozen=True)
class Labelled:
    """A transcript with its panel's judgement; scores at senior level."""

    name: str
    transcript: Transcript
    verdict: int
    steps: dict[Step, float | None]
    vectors: Floats
    words: Floats
    """Of each group, those of nearly idle talk counting less."""
    said: Floats
    """Of each group, all that count at all."""
    of: tuple[Step, ...]
    reached: tuple[Step, ...]
    """The steps that the grader would score."""

    @property
    def twin(self) -> str:
        """The same for both voicings of an interview."""
        return self.name.removesuffix("-spoken")


def ridge(x: Floats, y: Floats, weight: Floats, strength: float) -> Probe:
    """Weighted ridge regression with a free intercept; ``strength`` is per unit of total weight."""
    return Moments.of(x, y, weight).ridge(strength)


def _plain(texts: Sequence[str]) -> list[str]:
    return [plain_words(text) for text in texts]


def fit_step(knowledge: Knowledge) -> Probe:
    """Which step a sentence belongs to: from the knowledge base's own sentences, every step weighing the same."""
    rows: list[tuple[str, Step]] = []
    for slug in ("", *knowledge.cases):
        for step, signals in knowledge.signals(slug).items():
            own = [s for s in signals if slug == "" or not s.id.startswith("general-")]
            rows += [(text, step) for signal in own for text in (*signal.plain, *signal.jargon, *signal.probes)]
    rows += [(one[grade], Step(one["step"])) for one in depth_examples() for grade in GRADES]
    x = shared_embedder().encode(_plain([text for text, _ in rows]))
    of = np.array([STEPS.index(step) for _, step in rows])
    weight = 1.0 / np.bincount(of, minlength=len(STEPS))[of]
    y = np.eye(len(STEPS))[of]
    return ridge(x, y, weight, STEP_RIDGE)


def fit_idle(knowledge: Knowledge, talk_about: Sequence[str] = ()) -> tuple[Probe, Probe]:
    """What is idle talk, and what is addressed to the grader, against sentences about designs."""
    about = [
        text
        for slug in ("", *knowledge.cases)
        for ss in knowledge.signals(slug).values()
        for s in ss
        for text in s.plain
    ]
    about += [one[grade] for one in depth_examples() for grade in ("wrong", "mixed", "solid", "deep")]
    about += talk_about
    talk = idle_talk()
    idle = [text for kind, texts in talk.items() if kind != "instruction" for text in texts]
    instruction = talk["instruction"]
    x = shared_embedder().encode(_plain([*about, *idle, *instruction]))
    kinds = np.array([0] * len(about) + [1] * len(idle) + [2] * len(instruction))
    weight = 1.0 / np.bincount(kinds)[kinds]
    first = ridge(x, (kinds > 0).astype(float), weight, IDLE_RIDGE)
    second = ridge(x, (kinds == 2).astype(float), weight, INSTRUCTION_RIDGE)
    return (
        Probe(first.weights, np.asarray(first.intercept - IDLE_ABOVE, np.float32)),
        Probe(second.weights, np.asarray(second.intercept - INSTRUCTION_ABOVE, np.float32)),
    )


def labelled(paths: Sequence[Path], blank: Fitted) -> list[Labelled]:
    """Every labelled transcript under the folders, read as the grader reads it."""
    encode = shared_embedder().encode
    bars = rubric()["level"]["offsets"]
    least = int(rubric()["evidence"]["least_words_of_a_step"])
    found = []
    for path in sorted(file for folder in paths for file in folder.rglob("*.json")):
        raw = path.read_bytes()
        try:
            labels = json.loads(raw)["labels"]
            verdict = Verdict(labels["verdict"]).rank
        except (KeyError, TypeError, ValueError):
            continue
        transcript = parse_transcript(raw, path.name)
        reading = read(transcript, encode, blank)
        asked, whole = asked_vectors(transcript, encode), transcript.mode == "interview"
        got_to = reached(transcript, reading, asked, blank.step, least, whole)
        of = settled(reading.units, reading.vectors, reading.steps, got_to, blank.step, least)
        cut = groups(reading.units, of, substance(reading.vectors, blank))
        higher = float(bars[transcript.level.value])
        steps = {s: None if (v := labels["steps"].get(s)) is None else float(v) + higher for s in Step}
        found.append(
            Labelled(
                path.stem,
                transcript,
                verdict,
                steps,
                encode([group.plain for group in cut]),
                np.array([group.weight for group in cut], np.float32),
                np.array([group.words for group in cut], np.float32),
                tuple(group.step for group in cut),
                tuple(got_to),
            )
        )
    return found


def _units(folders: Sequence[Path]) -> list[str]:
    """What candidates say, as it comes: nearly all of it is about a design. Labels are not looked at."""
    files = sorted(file for folder in folders for file in folder.rglob("*.json"))
    every = [parse_transcript(file.read_bytes(), file.name) for file in files]
    return [unit.text for one in every for unit in candidate_units(one) if not _INSTRUCTION.search(unit.text)]


def _targets(one: Labelled) -> Floats:
    known = [score for score in one.steps.values() if score is not None]
    mean = sum(known) / len(known)
    return np.array(
        [mean if (score := one.steps[step]) is None else score for step in one.of],
        np.float32,
    )


def fit_depth(chosen: Sequence[Labelled]) -> Probe:
    """The probe, fitted on the panel's step scores and, with a share, on the graded examples and the knowledge base's
    own claims."""
    rows = [Moments.of(one.vectors, _targets(one), one.words / one.words.sum() / len(chosen)) for one in chosen]
    found = sum(rows[1:], start=rows[0]) + _examples().times(EXAMPLES_SHARE)
    claimed = lessons()
    return (found + claimed.times(CLAIMS_SHARE) if claimed is not None else found).ridge(DEPTH_RIDGE)


@cache
def _examples() -> Moments:
    """Own answers of graded depth, of total weight 1."""
    texts, grades, weights = [], [], []
    for example in depth_examples():
        for grade, value in GRADES.items():
            words = plain_words(example[grade]).split()
            parts = np.array_split(np.array(words, dtype=object), max(1, round(len(words) / 40)))
            texts += [" ".join(part) for part in parts]
            grades += [value] * len(parts)
            weights += [1 / len(parts)] * len(parts)
    weight = np.array(weights, np.float32) / sum(weights)
    return Moments.of(shared_embedder().encode(texts), np.array(grades, np.float32), weight)


def left_out(every: Sequence[Labelled], key: str) -> list[Floats]:
    """Each interview's group scores from a probe that never saw its ``key`` ('case' or 'twin')."""

    def of(one: Labelled) -> str:
        return one.transcript.case if key == "case" else one.twin

    probes = {name: fit_depth([one for one in every if of(one) != name]) for name in {of(one) for one in every}}
    return [probes[of(one)](one.vectors) for one in every]


def pooled(one: Labelled, scores: Floats) -> Pooled:
    """The interview and its steps from its groups' scores."""
    return weighed(scores, one.words, one.said, one.of, np.ones_like(one.words))


def calibrate(every: Sequence[Labelled], scores: Sequence[Floats]) -> dict[str, float]:
    """Slope and intercept of the overall score, and how far a step may lean away from it."""
    whole = [pooled(one, own) for one, own in zip(every, scores, strict=True)]
    x = np.array([each.overall for each in whole])
    y = np.array([_targets(one) @ one.words / one.words.sum() for one in every])
    # Between regression (r·sd ratio, timid) and matching spreads (sd ratio): verdicts need the spread back.
    r = float(np.corrcoef(x, y)[0, 1])
    slope = float(y.std() / x.std()) * (0.5 + 0.5 * r)
    intercept = float(y.mean() - slope * x.mean())
    own, wanted = [], []
    for one, each in zip(every, whole, strict=True):
        for step, score in each.steps.items():
            if (target := one.steps[step]) is not None:
                words = each.weights[step]
                own.append(slope * (score - each.overall) * words / (words + HALF))
                wanted.append(target - (slope * each.overall + intercept))
    lean = float(np.dot(own, wanted) / max(np.dot(own, own), 1e-9))
    return {
        "slope": slope,
        "intercept": intercept,
        "lean": min(1.0, max(0.0, lean)),
        "half": HALF,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--dry", action="store_true", help="measure, write nothing")
    options = parser.parse_args(arguments)
    knowledge = Knowledge.load()
    idle, instruction = fit_idle(knowledge, _units(options.folders))
    nothing = Probe(np.zeros(384, np.float32), np.zeros((), np.float32))
    blank = Fitted(
        fit_step(knowledge),
        idle,
        instruction,
        nothing,
        np.zeros((1, 384), np.float32),
        {},
        {},
    )
    every = labelled(options.folders, blank)
    if len({one.transcript.case for one in every}) < 2:
        print("needs labelled transcripts of at least two cases", file=sys.stderr)
        return 2
    from interviewer.grading.fit_report import describe

    held = left_out(every, "case")
    scale = calibrate(every, held)
    measured = {
        "by_case": describe(every, held, scale),
        "by_interview": describe(every, left_out(every, "twin"), scale),
    }
    print(json.dumps({"scale": scale, **measured}, indent=1))
    vectors = np.concatenate([one.vectors for one in every]).astype(np.float64)
    _, _, basis = np.linalg.svd(vectors, full_matrices=False)
    digest = hashlib.sha256("\0".join(sorted(one.transcript.model_dump_json() for one in every)).encode()).hexdigest()
    provenance = {
        "date": datetime.date.today().isoformat(),
        "command": "python -m interviewer.grading.fit",
        "interviews": len({one.twin for one in every}),
        "transcripts": len(every),
        "cases": len({one.transcript.case for one in every}),
        "transcripts_sha256": digest,
        "embedding_sha256": model_sha256(),
        "left_out": measured,
    }
    value = replace(
        blank,
        depth=fit_depth(every),
        familiar=basis[:FAMILIAR].astype(np.float32),
        scale=scale,
        provenance=provenance,
    )
    if not options.dry:
        save_fitted(value)
    return 0


if __name__ == "__main__":
    sys.exit(main())
