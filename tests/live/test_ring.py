"""A ring is bounded, complete over its range, and forgets what was withdrawn."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.sync import Batch
from inbox.flows.streams import Encoded, Page
from inbox.live.ring import (
    FRAME_BYTES,
    ITEM_OVERHEAD,
    RING_BYTES,
    RING_ITEMS,
    SHARED,
    Ring,
    make_batch,
)

EPOCH = "0a1b2c3d"
ENVELOPE = 150
"""What stands around the items of a frame."""


def item(seq: int, *, size: int = 0, ends: bool = False) -> Encoded:
    return Encoded(seq, f'{{"seq":{seq},"pad":"{"x" * size}"}}'.encode(), ends)


def page(since: int, until: int, *items: Encoded) -> Page:
    return Page(since, until, items, more=False)


def read(ring: Ring, since: int, *, head: int | None = None, shared: bool = False) -> Batch | None:
    return ring.read("team:x", epoch=EPOCH, since=since, head=head or ring.until, shared=shared)


def shown(batch: Batch | None) -> dict[str, Any]:
    assert batch is not None
    frame: dict[str, Any] = msgspec.json.decode(batch.frame)
    assert frame["since"] == f"{EPOCH}:{batch.since}"
    assert frame["until"] == f"{EPOCH}:{batch.until}"
    assert batch.empty == (not frame["items"])
    return frame


def seqs(batch: Batch | None) -> list[int]:
    return [one["seq"] for one in shown(batch)["items"]]


def test_the_stretch_after_a_place() -> None:
    ring = Ring(10)
    ring.extend(page(10, 12, item(11), item(12)))
    ring.extend(page(12, 15, item(14)))  # 13 and 15 are not for these eyes
    assert seqs(read(ring, 10)) == [11, 12, 14]
    assert seqs(read(ring, 12)) == [14]
    assert seqs(read(ring, 14)) == []
    assert shown(read(ring, 12, head=20))["more"] is True
    assert shown(read(ring, 12))["more"] is False


def test_it_answers_only_where_it_is_complete() -> None:
    ring = Ring(10)
    ring.extend(page(10, 12, item(11), item(12)))
    assert read(ring, 9) is None
    assert read(ring, 13) is None


def test_a_page_that_does_not_follow_is_refused() -> None:
    ring = Ring(10)
    with pytest.raises(ValueError, match="a ring at 10"):
        ring.extend(page(11, 12, item(12)))


def test_what_ends_a_thread_empties_everything_before_it() -> None:
    ring = Ring(0)
    ring.extend(page(0, 3, item(1), item(2), item(3)))
    ring.extend(page(3, 6, item(4), item(5, ends=True), item(6)))
    assert read(ring, 0) is None
    assert read(ring, 2) is None
    # What came in one page was read at one moment: what stood before the mark was withdrawn in it.
    assert seqs(read(ring, 3)) == [4, 5, 6]


def test_what_is_shared_is_encoded_once() -> None:
    ring = Ring(0)
    ring.extend(page(0, 2, item(1), item(2)))
    first = read(ring, 0, shared=True)
    assert read(ring, 0, shared=True) is first
    assert seqs(read(ring, 1, shared=True)) == [2]
    ring.extend(page(2, 3, item(3)))
    assert seqs(read(ring, 0, shared=True)) == [1, 2, 3]


def test_a_burst_of_many_frames_is_encoded_once_for_everybody() -> None:
    ring = Ring(0)
    ring.extend(page(0, 140, *(item(seq, size=300) for seq in range(1, 141))))

    def walk() -> list[Batch]:
        place, found = 0, list[Batch]()
        while place < ring.until:
            batch = read(ring, place, shared=True)
            assert batch is not None
            found.append(batch)
            place = batch.until
        return found

    first = walk()
    assert len(first) == SHARED
    assert all(one is other for one, other in zip(first, walk(), strict=True))
    assert seqs(read(ring, 5, shared=True))[0] == 6
    assert ring._made is not None
    assert len(ring._made) == SHARED, "what is kept is bounded"


def test_a_frame_is_cut_where_it_grows_too_large_but_never_empty() -> None:
    big = FRAME_BYTES // 3
    items = [item(1, size=big), item(4, size=big), item(6, size=big), item(7, size=2 * FRAME_BYTES)]
    ring = Ring(0)
    ring.extend(page(0, 8, *items))
    first = read(ring, 0)
    assert (seqs(first), shown(first)["until"], shown(first)["more"]) == (
        [1, 4],
        f"{EPOCH}:4",
        True,
    )
    assert seqs(read(ring, 4)) == [6]
    last = read(ring, 6)
    assert seqs(last) == [7]
    assert shown(last)["until"] == f"{EPOCH}:8"


@given(
    sizes=st.lists(st.sampled_from([0, 10, 300, 1_000, 20_000, 90_000]), max_size=400),
    step=st.integers(1, 30),
)
def test_memory_is_bounded_and_the_range_stays_complete(sizes: list[int], step: int) -> None:
    ring, everything = Ring(0), [item(seq, size=size) for seq, size in enumerate(sizes, start=1)]
    for start in range(0, len(everything), step):
        some = everything[start : start + step]
        ring.extend(page(ring.until, ring.until + len(some), *some))
        kept = [one for one in everything[: ring.until] if one.seq > ring.since]
        assert ring.bytes == sum(len(one.data) + ITEM_OVERHEAD for one in kept)
        assert len(kept) <= RING_ITEMS
        assert ring.bytes <= RING_BYTES
        place, found = ring.since, list[int]()
        while place < ring.until:
            batch = read(ring, place)
            found += seqs(batch)
            assert batch is not None
            assert batch.until > place
            assert len(batch.frame) <= FRAME_BYTES + ENVELOPE or len(seqs(batch)) == 1
            place = batch.until
        assert found == [one.seq for one in kept]
    assert ring.until == len(everything)


@given(
    seen=st.sets(st.integers(1, 60)),
    size=st.integers(1, 30_000),
    more=st.booleans(),
)
def test_cut_batches_join_without_a_gap(seen: set[int], size: int, more: bool) -> None:  # noqa: FBT001
    items = [item(seq, size=size) for seq in sorted(seen)]
    place, found = 0, list[int]()
    while place < 60:
        rest = [one for one in items if one.seq > place]
        batch = make_batch("thread", rest, epoch=EPOCH, since=place, until=60, more=more)
        found += seqs(batch)
        assert shown(batch)["more"] is (more or batch.until < 60)
        place = batch.until
    assert found == sorted(seen)
