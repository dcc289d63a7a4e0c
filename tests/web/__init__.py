"""Tests of the HTTP door, against a real server on a loopback port."""
