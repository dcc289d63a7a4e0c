"""Log lines say what happened and never what was written; metrics are the ones in the table."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from inbox.telemetry import Metrics, Sparing, describe, setup_logging


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Where the lines go; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield io.StringIO()
    structlog.reset_defaults()
    root.handlers = handlers
    root.setLevel(level)


def series(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    page = metrics.render().decode()
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_a_line_is_one_object_with_the_event_first(out: io.StringIO) -> None:
    setup_logging("info", "json", stream=out)
    structlog.get_logger().info("message_stored", thread="t1", seq=3)
    (line,) = out.getvalue().splitlines()
    said = json.loads(line)
    assert next(iter(said)) == "event"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", said.pop("at"))
    assert said == {"event": "message_stored", "thread": "t1", "seq": 3, "level": "info"}


def test_level_is_the_least_that_is_heard(out: io.StringIO) -> None:
    setup_logging("warning", "json", stream=out)
    log = structlog.get_logger()
    log.info("too_small")
    log.warning("heard")
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["heard"]


@pytest.mark.parametrize("format_", ["json", "console"])
@pytest.mark.parametrize("field", ["token", "body", "text", "password", "authorization", "secret"])
def test_fields_that_must_not_be_logged_are_blotted_out(
    out: io.StringIO, field: str, format_: str
) -> None:
    setup_logging("info", "json" if format_ == "json" else "console", stream=out)
    structlog.get_logger().info("sent", **{field: "Ana's words"}, thread="t1")
    assert "Ana" not in out.getvalue()
    assert "t1" in out.getvalue()


@pytest.mark.parametrize("format_", ["json", "console"])
def test_tracebacks_show_no_variables(out: io.StringIO, format_: str) -> None:
    setup_logging("info", "json" if format_ == "json" else "console", stream=out)
    words = "Ana" + " wrote this"
    try:
        raise LookupError(len(words))
    except LookupError:
        structlog.get_logger().exception("flow_failed", request="r1")
    assert "LookupError: 14" in out.getvalue()
    assert "Ana wrote this" not in out.getvalue()


def test_libraries_speak_in_the_same_form_from_warning_on(out: io.StringIO) -> None:
    setup_logging("debug", "json", stream=out)
    library = logging.getLogger("aiohttp.server")
    library.info("chatter")
    library.warning("slow by %s", 3)
    (line,) = out.getvalue().splitlines()
    assert json.loads(line)["event"] == "slow by 3"


def test_setting_up_again_replaces(out: io.StringIO) -> None:
    former = io.StringIO()
    setup_logging("info", "json", stream=former)
    setup_logging("info", "json", stream=out)
    structlog.get_logger().info("once")
    logging.getLogger("aiohttp").error("twice")
    assert len(out.getvalue().splitlines()) == 2
    assert former.getvalue() == ""


def test_a_count_appears_under_its_labels() -> None:
    metrics = Metrics()
    metrics.accepted("customer").inc()
    metrics.accepted("customer").inc()
    metrics.errors("not_found", "http").inc()
    metrics.commit_seconds.observe(0.003)
    seen = series(metrics)
    assert seen["pinbox_messages_accepted_total", ("customer",)] == 2
    assert seen["pinbox_messages_accepted_total", ("agent",)] == 0
    assert seen["pinbox_errors_total", ("not_found", "http")] == 1
    assert seen["pinbox_commit_seconds_count", ()] == 1


def test_two_sets_share_nothing() -> None:
    one, other = Metrics(), Metrics()
    one.duplicates("agent").inc()
    assert series(other)["pinbox_messages_duplicate_total", ("agent",)] == 0


def test_a_team_that_is_gone_is_forgotten() -> None:
    metrics = Metrics()
    metrics.waiting({"spokane": 4, "tampa": 1})
    metrics.waiting({"tampa": 2})
    seen = {labels: value for (name, labels), value in series(metrics).items() if "queue_w" in name}
    assert seen == {("tampa",): 2}


def test_docs_have_every_metric_that_is_shown() -> None:
    page = describe()
    shown = re.findall(r"^# TYPE (pinbox_\w+) (\w+)$", Metrics().render().decode(), re.MULTILINE)
    assert len(shown) > 10
    for name, kind in shown:
        assert page.count(f"| `{name}` | {kind} |") == 1, name


def test_a_storm_does_not_drown_the_log() -> None:
    now = 100.0
    sparing = Sparing(clock=lambda: now)
    assert [sparing.left_out("overloaded") for _ in range(4)] == [0, None, None, None]
    assert sparing.left_out("internal") == 0
    now += 1.0
    assert sparing.left_out("overloaded") == 3
    now += 1.0
    assert sparing.left_out("overloaded") == 0
