"""Import files as a whole: the order of lines does not matter, nor their number."""

from __future__ import annotations

import random
import shutil
import tracemalloc
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.flows.imports import lines
from inbox.flows.imports.gather import Gathered
from tests.cast import NOON, SetClock, assert_dense, look, make_cast, open_on
from tests.engines import Database
from tests.flows.test_import import HOUR, line, load, said

TIMES = st.lists(st.integers(0, 20).map(lambda hour: hour * 20), min_size=1, max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    hours=st.lists(TIMES, min_size=1, max_size=4),
    seed=st.integers(),
    lines_each=st.sampled_from(["one", "many"]),
)
async def test_the_order_of_lines_never_matters(
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    hours: list[list[int]],
    seed: int,
    lines_each: str,
) -> None:
    chance = random.Random(seed)
    given_lines = []
    for number, times in enumerate(hours):
        messages = [
            said(
                chance.choice(["customer", "agent"]), f"{hour % 7}", NOON - hour * HOUR, f"{place}"
            )
            for place, hour in enumerate(times)
        ]
        if lines_each == "many":
            given_lines += [line(f"customer {number}", message) for message in messages]
        else:
            given_lines.append(line(f"customer {number}", *messages))
    logs = []
    for shuffled in (given_lines, chance.sample(given_lines, len(given_lines))):
        file = shutil.copy(sqlite_template, tmp_path_factory.mktemp("order") / "pinbox.db")
        async with open_on(Database("sqlite", str(file)), SetClock()) as fresh:
            await make_cast(fresh)
            await load(fresh, shuffled)
            await assert_dense(fresh)
            logs.append(
                await look(
                    fresh,
                    "SELECT t.customer_id, i.seq, i.type, i.at, i.author, i.conversation,"
                    " i.client_key, i.body_key, t.state, t.head, t.last_customer_seq,"
                    " t.last_agent_seq FROM items i JOIN threads t ON t.id = i.thread_id"
                    " ORDER BY 1, 2",
                )
            )
    assert logs[0] == logs[1]


def test_gathering_keeps_nothing_in_memory_but_a_cache() -> None:
    gathered = Gathered()
    one = lines.read_line(
        msgspec.json.encode(line("ana", *(said("customer", str(n), n) for n in range(100)))),
        teams=(),
        now=NOON,
    )
    tracemalloc.start()
    for number in range(200):
        gathered.add(msgspec.structs.replace(one, customer=f"c{number % 3}"))
    pieces = sum(len(piece.messages) for piece in gathered.pieces(at_most=50))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gathered.close()
    assert pieces == 20_000
    assert peak < 1_000_000
