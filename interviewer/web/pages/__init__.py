"""The look, and the pages put together: one Blocks application and the way between its pages. Nothing is fetched."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.themes.utils.colors import Color

from interviewer.config import Settings
from interviewer.web import VoiceParts
from interviewer.web.pages.coach import CoachPage
from interviewer.web.pages.evals import EvalsPage
from interviewer.web.pages.progress import ProgressPage
from interviewer.web.pages.report import ReportPage
from interviewer.web.pages.room import RoomPage
from interviewer.web.pages.setup import SetupPage
from interviewer.web.service import Service
from interviewer.web.session import QUIET, Session
from interviewer.web.voice import VoicePanel

_INK = Color(
    "#f7f8f8", "#eef1f1", "#dfe4e5", "#c6cecf", "#93a0a3", "#677578",
    "#4c595c", "#384447", "#232d30", "#182023", "#101618",
)  # fmt: skip
_PINE = Color(
    "#eef7f5", "#d6ebe6", "#afd8cf", "#7fbfb2", "#4ca292", "#2c8676",
    "#1f6c5f", "#1b574d", "#17463f", "#133933", "#0a211e",
)  # fmt: skip


def theme() -> Any:
    """The theme."""
    font = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
    mono = ["ui-monospace", "SF Mono", "Cascadia Mono", "Consolas", "DejaVu Sans Mono", "monospace"]
    return gr.themes.Base(primary_hue=_PINE, neutral_hue=_INK, font=font, font_mono=mono, radius_size="lg").set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_label_background_fill="transparent",
        block_title_text_color="*neutral_700",
        block_title_text_color_dark="*neutral_200",
        block_title_text_weight="600",
        input_text_size="1rem",
        input_background_fill="white",
        input_background_fill_dark="*neutral_900",
        input_border_width="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_700",
        input_border_color_focus="*primary_600",
        input_border_color_focus_dark="*primary_400",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_500",
        button_primary_background_fill_hover_dark="*primary_400",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
        button_secondary_text_color="*neutral_900",
        button_secondary_text_color_dark="*neutral_100",
        button_secondary_background_fill="white",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_background_fill_hover="*primary_50",
        button_secondary_background_fill_hover_dark="*primary_900",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_700",
    )


# -- layout ----------------------------------------------------------------------------------------------
# Puts the pages together: one Blocks application, its pages, and the way between them.


BROWSER_KEY = "ml-design-interviewer"
"""Where earlier revisions kept the browser's key; it is still found there."""
_SIGN_OUT = "<form method='post' action='logout'><button class='link'>Sign out</button></form>"
_CACHE = (300, 1800)
"""Every so many seconds, uploaded files that are older than so many are deleted; all of them when the app ends."""
_VIEWS = {"setup": "Practise", "progress": "Progress", "coach": "Coach"}
_EVALS = {"evals": "Evals"}


def open_app(
    service: Service,
    voice: VoiceParts | None = None,
    settings: Settings | None = None,
    judged: Path | None = None,
) -> gr.Blocks:
    """The application; without ``voice`` it is typed only. ``judged`` keeps the choices of the evals' page; without it
    there is no such page."""
    with gr.Blocks(title="ML design interviewer", analytics_enabled=False, fill_width=True, delete_cache=_CACHE) as app:
        # Gradio hands this secret to every browser, so it protects nothing; it must only never change.
        earlier = gr.BrowserState(None, storage_key=BROWSER_KEY, secret=BROWSER_KEY)
        session = Session(service)
        search = gr.Textbox(visible=False)
        with gr.Row(elem_id="top"):
            gr.HTML("<a class='brand' href='?'>ML design <i>interviewer</i></a>", elem_id="brand")
            navigation = {
                view: gr.Button(name, size="sm", min_width=60, scale=0, elem_id=f"nav-{view}")
                for view, name in (_VIEWS | (_EVALS if judged else {})).items()
            }
            sign_out = gr.HTML(_SIGN_OUT, visible=False, elem_id="sign-out", min_height=0)
        back = gr.Button("", elem_id="nav-back", elem_classes="voice-hidden")
        setup, room = SetupPage(session, settings, voice), RoomPage(session)
        report, progress, coach = ReportPage(session), ProgressPage(session), CoachPage(session, voice)
        session.pages = {"setup": setup, "room": room, "report": report, "progress": progress, "coach": coach}
        if judged:
            session.pages["evals"] = EvalsPage(session, judged)
        if voice:
            panel = VoicePanel(room, voice)
            if panel.build():
                room.voice = panel
                setup.forgotten.append(panel.kept.forget)
                panel.wire()
        for page in session.pages.values():
            page.wire()
        _arrive(app, session, setup, earlier, search, back)
        app.load(_may_sign_out, None, [sign_out], **QUIET)
        for view, button in navigation.items():
            session.leads(button.click, _goes(session, view), [session.key])
        session.place.change(None, [session.place], None, js="place => interviewer.went(place)", **QUIET)
    for event in app.fns.values():
        # What shows no progress counts it all the same, 60 times a second, and never stops once it has left the page
        # in the middle of an event (Gradio 6.31). A component that is never on the page counts nothing.
        event.show_progress_on = [session.place]
    app.queue(default_concurrency_limit=16, max_size=400)
    return app


def _arrive(
    app: gr.Blocks, session: Session, setup: SetupPage, earlier: gr.BrowserState, search: gr.Textbox, back: gr.Button
) -> None:
    """The page's first moment: the browser's key, made once for all its tabs, then what the address names."""
    keyed = app.load(
        None, [earlier], [session.key, setup.key, search],
        js="async (earlier) => { const key = await interviewer.key(earlier);"
        " return [key, key, window.location.search]; }",
        **QUIET,
    )  # fmt: skip
    session.leads(keyed.then, session.arrive, [session.key, search])
    session.leads(back.click, session.arrive, [session.key, search], js="key => [key, window.location.search]")
    keyed.then(_elsewhere, None, [setup.elsewhere], **QUIET)


def _elsewhere(request: gr.Request) -> object:
    """A signed-in user's interviews hang on the name, not on a key."""
    return gr.update(visible=not request.username)


def _may_sign_out(request: gr.Request) -> object:
    return gr.update(visible=bool(request.username))


def _goes(session: Session, view: str) -> Callable[..., object]:
    def went(key: str, request: gr.Request) -> object:
        return session.go(view, "", session.owner(key, request))

    return went
