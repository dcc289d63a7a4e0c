"""The agents' desk, in a real Chromium against a real server."""
