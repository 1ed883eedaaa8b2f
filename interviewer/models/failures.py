"""What went wrong with a call, in words for people: what happened, what the server said, what to do. Never the key."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import TYPE_CHECKING

from interviewer.errors import ModelError
from interviewer.models.breaker import FailureKind
from interviewer.models.connection import ElsewhereError, NonsenseError, cause, plain
from interviewer.models.deadline import BrokenOffError, DeadlineError
from interviewer.models.refusals import Complaint, read

if TYPE_CHECKING:
    import openai

MOST_WORDS = 240
"""Characters of a server's own words that are shown."""
MOST_MODELS = 8
"""Models that are listed as offered."""
_KEYS = re.compile(r"\b(?:sk|key|gsk|xai|AIza)[-_]?[\w*-]{6,}|(?i:bearer)\s+\S+")
_QUOTA = ("insufficient_quota", "billing", "credit", "quota exceeded", "exceeded your current quota")


@dataclass(frozen=True)
class Asked:
    """What a message needs to know about the call."""

    where: str
    model: str
    key: str
    has_key: bool
    cure: str
    """What to do when it cannot be reached."""
    seconds: float
    """What the call was given."""
    begun: bool = False
    """Whether some of the answer had come."""
    offered: Callable[[], Sequence[str]] = tuple
    """The models that the endpoint is known to have; asked for only where they are told."""


@dataclass(frozen=True)
class Failure:
    """A failure as callers see it, and what it says about the endpoint."""

    error: ModelError
    kind: FailureKind
    wait: float | None = None
    """Seconds that the endpoint wants to be left alone."""


def explain(error: BaseException, asked: Asked) -> Failure:
    """What a call's error means."""
    import openai

    if (elsewhere := cause(error, ElsewhereError)) is not None:
        return _failure(asked, FailureKind.OUT, f"{elsewhere}: check OPENAI_BASE_URL (most end in /v1)")
    if (nonsense := cause(error, NonsenseError)) is not None:
        return _failure(asked, FailureKind.ONE, str(nonsense))
    match error:
        case DeadlineError() | openai.APITimeoutError():
            return _failure(asked, FailureKind.SILENT, f"no answer in time ({asked.seconds:.3g} s)")
        case openai.APIStatusError():
            return _status(error, asked)
        case BrokenOffError():
            return _failure(asked, FailureKind.SILENT, "the answer broke off in the middle")
        case openai.APIConnectionError() if asked.begun:
            return _failure(asked, FailureKind.SILENT, "the answer broke off in the middle")
        case openai.APIConnectionError():
            return _failure(asked, FailureKind.OUT, f"cannot be reached: {asked.cure}")
        case openai.APIError():
            return _failure(asked, FailureKind.SILENT, f"it failed in the middle of an answer{_said(complaint(error))}")
    what = f"the answer cannot be read ({type(error).__name__}: {_short(str(error))})"
    return _failure(asked, FailureKind.ONE, what)


def complaint(error: "openai.APIError") -> Complaint:
    """What an error of the server says."""
    body = error.body
    text = body if isinstance(body, str) else str(error.message)
    return read(body, plain(text))


def retry_after(error: "openai.APIStatusError") -> float | None:
    """Seconds that the server asks to wait: in its header (seconds, or a date), else in its words."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "")
        if not value:
            continue
        try:
            return max(float(value) * unit, 0.0)
        except ValueError:
            with suppress(ValueError, TypeError):
                return max(parsedate_to_datetime(value).timestamp() - time(), 0.0)
    found = re.search(r"(?:try again|retry)\D{0,12}(\d+(?:\.\d+)?) ?s", complaint(error).text)
    return float(found[1]) if found else None


def out_of_credit(error: "openai.APIStatusError") -> bool:
    """Whether a refusal is about money: waiting does not help."""
    said = f"{error.code} {complaint(error).text}".lower()
    return error.status_code == 402 or (error.status_code == 429 and any(word in said for word in _QUOTA))


def _status(error: "openai.APIStatusError", asked: Asked) -> Failure:
    said, status = _said(complaint(error)), error.status_code
    match status:
        case 401 if not asked.has_key:
            return _failure(asked, FailureKind.OUT, f"it wants a key: set OPENAI_API_KEY{said}")
        case 401:
            return _failure(asked, FailureKind.OUT, f"it refuses the key: check OPENAI_API_KEY{said}")
        case 403 if re.search(r"moderation|flagged", said, re.IGNORECASE):
            return _failure(asked, FailureKind.ONE, f"its moderation refuses the prompt{said}")
        case 403:
            what = f"the key may not use the model '{asked.model}' there: check INTERVIEWER_MODEL and the key's rights"
            return _failure(asked, FailureKind.OUT, what + said)
        case 404 | 405 | 410:
            offered = asked.offered()
            has = ", ".join(offered[:MOST_MODELS])
            more = f" and {len(offered) - MOST_MODELS} more" if len(offered) > MOST_MODELS else ""
            what = f"no model '{asked.model}' there: check INTERVIEWER_MODEL and OPENAI_BASE_URL"
            return _failure(asked, FailureKind.OUT, f"{what}{f'; it offers {has}{more}' if has else ''}{said}")
        case _ if out_of_credit(error):
            return _failure(
                asked, FailureKind.OUT, f"no credit or quota is left there: see the provider's billing page{said}"
            )
        case 429:
            wait = retry_after(error)
            when = f", it asks to wait {wait:.0f} s" if wait else ""
            return _failure(
                asked, FailureKind.OUT, f"too busy (429){when}: wait, or ask for a higher limit{said}", wait
            )
        case 400 | 413 | 422:
            return _failure(asked, FailureKind.ONE, f"it refuses the request (error {status}){said}")
        case _ if status >= 500 or status in (408, 409, 425):
            what = f"it failed by itself (error {status}): not a matter of settings, see its log or status page"
            return _failure(asked, FailureKind.OUT, what + said, retry_after(error))
    return _failure(asked, FailureKind.OUT, f"error {status}{said}")


def _failure(asked: Asked, kind: FailureKind, what: str, wait: float | None = None) -> Failure:
    text = f"{asked.where}: {what}"
    if len(asked.key) >= 8:
        text = text.replace(asked.key, "***")
    return Failure(ModelError(_KEYS.sub("***", text)), kind, wait)


def _said(words: Complaint) -> str:
    return f" (it said: {_short(words.text)})" if words.text else ""


def _short(text: str) -> str:
    text = " ".join(plain(text).split())
    return text if len(text) <= MOST_WORDS else f"{text[:MOST_WORDS]}…"
