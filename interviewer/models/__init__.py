"""The one chain to language models, and the backends behind it."""

from interviewer.config import Settings
from interviewer.models.base import LanguageModel, Message, ModelChain

__all__ = ["ModelChain", "LanguageModel", "Message", "open_chain"]


def open_chain(settings: Settings) -> ModelChain:
    """The backends that the settings ask for. Nothing is started or downloaded before the first use.

    ``auto`` is the endpoint when a key or an address is configured, then the embedded model when its weights
    are there. Raises CannotRun when a backend was named that cannot serve.
    """
    from interviewer.models import llama_cpp, openai_endpoint

    match settings.backend:
        case "scripted":
            return ModelChain(named=True)
        case "openai":
            return ModelChain((openai_endpoint.open_model(settings),), named=True)
        case "local":
            return ModelChain((llama_cpp.open_model(settings),), named=True)
    models: list[LanguageModel] = []
    if openai_endpoint.configured(settings):
        models.append(openai_endpoint.open_model(settings))
    if llama_cpp.weights_there(settings):
        models.append(llama_cpp.open_model(settings))
    return ModelChain(tuple(models))
