"""Fixtures for the operator's door."""

from __future__ import annotations

from tests.cast import clock, ctx

__all__ = ["clock", "ctx"]
