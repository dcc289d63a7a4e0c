"""Callbacks: customers book a call, the team's agents make it, and the outcome is in the thread."""
