"""Fixtures for tests of what happens."""

from __future__ import annotations

from tests.cast import cast, clock, ctx
from tests.flows.stage import stage

__all__ = ["cast", "clock", "ctx", "stage"]
