"""Signing in: a page of our own, limits on wrong passwords, one answer to all of them, a line in the log for each.

The guard (``guard.py``) lets nobody past who has not signed in. A sign-in is a cookie that scripts cannot read; the
database has its hash, so that every process of the app knows it and a restart signs nobody out.
"""

import hashlib
import hmac
import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from urllib.parse import parse_qs

from interviewer import telemetry
from interviewer.storage.database import name_of
from interviewer.storage.sign_ins import LASTS, SignIns
from interviewer.storage.store import Store
from interviewer.web.escape import for_html

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
        """One more."""
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
:root{color-scheme:light dark}
body{font:1.05rem/1.5 system-ui,sans-serif;max-width:22rem;margin:14vh auto;padding:0 1rem}
label{display:block;margin:1rem 0 .25rem}
input,button{font:inherit;width:100%;box-sizing:border-box;padding:.6rem;border-radius:.4rem;border:1px solid #767676}
button{margin-top:1.5rem;background:#1d4ed8;color:#fff;border-color:#1d4ed8;cursor:pointer}
[role=alert]{border-left:3px solid #b91c1c;padding-left:.6rem}
</style><main><h1>ML design interviewer</h1>{alert}<form method="post" action="login">
<label for="username">Name</label><input id="username" name="username" autocomplete="username" required autofocus>
<label for="password">Password</label><input id="password" name="password" type="password"
 autocomplete="current-password" required><button>Sign in</button></form></main></html>"""
