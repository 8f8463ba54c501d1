"""Firefox and WebKit with one interface: open a page, run the body of an async function in it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
BROWSER = "webkit2gtk-4.1/MiniBrowser"


class Engine(Protocol):
    """A tab of a browser."""

    def goto(self, url: str) -> None:
        """Open a page."""

    def run(self, body: str) -> Any:
        """Run the body of an async function in the page; return what it returns."""


@dataclass
class Firefox:
    """Firefox through puppeteer-core."""

    process: subprocess.Popen[str]

    def goto(self, url: str) -> None:
        self.ask(goto=url)

    def run(self, body: str) -> Any:
        return self.ask(run=body)

    def ask(self, **command: str) -> Any:
        """Send one command and read its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        return answer.get("value")


@dataclass
class WebKit:
    """MiniBrowser through WebDriver."""

    session: str

    def goto(self, url: str) -> None:
        call("POST", self.session + "/url", {"url": url})

    def run(self, body: str) -> Any:
        script = (
            "const back = arguments[arguments.length - 1]; (async () => {"
            + body
            + "})().then(back, error => back('ERROR ' + error))"
        )
        value = call("POST", self.session + "/execute/async", {"script": script, "args": []})
        assert not str(value).startswith("ERROR "), value
        return value


def call(method: str, url: str, body: dict[str, Any] | None = None) -> Any:
    """Send a WebDriver command and return its value."""
    data = json.dumps(body or {}).encode() if method == "POST" else None
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=100) as answer:
        return json.load(answer)["value"]


@contextlib.contextmanager
def firefox(mode: str = "") -> Iterator[Engine]:
    """Run Firefox, as packaged by Debian, while the block runs; `private` as a mode keeps nothing."""
    if shutil.which("firefox-esr") is None or not (HERE / "node_modules").is_dir():
        pytest.skip("Firefox is not installed, or npm ci has not run in tests/reader/browser")
    command = ["node", str(HERE / "firefox.mjs"), str(shutil.which("firefox-esr")), mode]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:  # leaving the block closes both ends and waits
        yield Firefox(process)


@contextlib.contextmanager
def webkit() -> Iterator[Engine]:
    """Run WebKitGTK's MiniBrowser on a virtual screen of its own while the block runs."""
    if shutil.which("WebKitWebDriver") is None or shutil.which("Xvfb") is None:
        pytest.skip("WebKit's driver or Xvfb is not installed")
    screen, port = f":{free_port() % 9000 + 100}", free_port()
    shown = subprocess.Popen(["Xvfb", screen, "-screen", "0", "1024x900x24"])
    settings = {"DISPLAY": screen, "WEBKIT_DISABLE_COMPOSITING_MODE": "1", "LIBGL_ALWAYS_SOFTWARE": "1"}
    driver = subprocess.Popen(["WebKitWebDriver", f"--port={port}"], env=os.environ | settings)
    root = f"http://127.0.0.1:{port}"
    try:
        wait_for_port(port)
        options = {"binary": str(next(Path("/usr/lib").glob("*/" + BROWSER))), "args": ["--automation"]}
        match = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        session = f"{root}/session/" + call("POST", f"{root}/session", match)["sessionId"]
        call("POST", session + "/timeouts", {"script": 60000, "pageLoad": 60000})
        yield WebKit(session)
        call("DELETE", session)
    finally:
        for process in (driver, shown):
            process.terminate()
            process.wait(20)


def free_port() -> int:
    """Return an unused port."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        return int(made.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Wait until a process listens on a port."""
    for _ in range(100):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens on {port}")
