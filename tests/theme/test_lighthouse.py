"""Lighthouse gives full marks to each kind of page on a phone, and the home page is small at first view."""

from __future__ import annotations

import gzip
import json
import mimetypes
import os
import shutil
import subprocess
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import CHROMIUM, PROJECT
from tests.theme.conftest import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIGHTHOUSE = PROJECT / "tests/browser/node_modules/lighthouse/cli/index.js"
MOST_BYTES = 150_000
"""What the first view of the home page may weigh."""
FLAGS = "--headless=new --no-sandbox --disable-gpu"


class _Host(BaseHTTPRequestHandler):
    """A plain host that gzips texts."""

    def __init__(self, root: Path, *args: Any) -> None:
        self._root = root
        super().__init__(*args)

    def do_GET(self) -> None:
        file = self._root / self.path.lstrip("/")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        data = file.read_bytes() if file.is_file() else b""
        self.send_response(200 if file.is_file() else 404)
        self.send_header("Content-Type", kind)
        if kind.startswith("text/") or kind in ("application/javascript", "image/svg+xml"):
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(demo: Path) -> Iterator[str]:
    """The address of the demo guide on a host."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Host, demo))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.long
@pytest.mark.parametrize("kind", ["home", "list", "place", "article", "walk", "map"])
def test_page_gets_full_marks(address: str, kind: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or CHROMIUM is None or not LIGHTHOUSE.is_file():
        pytest.skip("Node or Chromium is not installed, or npm ci has not run in tests/browser")
    report = tmp_path / "report.json"
    options = ["--quiet", f"--chrome-flags={FLAGS}", "--output=json", f"--output-path={report}"]
    command = [node, str(LIGHTHOUSE), address + KINDS[kind], *options]
    subprocess.run(command, check=True, capture_output=True, timeout=300, env={**os.environ, "CHROME_PATH": CHROMIUM})
    found = json.loads(report.read_text("utf-8"))
    marks = {name: category["score"] for name, category in found["categories"].items()}
    assert [marks[name] for name in ("accessibility", "best-practices", "seo")] == [1, 1, 1], marks
    assert found["audits"]["cumulative-layout-shift"]["numericValue"] == 0
    if kind == "home":
        assert found["audits"]["total-byte-weight"]["numericValue"] <= MOST_BYTES
