"""Behind a real nginx: as it is installed, under a sub-path and with TLS; and ours before two apps that share
PostgreSQL and a Chroma server; one app dies, then Chroma does."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from interviewer.storage import database
from interviewer.storage.store import Store
from tests.knowledge.test_index_troubles import ChromaServer
from tests.nginx import serving_nginx
from tests.tools import nginx as nginx_found
from tests.web.conftest import PATIENCE, ROOT, App, free_port
from tests.web.test_room import say, start, talk

NGINX = nginx_found()
BOX = "#room-box textarea"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not NGINX, reason="!!! NO NGINX HERE: proxies were not tested (apt-get install nginx-light)"),
]
AS_INSTALLED = """
server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/fullchain.pem; ssl_certificate_key {folder}/privkey.pem;
    location /practice/ {{ proxy_pass http://127.0.0.1:{behind}/; }}
}}
"""


@pytest.fixture
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, int], Path]]:
    """Starts an nginx with these servers, and waits until it listens."""
    with ExitStack() as running:

        def start(servers: str, port: int) -> Path:
            folder = tmp_path_factory.mktemp("nginx")
            running.enter_context(serving_nginx(folder, servers, f"https://127.0.0.1:{port}/"))
            return folder

        yield start


@pytest.fixture
def come(browser: Any) -> Iterator[Callable[[str], Any]]:
    """A page at an https address whose certificate nobody signed."""
    context = browser.new_context(ignore_https_errors=True)

    def opened(url: str) -> Any:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(url)
        page.wait_for_selector("#setup-start")
        return page

    yield opened
    context.close()


def test_as_installed_under_a_sub_path_and_with_tls(
    app: App, nginx: Callable[[str, int], Path], come: Callable[[str], Any]
) -> None:
    port = free_port()
    nginx(AS_INSTALLED.format(port=port, behind=app.port, folder="{folder}"), port)
    outside: list[str] = []
    page = come(f"https://127.0.0.1:{port}/practice/")
    page.on("request", lambda request: outside.append(request.url))
    start(page)
    page.fill(BOX, "slowly now")
    page.press(BOX, "Enter")
    # The first word stands there long before the last: nothing keeps the words back.
    page.wait_for_function("() => /You have spoken/.test(document.querySelector('#room-chat').innerText)")
    early = page.inner_text("#room-chat")
    page.wait_for_function("() => /tenfold/.test(document.querySelector('#room-chat').innerText)")
    assert "tenfold" not in early
    page.reload()
    page.wait_for_selector("#room-chat .bot")
    assert "slowly now" in talk(page)
    page.goto(f"https://127.0.0.1:{port}/practice/nowhere")
    page.click("text=To the start page")
    page.wait_for_selector("#setup-start")
    wrong = [url for url in outside if not url.startswith((f"https://127.0.0.1:{port}/practice/", "blob:", "data:"))]
    assert not wrong
    assert httpx.get(f"https://127.0.0.1:{port}/practice/healthz", verify=False).text == "ok"


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[ChromaServer]:
    """A Chroma server that two apps share."""
    server = ChromaServer(tmp_path / "chroma")
    server.start()
    yield server
    server.stop()


def wait_until_stored(url: str, spoken: int) -> None:
    """Waits for that many turns of the interviewer's in the database's newest interview, each after one of the
    candidate's: words are shown before they are stored."""
    wanted, store, end = ["interviewer", *["candidate", "interviewer"] * (spoken - 1)], Store.open(url), 90
    newest = sa.select(database.interviews.c.id).order_by(database.interviews.c.created.desc()).limit(1)
    query = sa.select(database.turns.c.data).where(database.turns.c.interview == newest.scalar_subquery())
    for _ in range(5 * end):
        with database.reading(store.engine) as db:
            kept = db.execute(query.order_by(database.turns.c.number)).scalars().all()
        if (speakers := [json.loads(one)["speaker"] for one in kept]) == wanted:
            break
        time.sleep(0.2)
    store.close()
    assert speakers == wanted, "none lost, none twice"


@pytest.mark.timeout(900)
def test_two_apps_share_postgresql_and_chroma_behind_ours_and_one_is_killed_in_mid_interview(
    own_app: Callable[..., App],
    nginx: Callable[[str, int], Path],
    come: Callable[[str], Any],
    postgres: str,
    chroma: ChromaServer,
) -> None:
    servers = {"INTERVIEWER_DATABASE_URL": postgres, "INTERVIEWER_CHROMA_URL": chroma.url}
    apps = [own_app("app.py", **servers), own_app("app.py", **servers)]
    for app in apps:
        app.start()
    port = free_port()
    ours = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8").partition("server {\n    listen 80;")[0]
    for number, app in enumerate(apps, 1):
        ours = ours.replace(f"app-{number}:7860", f"127.0.0.1:{app.port}")
    ours = ours.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl").replace("/etc/nginx/tls", "{folder}")
    folder = nginx(ours, port)
    page = come(f"https://127.0.0.1:{port}/")
    start(page)
    say(page, "I would start with what the business wants from this, and whom a mistake costs what.", 2)
    wait_until_stored(postgres, 2)
    cookies = page.context.cookies()
    assert any(cookie["name"] == "interviewer-visit" for cookie in cookies)

    def asked() -> set[int]:
        lines = [line for line in (folder / "access.log").read_text().splitlines() if "/queue/" in line]
        return {app.port for app in apps if any(f"127.0.0.1:{app.port}" in line for line in lines)}

    (serving,) = [app for app in apps if app.port in asked()]
    serving.stop(signal.SIGKILL)  # the only one that this visit has asked
    said = "Labels come from the reviews, so they arrive about two weeks late."
    say(page, said, 3)
    wait_until_stored(postgres, 3)
    assert asked() == {app.port for app in apps}
    assert talk(page).count(said) == 1
    assert any(chroma.built() or time.sleep(0.5) for _ in range(60)), "what is looked up lies in the server"
    chroma.stop()
    say(page, "For the first model I take gradient boosted trees, since the features are tabular.", 4)
    assert [row for row in talk(page) if "not answer" in row or "wrong" in row] == []
    wait_until_stored(postgres, 4)
    assert httpx.get(f"https://127.0.0.1:{port}/readyz", verify=False).status_code == 404
