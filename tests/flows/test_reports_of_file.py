"""The shared file, imported and reported, against a count without Pinbox's code."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from inbox.flows.context import Context
from inbox.flows.imports import Progress, import_threads
from inbox.flows.reports import Question, report
from inbox.flows.teams import TeamDraft, add_team
from tests.cast import OPERATOR

REAL = Path(__file__).parents[3] / "shared" / "data" / "care_threads.jsonl"
GAP = 72 * 3_600_000
TEAMS = {"west": "America/Los_Angeles", "east": "America/New_York", "rest": "UTC"}
STATES = {"west": ("US-WA", "US-CA", "US-OR", "US-TX"), "east": ("US-NY", "US-FL", "US-MA")}


def ms(text: str) -> int:
    at = datetime.fromisoformat(text)
    return round(at.timestamp() * 1000)


def read_customers(path: Path) -> dict[str, dict[str, Any]]:
    """Each customer's region and distinct messages in the order of time, by the import's words."""
    found: dict[str, dict[str, Any]] = {}
    for line in path.read_text("utf-8").splitlines():
        told = json.loads(line)
        one = found.setdefault(told["customer"]["id"], {"newest": -1, "region": None, "said": []})
        newest = max((ms(said["sent_at"]) for said in told["messages"]), default=-1)
        if newest > one["newest"] and told["customer"].get("region"):
            one["newest"], one["region"] = newest, told["customer"]["region"]
        one["said"] += [
            (ms(said["sent_at"]), place, said["author"], said["client_id"])
            for place, said in enumerate(told["messages"])
        ]
    for one in found.values():
        seen, kept = set(), []
        for at, _, author, client_id in sorted(one["said"]):
            if (author, client_id) not in seen:
                seen.add((author, client_id))
                kept.append((at, author))
        one["said"] = kept
    return found


def count(
    customers: dict[str, dict[str, Any]], home: dict[str, str]
) -> dict[Any, dict[str, list[Any]]]:
    """What happened, by date of the home team and by team."""
    rows: dict[Any, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    newest = max(at for one in customers.values() for at, _ in one["said"])
    for sub, one in customers.items():
        team = home[sub]

        def row(at: int, team: str = team) -> dict[str, list[Any]]:
            day = datetime.fromtimestamp(at / 1000, ZoneInfo(TEAMS[team])).date()
            return rows[day, team]

        matters: list[list[tuple[int, str]]] = []
        for at, author in one["said"]:
            if not matters or at - matters[-1][-1][0] > GAP:
                matters.append([])
            matters[-1].append((at, author))
            row(at)[author].append(1)
        for number, matter in enumerate(matters, start=1):
            row(matter[0][0])["begun"].append((sub, matter[0][1]))
            asked, answers = None, 0
            for at, author in matter:
                if author == "customer":
                    asked = at if asked is None else asked
                elif asked is not None:
                    row(at)["next" if answers else "first"].append(at - asked)
                    answers, asked = answers + 1, None
            open_still = number == len(matters) and asked and newest - matter[-1][0] <= GAP
            if not open_still:
                row(matter[-1][0])["resolved"].append(matter[-1][0] - matter[0][0])
    return rows


def middle(values: list[int], percent: int) -> int | None:
    ordered = sorted(values)
    for rank, value in enumerate(ordered, start=1):
        if rank * 100 >= percent * len(ordered):
            return value
    return None


@pytest.mark.skipif(not REAL.exists(), reason="the shared file of real threads is not here")
async def test_an_imported_file_reports_what_stands_in_it(ctx: Context) -> None:
    keys = {}
    for key, zone in TEAMS.items():
        regions = STATES.get(key, ())
        made = await add_team(
            ctx, OPERATOR, TeamDraft(key, key.title(), zone, regions=regions, default=key == "rest")
        )
        keys[made.id] = key

    async def nothing(_progress: Progress) -> None:
        pass

    await import_threads(ctx, io.BytesIO(REAL.read_bytes()), report=nothing)
    customers = read_customers(REAL)
    home = {
        sub: next(
            (team for team, states in STATES.items() if str(one["region"]).startswith(states)),
            "rest",
        )
        for sub, one in customers.items()
    }
    expected = count(customers, home)
    days = [day for day, _ in expected]
    assert len(customers) == 520
    first, last = min(days), max(days)
    while first <= last:
        upto = min(first + timedelta(days=300), last)
        found = (await report(ctx, OPERATOR, Question(first, upto, by="day"))).items
        shown = {(row.first, row.team.key if row.team else ""): row for row in found}
        wanted = {place for place in expected if first <= place[0] <= upto}
        assert shown.keys() == wanted
        for place in wanted:
            told, row = expected[place], shown[place]
            asked = [sub for sub, by in told["begun"] if by == "customer"]
            assert msgspec.structs.asdict(row) | {
                "conversations_begun": len(told["begun"]),
                "contacts": len(asked),
                "customers": len(set(asked)),
                "conversations_resolved": len(told["resolved"]),
                "resolution_median_ms": middle(told["resolved"], 50),
                "resolution_p90_ms": middle(told["resolved"], 90),
                "first_responses": len(told["first"]),
                "first_response_median_ms": middle(told["first"], 50),
                "first_response_p90_ms": middle(told["first"], 90),
                "first_response_business_p90_ms": middle(told["first"], 90),
                "next_responses": len(told["next"]),
                "next_response_median_ms": middle(told["next"], 50),
                "next_response_p90_ms": middle(told["next"], 90),
                "pinned_answer_rate": 1.0 if told["first"] else None,
                "messages_in": len(told["customer"]),
                "messages_out": len(told["agent"]),
                "bounces": 0,
                "conversations_reopened": 0,
            } == msgspec.structs.asdict(row), place
        first = upto + timedelta(days=1)
    assert sum(len(row["customer"]) + len(row["agent"]) for row in expected.values()) == 1_205
