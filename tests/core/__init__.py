"""The rules, each alone."""
