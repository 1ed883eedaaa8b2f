"""The one chain to language models, and the backends behind it."""

from interviewer.config import Settings
from interviewer.models.base import LanguageModel, Message, ModelChain

__all__ = ["ModelChain", "LanguageModel", "Message", "at_work", "open_chain"]


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


def at_work(settings: Settings) -> tuple[str, str]:
    """The best backend that these settings give, and where it is (empty for this machine)."""
    from interviewer.models import llama_cpp, openai_endpoint

    auto = settings.backend == "auto"
    if settings.backend == "openai" or (auto and openai_endpoint.configured(settings)):
        return "openai", (settings.openai_base_url or "OpenAI").partition("://")[2] or "OpenAI"
    if settings.backend == "local" or (auto and llama_cpp.weights_there(settings)):
        return "local", ""
    return "scripted", ""
