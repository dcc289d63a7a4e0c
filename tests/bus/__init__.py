"""Tests of `inbox.bus`."""
