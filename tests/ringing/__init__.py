"""Tests of the outbox of pushes, on both engines."""
