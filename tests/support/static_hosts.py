"""Static hosts by their rules: each answers from a folder as the real one does."""

from __future__ import annotations

import json
import threading
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Rules:
    """What a host does.

    `prefix` is the path that a guide is published under. With `indexes`, a folder is answered with its index.html, and
    without its slash redirected; otherwise only the root is. `redirects` go before files.
    """

    prefix: str = ""
    indexes: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    redirects: Mapping[str, str] = field(default_factory=dict)


def netlify(guide: Path) -> Rules:
    """Return what netlify.toml and the published _redirects ask for."""
    rule, manifest = tomllib.loads((guide / "netlify.toml").read_text("utf-8"))["headers"]
    assert (rule["for"], manifest["for"]) == ("/*", "/manifest.webmanifest")
    assert manifest["values"] == {"Content-Type": "application/manifest+json"}
    lines = (guide / "site/_redirects").read_text("utf-8").splitlines()
    redirects = {start: target for start, target, _ in (line.split() for line in lines)}
    return Rules(headers=rule["values"], redirects=redirects)


def cloudfront(guide: Path) -> Rules:
    """Return what CloudFront does in front of S3 with the headers policy that `init` writes."""
    policy = json.loads((guide / "hosts/cloudfront-headers.json").read_text("utf-8"))
    security = policy["SecurityHeadersConfig"]
    headers = {item["Header"]: item["Value"] for item in policy["CustomHeadersConfig"]["Items"]}
    headers["Content-Security-Policy"] = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    headers["X-Content-Type-Options"] = "nosniff" if security["ContentTypeOptions"]["Override"] else ""
    return Rules(indexes=False, headers=headers)


@contextmanager
def hosted(site: Path, rules: Rules) -> Iterator[str]:
    """Serve a folder by the rules of a host; yield the address of the guide, which ends in a slash."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            inside = path.removeprefix(rules.prefix)
            if inside in rules.redirects:
                self._answer(301, b"", {"Location": rules.redirects[inside]})
                return
            file = site / unquote(inside).lstrip("/")
            if file.is_dir() and (rules.indexes or inside == "/"):
                if not path.endswith("/"):
                    self._answer(301, b"", {"Location": f"{path}/"})
                    return
                file /= "index.html"
            found = path.startswith(f"{rules.prefix}/") and file.is_file()
            kind = guess_type(file.name)[0] or "application/octet-stream" if found else "text/html"
            body = file.read_bytes() if found else (site / "404.html").read_bytes()
            self._answer(200 if found else 404, body, {"Content-Type": kind})

        def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {**rules.headers, **headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{rules.prefix}/"
        finally:
            server.shutdown()
            thread.join()
