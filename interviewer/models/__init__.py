"""The one door to language models and the rungs behind it."""

from interviewer.models.door import Door, LanguageModel, Message, open_door

__all__ = ["Door", "LanguageModel", "Message", "open_door"]
