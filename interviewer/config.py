"""Settings, from the environment or ``.env``, and where the data lies that travels with the product.

``load()`` is what the faces call; ``quieten()`` is called first of all, before any heavy import.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, Literal, Self
from urllib.parse import urlsplit

import platformdirs
import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from interviewer import BadInput, CannotRun

Backend = Literal["auto", "openai", "local", "scripted"]

QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
    "CHROMA_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    "OTEL_SDK_DISABLED": "true",
    "RAY_USAGE_STATS_ENABLED": "0",
    "ORT_DISABLE_TELEMETRY": "1",
}
"""What turns off the telemetry, tracing and silent downloads of everything that we build on."""
SMALL = {"OPENBLAS_NUM_THREADS": "1"}
"""Our matrices are small: numpy's threads would only wait for each other, half of a turn's processor time."""


OWN_HOSTS = ("localhost", "127.0.0.1", "::1")
"""This machine, which is never asked through a proxy."""
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
SAFE_YAML: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C where PyYAML was built so, which reads ten times as fast."""


def quieten() -> None:
    """Turns off every dependency's telemetry, tames proxies and threads.

    Call it before importing any of them; a user's own value stands.
    """
    for name, value in (QUIET | SMALL).items():
        os.environ.setdefault(name, value)
    tame_proxies()


def tame_proxies() -> None:
    """Keeps proxies in the environment away from this machine's own addresses, and ``socks://`` readable.

    Desktops write ``socks://``, by which they mean SOCKS 5; clients that do not know the word refuse to start.
    """
    used = [name for proxy in _PROXIES for name in (proxy, proxy.lower()) if os.environ.get(name)]
    for name in used:
        if os.environ[name].lower().startswith("socks://"):
            os.environ[name] = f"socks5://{os.environ[name][len('socks://') :]}"
    if used:
        given = ",".join(os.environ.get(name, "") for name in ("NO_PROXY", "no_proxy"))
        hosts = dict.fromkeys([*(host.strip() for host in given.split(",") if host.strip()), *OWN_HOSTS])
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(hosts)


