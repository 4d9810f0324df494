"""Fault runs: ``python -m tests.faults`` (see docs/testing.md)."""
