"""Alembic's migrations of the interview database."""
