"""What the doctor says of one thing."""

from __future__ import annotations

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at: well, worth a thought, or wrong; and what to do about it."""

    what: str
    state: Literal["ok", "warn", "fail"]
    says: str
    remedy: str = ""


class Diagnosis(msgspec.Struct, frozen=True):
    """All findings; `healthy` unless something is wrong."""

    healthy: bool
    findings: tuple[Finding, ...]


def well(what: str, says: str) -> Finding:
    """Nothing to do."""
    return Finding(what, "ok", says)


def doubtful(what: str, says: str, remedy: str) -> Finding:
    """It works, and may not work for long or for everybody."""
    return Finding(what, "warn", says, remedy)


def wrong(what: str, says: str, remedy: str) -> Finding:
    """It does not work, or is not safe."""
    return Finding(what, "fail", says, remedy)
