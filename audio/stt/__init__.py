"""Ears: one protocol (`base`), one file an engine."""
