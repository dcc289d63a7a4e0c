"""Pinbox: a self-hosted inbox for asynchronous customer care.

Doors call flows; flows use memory and ring the bell; everything rests on the rules.
"""

from __future__ import annotations

__version__ = "0.1.0"
