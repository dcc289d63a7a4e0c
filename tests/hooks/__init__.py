"""Tests of what is told to the company's systems."""
