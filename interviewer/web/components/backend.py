"""What is at work behind the pages, in two honest sentences, and how to get a better one."""

from interviewer.config import Settings
from interviewer.interview.modes import MINUTES, ModeKind
from interviewer.models.openai_endpoint import DEFAULT_MODEL
from interviewer.models.prices import Budget, in_dollars, price_date, price_of
from interviewer.web.escape import for_html

_HOW = (
    "For a verdict set <code>OPENAI_API_KEY</code>, or <code>OPENAI_BASE_URL</code> of a local server such as Ollama, "
    "and start again."
)


def backend_html(settings: Settings) -> str:
    """What conducts and judges with these settings."""
    kind, name = at_work(settings)
    if kind == "openai":
        model = settings.model_name or "the endpoint's model"
        said = (
            f"<b>{for_html(name)}</b> conducts and judges, with {for_html(model)}: what you say is sent there. "
            f"The report gives a verdict, and a quote for every claim.{_cost(settings)}"
        )
    elif kind == "local":
        said = (
            "<b>A small model on this machine</b> listens; nothing leaves it. It follows and quotes what you say, and "
            f"gives no verdict. {_HOW}"
        )
    else:
        said = (
            "<b>No language model</b> is in use: the interviewer asks the case file's own questions. The report shows "
            f"coverage, quotes and a study plan, and gives no verdict. {_HOW}"
        )
    return f"<p class='quiet backend' data-backend='{kind}'>{said}</p>"


def _cost(settings: Settings) -> str:
    """What an interview costs with its report, where the price is known."""
    price = price_of(settings.model_name or DEFAULT_MODEL, settings.openai_base_url)
    usual = Budget(price).typical(MINUTES[ModeKind.INTERVIEW])
    if not usual:
        return ""
    limit = f", and no more than ${settings.cost_limit:.2f}" if settings.cost_limit else ""
    return f" An interview with its report costs {in_dollars(usual)} at the prices of {price_date()}{limit}."


def at_work(settings: Settings) -> tuple[str, str]:
    """The best backend that these settings give, and where it is."""
    from interviewer.models import llama_cpp, openai_endpoint

    if settings.backend == "openai" or (settings.backend == "auto" and openai_endpoint.configured(settings)):
        return "openai", (settings.openai_base_url or "OpenAI").partition("://")[2] or "OpenAI"
    if settings.backend == "local" or (settings.backend == "auto" and llama_cpp.weights_there(settings)):
        return "local", ""
    return "scripted", ""
