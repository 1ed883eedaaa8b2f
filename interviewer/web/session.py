"""Whose visit it is, how they signed in and where they are. Nothing of an interview is kept in memory."""

import hashlib
import hmac
import html
import logging
import re
import threading
import time
from abc import ABC, abstractmethod
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import parse_qs

import gradio as gr

from interviewer import BadInput, InterviewerError, Level, telemetry
from interviewer.grading.render import mark
from interviewer.grading.report import WORDS, Report
from interviewer.imports import UNKNOWN_CASE
from interviewer.interview import LABELS, ModeKind, known_mode
from interviewer.knowledge import Knowledge
from interviewer.storage import owner_of_key, owner_of_user
from interviewer.storage.database import name_of
from interviewer.storage.leases import LASTS, SignIns
from interviewer.storage.store import Store
from interviewer.text import first_words
from interviewer.web.service import Service


def for_html(text: object) -> str:
    """The text as it stands, inside an element or a quoted attribute."""
    return html.escape(str(text), quote=True)


# -- sign in ---------------------------------------------------------------------------------------------
# Signing in: a page of our own, limits on wrong passwords, one answer to all of them, a line in the log for each.
#
# The guard (``guard.py``) lets nobody past who has not signed in. A sign-in is a cookie that scripts cannot read; the
# database has its hash, so that every process of the app knows it and a restart signs nobody out.


log = logging.getLogger(__name__)
WRONG = "The name or the password is not right."
LATER = "Too many attempts. Try again in {minutes} min."
_LONGEST = 200
"""Characters of a name or a password."""


class RecentCount:
    """Counts what happened under a name within the last seconds; the names longest not seen are forgotten."""

    def __init__(self, seconds: float, limit: float, names: int = 10_000):
        self.seconds, self.limit, self._names = seconds, limit, names
        self._seen: OrderedDict[str, deque[tuple[float, float]]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, name: str, now: float | None = None) -> float:
        """Seconds until one more is allowed; 0 when it is now."""
        now = time.monotonic() if now is None else now
        with self._lock:
            seen = self._recent(name, now)
            spent = sum(weight for _, weight in seen)
            if spent < self.limit:
                return 0.0
            for at, weight in seen:
                spent -= weight
                if spent < self.limit:
                    return max(0.1, at + self.seconds - now)
        return self.seconds

    def add(self, name: str, weight: float = 1.0, now: float | None = None) -> None:
        """Counts ``weight`` more for a name, at ``now`` (seconds of a clock that never goes back; by default now)."""
        now = time.monotonic() if now is None else now
        with self._lock:
            self._recent(name, now).append((now, weight))
            self._seen.move_to_end(name)
            while len(self._seen) > self._names:
                self._seen.popitem(last=False)

    def forget(self, name: str) -> None:
        """Begins anew for that name."""
        with self._lock:
            self._seen.pop(name, None)

    def _recent(self, name: str, now: float) -> deque[tuple[float, float]]:
        seen = self._seen.setdefault(name, deque())
        while seen and seen[0][0] <= now - self.seconds:
            seen.popleft()
        return seen


class RefusedError(Exception):
    """Nobody was let in: why, in words, and the seconds to wait (0: at once)."""

    def __init__(self, text: str, seconds: float = 0.0):
        super().__init__(text)
        self.seconds = seconds


