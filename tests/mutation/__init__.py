"""Mutation testing of booking's rules: ``python -m tests.mutation`` (see docs/testing.md)."""
