"""A guide for the browser's tests, and what can be asked of the page that a device shows."""

from __future__ import annotations

import hashlib
import re
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import yaml
from markupsafe import Markup

import exporter
from tests.reader.browser.small_publisher import Guide, Publisher

if TYPE_CHECKING:
    from playwright.sync_api import Page

CLIENT = Path(exporter.__file__).parent / "reader/client"
THEME = Path(exporter.__file__).parent / "theme"
SCRIPTS = ("delta.js", "store.js", "install.js", "update.js", "page.js", "offline.css")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'"
)
BASE = """<!doctype html>
<html lang="{{ language.code }}">
<head>
<meta charset="utf-8">
<title>{% block title %}{{ site.title }}{% endblock %}</title>
<link rel="stylesheet" href="{{ 'style.css'|static }}">
<script src="{{ 'offline/page.js'|static }}" data-offline="{{ offline }}" defer></script>
{% block head %}{% endblock %}
</head>
<body>
<header><a href="{{ 'index.html'|static }}">{{ site.title }}</a></header>
{% block main %}{{ text }}{% endblock %}
<footer>FOOT <a href="{{ offline }}">offline</a></footer>
</body>
</html>
"""
SLOTS = 24


@cache
def words() -> dict[str, str]:
    """Return the theme's words in English."""
    texts: dict[str, str] = yaml.load((THEME / "words/en.yaml").read_text("utf-8"), yaml.CBaseLoader)
    return texts


@cache
def environment() -> jinja2.Environment:
    """Return an environment with the theme's page about reading offline above a plain base."""
    files = {"base.html": BASE, "page.html": '{% extends "base.html" %}'}
    files["offline.html"] = (THEME / "offline.html").read_text("utf-8")
    made = jinja2.Environment(loader=jinja2.DictLoader(files), autoescape=True)
    made.filters["static"] = jinja2.pass_context(lambda context, name: context["up"] + name)
    return made


def render(template: str, path: str, code: str, codes: tuple[str, ...], text: str = "") -> bytes:
    """Render one page of the test's guide."""
    up = "../" * path.count("/")
    prefix = "" if code == codes[0] else f"{code}/"
    alternates = [
        {
            "language": {"code": language, "folder": language, "name": language, "direction": "ltr"},
            "current": language == code,
        }
        for language in codes
    ]
    values: dict[str, Any] = {"site": {"title": "Small guide"}, "language": {"code": code}, "alternates": alternates}
    values |= {
        "word": words().__getitem__,
        "word_lang": lambda _name, **_options: "",
        "up": up,
        "offline": f"{up}{prefix}offline/index.html",
        "text": Markup(text),
    }
    return environment().get_template(template).render(**values).encode()


def guide(
    places: int = 12,
    code: str = "en-US",
    codes: tuple[str, ...] = ("en-US",),
    epoch: str = "e" * 16,
    stall: int = 20000,
) -> Guide:
    """Return a guide of some places; lines that all pages share are slots, the reader's own files are records.

    `stall` are the milliseconds after which a device takes a connection for dead.
    """
    prefix = "" if code == codes[0] else f"{code}/"
    pages = {f"{prefix}offline/index.html": render("offline.html", f"{prefix}offline/index.html", code, codes)}
    for name, text in texts(places).items():
        pages[prefix + name] = render("page.html", prefix + name, code, codes, text)
    lines = [line + b"\n" for line in pages[f"{prefix}place/place-0/index.html"].split(b"\n")]
    slots = [line for line in lines if b"place 0" not in line and len(line) > 3][:SLOTS]
    records = {path: in_slots(page, slots) for path, page in pages.items()}
    records |= {f"offline/{name}": (CLIENT / name).read_bytes() for name in SCRIPTS}
    patient = b"STALL = 20000,"
    assert patient in records["offline/install.js"]
    records["offline/install.js"] = records["offline/install.js"].replace(patient, b"STALL = %d," % stall)
    records["style.css"] = b"body { margin: 1rem }\n"
    files = {
        "files/castle.webp": hashlib.shake_256(b"castle").digest(3000),
        "files/mill.webp": hashlib.shake_256(b"mill").digest(5000),
    }
    return Guide(tuple(slots), records, files, code, epoch, prefix)


def texts(places: int) -> dict[str, str]:
    """Return the contents of the pages by path."""
    links = "".join(f'<li><a href="place-{i}/index.html">place {i}</a></li>\n' for i in range(places))
    made = {
        f"place/place-{i}/index.html": f"<h1>The place {i} &amp; all</h1>\n<p>{story(i)}</p>\n" for i in range(places)
    }
    return {
        **made,
        "place/index.html": f"<h1>Places</h1><ul>{links}</ul>",
        "index.html": "<h1>Home</h1>",
        "404.html": "<h1>Not here</h1>",
    }


def story(number: int) -> str:
    """Return words that do not repeat from page to page."""
    digest = hashlib.shake_256(str(number).encode()).hexdigest(400)
    return f"A story of place {number}: " + " ".join(digest[i : i + 5] for i in range(0, 800, 5))


def in_slots(page: bytes, slots: list[bytes]) -> bytes:
    """Return the record of a page whose lines stand in slots where they can."""
    numbers = {text: bytes([0xF5, n]) for n, text in reversed(list(enumerate(slots)))}
    *lines, last = page.split(b"\n")
    return b"".join(numbers.get(line + b"\n", line + b"\n") for line in lines) + last


def site(root: Path, *states: Guide) -> Publisher:
    """Publish a guide into a folder, with its worker."""
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(CLIENT / "sw.js", root / "sw.js")
    publisher = Publisher(root)
    for state in states:
        publisher.publish(state)
    return publisher


def wait_for(page: Page, state: str, token: str = "", seconds: float = 20) -> None:
    """Wait until the page says that the device is in a state, reading a token."""
    test = """([state, token]) => {
        const {guide, guideToken} = document.documentElement.dataset;
        return guide === state && (!token || guideToken === token);
    }"""
    page.wait_for_function(test, arg=[state, token], timeout=seconds * 1000)


def act(page: Page, name: str) -> None:
    """Click what does a thing, seen or not."""
    page.locator(f"[data-guide-action={name}]").first.dispatch_event("click")


def shas(root: Path, prefix: str = "") -> dict[str, str]:
    """Return the SHA-256 of the files of a site that a device answers with: of a picture, one variant for all."""
    files = {file.relative_to(root).as_posix(): file for file in root.rglob("*") if file.is_file()}
    kept = {path: re.sub(r"^(pictures/[0-9a-f]{16})-.*", r"\1.webp", path) for path in files}
    return {
        path: hashlib.sha256(files.get(kept[path], file).read_bytes()).hexdigest()
        for path, file in files.items()
        if path != "sw.js" and not path.startswith("updates/") and path.startswith(prefix)
    }


READ = """async paths => Object.fromEntries(await Promise.all(paths.map(async ([path, url]) => {
    const answer = await fetch(url).catch(() => null);
    if (!answer || !answer.ok) return [path, answer ? "status " + answer.status : "no answer"];
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.arrayBuffer()));
    return [path, [...hash].map(byte => byte.toString(16).padStart(2, "0")).join("")];
})))"""


def answered(page: Page, url: str, paths: list[str]) -> dict[str, str]:
    """Return the SHA-256 of what the device answers at some paths."""
    found: dict[str, str] = page.evaluate(READ, [[path, url + path] for path in paths])
    return found
