"""`pinbox demo`: a real server, a small cast, and a story told and checked line by line."""

from __future__ import annotations

from inbox.ops.demo.show import show

__all__ = ["show"]
