"""The one chain to language models, the backends behind it, and what their calls cost, as far as it is known."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import Field

from interviewer.config import Settings, Strict
from interviewer.models.base import LanguageModel, ModelChain
from interviewer.models.connection import place
from interviewer.models.discovery import near
from interviewer.transcript import Transcript


def open_chain(settings: Settings) -> ModelChain:
    """The backends that the settings ask for. Nothing is started or downloaded before the first use.

    ``auto`` is the endpoint when a key or an address is configured, then the embedded model when its weights
    are there. Raises CannotRun when a backend was named that cannot serve.
    """
    from interviewer.models import llama_cpp, openai_endpoint

    best_first: tuple[tuple[str, Callable[[Settings], LanguageModel], bool], ...] = (
        ("openai", openai_endpoint.open_model, settings.has_endpoint),
        ("local", llama_cpp.open_model, llama_cpp.weights_there(settings)),
    )
    auto = settings.backend == "auto"
    serves = [opens for name, opens, there in best_first if (there if auto else name == settings.backend)]
    return ModelChain(tuple(opens(settings) for opens in serves), named=not auto)


# -- prices ----------------------------------------------------------------------------------------------
# What calls cost, as far as it is known: an estimate for the page, before an interview and after it.
#
# price = price_of("gpt-4.1", None)
# price.of({"input": 30_000, "cached": 20_000, "output": 900})      US dollars
# Budget(price, limit=1.5).reached(transcript)                      whether the rest has to go without the model


_MILLION = 1_000_000
_DATED = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$")


class Price(Strict):
    """US dollars for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    """Of input that the provider has kept; as much as any other input where that is not known."""

    def of(self, usage: Mapping[str, int]) -> float:
        """US dollars for tokens as ``LanguageModel.usage`` counts them: ``cached`` is part of ``input``."""
        read, kept = usage.get("input", 0), usage.get("cached", 0)
        own = self.input if self.cached is None else self.cached
        return (max(read - kept, 0) * self.input + kept * own + usage.get("output", 0) * self.output) / _MILLION


class _Provider(Strict):
    at: list[str] = Field(min_length=1)
    models: dict[str, Price]


class _Usual(Strict):
    """Tokens of an interview of so many minutes, and of its report."""

    minutes: float = Field(gt=0)
    turns: dict[str, int]
    report: dict[str, int]


class _Prices(Strict):
    date: object
    usual: _Usual
    providers: list[_Provider]


FREE = Price(input=0, output=0, cached=0)
"""Of a server on one's own machine or network."""


@cache
def _known() -> _Prices:
    return _Prices.beside(__file__, "prices.yaml")


def price_date() -> str:
    """The day on which the prices were read."""
    return str(_known().date)


def price_of(model: str, address: str | None) -> Price | None:
    """The price of a model at an address (OpenAI's own without one); None where it is not known."""
    where = place(address)
    if near(where):
        return FREE
    name = _DATED.sub("", model.rpartition("/")[2].partition(":")[0])
    free = model.endswith(":free") and where.host == "openrouter.ai"
    if free:
        return FREE
    for provider in _known().providers:
        if where.host in provider.at and name in provider.models:
            return provider.models[name]
    return None


@dataclass(frozen=True)
class Budget:
    """What one interview with its report may cost, and what it has cost so far; an estimate."""

    price: Price | None = None
    limit: float | None = None
    """US dollars; None without one."""

    def spent(self, transcript: Transcript) -> float | None:
        """US dollars for the turns and what was noted behind them; None where the price is not known."""
        if self.price is None:
            return None
        taken = [one for turn in transcript.turns for one in (turn.usage, turn.observed and turn.observed.usage) if one]
        return sum(map(self.price.of, taken))

    def typical(self, minutes: float) -> float | None:
        """US dollars that an interview of this length usually costs with its report; None where that is not known.

        The report counts twice: it is begun ahead of the last words, and anew where they hold more than a farewell.
        """
        if self.price is None:
            return None
        usual = _known().usual
        return self.price.of(usual.turns) * minutes / usual.minutes + 2 * self.price.of(usual.report)

    def reached(self, transcript: Transcript) -> bool:
        """Whether no more may be spent on turns, so that the report still fits; never where the price is not known."""
        return not self.leaves(transcript, reports=1)

    def leaves(self, transcript: Transcript, *, reports: int) -> bool:
        """Whether so many reports still fit; always where there is no limit or the price is not known."""
        spent = self.spent(transcript)
        if self.limit is None or self.price is None or spent is None:
            return True
        return spent + reports * self.price.of(_known().usual.report) < self.limit


def in_dollars(amount: float) -> str:
    """An estimate as people say it: ``less than 1 cent``, ``about 12 cents``, ``about $1.30``."""
    if amount < 0.01:
        return "less than 1 cent"
    return f"about {round(amount * 100)} cents" if amount < 1 else f"about ${amount:.2f}"
