"""The one door to language models and the rungs behind it."""
