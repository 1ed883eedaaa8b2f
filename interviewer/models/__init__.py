"""The one chain to language models and the backends behind it."""

from interviewer.models.base import LanguageModel, Message, ModelChain
from interviewer.models.factory import open_chain

__all__ = ["ModelChain", "LanguageModel", "Message", "open_chain"]