class SignIn:
    """Checks passwords and keeps sign-ins."""

    def __init__(self, pairs: Sequence[tuple[str, str]], store: Store):
        self._pairs = {user: _digest(password) for user, password in pairs}
        self._tokens = SignIns(store.engine)
        # Two apps on one host share cookies, whatever their ports are.
        self.cookie = f"interviewer-{hashlib.sha256(name_of(store.engine).encode()).hexdigest()[:8]}"
        self._limits = (RecentCount(300, 5), RecentCount(900, 20), RecentCount(900, 50))
        """Wrong passwords: of an account from an address, from an address, of an account from everywhere."""

    def user(self, cookie: str | None) -> str | None:
        """Who holds that cookie; somebody who was taken out of the settings is nobody. Raises CannotRun."""
        user = self._tokens.user(cookie) if cookie and len(cookie) <= _LONGEST else None
        return user if user in self._pairs else None

    def enter(self, body: bytes, address: str) -> str:
        """The cookie for whoever the form says they are. Raises RefusedError, CannotRun."""
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        user, password = (form.get(name, [""])[0][: _LONGEST + 1] for name in ("username", "password"))
        user, where = user.strip(), network(address)
        names = (f"{user}\n{where}", where, user)
        wait = max(window.wait(name) for window, name in zip(self._limits, names, strict=True))
        if wait:
            log.warning("sign-in refused: too many attempts, from %s", where)
            telemetry.refused("too many")
            raise RefusedError(LATER.format(minutes=max(1, round(wait / 60))), wait)
        # The same work whether the name is known or not: the time says nothing about it.
        known = self._pairs.get(user)
        if not (hmac.compare_digest(_digest(password), known or _NOBODY) and known):
            for window, name in zip(self._limits, names, strict=True):
                window.add(name)
            log.warning("sign-in refused: wrong name or password, for %r from %s", user[:40], where)
            telemetry.refused("wrong")
            raise RefusedError(WRONG)
        self._limits[0].forget(names[0])
        log.warning("signed in: %r from %s", user[:40], where)
        return self._tokens.add(user)

    def leave(self, cookie: str | None) -> None:
        """Signs out. Raises CannotRun."""
        if cookie:
            self._tokens.remove(cookie)


def set_cookie(name: str, token: str, secure: bool) -> str:
    """The header; without a path it belongs to the app's own folder, also under a sub-path. No token: it is deleted."""
    age = int(LASTS) if token else 0
    return f"{name}={token}; Max-Age={age}; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")


def network(address: str) -> str:
    """An address as limits count it: whoever has one IPv6 address has the 2^64 beside it as well."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address) and not found.ipv4_mapped:
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(getattr(found, "ipv4_mapped", None) or found)


def page(word: str = "") -> str:
    """The sign-in page."""
    alert = f"<p role='alert' id='sign-in-word'>{for_html(word)}</p>" if word else ""
    return _PAGE.replace("{alert}", alert)


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.encode("utf-8", "replace")).digest()


_NOBODY = _digest("nobody has this password")
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in – ML design interviewer</title><style>
:root{color-scheme:light dark;--ink:#182023;--paper:#f7f8f8;--card:#fff;--line:#93a0a3;--pine:#1f6c5f;--on:#fff}
@media(prefers-color-scheme:dark){
:root{--ink:#e7ecec;--paper:#101618;--card:#182023;--line:#677578;--pine:#4ca292;--on:#0a211e}}
body{font:1rem/1.5 ui-sans-serif,system-ui,sans-serif;color:var(--ink);background:var(--paper);
max-width:21rem;margin:14vh auto;padding:0 1rem}
h1{font-size:1.35rem;margin:0 0 1.4rem}h1 i{font-style:normal;font-weight:400}
h1::before{content:"";display:inline-block;width:.7rem;height:.7rem;border-radius:.2rem;background:var(--pine);
margin-right:.55rem}
label{display:block;margin:1rem 0 .25rem;font-weight:600;font-size:.95rem}
input,button{font:inherit;width:100%;box-sizing:border-box;padding:.55rem .8rem;border-radius:10px;
border:1px solid var(--line);background:var(--card);color:inherit}
button{margin-top:1.5rem;background:var(--pine);color:var(--on);border-color:var(--pine);font-weight:600;cursor:pointer}
:focus-visible{outline:3px solid var(--pine);outline-offset:2px}
[role=alert]{border-left:3px solid #c0503f;padding-left:.6rem}
</style><main><h1>ML design <i>interviewer</i></h1>{alert}<form method="post" action="login">
<label for="username">Name</label><input id="username" name="username" autocomplete="username" required autofocus>
<label for="password">Password</label><input id="password" name="password" type="password"
 autocomplete="current-password" required><button>Sign in</button></form></main></html>"""


