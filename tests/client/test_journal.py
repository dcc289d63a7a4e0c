"""The client's store: what is in it outlives the process, whenever that ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from inbox.client.follow import Fresh, Range
from inbox.client.journal import Draft, Journal
from inbox.core.errors import Unauthorized

HI = Draft("c1", "Hi, my bill looks wrong")


@contextmanager
def opened(path: Path | None) -> Iterator[Journal]:
    journal = Journal(path)
    journal.open()
    try:
        yield journal
    finally:
        journal.close()


def stretch(since: int, until: int) -> Range:
    items = (
        msgspec.Raw(f'{{"seq":{n},"type":"message"}}'.encode()) for n in range(since + 1, until + 1)
    )
    return Range(f"0a0b0c0d:{since}", f"0a0b0c0d:{until}", tuple(items))


def test_items_and_cursor_come_back_together(tmp_path: Path) -> None:
    with opened(tmp_path / "store") as journal:
        assert isinstance(journal.apply("thread", stretch(0, 3)), Fresh)
        assert journal.apply("thread", stretch(0, 3)) == "known"
    with opened(tmp_path / "store") as journal:
        assert journal.cursor("thread") == "0a0b0c0d:3"
        assert journal.apply("thread", stretch(1, 3)) == "known"
        assert [one.data for one in journal.arrived(0, 9)] == [
            bytes(item) for item in stretch(0, 3).items
        ]


def test_what_was_settled_does_not_come_again(tmp_path: Path) -> None:
    with opened(tmp_path / "store") as journal:
        journal.apply("thread", stretch(0, 3))
        journal.settle(journal.arrived(0, 9)[1].n)
    with opened(tmp_path / "store") as journal:
        assert [b'"seq":3' in one.data for one in journal.arrived(0, 9)] == [True]
        last = journal.arrived(0, 9)[0].n
        journal.settle(last)
    with opened(tmp_path / "store") as journal:
        journal.apply("thread", stretch(3, 4))
        assert journal.arrived(0, 9)[0].n > last, "places of arrival are never used twice"


def test_a_restart_comes_after_what_was_before_it() -> None:
    with opened(None) as journal:
        journal.apply("thread", stretch(0, 1))
        journal.restart("thread", "0a0b0c0d:9", b"mark")
        journal.apply("thread", stretch(9, 10))
        assert [one.data[:7] for one in journal.arrived(0, 9)] == [b'{"seq":', b"mark", b'{"seq":']
        assert journal.cursor("thread") == "0a0b0c0d:10"


def test_drafts_keep_their_order_and_leave_when_answered(tmp_path: Path) -> None:
    with opened(tmp_path / "store") as journal:
        for n in range(5):
            journal.keep(Draft(f"c{n}", f"line {n}"))
        journal.drop("c1")
        journal.refuse("c3", code="too_large", detail="4,000 characters at most")
    with opened(tmp_path / "store") as journal:
        assert [draft.client_id for draft in journal.drafts()] == ["c0", "c2", "c4"]
        (refused,) = journal.refused()
        assert (refused.draft.body, refused.code) == ("line 3", "too_large")
        journal.keep(refused.draft)
        assert journal.refused() == []
        assert [draft.client_id for draft in journal.drafts()] == ["c0", "c2", "c3", "c4"]


def test_one_client_id_is_one_draft() -> None:
    with opened(None) as journal:
        journal.keep(HI)
        journal.keep(HI)
        assert journal.drafts() == [HI]
        with pytest.raises(ValueError, match="another body"):
            journal.keep(Draft("c1", "something else"))


def test_a_store_is_one_persons(tmp_path: Path) -> None:
    with opened(tmp_path / "store") as journal:
        journal.claim("ana")
    with opened(tmp_path / "store") as journal:
        journal.claim("ana")
        with pytest.raises(Unauthorized, match="somebody else"):
            journal.claim("luis")


def test_a_store_is_one_processs(tmp_path: Path) -> None:
    with opened(tmp_path / "store"), pytest.raises(OSError, match="in use"):
        Journal(tmp_path / "store").open()


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"a letter to my aunt" * 100)
    with pytest.raises(OSError, match="no store"):
        Journal(tmp_path / "store").open()


WRITER = """
import sys
from pathlib import Path
from inbox.client.journal import Draft, Journal
journal = Journal(Path(sys.argv[1]))
journal.open()
for n in range(10**6):
    journal.keep(Draft(f"c{n}", "line"))
    print(n, flush=True)
"""


def test_a_kept_draft_survives_kill(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "store")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        kept = [int(line) for line, _ in zip(writer.stdout, range(20), strict=False)]
        writer.send_signal(signal.SIGKILL)
    with opened(tmp_path / "store") as journal:
        found = [draft.client_id for draft in journal.drafts()]
    assert found[: len(kept)] == [f"c{n}" for n in kept]
    assert found == [f"c{n}" for n in range(len(found))]
