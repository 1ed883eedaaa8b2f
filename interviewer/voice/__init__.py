"""Hearing and saying."""
