"""`python -m bench [NAME …]`: run these measurements, or all, and print their tables."""

from __future__ import annotations

import sys

from bench import board, desk, latency, memory, page, push, rules, scale, sends, storm
from bench.carrier import run as carrier
from bench.table import say_machine

BENCHES = {
    "sends": sends.main,
    "latency": latency.main,
    "memory": memory.main,
    "storm": storm.main,
    "scale": scale.main,
    "board": board.main,
    "push": push.main,
    "desk": desk.main,
    "page": page.main,
    "rules": rules.main,
    "carrier": carrier.main,
}


def main() -> None:
    """Run what was asked for."""
    names = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        raise SystemExit(f"there is no bench {unknown[0]}; there are: {', '.join(BENCHES)}")
    say_machine()
    for name in names:
        BENCHES[name]()


if __name__ == "__main__":
    main()
