"""Measurements: one command each, a table of ratios against a baseline in the same run."""
