"""Write an import file of any size: customers with a few conversations each, in plain words."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec

from inbox.core.instant import to_text

DAY_MS = 86_400_000
WORDS = (  # noqa: SIM905  a list of words is read best as words
    "bill phone signal plan roaming charge month please thanks again number port screen box store "
    "wifi data slow call drop invoice refund credit family line travel country device order track"
).split()


def write_threads(path: Path, *, messages: int, each: int, newest_ms: int) -> int:
    """Write `messages` messages, `each` of them to a customer; how many customers there are."""
    chance = random.Random(7)
    customers = messages // each
    with path.open("wb") as file:
        for number in range(customers):
            file.write(msgspec.json.encode(_thread(chance, number, each, newest_ms)) + b"\n")
    return customers


def _thread(chance: random.Random, number: int, each: int, newest_ms: int) -> dict[str, object]:
    at = newest_ms - chance.randrange(20 * DAY_MS, 400 * DAY_MS)
    told = []
    for turn in range(each):
        at += chance.randrange(60_000, DAY_MS)
        told.append(
            {
                "client_id": f"i-{number}-{turn}",
                "author": "agent" if turn % 2 else "customer",
                "body": " ".join(chance.choices(WORDS, k=chance.randrange(4, 30))),
                "sent_at": to_text(at),
            }
        )
    return {"customer": {"id": f"c{number}", "region": "US-WA"}, "messages": told}
