"""The Python client: its rules, its store, and the client itself against real servers."""