class Settings(BaseSettings):
    """What a user may set. Field ``model`` is ``INTERVIEWER_MODEL``, and so on; see ``.env.example``."""

    model_config = SettingsConfigDict(
        env_prefix="INTERVIEWER_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    """Key of the OpenAI-compatible endpoint."""
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    """The endpoint, when it is not OpenAI's own; a local one needs no key."""
    model: str = "auto"
    """``auto``, ``openai[:<name>]``, ``local[:<path of a GGUF>]`` or ``scripted``."""
    home: Path = Field(default_factory=lambda: platformdirs.user_data_path("interviewer", appauthor=False))
    """Data folder: weights, database, index."""
    database_url: str | None = None
    """SQLAlchemy URL; by default a SQLite file in the data folder (``database``)."""
    chroma_url: str | None = None
    """A Chroma server; embedded when not set."""
    auth: SecretStr | None = None
    """``user:password`` pairs with commas between them: sign-in for the app."""
    request_timeout: float = Field(default=30, gt=0, le=600)
    """Seconds that an endpoint may take to begin an answer or fall silent in the middle of one."""
    total_timeout: float = Field(default=60, gt=0, le=3600)
    """Seconds that one call to an endpoint may take altogether, tries again included."""
    turn_timeout: float = Field(default=10, gt=0, le=600)
    """Seconds until the first word of a turn must be there; a slow server of one's own may need more."""
    retries: int = Field(default=2, ge=0, le=10)
    """How often a busy or broken endpoint is asked again."""
    prompts: Path | None = None
    """A folder of prompts that go before ours of the same name, to try another version."""
    rubric: Path | None = None
    """A YAML file with other cut-offs from step scores to verdict (``interviewer/grading/__init__.py``)."""
    window: int | None = Field(default=None, ge=1024, le=10_000_000)
    """Tokens that the endpoint's model reads and writes together; asked of the endpoint when not set."""
    cost_limit: float | None = Field(default=None, gt=0)
    """US dollars that one interview with its report may cost by the estimate; nothing is cut off without it."""
    threads: int = Field(default=1, ge=1, le=256)
    """Threads of the embedded model while it writes; reading takes one more."""
    context: int = Field(default=8192, ge=1024, le=131072)
    """Tokens that the embedded model keeps in view."""
    log: Literal["plain", "json"] = "plain"
    """``json``: the app logs one JSON object a line, and a line for each turn (``interviewer/telemetry.py``)."""
    metrics: str | None = Field(default=None, pattern=r"^\S+:\d{1,5}$")
    """Where the app shows its numbers to Prometheus, as ``host:port``; nowhere when not set."""
    vision: str | None = Field(default=None, pattern=r"^\S+$")
    """The model at the same endpoint that reads photos of drawings; nobody does when not set."""
    voice: bool = True
    """False hides microphone and voice."""
    hearing: str = Field(default="auto", pattern=r"^(auto|embedded|openai(:\S+)?)$")
    """What listens: ``auto`` (OpenAI with its key, else embedded), ``embedded``, ``openai[:<model>]``."""
    saying: str = Field(default="auto", pattern=r"^(auto|embedded|espeak|openai(:\S+)?)$")
    """What speaks: ``auto``, ``embedded``, ``espeak``, ``openai[:<model>]``."""

    @field_validator("model")
    @classmethod
    def _model(cls, value: str) -> str:
        kind, colon, rest = value.partition(":")
        known = ("auto", "openai", "local", "scripted")
        if kind not in known or (colon and (kind not in ("openai", "local") or not rest.strip())):
            raise ValueError("must be auto, openai, openai:<model name>, local, local:<path of a GGUF> or scripted")
        return value

    @field_validator("openai_api_key")
    @classmethod
    def _key(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value().strip() if value else ""
        if not key:
            return None
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise ValueError("must be one word of plain ASCII characters, without quotes or spaces")
        return SecretStr(key)

    @field_validator("openai_base_url", "chroma_url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        try:
            parts = urlsplit(value or "http://nowhere")
            port_is_fine = parts.port is None or parts.port > 0
        except ValueError:
            port_is_fine = False
        if not port_is_fine or parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an address such as http://localhost:8000/v1")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str | None) -> str | None:
        if value is not None and "://" not in value:
            raise ValueError("must be an SQLAlchemy URL such as sqlite:////data/interviews.sqlite")
        return value

    @field_validator("auth")
    @classmethod
    def _pairs(cls, value: SecretStr | None) -> SecretStr | None:
        for pair in value.get_secret_value().split(",") if value else ():
            user, colon, password = pair.strip().partition(":")
            if not (user and colon and password):
                raise ValueError("must be user:password pairs with commas between them, e.g. ann:sesame,bob:other")
        return value

    @field_validator("home")
    @classmethod
    def _home(cls, value: Path) -> Path:
        try:
            value = value.expanduser().absolute()
        except RuntimeError as error:
            raise ValueError("names the home of somebody who is not known here") from error
        if value.exists() and not value.is_dir():
            raise ValueError("must be a folder")
        return value

    @property
    def backend(self) -> Backend:
        """The part of ``model`` before the colon."""
        return self.model.partition(":")[0]  # type: ignore[return-value]

    @property
    def model_name(self) -> str | None:
        """The part of ``model`` after the colon: a model's name or the path of a GGUF."""
        return self.model.partition(":")[2].strip() or None

    @property
    def has_endpoint(self) -> bool:
        """Whether there is a key or an address of one."""
        return bool(self.openai_api_key or self.openai_base_url)

    @property
    def database(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.home / 'interviews.sqlite'}"

    @property
    def sign_in(self) -> list[tuple[str, str]]:
        """User and password pairs; empty when nobody must sign in."""
        pairs = self.auth.get_secret_value().split(",") if self.auth else []
        return [(user, password) for user, _, password in (pair.strip().partition(":") for pair in pairs)]


def variable(field: str) -> str:
    """The environment variable of a field of ``Settings``."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"INTERVIEWER_{field.upper()}"


def load() -> Settings:
    """The settings. Raises BadInput naming the variable and the cure, without the value: it may be a secret."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        name = variable(field) if field in Settings.model_fields else field
        raise BadInput(f"{name}: {first['msg'].removeprefix('Value error, ')} (environment or .env)") from None
    except (UnicodeDecodeError, OSError) as error:
        raise BadInput(f".env: cannot be read as UTF-8 text ({type(error).__name__})") from None


# -- paths -----------------------------------------------------------------------------------------------
# Where the data that travels with the product lies: beside the package in a checkout, inside it in a wheel.
#
# Model files inside other wheels are used only when they are the ones that were tested: ``data/model_files.yaml``.


_PACKAGE = Path(__file__).resolve().parent
BLOCK = 1 << 22


def shipped(name: str) -> Path:
    """The folder ``knowledge`` or ``prompts``. In a wheel they lie in ``interviewer/shipped``."""
    checkout = _PACKAGE.parent / name
    return checkout if (_PACKAGE.parent / "pyproject.toml").exists() else _PACKAGE / "shipped" / name


def in_package(package: str, *inside: str) -> Path | None:
    """A file of an installed package, found without running the package's code; None where either is not there."""
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    path = Path(next(iter(folders)), *inside) if folders else None
    return path if path and path.exists() else None


def data_beside(module: str, name: str) -> dict[str, Any]:
    """What the YAML file of that name holds that lies in the folder ``data`` beside a module (its ``__file__``)."""
    text = (Path(module).parent / "data" / name).read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=SAFE_YAML)  # noqa: S506 - a safe loader
    return found


class Strict(BaseModel):
    """What stands in a file of ours, each field named and typed: nothing else may stand there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def beside(cls, module: str, name: str) -> Self:
        """What ``data_beside`` reads."""
        return cls.model_validate(data_beside(module, name))


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A new file, its owner's alone, that takes the place of ``path`` once all of it is written: nobody reads half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp", delete=False) as file:
        try:
            yield file
            file.flush()
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


@cache
def model_files() -> dict[str, tuple[str, str]]:
    """By file name the SHA-256 of each model file that comes in a wheel, and the wheel."""
    listed = data_beside(__file__, "model_files.yaml").items()
    return {name: (str(one["sha256"]), str(one["wheel"])) for name, one in listed}


@cache
def verified(path: Path) -> Path:
    """The same path, once its file was found to be the one that was tested. Raises CannotRun for any other."""
    sha256, wheel = model_files()[path.name]
    if hash_file(path) != sha256:
        raise CannotRun(f"{path}: not the file that {wheel} brings; pip install --force-reinstall {wheel}")
    return path
