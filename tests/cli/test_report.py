"""The report by command, with the server stopped and running."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.cli.processes import Inbox

LINE = (
    '{"customer": {"id": "ana", "region": "US-WA"}, "team": "spokane", "messages": ['
    '{"client_id": "1", "author": "customer", "body": "Hi", "sent_at": "2026-03-02T12:00:00Z"},'
    '{"client_id": "2", "author": "agent", "body": "Ho", "sent_at": "2026-03-02T12:09:00Z"}]}\n'
)
MARCH = ("report", "--from", "2026-03-01", "--to", "2026-03-31")


def test_a_report_is_shown_and_written_to_a_file(either: Inbox, tmp_path: Path) -> None:
    assert "Nothing happened" in either.run(*MARCH).out
    (tmp_path / "threads.jsonl").write_text(LINE)
    either.run("import", str(tmp_path / "threads.jsonl"))

    (row,) = either.say(*MARCH, "--team", "spokane")["items"]
    assert (row["first_response_median_ms"], row["messages_in"]) == (540_000, 1)
    assert "9.0 min" in either.run(*MARCH, "--by", "week", "--per", "team_market").out
    told = either.run(*MARCH, "--per", "market", "--csv", str(tmp_path / "march.csv"))
    assert "1 rows in" in told.out
    with (tmp_path / "march.csv").open(newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["market"], line["pinned_answer_rate"]) == ("US-WA", "1.0")