# -- wording ---------------------------------------------------------------------------------------------
# Words that several pages say: what an interview is called and how it went.


LEVEL_NAMES = {Level.MID: "Mid", Level.SENIOR: "Senior", Level.STAFF: "Staff"}
OWN = "own"
"""The value of the card for a problem of one's own, and what the name of such a case begins with."""


def result_of(report: Report) -> str:
    """A report in a few words."""
    score = f", {mark(report.score)} of 4" if report.score is not None else ""
    return f"{verdict_of(report)}{score}"


def verdict_of(report: Report) -> str:
    """The verdict in words; without one, why."""
    if report.verdict is None:
        return "Not judged"
    return WORDS[report.verdict] if report.status == "assessed" else "Not enough evidence"


def mode_name(knowledge: Knowledge, mode: str) -> str:
    """A mode as a row or a heading says it; nothing for a full interview."""
    known = known_mode(mode)
    if known.kind is ModeKind.INTERVIEW:
        return ""
    title = knowledge.topics[known.topic].title if known.topic in knowledge.topics else known.topic
    return f"{LABELS[known.kind]}: {title}" if title else known.label


def title_of(knowledge: Knowledge, slug: str, problem: str | None = None) -> str:
    """The case's title; one's own problem by its first words; a case that is gone keeps its slug."""
    case = knowledge.case(slug)
    if case:
        return case.title
    if slug == UNKNOWN_CASE and not problem:
        return "A recorded interview"
    short = first_words(problem or slug.removeprefix(f"{OWN}-").replace("-", " "), 9)
    return short[:1].upper() + short[1:]


# -- session ---------------------------------------------------------------------------------------------
# Whose visit it is and where it is: what every page shares. Nothing of an interview is kept in memory.
#
# The browser keeps a key, the view and the interview in hidden components; a signed-in user's name goes before the
# key.


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


class Page(ABC):
    """What the session needs of a page: it lays itself out, handles what happens on it, and wires the two."""

    view: gr.Column
    outputs: list[Any]
    """What a change of place may touch."""

    @abstractmethod
    def show(self, owner: str, id_: str) -> Updates:
        """Updates that show the page as the database has it. Raises InterviewerError."""

    @abstractmethod
    def wire(self) -> None:
        """Which event leads to which handler."""

    def follow(self, event: Any) -> Any:
        """What happens on this page after any change of place: nothing, where the page says nothing else."""
        return event


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


def choice_html(name: str, legend: str, options: Iterable[tuple[str, str]], chosen: str, id_: str) -> str:
    """A group of radio buttons; of each option its value and what stands beside it, as HTML."""
    items = "".join(
        f"<label><input type='radio' name='{name}' value='{for_html(value)}'{' checked' if value == chosen else ''}>"
        f"<span>{shown}</span></label>"
        for value, shown in options
    )
    return f"<fieldset class='choice' id='{id_}'><legend>{legend}</legend><div>{items}</div></fieldset>"


def levels_html(name: str, legend: str, chosen: Level, id_: str) -> str:
    """The levels to choose from."""
    return choice_html(name, legend, [(key.value, said) for key, said in LEVEL_NAMES.items()], chosen.value, id_)


def bar_html(fraction: float | None, text: str, wait: str = "", passed: float = 0.0) -> str:
    """How far something is: 0 to 1, or None when it does not say; ``wait``: how long it took before. The page's script
    says for how long it has been going on, from the seconds ``passed`` on."""
    value = f" value='{fraction:.3f}'" if fraction is not None else ""
    return (
        f"<div class='card grading' role='status'><p>{for_html(text)} …</p>"
        f"<progress max='1' aria-label='Progress'{value}></progress>"
        f"<p class='quiet'><span class='since' aria-hidden='true' data-passed='{passed:.1f}'></span> "
        f"{for_html(wait)}</p></div>"
    )


def asked(event: gr.EventData) -> tuple[str, str]:
    """What a button of a piece of HTML asks for: its act and its id. Anything may come in here."""
    data = event._data if isinstance(event._data, dict) else {}
    return str(data.get("act", ""))[:40], str(data.get("id", ""))[:64]
