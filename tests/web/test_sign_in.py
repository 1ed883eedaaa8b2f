"""Who may come in: limits on wrong passwords, one answer to all of them, and nothing behind the door for strangers."""

import socket
import stat
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from interviewer.storage.leases import LASTS, SignIns
from interviewer.storage.store import Store
from interviewer.web import session as subject
from interviewer.web.guard import LARGEST_FILE, LARGEST_POST, Guard
from interviewer.web.server import sweep
from interviewer.web.session import LATER, WRONG, RecentCount, RefusedError, SignIn, network
from tests.web.conftest import App

pytestmark = pytest.mark.slow


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(f"sqlite:///{tmp_path / 'i.sqlite'}")
    yield made
    made.close()


@pytest.fixture
def door(store: Store) -> SignIn:
    return SignIn([("ann", "a secret"), ("bob", "näñ")], store)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app with sign-in that believes what a proxy on this machine says of where a request comes from."""
    script = Path(__file__).with_name("stand_in.py")
    app = App(tmp_path_factory.mktemp("closed"), script, {"INTERVIEWER_AUTH": "ann:a-secret,bob:b-secret"})
    app.start()
    yield app
    app.stop()


def form(user: str, password: str) -> bytes:
    return httpx.Request("POST", "http://x", data={"username": user, "password": password}).read()


def refusal(door: SignIn, user: str, password: str, address: str = "10.0.0.1") -> str:
    with pytest.raises(RefusedError) as caught:
        door.enter(form(user, password), address)
    return str(caught.value)


def test_the_right_password_opens_and_every_process_knows_it(door: SignIn, store: Store) -> None:
    cookie = door.enter(form(" bob ", "näñ"), "10.0.0.1")
    other = SignIn([("bob", "whatever")], store)
    assert door.user(cookie) == other.user(cookie) == "bob"
    assert SignIn([("ann", "x")], store).user(cookie) is None, "taken out of the settings"
    assert cookie.encode() not in b"".join(
        path.read_bytes() for path in Path(store.engine.url.database).parent.iterdir()
    )
    door.leave(cookie)
    assert door.user(cookie) is None


def test_a_sign_in_ends_by_itself(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    token = SignIns(store.engine).add("ann")
    later = time.time() + LASTS + 1
    monkeypatch.setattr("interviewer.storage.leases.time.time", lambda: later)
    assert SignIns(store.engine).user(token) is None


@pytest.mark.parametrize("cookie", [None, "", "x", "x" * 10_000, "' or 1=1 --", "\x00"])
def test_a_made_up_cookie_is_nobody(door: SignIn, cookie: str | None) -> None:
    assert door.user(cookie) is None


@pytest.mark.parametrize(
    "body", [b"", b"username=ann", b"\xff\xfe=1", b"&" * 3_000, b"a=1&" * 9, b"username=ann&password="]
)
def test_whatever_is_sent_as_a_form_is_refused(door: SignIn, body: bytes) -> None:
    with pytest.raises(RefusedError, match=WRONG):
        door.enter(body, "10.0.0.1")


def test_five_wrong_passwords_for_an_account_and_it_waits_also_with_the_right_one(door: SignIn) -> None:
    assert {refusal(door, "ann", f"guess {number}") for number in range(5)} == {WRONG}
    assert refusal(door, "ann", "a secret") == LATER.format(minutes=5)
    assert door.user(door.enter(form("ann", "a secret"), "10.0.0.2")) == "ann", "ann herself sits elsewhere"
    assert door.user(door.enter(form("bob", "näñ"), "10.0.0.1")) == "bob", "a colleague at the same address"


def test_one_address_tries_many_names_and_many_addresses_try_one_name(door: SignIn) -> None:
    assert {refusal(door, f"user {number}", "x") for number in range(20)} == {WRONG}
    assert "Too many" in refusal(door, "bob", "näñ")
    for number in range(50):
        refusal(door, "ann", "x", f"2001:db8:0:{number:x}::1")
    assert "Too many" in refusal(door, "ann", "a secret", "192.0.2.7")


def test_an_address_counts_as_its_network() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff") != network("2001:db8:0:1::1")
    assert network("::ffff:10.0.0.1") == network("10.0.0.1") == "10.0.0.1"
    assert network("nonsense") == "unknown"


def test_a_window_forgets_in_time_and_holds_a_bounded_number_of_names() -> None:
    window = RecentCount(10, 2, names=3)
    for at in (0, 4):
        window.add("a", now=at)
    assert window.wait("a", now=5) == 5
    assert window.wait("a", now=11) == 0
    for name in "bcde":
        window.add(name, now=12)
    assert len(window._seen) == 3


def test_the_answer_and_its_time_say_nothing_about_which_name_exists(
    door: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject.RecentCount, "wait", lambda *_: 0.0)
    took: dict[str, list[float]] = {"ann": [], "nobody": []}
    for _ in range(300):
        for name, times in took.items():
            body, began = form(name, "wrong"), time.perf_counter()
            with pytest.raises(RefusedError, match=WRONG):
                door.enter(body, "10.0.0.1")
            times.append(time.perf_counter() - began)
    known, unknown = (statistics.median(times) for times in took.values())
    assert abs(known - unknown) < 0.25 * max(known, unknown), (known, unknown)


def test_behind_the_door_is_nothing_for_strangers(closed: App) -> None:
    for path in ("", "?view=room&interview=x", "login", "room"):
        answer = httpx.get(closed.url + path, headers={"Accept": "text/html"})
        assert (answer.status_code, "Password" in answer.text) == (401, True), path
        assert "gradio" not in answer.text
    for path in ("config", "gradio_api/info", "gradio_api/queue/data?session_hash=x", "gradio_api/file=/etc/passwd",
                 "assets/index.js", "theme.css", "gradio_api/app_id", "gradio_api/heartbeat/x"):  # fmt: skip
        assert httpx.get(closed.url + path).status_code == 401, path
    for path in ("gradio_api/queue/join", "gradio_api/upload", "gradio_api/run/predict", "logout/x"):
        assert httpx.post(closed.url + path, content=b"{}").status_code == 401, path


def test_signing_in_over_http_sets_a_cookie_that_scripts_cannot_read(closed: App) -> None:
    def tried(password: str, **headers: str) -> httpx.Response:
        return httpx.post(f"{closed.url}login", content=form("ann", password), headers=headers)

    wrong = tried("x", **{"X-Forwarded-For": "203.0.113.9"})
    assert (wrong.status_code, WRONG in wrong.text) == (400, True)
    right = tried("a-secret")
    cookie = right.headers["set-cookie"]
    assert (right.status_code, right.headers["location"]) == (303, "./")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path" not in cookie, "under a sub-path it belongs to that"
    assert "Secure" in tried("a-secret", **{"X-Forwarded-Proto": "https"}).headers["set-cookie"]
    assert httpx.get(closed.url, cookies=dict([cookie.split(";")[0].split("=", 1)])).status_code == 200
    for _ in range(5):
        last = tried("x", **{"X-Forwarded-For": "203.0.113.9"})
    assert (last.status_code, last.headers["retry-after"].isdigit()) == (429, True)
    assert tried("a-secret").status_code == 303, "another address"
    log = closed.log.read_text()
    assert "sign-in refused: wrong name or password, for 'ann' from 203.0.113.9" in log
    assert "too many attempts, from 203.0.113.9" in log
    assert "secret" not in log


def signed(closed: App, user: str) -> httpx.Client:
    entered = httpx.post(f"{closed.url}login", content=form(user, f"{user[0]}-secret"))
    name, value = entered.headers["set-cookie"].split(";")[0].split("=", 1)
    return httpx.Client(base_url=closed.url, cookies={name: value}, timeout=30)


def files_of(app: App) -> list[Path]:
    return [path for path in (app.home / "uploads").rglob("*") if path.is_file()]


def test_files_come_from_those_who_are_in(closed: App) -> None:
    sound, upload = {"files": ("answer.wav", b"RIFF" + b"x" * 5_000_000)}, "gradio_api/upload"
    assert httpx.post(closed.url + upload, files=sound).status_code == 401
    assert files_of(closed) == []
    ann, bob = signed(closed, "ann"), signed(closed, "bob")
    (kept,) = ann.post(upload, files=sound).json()
    assert Path(kept).is_relative_to(closed.home / "uploads")
    assert stat.S_IMODE((closed.home / "uploads").stat().st_mode) == 0o700
    too_large = {"files": ("answer.wav", b"x" * (LARGEST_FILE + 2_000_000))}
    assert bob.post(upload, files=too_large).status_code == 413
    assert len(files_of(closed)) == 1


def test_so_many_bytes_of_files_an_hour_for_each_user(door: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviewer.web.guard._UPLOADS", RecentCount(3600, 2_000))
    client = TestClient(Guard(PlainTextResponse("the app"), door))

    def code(user: str, password: str, path: str = "/gradio_api/upload") -> int:
        cookie = door.enter(form(user, password), "10.0.0.1") if password else ""
        return client.post(path, content=b"x" * 1_500, cookies={door.cookie: cookie}).status_code

    assert [code("ann", "") for _ in range(3)] == [401] * 3, "a stranger uses up nothing of anybody's"
    assert [code("ann", "a secret") for _ in range(3)] == [200, 200, 429]
    assert code("ann", "a secret", "/board/photo/x") == 429, "photos count too"
    assert code("ann", "a secret", "/gradio_api/queue/join") == 200
    assert code("bob", "näñ") == 200


def test_a_file_that_broke_off_or_that_nobody_used_goes(closed: App) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in signed(closed, "bob").cookies.items())
    head = (
        f"POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 3000000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="files"; filename="half.wav"\r\n\r\n'
    )
    sweep(closed.home / "uploads", age=-1)
    with socket.create_connection(("127.0.0.1", closed.port)) as sock:
        sock.sendall(head.encode() + b"RIFF" * 200_000)
        waited = time.monotonic() + 10
        while not files_of(closed) and time.monotonic() < waited:
            time.sleep(0.1)
    left = files_of(closed)
    assert left, "Gradio leaves the half of it"
    sweep(closed.home / "uploads")
    assert files_of(closed) == left, "somebody may be at it"
    sweep(closed.home / "uploads", age=-1)
    assert files_of(closed) == []
    assert (closed.home / "uploads").is_dir()


def test_a_nearly_full_disk_takes_no_files_and_the_interviews_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    full = SimpleNamespace(free=900_000_000)
    monkeypatch.setattr("interviewer.web.guard.shutil.disk_usage", lambda _: full)
    client = TestClient(Guard(PlainTextResponse("the app")))
    assert client.post("/gradio_api/upload", content=b"x").status_code == 507
    assert client.post("/gradio_api/queue/join", content=b"x").status_code == 200


def test_health_needs_no_sign_in_and_says_what_serves(closed: App) -> None:
    assert httpx.get(f"{closed.url}healthz").text == "ok"
    ready = httpx.get(f"{closed.url}readyz")
    assert ready.json() == {"ready": True, "database": "ok", "models": "ok"}


def test_what_another_site_sends_and_what_is_too_large_is_refused(app: App) -> None:
    join = f"{app.url}gradio_api/queue/join"
    for site, code in (("cross-site", 403), ("same-site", 403)):
        assert httpx.post(join, content=b"{}", headers={"Sec-Fetch-Site": site}).status_code == code
    assert httpx.post(join, content=b"{}", headers={"Sec-Fetch-Site": "same-origin"}).status_code != 403
    for origin, code in (("http://127.0.0.1:9", 403), ("http://127.0.0.1", 403), ("http://127.0.0.1:many", 403)):
        assert httpx.post(join, content=b"{}", headers={"Origin": origin}).status_code == code, origin
    for origin in (app.url.rstrip("/"), "https://behind.a.proxy", "null"):  # a cookie of ours does not come from there
        assert httpx.post(join, content=b"{}", headers={"Origin": origin}).status_code != 403, origin
    no_port = {"Origin": "http://127.0.0.1:8080", "Host": "127.0.0.1"}  # many proxies leave the port out
    assert httpx.post(join, content=b"{}", headers=no_port).status_code != 403
    assert httpx.post(join, content=b"x" * (LARGEST_POST + 1)).status_code == 413
    assert httpx.post(join, content=iter([b"x"])).status_code == 411


@pytest.mark.parametrize(
    ("database", "models", "said"),
    [
        ("ok", "loading", {"database": "ok", "models": "loading"}),
        ("does not answer", "ok", None),
        ("hangs", "ok", None),
    ],
)
def test_not_ready_is_said_within_seconds(
    database: str, models: str, said: dict[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interviewer.web.guard._PATIENCE", 0.2)

    def ready() -> dict[str, str]:
        if database == "hangs":
            time.sleep(1)
        return {"database": database, "models": models}

    # Not asyncio.run: after a test with a browser this thread has a loop already.
    answer = TestClient(Guard(PlainTextResponse("the app"), ready=ready)).get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        **(said or {"database": "does not answer", **({} if database == "hangs" else {"models": "ok"})}),
    }


def test_a_database_that_is_gone_does_not_answer() -> None:
    pytest.importorskip("psycopg")
    assert Store("postgresql://ann@127.0.0.1:1/x").answers() is False
