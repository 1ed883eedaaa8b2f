"""Drives the Firefox of the machine over WebDriver BiDi, which it speaks by itself; Playwright drives its own one only."""

import json
import os
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.web.conftest import free_port

# A microphone that hums, the answer "yes" to whoever asks for it, and nothing from the net.
PREFERENCES: dict[str, object] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.safebrowsing.enabled": False,
    "services.settings.server": "data:,",
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "remote.active-protocols": 1,
}


def firefox() -> str | None:
    """Where it is; another one can be named by ``FIREFOX``."""
    return os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")


class Firefox:
    """One window of a fresh profile."""

    def __init__(self, profile: Path):
        port = free_port()
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines))
        # A sound server of its own, where there is one: without any, Firefox opens no microphone, not even a false one.
        self._environment = {**os.environ, "PULSE_RUNTIME_PATH": str(profile / "sound")}
        sound = shutil.which("pulseaudio")
        serve = [str(sound), "-n", "--daemonize=no", "--exit-idle-time=-1", "--load=module-null-sink"]
        self._sound = self._begin([*serve, "--load=module-native-protocol-unix"]) if sound else None
        command = [str(firefox()), "--headless", "--no-remote", "--profile", str(profile)]
        self._process = self._begin([*command, "--remote-debugging-port", str(port)])
        self._held = ExitStack()
        end = time.monotonic() + 40
        while True:
            try:
                line = connect(f"ws://127.0.0.1:{port}/session", max_size=None, proxy=None)
                self._line = self._held.enter_context(line)
                break
            except (OSError, WebSocketException):
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
        self._asked = 0
        self.version = self.ask("session.new", capabilities={})["capabilities"]["browserVersion"]
        self._window = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def _begin(self, command: list[str]) -> "subprocess.Popen[bytes]":
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, stdout=quiet, stderr=quiet, env=self._environment)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its result."""
        self._asked += 1
        self._line.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:
            news = json.loads(self._line.recv(timeout=60))
            if news.get("id") == self._asked:
                assert news["type"] == "success", f"{method}: {news}"
                result: dict[str, Any] = news["result"]
                return result

    def goto(self, url: str) -> None:
        """Opens a page."""
        self.ask("browsingContext.navigate", context=self._window, url=url, wait="complete")

    def do(self, script: str) -> Any:
        """What a script in the page comes to, which may be a promise."""
        target = {"context": self._window}
        news = self.ask("script.evaluate", expression=f"(async () => JSON.stringify(await ({script})))()", target=target,
                        awaitPromise=True, userActivation=True)  # fmt: skip
        assert news["type"] == "success", news.get("exceptionDetails", {}).get("text")
        return json.loads(news["result"].get("value") or "null")

    def until(self, script: str, seconds: float = 40) -> Any:
        """Waits until a script in the page says something that counts."""
        end = time.monotonic() + seconds
        while not (found := self.do(script)):
            assert time.monotonic() < end, f"never: {script}\n{self.do('document.body.innerText')}"
            time.sleep(0.1)
        return found

    def press(self, selector: str) -> None:
        """Presses on what the selector finds first, as a hand does."""
        where = self.until(
            f"(() => {{ const at = document.querySelector({json.dumps(selector)}); if (!at || !at.offsetParent) return null;"
            " at.scrollIntoView({ block: 'center' }); const box = at.getBoundingClientRect();"
            " return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)]; })()"
        )
        moves = [{"type": "pointerMove", "x": where[0], "y": where[1]}]
        moves += [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]  # type: ignore[list-item]
        self.ask("input.performActions", context=self._window,
                 actions=[{"type": "pointer", "id": "mouse", "actions": moves}])  # fmt: skip

    def type(self, text: str) -> None:
        """Types; a line end is the Enter key."""
        keys = [
            {"type": kind, "value": "\ue007" if key == "\n" else key} for key in text for kind in ("keyDown", "keyUp")
        ]
        self.ask("input.performActions", context=self._window, actions=[{"type": "key", "id": "keys", "actions": keys}])

    def close(self) -> None:
        """Ends it."""
        self._held.close()
        for process in filter(None, (self._process, self._sound)):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
