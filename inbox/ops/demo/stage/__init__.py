"""What stays after the story: one page with phone and desk, both real, and what may happen."""

from __future__ import annotations

from inbox.ops.demo.stage.page import StagePage

__all__ = ["StagePage"]
