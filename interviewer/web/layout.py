"""Puts the pages together: one Blocks application, and which event leads to which handler."""

from typing import Any

import gradio as gr

from interviewer.speech.parts import VoiceParts
from interviewer.web.components.retakes import TakesPanel, TakeVisits
from interviewer.web.components.voice import VoiceVisits, build_panel
from interviewer.web.pages.progress import build_progress
from interviewer.web.pages.report import build_report
from interviewer.web.pages.room import build_room
from interviewer.web.pages.setup import build_setup
from interviewer.web.service import Service
from interviewer.web.session import Pages, Visits

BROWSER_KEY = "ml-design-interviewer"
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def open_context(service: Service, voice: VoiceParts | None = None) -> gr.Blocks:
    """The application; without ``voice`` it is typed only."""
    with gr.Blocks(title="ML design interviewer", analytics_enabled=False, fill_width=True) as app:
        # Gradio hands this secret to every browser, so it protects nothing; it must only never change.
        browser = gr.BrowserState(None, storage_key=BROWSER_KEY, secret=BROWSER_KEY)
        place = gr.Textbox(visible=False, elem_id="place")
        interview = gr.Textbox(visible=False, elem_id="interview")
        nonce = gr.Textbox(visible=False)
        file = gr.JSON(visible=False)
        with gr.Row(elem_id="top"):
            gr.HTML("<span class='brand'>ML design <i>interviewer</i></span>", elem_id="brand")
            to_home = gr.Button("Interviews", size="sm", min_width=90, scale=0, elem_id="nav-home")
            to_progress = gr.Button("Progress", size="sm", min_width=90, scale=0, elem_id="nav-progress")
        pages = Pages(
            build_setup(service.knowledge),
            build_room(),
            build_report(),
            build_progress(),
            browser,
            place,
            interview,
            file,
        )
        visits = Visits(service, pages)
        panel = build_panel(pages.room, voice) if voice else None
        if voice and panel:
            visits.voice = VoiceVisits(visits, voice, panel)
            visits.voice.wire()
        everything = _everything(pages)
        arrive = app.load(
            visits.arrive, [browser, nonce], everything, js="(b, _) => [b, window.location.search]", **_QUIET
        )
        _settle(arrive, visits, pages)
        to_home.click(visits.home, [browser], everything, **_QUIET)
        to_progress.click(visits.show_progress, [browser], everything, **_QUIET)
        place.change(None, [place], None, js="place => interviewer.went(place)", **_QUIET)
        _wire_setup(visits, pages, everything)
        _wire_room(visits, pages, nonce, everything)
        _wire_report(visits, pages, everything)
        for panel_ in (pages.room.takes, pages.report.takes):
            _wire_takes(panel_, visits, pages, everything)
    app.queue(default_concurrency_limit=16, max_size=200)
    return app


def _everything(pages: Pages) -> list[Any]:
    """Every component that a change of view may touch."""
    own = [pages.browser, pages.place, pages.interview]
    parts = [vars(page).values() for page in (pages.setup, pages.room, pages.report, pages.progress)]
    found = [part for group in parts for part in group if isinstance(part, gr.blocks.Block)]
    fixed = (gr.Button, gr.Timer)
    changing = [part for part in found if not isinstance(part, fixed)]
    panels = [part for panel in (pages.room.takes, pages.report.takes) for part in (panel.box, panel.turn, panel.said)]
    share = [pages.report.share.box, pages.report.share.consent]
    return [*own, *changing, *panels, *share, pages.room.again, pages.room.pulse]


def _graded(pages: Pages) -> list[Any]:
    """What grading changes."""
    return [pages.report.frame, pages.report.status, pages.report.difference]


def _answer(event: Any, visits: Visits, pages: Pages, also: bool = False) -> Any:
    """After the event the interviewer speaks, if it is its turn."""
    room = pages.room
    outputs = [room.heading, room.chat, room.clock, room.steps, room.badge, room.write, room.over, room.pulse]
    follow = event.then if also else event.success
    answer: Any = visits.answer
    inputs: list[Any] = [pages.interview, pages.browser]
    if visits.voice:  # said aloud as well, if that is wanted
        panel = visits.voice.panel
        answer, inputs = visits.voice.answer, [*inputs, panel.aloud, panel.speed]
        outputs.append(panel.clips)
    return follow(
        answer,
        inputs,
        [*outputs, room.status, room.again],
        concurrency_limit=8,
        **_QUIET,
    )


def _grade(event: Any, visits: Visits, pages: Pages) -> Any:
    """After the event the interview is graded, unless it was."""
    return event.success(
        visits.grade,
        [pages.interview, pages.report.level, pages.browser],
        _graded(pages),
        concurrency_limit=4,
        **_QUIET,
    )


def _settle(event: Any, visits: Visits, pages: Pages) -> None:
    """After any change of place: drafts come back, the interviewer goes on, the report appears."""
    drafts = event.success(
        None, [pages.interview], [pages.room.box, pages.room.sketch], js="id => interviewer.drafts(id)", **_QUIET
    )
    answered = _answer(drafts, visits, pages)
    answered.success(
        visits.grade_if_there,
        [pages.place, pages.report.level, pages.browser],
        _graded(pages),
        concurrency_limit=4,
        **_QUIET,
    )


