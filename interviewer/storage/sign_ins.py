"""Who has signed in: tokens that every process of the app knows, and that outlive a restart. Only hashes are stored."""

import hashlib
import secrets
import threading
import time

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from interviewer.storage import database

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
