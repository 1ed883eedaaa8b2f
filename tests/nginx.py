"""A real nginx before the app, as Debian installs it."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.tools import nginx

# What Debian's nginx.conf says that matters here: bodies of 1 MB, gzip, buffering, no headers about the client.
HTTP = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 768; }}
http {{
    sendfile on; tcp_nopush on; include /etc/nginx/mime.types; default_type application/octet-stream; gzip on;
    log_format who "$request $upstream_addr"; access_log {folder}/access.log who;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {servers}
}}
"""


@contextmanager
def serving_nginx(folder: Path, servers: str, url: str) -> Iterator[None]:
    """An nginx with these servers that answers at the address; ``{folder}`` in them holds a certificate."""
    folder.chmod(0o755)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    file = folder / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""
    file.write_text(user + HTTP.format(folder=folder, servers=servers.replace("{folder}", str(folder))))
    command = [str(nginx()), "-c", str(file), "-e", str(folder / "error.log")]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True, timeout=30, check=False)
    assert tested.returncode == 0, tested.stderr
    process = subprocess.Popen(command)
    try:
        end = time.monotonic() + 10
        while True:
            try:
                httpx.get(url, verify=False)
                break
            except httpx.TransportError:
                assert time.monotonic() < end, (folder / "error.log").read_text()
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(10)
