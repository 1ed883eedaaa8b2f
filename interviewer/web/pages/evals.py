"""The evals in the app: the latest runs with what moved and what failed, and two next turns to choose between blind.

For who works on the product: it is there only where runs of the evals lie and nobody has to sign in.
"""

import importlib.util
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from interviewer import BadInput, InterviewerError
from interviewer.practice import table_html
from interviewer.web.conversation import conversation_html
from interviewer.web.session import ACTIONS, QUIET, Page, Session, Updates, asked, for_html, line, status

if TYPE_CHECKING:
    from evals.log import Log
    from evals.preference.rankings import Pair, Ranking

RUNS = Path("runs")
"""Where ``interviewer eval run`` keeps its logs, seen from the folder that it was started in."""
_SHOWN = 12
_TURNS = 8
"""Turns before the moment that a judge reads."""


def runs_here(runs: Path = RUNS) -> bool:
    """Whether somebody runs the evals here."""
    return runs.is_dir() and importlib.util.find_spec("evals") is not None


class EvalsPage(Page):
    """The page."""

    def __init__(self, session: Session, kept: Path, runs: Path = RUNS):
        self.session, self.kept, self.runs = session, kept, runs
        with gr.Column(elem_id="evals-view", visible=False) as self.view:
            gr.HTML(
                "<h1>Evals</h1><p class='lead'>What the last runs measured, and which turn you would rather hear.</p>"
            )
            self.status = gr.HTML("", elem_id="evals-status", elem_classes="status")
            self.list = gr.HTML("", elem_id="evals-runs", js_on_load=ACTIONS)
            self.frame = gr.HTML("", elem_id="evals-run")
            self.blind = gr.HTML("", elem_id="evals-blind", js_on_load=ACTIONS)
        self.outputs: list[Any] = [self.status, self.list, self.frame, self.blind]

    def show(self, owner: str, id_: str = "") -> Updates:
        """Updates that show the page."""
        return {self.status: "", self.list: self._runs_html(), self.blind: self._blind_html(), self.frame: ""}

    # -- handling --------------------------------------------------------------------------------------------

    def open(self, event: gr.EventData) -> Updates:
        """A run was chosen: its report, beside the run of the same suite and backend before it."""
        _, name = asked(event)
        try:
            return {self.status: "", self.frame: self._run_html(name)}
        except InterviewerError as error:
            return {self.status: status(line(error), "bad"), self.frame: ""}

    def judge(self, event: gr.EventData) -> Updates:
        """One of two turns was preferred: kept, and the next two shown."""
        from evals.preference import rankings

        act, id_ = asked(event)
        try:
            pair = rankings.shown(self._pairs(), id_)
            if pair is None or act not in ("first", "second"):
                raise BadInput("That choice is not there any more.")
            better = int(act == "second")
            rankings.keep([rankings.answered(pair, better, "app")], self.kept)
            said = f"Kept. You preferred {pair.sources[better]} to {pair.sources[1 - better]}."
            return {self.status: status(said), self.blind: self._blind_html()}
        except InterviewerError as error:
            return {self.status: status(line(error), "bad"), self.blind: self._blind_html()}

    def wire(self) -> None:
        """Which event leads to which handler."""
        self.list.act(self.open, None, [self.status, self.frame], **QUIET)
        self.blind.act(self.judge, None, [self.status, self.blind], **QUIET)

    # -- pieces of the page ------------------------------------------------------------------------------------

    def _logs(self) -> list[Path]:
        """The logs, newest first."""
        return sorted(self.runs.glob("*.jsonl"), reverse=True)

    def _read(self, path: Path) -> "Log | None":
        from evals.log import read

        try:
            return read(path)
        except BadInput:
            return None

    def _runs_html(self) -> str:
        found = [(path, log) for path in self._logs()[:_SHOWN] if (log := self._read(path))]
        if not found:
            return "<p class='quiet'>No run yet. <code>interviewer eval run fast</code> makes some.</p>"
        rows = "".join(_row_html(path, log) for path, log in found)
        heads = ("Suite", "Backend", "When", "Gates", "<span class='sr-only'>Open</span>")
        return f"<div class='card'>{table_html('Runs', heads, rows)}</div>"

    def _run_html(self, name: str) -> str:
        from evals.reference import path_of
        from evals.report import to_html
        from evals.runner import conclude
        from evals.tasks import all_suites

        logs = self._logs()
        log = next((self._read(path) for path in logs if path.name == name), None)
        if log is None or log.run.get("suite") not in all_suites():
            raise BadInput("That run is not there any more.")
        suite, backend = str(log.run["suite"]), log.run.get("backend")
        older = (self._read(path) for path in logs if path.name < name and suite in path.name)
        before = next((one for one in older if one and one.run.get("backend") == backend), None)
        saved = "main" if path_of("main", suite, str(backend)).exists() else None
        against = str(before.path) if before and before.scores else saved
        page = for_html(to_html([conclude(all_suites()[suite], log, against, keep=False)], before))
        return f"<iframe title='Run' sandbox='' referrerpolicy='no-referrer' class='run' srcdoc='{page}'></iframe>"

    def _pairs(self) -> "list[Pair]":
        """Of the newest run of ``conduct``."""
        from evals.preference import rankings

        newest = next((log for path in self._logs() if "conduct" in path.name and (log := self._read(path))), None)
        return rankings.pairs(newest) if newest else []

    def _blind_html(self) -> str:
        from evals.preference import rankings

        judged = rankings.read(self.kept) if self.kept.exists() else []
        pair = rankings.draw(self._pairs(), judged)
        head = "<h2>Which would you rather hear next?</h2>"
        if pair is None:
            return f"{head}<p class='quiet'>Nothing to judge. <code>interviewer eval run conduct</code> makes some.</p>"
        talk = pair.talk.model_copy(update={"turns": pair.talk.turns[-_TURNS:]})
        cards = "".join(
            f"<div class='card'><p dir='auto'>{for_html(text)}</p>"
            f"<button type='button' data-act='{act}' data-id='{for_html(pair.id)}'>This one</button></div>"
            for act, text in zip(("first", "second"), pair.options, strict=True)
        )
        return (
            f"{head}<div class='card latest scroll' tabindex='0' role='region' aria-label='The talk so far'>"
            f"{conversation_html(talk)}</div><div class='two'>{cards}</div>{self._tally_html(judged)}"
        )

    def _tally_html(self, judged: "list[Ranking]") -> str:
        if not judged:
            return (
                "<p class='quiet'>Your choices are kept in the form that the suite <code>preference</code> reads.</p>"
            )
        ours = sum(one.rank[0].startswith("ours") for one in judged)
        return f"<p class='quiet'>Ours preferred in {ours} of {len(judged)}; kept in {for_html(str(self.kept))}.</p>"


def _row_html(path: Path, log: "Log") -> str:
    gates = (log.scores or {}).get("gates", [])
    held = sum(bool(gate.get("passed")) for gate in gates)
    said = f"{held} of {len(gates)} hold" if gates else "not finished" if log.scores is None else "–"
    suite, when = str(log.run.get("suite")), _day(str(log.run.get("started", "")))
    cells = (suite, str(log.run.get("backend")), when, said)
    button = (
        f"<button type='button' class='small' data-act='open' data-id='{for_html(path.name)}'>Open"
        f"<span class='sr-only'>: {for_html(suite)}, {for_html(when)}</span></button>"
    )
    return f"<tr>{''.join(f'<td>{for_html(cell)}</td>' for cell in cells)}<td class='open'>{button}</td></tr>"


def _day(started: str) -> str:
    """The time of a log as the other pages write it; as it stands when it is none."""
    try:
        return datetime.fromisoformat(started).astimezone().strftime("%d %b %Y, %H:%M")
    except ValueError:
        return started[:20]
