"""What the server tells of itself: log lines and metrics, each set up and named here alone."""

from __future__ import annotations

from inbox.telemetry.logs import Sparing, setup_logging
from inbox.telemetry.metrics import CONTENT_TYPE, Metrics, describe

__all__ = ["CONTENT_TYPE", "Metrics", "Sparing", "describe", "setup_logging"]
