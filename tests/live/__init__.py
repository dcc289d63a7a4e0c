"""Tests of `inbox.live`."""
