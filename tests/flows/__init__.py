"""Proofs of what happens: every flow on both engines."""
