"""What operators see: log lines with interview and turn; numbers for Prometheus; numbers and spans for OpenTelemetry.

    INTERVIEWER_LOG=json                  one JSON object a line, one line a turn; no word of a candidate is in it
    INTERVIEWER_METRICS=127.0.0.1:9464    numbers for Prometheus at that address (extra ``metrics``)
    OTEL_EXPORTER_OTLP_ENDPOINT=…, OTEL_SDK_DISABLED=false      the same numbers, and a span a turn, sent to a collector

Everything is off by default: then it goes nowhere and costs nothing. No word of a candidate is in any of it.
"""

import json
import logging
import os
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

from opentelemetry import context as spans
from opentelemetry import metrics, trace

from interviewer import BadInput, CannotRun
from interviewer.config import Settings

T = TypeVar("T")
_AT: ContextVar[tuple[str, int] | None] = ContextVar("interview and turn", default=None)
_tracer = trace.get_tracer("interviewer")
_meter = metrics.get_meter("interviewer")
_first = _meter.create_histogram("interviewer_turn_first_word_seconds", "s", "until a turn's first word was there")
_whole = _meter.create_histogram("interviewer_turn_seconds", "s", "until a turn was stored")
_failed = _meter.create_counter("interviewer_turns_failed", description="turns that ended with an error")
_graded = _meter.create_histogram("interviewer_grading_seconds", "s", "until a report was there")
_refused = _meter.create_counter("interviewer_sign_ins_refused", description="by reason")


def turn_answered(backend: str, first: float, whole: float) -> None:
    """A turn of the interviewer's was stored; seconds until its first word and altogether."""
    _first.record(first, {"backend": backend})
    _whole.record(whole, {"backend": backend})


def turn_failed(error: Exception) -> None:
    """A turn ended with an error."""
    _failed.add(1, {"error": type(error).__name__})


def graded(status: str, seconds: float) -> None:
    """A report was made."""
    _graded.record(seconds, {"status": status})


def refused(reason: str) -> None:
    """Somebody was not let in."""
    _refused.add(1, {"reason": reason})


def at(interview: str, turn: int, steps: Iterator[T]) -> Iterator[T]:
    """The same steps, within a span; it and whatever they log name the interview and the turn."""
    context, end = copy_context(), object()
    context.run(_AT.set, (interview, turn))
    span = _tracer.start_span("turn", attributes={"interview": interview, "turn": turn})
    context.run(spans.attach, trace.set_span_in_context(span))
    try:
        while (step := context.run(next, steps, end)) is not end:
            if isinstance(step, str):
                span.add_event("words")
            if backend := getattr(step, "backend", None):
                span.set_attribute("backend", backend)
            yield step  # type: ignore[misc]
    except Exception as error:  # its words may quote a candidate: they stay out
        span.set_status(trace.StatusCode.ERROR, type(error).__name__)
        raise
    finally:
        span.end()


class _Json(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        where = getattr(record, "interview", None)
        said: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "part": record.name,
            "message": record.getMessage(),
        }
        if where:
            said |= {"interview": where, "turn": getattr(record, "turn", None)}
        for name in ("seconds", "backend"):
            if hasattr(record, name):
                said[name] = getattr(record, name)
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)


def _place(record: logging.LogRecord) -> bool:
    if (found := _AT.get()) and not hasattr(record, "interview"):
        record.interview, record.turn = found
    return True


def start(settings: Settings) -> None:
    """Sets up logging and, where that is configured, the numbers. Raises BadInput, CannotRun."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_place)
    handler.setFormatter(_Json() if settings.log == "json" else logging.Formatter("%(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    if settings.log == "json":
        logging.getLogger("interviewer").setLevel(logging.INFO)
    sends = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") and os.environ.get("OTEL_SDK_DISABLED") == "false"
    if settings.metrics or sends:
        _count(settings.metrics, bool(sends))


def _count(address: str | None, sends: bool) -> None:
    os.environ["OTEL_SDK_DISABLED"] = "false"
    readers: list[Any] = []
    try:
        from opentelemetry.sdk.metrics import MeterProvider

        if address:
            from opentelemetry.exporter.prometheus import PrometheusMetricReader
            from prometheus_client import start_http_server

            readers.append(PrometheusMetricReader())
            host, _, port = address.rpartition(":")
            start_http_server(int(port), host.strip("[]"))
        if sends:
            from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
            from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor

            readers.append(PeriodicExportingMetricReader(OTLPMetricExporter()))
            traces = TracerProvider()
            traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
            trace.set_tracer_provider(traces)
    except ModuleNotFoundError as error:
        raise BadInput(
            f"INTERVIEWER_METRICS: {error.name} is not installed: pip install 'ml-design-interviewer[metrics]'"
        ) from error
    except OSError as error:
        raise CannotRun(f"INTERVIEWER_METRICS={address}: cannot listen there ({error.strerror})") from error
    metrics.set_meter_provider(MeterProvider(metric_readers=readers))


IN_MINUTES = 120
"""Seconds from which on how long a report took is told in minutes."""


class ReportWaits:
    """How long reports take here: of those that are there, and of those in the making."""

    def __init__(self) -> None:
        self._took: deque[float] = deque(maxlen=5)
        """Seconds that the last reports were waited for."""
        self._since: dict[str, float] = {}
        """When the making of a report began, by its name, whoever looks at it."""

    def begin(self, name: str) -> None:
        """A report is in the making, unless it is already."""
        self._since.setdefault(name, time.monotonic())

    def end(self, name: str) -> None:
        """It is there, or failed."""
        self._since.pop(name, None)

    def passed(self, name: str) -> float:
        """Seconds for which that report has been in the making; 0 where it is not."""
        now = time.monotonic()
        return now - self._since.get(name, now)

    def took(self, seconds: float) -> float:
        """Keeps how long a report took, and gives it back."""
        self._took.append(seconds)
        return seconds

    def told(self) -> str:
        """How long the last reports took, in words; empty where none was made since the start."""
        if not self._took:
            return ""
        step, each, unit = (5, 5, "s") if max(self._took) < IN_MINUTES else (60, 1, "minutes")
        least, most = (max(each, round(one / step) * each) for one in (min(self._took), max(self._took)))
        if len(self._took) == 1:
            return f"The last report here took about {most} {unit}."
        span = f"{least} to " if least < most else "about "
        return f"The last {len(self._took)} reports here took {span}{most} {unit}."
