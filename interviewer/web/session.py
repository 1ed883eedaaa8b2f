"""Whose visit it is and where it is: what every page shares. Nothing of an interview is kept in memory.

The browser keeps a key, the view and the interview in hidden components; a signed-in user's name goes before the key.
"""

import re
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import parse_qs

import gradio as gr

from interviewer.errors import BadInput, InterviewerError
from interviewer.storage import owner_of_key, owner_of_user
from interviewer.web.escape import for_html
from interviewer.web.service import Service

Updates = dict[Any, Any]
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""How every event is wired: no spinner over the page, no entry in a public interface."""
ACTIONS = (
    "element.addEventListener('click', (event) => { const at = event.target.closest('[data-act]');"
    " if (at && !at.disabled) { event.preventDefault(); trigger('act', { ...at.dataset }); } });"
)
"""Lets the buttons of a piece of HTML that carry ``data-act`` fire the component's event ``act``."""
LOST = "Something went wrong on the server."
_KEY = re.compile(r"[0-9a-f]{32}\Z")


class Page(Protocol):
    """What the session needs of a page."""

    view: gr.Column
    outputs: list[Any]
    """What a change of place may touch."""

    def show(self, owner: str, id_: str) -> Updates:
        """Updates that show the page as the database has it. Raises InterviewerError."""
        ...

    def wire(self) -> None:
        """Which event leads to which handler."""
        ...

    def follow(self, event: Any) -> Any:
        """What happens on this page after any change of place."""
        ...


class Session:
    """The visit: its owner, its place, and the way from one page to another."""

    def __init__(self, service: Service):
        self.service = service
        self.key = gr.Textbox(visible=False)
        self.place = gr.Textbox(visible=False, elem_id="place")
        """View and interview, as in the address: ``room/<id>``."""
        self.interview = gr.Textbox(visible=False, elem_id="interview")
        self.file = gr.JSON(visible=False)
        self.pages: dict[str, Page] = {}

    @property
    def outputs(self) -> list[Any]:
        """Every component that a change of place may touch."""
        views = [page.view for page in self.pages.values()]
        return [self.place, self.interview, *views, *[one for page in self.pages.values() for one in page.outputs]]

    def owner(self, key: str, request: gr.Request) -> str:
        """Whose interviews these are: the signed-in user's, else the browser's. Raises BadInput."""
        if request.username:
            return owner_of_user(request.username)
        if not isinstance(key, str) or not _KEY.match(key):
            raise BadInput("This browser has no key yet. Reload the page.")
        return owner_of_key(key)

    def arrive(self, key: str, search: str, request: gr.Request) -> Updates:
        """A page load: the view that the address names, as the database has it."""
        query = parse_qs(str(search or "").lstrip("?"))
        view, id_ = query.get("view", ["setup"])[0], query.get("interview", [""])[0]
        owner = self.owner(key, request)
        if view not in self.pages:
            return self.go("setup", "", owner, f"There is no page '{view[:40]}' here. This is where interviews begin.")
        return self.go(view, id_[:64], owner)

    def go(self, view: str, id_: str, owner: str, word: str = "") -> Updates:
        """Updates that lead to a view; to the set-up page, with the reason, when there is nothing to see there."""
        try:
            found = self.pages[view].show(owner, id_)
        except InterviewerError as error:
            view, id_, word = "setup", "", line(error)
            found = self.pages[view].show(owner, id_)
        shown = {page.view: gr.update(visible=name == view) for name, page in self.pages.items()}
        updates = {**shown, **found, self.place: f"{view}/{id_}", self.interview: id_}
        if word:
            updates[self.pages["setup"].status] = status(word, "bad")  # type: ignore[attr-defined]
        return updates

    def leads(self, event: Any, handler: Any, inputs: Sequence[Any], js: str | None = None) -> Any:
        """Wires an event whose handler changes the place, and what follows there."""
        went = event(handler, [*inputs], self.outputs, js=js, trigger_mode="once", **QUIET)
        for page in self.pages.values():
            went = page.follow(went)
        return went

    def hands_out(self, event: Any) -> Any:
        """After an event that filled ``file``: the page's script hands it to the person."""
        return event.success(None, [self.file], None, js="file => interviewer.download(file)", **QUIET)


def valid_key(key: str) -> str:
    """A key that somebody typed. Raises BadInput."""
    key = key.strip().lower()
    if not _KEY.match(key):
        raise BadInput("A key is 32 characters, 0 to 9 and a to f.")
    return key


def line(error: Exception) -> str:
    """An error as one line for a person."""
    return str(error).strip().split("\n")[0] if isinstance(error, InterviewerError) else LOST


def status(text: str, kind: str = "note") -> str:
    """One line that says how it is."""
    return f"<p class='{kind}' role='status'>{for_html(text)}</p>" if text else ""


def asked(event: gr.EventData) -> tuple[str, str]:
    """What a button of a piece of HTML asks for: its act and its id. Anything may come in here."""
    data = event._data if isinstance(event._data, dict) else {}
    return str(data.get("act", ""))[:40], str(data.get("id", ""))[:64]
