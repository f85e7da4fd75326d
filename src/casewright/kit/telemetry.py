"""What runs can be seen: logs as JSON, traces through OpenTelemetry, metrics for Prometheus.

None of them carries customers' text: of an error only its type and place are logged, and its message only where it is
one of our own, which are written for clients to read.
"""

import json
import logging
import os
import re
import secrets
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, Token
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from casewright.kit.errors import CasewrightError

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span as TraceSpan
    from opentelemetry.trace import Tracer

Attribute = str | int | float | bool

METRICS_CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_1_0_0

SHARED_METRICS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names a folder in which processes of one port count together; to be set before they start."""

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STAGE_SECONDS: Final = Histogram("casewright_stage_seconds", "Wall time of a stage", ["stage"], buckets=_BUCKETS)
_STAGE_CPU_SECONDS: Final = Counter(
    "casewright_stage_cpu_seconds", "CPU time of the thread during a stage, other tasks of its loop included", ["stage"]
)
_REQUESTS: Final = Counter("casewright_requests", "HTTP requests answered", ["method", "route", "status"])
_REQUEST_SECONDS: Final = Histogram(
    "casewright_request_seconds", "Wall time of HTTP requests", ["route"], buckets=_BUCKETS
)
_OUTGOING_SECONDS: Final = Histogram(
    "casewright_outgoing_seconds",
    "Wall time of one attempt to call a service",
    ["service", "outcome"],
    buckets=_BUCKETS,
)

_trace_id: ContextVar[str | None] = ContextVar("trace_id", default=None)
_tracer: "Tracer | None" = None
_stage_metrics: dict[str, tuple[Histogram, Counter]] = {}


class Span:
    """A stretch of work, measured. Made by `span`; after it, `seconds` and `cpu_seconds` hold what it took."""

    def __init__(self, name: str, attributes: dict[str, Attribute], traceparent: str | None) -> None:
        self._name = name
        self._attributes = attributes
        self._traceparent = traceparent
        self._trace: AbstractContextManager[TraceSpan] | None = None
        self._trace_token: Token[str | None] | None = None
        self._stopped = False
        self.seconds = 0.0
        self.cpu_seconds = 0.0

    def __enter__(self) -> Self:
        if _tracer is not None:
            self._trace = _tracer.start_as_current_span(
                self._name,
                context=_remote_context(self._traceparent),
                attributes=self._attributes,
                record_exception=False,
                set_status_on_exception=False,
            )
            self._trace.__enter__()
        elif _trace_id.get() is None:
            self._trace_token = _trace_id.set(_remote_trace_id(self._traceparent) or secrets.token_hex(16))
        self._cpu_start = time.thread_time()
        self._start = time.perf_counter()
        return self

    def stop(self) -> None:
        """Ends the measuring; what follows within the span is part of the trace only."""
        if self._stopped:
            return
        self._stopped = True
        self.seconds = time.perf_counter() - self._start
        self.cpu_seconds = max(time.thread_time() - self._cpu_start, 0.0)
        wall, cpu = _metrics_of_stage(self._name)
        wall.observe(self.seconds)
        cpu.inc(self.cpu_seconds)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._trace is not None:
            if kind is not None:
                _mark_failed(kind)
            self._trace.__exit__(kind, error, trace)
        elif self._trace_token is not None:
            _trace_id.reset(self._trace_token)


def span(name: str, *, traceparent: str | None = None, **attributes: Attribute) -> Span:
    """Measure a stage: `with span("understand"):`. Names form a small fixed set; attributes go to traces only.

    `traceparent` is a caller's W3C header: the trace goes on from there.
    """
    return Span(name, attributes, traceparent)


def current_trace_id() -> str | None:
    """32 hexadecimal digits inside a span, `None` outside."""
    if _tracer is not None:
        from opentelemetry import trace

        context = trace.get_current_span().get_span_context()
        return f"{context.trace_id:032x}" if context.is_valid else None
    return _trace_id.get()


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """`route` is the template (`/v1/conversations/{id}`), never the path itself."""
    _REQUESTS.labels(method, route, str(status)).inc()
    _REQUEST_SECONDS.labels(route).observe(seconds)


@contextmanager
def outgoing_call(service: str) -> Iterator[None]:
    """Around one attempt; its outcome is `ok` or the error's type."""
    start = time.perf_counter()
    outcome = "ok"
    try:
        with span(f"call {service}"):
            yield
    except BaseException as error:
        outcome = type(error).__name__
        raise
    finally:
        _OUTGOING_SECONDS.labels(service, outcome).observe(time.perf_counter() - start)


def render_metrics() -> bytes:
    """The body of `/metrics`, of type `METRICS_CONTENT_TYPE`: of all processes that share `SHARED_METRICS`, if it is set."""
    if not os.environ.get(SHARED_METRICS):
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def configure_tracing(service_name: str, version: str) -> None:
    """Send traces if OTEL_EXPORTER_OTLP_ENDPOINT is set; otherwise spans cost next to nothing and go nowhere."""
    global _tracer  # noqa: PLW0603
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service_name, "service.version": version}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = provider.get_tracer("casewright", version)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, message, trace_id, what was given as `extra`, and an error's place."""

    _STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if trace_id := current_trace_id():
            entry["trace_id"] = trace_id
        for name, value in vars(record).items():
            if name not in self._STANDARD and isinstance(value, str | int | float | bool | None):
                entry[name] = value
        if record.exc_info and record.exc_info[1] is not None:
            entry["error"] = _describe(record.exc_info[1])
        return json.dumps(entry, ensure_ascii=False)


def configure_logging(level: str = "INFO") -> None:
    """Everything that is logged goes to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # At INFO these write whole addresses of requests, and addresses hold queries about customers.
    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _metrics_of_stage(name: str) -> tuple[Histogram, Counter]:
    found = _stage_metrics.get(name)
    if found is None:
        found = _stage_metrics[name] = (_STAGE_SECONDS.labels(name), _STAGE_CPU_SECONDS.labels(name))
    return found


def _remote_trace_id(traceparent: str | None) -> str | None:
    match = re.fullmatch(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}", traceparent or "")
    return match[1] if match else None


def _remote_context(traceparent: str | None) -> "Context | None":
    if traceparent is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": traceparent})


def _mark_failed(kind: type[BaseException]) -> None:
    from opentelemetry import trace

    trace.get_current_span().set_status(trace.StatusCode.ERROR, kind.__name__)


def _describe(error: BaseException) -> list[dict[str, object]]:
    """An error and its causes, outermost first: type, our own message, places. Others' messages may quote customers."""
    described: list[dict[str, object]] = []
    current: BaseException | None = error
    while current is not None and len(described) < 10:
        frames = traceback.extract_tb(current.__traceback__)
        entry: dict[str, object] = {
            "type": type(current).__qualname__,
            "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        if isinstance(current, CasewrightError):
            entry["message"] = current.message
        described.append(entry)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return described
