"""What the store will not do for its operator, and why.

Not part of the tree that clients meet: it is raised while starting, migrating, backing up and
restoring, and printed by the command line.
"""

from __future__ import annotations


class Refusal(Exception):
    """The store refuses; the text says why and what to do instead."""
