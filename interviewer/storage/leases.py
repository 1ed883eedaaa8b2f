"""Who is at work and who has signed in, known to every process: leases of turns and gradings, hashed tokens.

    with leases.held("turn:…", patience=60): ...     waits while somebody else is at it

A lease lasts for a few seconds and is renewed for as long as its process lives, so that the work of a process that was
killed is soon free for another one. A server's clock decides where there is a server, so machines need not agree.
"""

import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from interviewer import CannotRun
from interviewer.storage import database

log = logging.getLogger(__name__)
LEASE_SECONDS = 12.0
"""How long work stays claimed without a sign of life from the process that does it."""
_RENEW_SECONDS = LEASE_SECONDS / 4
_ASK_SECONDS = 0.2
"""Between two looks at a lease that somebody else holds."""


class Leases:
    """The leases of one process."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._held: set[str] = set()
        self._changed = threading.Condition()
        self._renewing: threading.Thread | None = None
        self._closed = False

    @contextmanager
    def held(self, name: str, patience: float) -> Iterator[None]:
        """Here nobody else works on ``name``. Raises CannotRun when it was not free within ``patience`` seconds."""
        holder = secrets.token_hex(16)
        deadline = time.monotonic() + patience
        while not self._take(name, holder):
            if time.monotonic() > deadline:
                raise CannotRun("Another server is still at work on this. Reload the page in a moment.")
            time.sleep(_ASK_SECONDS)
        self._renew(holder)
        try:
            yield
        finally:
            with self._changed:
                self._held.discard(holder)
            with suppress(CannotRun):  # it runs out by itself
                self._let_go(holder)

    def close(self) -> None:
        """Ends the renewing."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._renewing:
            self._renewing.join(_RENEW_SECONDS)

    def _now(self) -> Any:
        if self._engine.dialect.name == "postgresql":
            return sa.func.extract("epoch", sa.func.clock_timestamp())
        return sa.literal(time.time())

    def _take(self, name: str, holder: str) -> bool:
        if self._engine.dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import insert
        else:
            from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
        now, table = self._now(), database.leases
        # One that lasts longer than any can was given before the machine's clock was set back.
        over = (table.c.until < now) | (table.c.until > now + 2 * LEASE_SECONDS)
        values = {"holder": holder, "until": now + LEASE_SECONDS}
        taken = insert(table).values(name=name, **values)
        taken = taken.on_conflict_do_update(index_elements=["name"], set_=values, where=over)
        # A count of inserted rows is not told by every driver.
        with database.writing(self._engine, lasting=False) as db:
            return db.execute(taken.returning(table.c.name)).first() is not None

    def _let_go(self, holder: str) -> None:
        with database.writing(self._engine, lasting=False) as db:
            db.execute(database.leases.delete().where(database.leases.c.holder == holder))

    def _renew(self, holder: str) -> None:
        with self._changed:
            self._held.add(holder)
            if self._renewing is None:
                self._renewing = threading.Thread(target=self._go_on_renewing, name="leases", daemon=True)
                self._renewing.start()

    def _go_on_renewing(self) -> None:
        while True:
            with self._changed:
                if self._changed.wait_for(lambda: self._closed, _RENEW_SECONDS):
                    return
                held = list(self._held)
            if not held:
                continue
            try:
                with database.writing(self._engine, lasting=False) as db:
                    mine = database.leases.c.holder.in_(held)
                    db.execute(database.leases.update().where(mine).values(until=self._now() + LEASE_SECONDS))
            except CannotRun:
                log.warning("leases could not be renewed", exc_info=True)


# -- sign ins --------------------------------------------------------------------------------------------
# Who has signed in: tokens that every process of the app knows, and that outlive a restart. Only hashes are stored.


LASTS = 14 * 86_400.0
"""Seconds until somebody has to sign in again."""
_TRUSTED = 20.0
"""Seconds for which a process believes what it has read: signing out takes at most that long everywhere."""
_MOST = 10_000


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class SignIns:
    """The sign-ins of one database."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._known: dict[str, tuple[str | None, float]] = {}
        self._lock = threading.Lock()

    def add(self, user: str) -> str:
        """A new token for somebody who proved who they are: 256 random bits. Raises CannotRun."""
        token, now = secrets.token_urlsafe(32), time.time()
        with database.writing(self._engine) as db:
            db.execute(database.sign_ins.delete().where(database.sign_ins.c.created < now - LASTS))
            db.execute(database.sign_ins.insert().values(token=_hash(token), user=user, created=now))
        return token

    def user(self, token: str) -> str | None:
        """Whose token that is; None for an unknown or an old one. Raises CannotRun."""
        name, now = _hash(token), time.monotonic()
        with self._lock:
            user, until = self._known.get(name, (None, 0.0))
        if now < until:
            return user
        wanted = (database.sign_ins.c.token == name) & (database.sign_ins.c.created > time.time() - LASTS)
        with database.reading(self._engine) as db:
            user = db.execute(sa.select(database.sign_ins.c.user).where(wanted)).scalar()
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[name] = (user, now + _TRUSTED)
        return user

    def remove(self, token: str) -> None:
        """Signs out. Raises CannotRun."""
        with self._lock:
            self._known.pop(_hash(token), None)
        with database.writing(self._engine) as db:
            db.execute(database.sign_ins.delete().where(database.sign_ins.c.token == _hash(token)))
