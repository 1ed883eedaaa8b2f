"""The interviews on disk: ``Store`` keeps them, ``database`` opens and examines, ``leases`` says who is at work."""

from interviewer.storage.rows import (
    AWAY_SECONDS,
    Header,
    Rows,
    editable,
    lost_turns,
    new_key,
    owner_of_key,
    owner_of_user,
)
from interviewer.storage.store import MovedOnError, OverError, Store

__all__ = [
    "AWAY_SECONDS", "Header", "MovedOnError", "OverError", "Rows", "Store", "editable", "lost_turns", "new_key",
    "owner_of_key", "owner_of_user",
]  # fmt: skip