def _wire_setup(visits: Visits, pages: Pages, everything: list[Any]) -> None:
    setup, browser = pages.setup, pages.browser
    setup.case.change(visits.summary, [setup.case], [setup.summary], **_QUIET)
    setup.mode.input(visits.mode, [setup.mode], [setup.about, setup.step, setup.topic, setup.minutes], **_QUIET)
    choice = [setup.case, setup.level, setup.minutes, setup.manner, setup.mode, setup.step, setup.topic]
    started = setup.start.click(visits.begin, [*choice, browser], everything, trigger_mode="once", **_QUIET)
    _settle(started, visits, pages)
    setup.mine.change(visits.choose, [setup.mine], [setup.actions, setup.confirm], **_QUIET)
    _settle(setup.resume.click(visits.enter, [setup.mine, browser], everything, **_QUIET), visits, pages)
    _grade(setup.report.click(visits.to_report, [setup.mine, browser], everything, **_QUIET), visits, pages)
    exported = setup.export.click(visits.take("transcript"), [setup.mine, setup.level, browser], [pages.file], **_QUIET)
    exported.success(None, [pages.file], None, js="file => interviewer.download(file)", **_QUIET)
    setup.delete.click(lambda: gr.update(visible=True), None, [setup.confirm], **_QUIET)
    setup.delete_no.click(lambda: gr.update(visible=False), None, [setup.confirm], **_QUIET)
    setup.delete_yes.click(visits.delete, [setup.mine, browser], everything, **_QUIET)
    setup.use_key.click(visits.use_key, [setup.key], everything, **_QUIET)


def _wire_room(visits: Visits, pages: Pages, nonce: gr.Textbox, everything: list[Any]) -> None:
    room, browser, interview = pages.room, pages.browser, pages.interview
    stored = [room.chat, room.status, room.again, room.box, room.sketch, room.preview, room.confirm]
    # The nonce is made with the draft and kept with it: sent twice, before and after a crash, it is one turn.
    sent = gr.on(
        [room.box.submit, room.send.click],
        visits.say,
        [room.box, interview, nonce, visits.voice.panel.mode if visits.voice else nonce, browser],
        stored,
        js="(text, id, _, __, b) => [text, id, interviewer.nonce(id), interviewerVoice.mode(), b]",
        trigger_mode="once",
        **_QUIET,
    )
    sent.success(None, [interview], None, js="id => { interviewer.sent(id); interviewerVoice.sent(); }", **_QUIET)
    _answer(sent, visits, pages)
    drawn = room.send_sketch.click(
        visits.draw,
        [room.sketch, interview, nonce, browser],
        stored,
        js="(text, id, _, b) => [text, id, interviewer.nonce(id + ':sketch'), b]",
        trigger_mode="once",
        **_QUIET,
    )
    drawn.success(None, [interview], None, js="id => interviewer.sent(id + ':sketch')", **_QUIET)
    _answer(drawn, visits, pages)
    for button, event in ((room.hint, "hint"), (room.moment, "pause")):
        pressed = button.click(visits.press(event), [interview, browser], stored, trigger_mode="once", **_QUIET)
        _answer(pressed, visits, pages)
    room.box.input(None, [room.box, interview], None, js="(text, id) => interviewer.keep(id, text)", **_QUIET)
    room.sketch.input(
        None, [room.sketch, interview], None, js="(text, id) => interviewer.keep(id + ':sketch', text)", **_QUIET
    )
    room.show_sketch.click(visits.preview, [room.sketch], [room.preview], **_QUIET)
    room.end.click(lambda: gr.update(visible=True), None, [room.confirm], **_QUIET)
    room.end_no.click(lambda: gr.update(visible=False), None, [room.confirm], **_QUIET)
    ended = room.end_yes.click(visits.press("end"), [interview, browser], stored, trigger_mode="once", **_QUIET)
    closed = _answer(ended, visits, pages)
    _grade(closed.success(visits.to_report, [interview, browser], everything, **_QUIET), visits, pages)
    _grade(room.to_report.click(visits.to_report, [interview, browser], everything, **_QUIET), visits, pages)
    _answer(room.again.click(None, None, None, js="() => {}", **_QUIET), visits, pages, also=True)
    room.pulse.tick(visits.pulse, [interview, browser], [room.clock, room.status, room.pulse], **_QUIET)


def _wire_report(visits: Visits, pages: Pages, everything: list[Any]) -> None:
    page, browser, interview = pages.report, pages.browser, pages.interview
    page.level.input(
        visits.grade,
        [interview, page.level, browser],
        _graded(pages),
        concurrency_limit=4,
        trigger_mode="always_last",
        **_QUIET,
    )
    kinds = {"html": page.html, "markdown": page.markdown, "json": page.json, "transcript": page.transcript}
    for kind, button in kinds.items():
        taken = button.click(visits.take(kind), [interview, page.level, browser], [pages.file], **_QUIET)
        taken.success(None, [pages.file], None, js="file => interviewer.download(file)", **_QUIET)
    share = page.share
    given = share.give.click(
        TakeVisits(visits).share, [share.consent, share.names, interview, browser], [pages.file], **_QUIET
    )
    given.success(None, [pages.file], None, js="file => interviewer.download(file)", **_QUIET)
    page.to_room.click(visits.enter, [interview, browser], everything, **_QUIET)


def _wire_takes(panel: TakesPanel, visits: Visits, pages: Pages, everything: list[Any]) -> None:
    takes, place = TakeVisits(visits), [pages.interview, pages.browser]
    panel.box.expand(takes.choices, place, [panel.turn], **_QUIET)
    again = panel.again.click(takes.again, [panel.turn, *place], everything, trigger_mode="once", **_QUIET)
    _settle(again, visits, pages)
    if panel.opinion:
        panel.opinion.click(takes.opinion, [panel.turn, *place], [panel.said], **_QUIET)
