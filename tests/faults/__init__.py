"""Disks that fail on command."""
