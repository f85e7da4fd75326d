"""Logs, traces and metrics, and what must never be in them."""

import asyncio
import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from casewright.kit.errors import InvalidInput
from casewright.kit.telemetry import (
    JsonFormatter,
    count_request,
    current_trace_id,
    outgoing_call,
    render_metrics,
    span,
)


class Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    @property
    def last(self) -> dict[str, object]:
        entry: dict[str, object] = json.loads(self.lines[-1])
        return entry


@pytest.fixture
def records() -> Iterator[Records]:
    handler = Records()
    log = logging.getLogger("test")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    yield handler
    log.removeHandler(handler)
    log.propagate = True


log = logging.getLogger("test")


def _metric(line_start: str) -> float:
    lines = [line for line in render_metrics().decode().splitlines() if line.startswith(line_start)]
    return sum(float(line.split()[-1]) for line in lines)


def test_a_span_measures_wall_and_processor_time() -> None:
    with span("sleep") as slept:
        time.sleep(0.02)
    assert slept.seconds >= 0.02
    assert 0 <= slept.cpu_seconds < slept.seconds


def test_a_span_is_counted_under_its_stage_even_when_it_fails() -> None:
    before = _metric('casewright_stage_seconds_count{stage="decide"}')
    with pytest.raises(ValueError, match="no"), span("decide"):
        raise ValueError("no")
    assert _metric('casewright_stage_seconds_count{stage="decide"}') == before + 1
    assert "casewright_stage_cpu_seconds_total" in render_metrics().decode()


def test_a_stopped_span_is_measured_once_and_up_to_there() -> None:
    with span("listening") as measured:
        measured.stop()
        seconds = measured.seconds
        sum(range(100_000))

    assert measured.seconds == seconds
    assert 'casewright_stage_seconds_count{stage="listening"} 1.0' in render_metrics().decode()


def test_logs_inside_a_span_share_its_trace_id(records: Records) -> None:
    with span("turn"):
        log.info("first")
        first = records.last["trace_id"]
        with span("stage"):
            log.info("second")
    assert first == records.last["trace_id"]
    log.info("outside")
    assert "trace_id" not in records.last


async def test_concurrent_tasks_have_traces_of_their_own() -> None:
    async def turn() -> str | None:
        with span("turn"):
            await asyncio.sleep(0)
            return current_trace_id()

    first, second = await asyncio.gather(turn(), turn())
    assert first is not None
    assert first != second


def test_a_callers_trace_goes_on() -> None:
    with span("turn", traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"):
        assert current_trace_id() == "0af7651916cd43dd8448eb211c80319c"


def test_a_malformed_traceparent_begins_a_new_trace() -> None:
    with span("turn", traceparent="00-<script>-01"):
        assert current_trace_id() is not None
        assert len(current_trace_id() or "") == 32


def test_a_log_line_carries_what_was_given_beside_the_message(records: Records) -> None:
    log.warning("slow %s", "turn", extra={"turn_id": "abc", "seconds": 1.5})
    assert records.last["message"] == "slow turn"
    assert (records.last["level"], records.last["turn_id"], records.last["seconds"]) == ("warning", "abc", 1.5)


def test_an_error_is_logged_by_type_and_place_without_its_words(records: Records) -> None:
    try:
        int("dana@example.com")
    except ValueError:
        log.exception("could not read a number")
    assert "dana" not in records.lines[-1]
    assert "ValueError" in records.lines[-1]
    assert "test_telemetry.py" in records.lines[-1]


def test_our_own_errors_are_logged_with_their_message_and_their_cause_without(records: Records) -> None:
    try:
        try:
            int("dana@example.com")
        except ValueError as error:
            raise InvalidInput("The amount is not a number.") from error
    except InvalidInput:
        log.exception("refused")
    assert "The amount is not a number." in records.lines[-1]
    assert "ValueError" in records.lines[-1]
    assert "dana" not in records.lines[-1]


def test_requests_are_counted_by_route_and_status() -> None:
    line = 'casewright_requests_total{method="GET",route="/v1/inbox",status="200"}'
    before = _metric(line)
    count_request("GET", "/v1/inbox", 200, 0.01)
    assert _metric(line) == before + 1


def test_an_outgoing_call_is_counted_by_its_outcome() -> None:
    ok, failed = (f'casewright_outgoing_seconds_count{{outcome="{o}",service="Mail"}}' for o in ("ok", "TimeoutError"))
    with outgoing_call("Mail"):
        pass
    with pytest.raises(TimeoutError), outgoing_call("Mail"):
        raise TimeoutError
    assert (_metric(ok), _metric(failed)) == (1, 1)


def test_traces_go_to_the_configured_collector_without_errors_words() -> None:
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    collector = HTTPServer(("127.0.0.1", 0), Collector)
    Thread(target=collector.serve_forever, daemon=True).start()
    program = """
from casewright.kit.telemetry import configure_tracing, current_trace_id, span
configure_tracing("casewright", "1")
try:
    with span("turn", channel="web"):
        print(current_trace_id())
        with span("understand"):
            raise ValueError("dana@example.com")
except ValueError:
    pass
"""
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}", "NO_PROXY": "*"}
    trace_id = _run(program, environment).strip()
    collector.shutdown()
    collector.server_close()
    (body,) = received
    spans = {
        each.name: each
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for each in scope.spans
    }
    assert spans["understand"].parent_span_id == spans["turn"].span_id
    assert spans["turn"].trace_id.hex() == trace_id
    assert spans["understand"].status.message == "ValueError"
    assert b"dana" not in body


def _run(program: str, environment: dict[str, str]) -> str:
    import os

    result = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return result.stdout
