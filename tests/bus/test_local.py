"""The bell reaches everybody, and nobody can break it for the others."""

from __future__ import annotations

from structlog.testing import capture_logs

from inbox.bus import Bus, Hint, Moved, Passing
from inbox.bus.local import LocalBus


def test_everybody_who_listens_hears_at_once() -> None:
    bus: Bus = LocalBus()
    ana: list[Hint] = []
    bo: list[Hint] = []
    bus.listen(ana.append)
    bus.listen(bo.append)
    hints: list[Hint] = [Moved("team:spokane", 4), Passing("thread:1", b"{}", "connection")]
    for hint in hints:
        bus.ring(hint)
    assert ana == bo == hints


def test_who_stopped_hears_no_more_and_may_stop_twice() -> None:
    bus = LocalBus()
    heard: list[Hint] = []
    stop = bus.listen(heard.append)
    bus.listen(heard.append)
    stop()
    stop()
    bus.ring(Moved("registry", 1))
    assert heard == [Moved("registry", 1)]


def test_a_listener_may_stop_while_the_bell_rings() -> None:
    bus = LocalBus()
    heard: list[Hint] = []

    def once(hint: Hint) -> None:
        heard.append(hint)
        stop()

    stop = bus.listen(once)
    bus.listen(heard.append)
    bus.ring(Moved("registry", 1))
    bus.ring(Moved("registry", 2))
    assert [hint.head for hint in heard if isinstance(hint, Moved)] == [1, 1, 2]


def test_a_listener_that_fails_harms_neither_the_ringer_nor_the_others() -> None:
    bus = LocalBus()
    heard: list[Hint] = []

    def fail(hint: Hint) -> None:
        raise RuntimeError(hint)

    bus.listen(fail)
    bus.listen(heard.append)
    with capture_logs() as logs:
        bus.ring(Moved("registry", 1))
    assert heard == [Moved("registry", 1)]
    assert [entry["event"] for entry in logs] == ["bus_listener_failed"]
