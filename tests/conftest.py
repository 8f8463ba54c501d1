"""Shared by the tests: a small space in files, a guide over it, and the program run as a user runs it."""

from __future__ import annotations

import json
import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

from exporter.cli.commands import run
from exporter.core.encoding import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserType, Page

SEED = "HISTORIES_SEED"
"""The environment variable with the seed of the long random tests; it is printed so that a run can be repeated."""


def pytest_configure() -> None:
    """Choose a seed if none is given, which the processes of a parallel run inherit; tests have no time limit."""
    unchecked = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    settings.register_profile("untimed", deadline=None, suppress_health_check=unchecked)
    settings.load_profile("untimed")
    os.environ.setdefault(SEED, str(random.randrange(1 << 30)))


def pytest_report_header() -> str:
    """Return the line of the report that shows the seed."""
    return f"{SEED}={os.environ[SEED]} repeats the same histories and kills"


@pytest.fixture
def histories_seed() -> int:
    """The seed of this run."""
    print(f"{SEED}={os.environ[SEED]}")
    return int(os.environ[SEED])


PROJECT = Path(__file__).parent.parent
DEMO = PROJECT / "exporter/space/demo"
RECORDINGS = PROJECT.parent / "shared/recordings"
ACCESS_TOKEN = "CFPAT-a-very-secret-token-0123456789"
NO_RECORDINGS = "there is no recordings folder"


def link(kind: str, identifier: str) -> dict[str, Any]:
    """Make a Link."""
    return {"sys": {"type": "Link", "linkType": kind, "id": identifier}}


def entry(type_id: str, identifier: str, revision: int = 1, **fields: Any) -> dict[str, Any]:
    """Make an entry as the API delivers it; a field that is not a map of locales is given for en-US."""
    return {
        "metadata": {"tags": [], "concepts": []},
        "sys": {
            "type": "Entry",
            "id": identifier,
            "revision": revision,
            "publishedVersion": revision + 1,
            "createdAt": "2026-01-01T08:00:00.000Z",
            "updatedAt": f"2026-01-{revision % 28 + 1:02}T08:00:00.000Z",
            "space": link("Space", "small"),
            "environment": link("Environment", "master"),
            "contentType": link("ContentType", type_id),
        },
        "fields": {
            name: value if isinstance(value, dict) and set(value) <= LOCALES else {"en-US": value}
            for name, value in fields.items()
        },
    }


LOCALES = {"en-US", "de-DE", "ar"}


def asset(identifier: str, name: str, size: int, revision: int = 1, kind: str = "image/svg+xml") -> dict[str, Any]:
    """Make an asset as the API delivers it."""
    raw = entry("", identifier, revision, title=identifier)
    raw["sys"] |= {"type": "Asset"}
    del raw["sys"]["contentType"]
    url = f"//images.ctfassets.net/small/{identifier}/{revision:032x}/{name}"
    details = {"size": size, "image": {"width": 30, "height": 20}} if kind.startswith("image/") else {"size": size}
    raw["fields"]["file"] = {"en-US": {"url": url, "fileName": name, "contentType": kind, "details": details}}
    return raw


def content_type(identifier: str, *fields: tuple[str, str] | dict[str, Any], display: str = "title") -> dict[str, Any]:
    """Make a content type; a field is a localised (id, type) or a complete definition."""
    definitions = [
        field
        if isinstance(field, dict)
        else {"id": field[0], "name": field[0].title(), "type": field[1], "localized": True, "required": False}
        for field in fields
    ]
    return {
        "sys": {"type": "ContentType", "id": identifier, "revision": 1},
        "displayField": display,
        "name": identifier.title(),
        "description": "",
        "fields": definitions,
    }


def locale(code: str, fallback: str | None = None, *, default: bool = False) -> dict[str, Any]:
    """Make a locale."""
    values = {"code": code, "name": code, "default": default, "fallbackCode": fallback}
    return {**values, "sys": {"id": f"id-{code}", "type": "Locale", "version": 1}}


SLUG = {"id": "slug", "name": "Slug", "type": "Symbol", "localized": False, "required": True}
PLACE = content_type(
    "place",
    ("title", "Symbol"),
    SLUG,
    ("summary", "Symbol"),
    ("body", "Text"),
    {"id": "category", "name": "Category", "type": "Link", "linkType": "Entry", "localized": False},
    {"id": "picture", "name": "Picture", "type": "Link", "linkType": "Asset", "localized": False},
)
CATEGORY = content_type("category", ("title", "Symbol"), SLUG)
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 2"><path d="M0 0h3v2H0z"/></svg>'


@dataclass(frozen=True)
class SpaceFiles:
    """A space kept in files, for tests to edit."""

    root: Path

    def put(self, raw: dict[str, Any], *, file: bytes | None = None) -> None:
        """Publish an entry or an asset with its file."""
        kind = raw["sys"].get("contentType", {}).get("sys", {}).get("id")
        path = f"entries/{kind}/{raw['sys']['id']}.json" if kind else f"assets/{raw['sys']['id']}.json"
        self.write(path, canonical(raw))
        if file is not None:
            self.write(f"files/{raw['sys']['id']}/{raw['fields']['file']['en-US']['fileName']}", file)

    def write(self, path: str, data: bytes) -> None:
        """Write a file."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def remove(self, path: str) -> None:
        """Unpublish the item at a path."""
        (self.root / path).unlink()

    def put_model(self, *types: dict[str, Any], locales: list[dict[str, Any]]) -> None:
        """Set content types and locales."""
        shutil.rmtree(self.root / "model", ignore_errors=True)
        for definition in types:
            self.write(f"model/content_types/{definition['sys']['id']}.json", canonical(definition))
        self.write("model/locales.json", canonical({raw["code"]: raw for raw in locales}))


@pytest.fixture
def space(tmp_path: Path) -> SpaceFiles:
    """A space of two places, a category and a picture, in English and partly in German and Arabic."""
    made = SpaceFiles(tmp_path / "space")
    made.put_model(
        PLACE, CATEGORY, locales=[locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar", "en-US")]
    )
    made.put(entry("category", "sights", title={"en-US": "Sights", "de-DE": "Orte"}, slug="sights"))
    made.put(
        entry(
            "place",
            "castle",
            title={"en-US": "The castle", "de-DE": "Die Burg", "ar": "القلعة"},
            slug="castle",
            summary={"en-US": "On a hill.", "ar": "على تل."},
            body="It is **old**.\n\nSee [the mill](/place/mill/).",
            category=link("Entry", "sights"),
            picture=link("Asset", "pic"),
        )
    )
    made.put(entry("place", "mill", title="The mill", slug="mill", body="It turns.", category=link("Entry", "sights")))
    made.put(asset("pic", "castle.svg", len(PICTURE)), file=PICTURE)
    return made


@dataclass(frozen=True)
class Outcome:
    """The result of a run: exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass(frozen=True)
class Guide:
    """A guide's folder and the program to run in it."""

    root: Path
    call: Callable[..., Outcome]

    def run(self, *arguments: str) -> Outcome:
        """Run a command in the folder."""
        return self.call("-C", str(self.root), *arguments)

    def build(self, *arguments: str) -> dict[str, Any]:
        """Build, which must exit with 0, and return the report."""
        outcome = self.run("build", "--json", *arguments)
        assert outcome.code == 0, outcome
        return outcome.json

    def files(self, *tops: str) -> dict[str, bytes]:
        """Return all files under some of the guide's folders, by path."""
        found = {}
        for top in tops or ("content", "site", ".syncstate"):
            path = self.root / top
            for file in [path] if path.is_file() else sorted(child for child in path.rglob("*") if child.is_file()):
                found[file.relative_to(self.root).as_posix()] = file.read_bytes()
        return found

    def mtimes(self) -> dict[str, int]:
        """Return the modification time of every file and folder in nanoseconds, by path."""
        return {str(path.relative_to(self.root)): path.stat().st_mtime_ns for path in sorted(self.root.rglob("*"))}

    def page(self, url: str) -> str:
        """Return the HTML of a page."""
        return (self.root / "site" / url.strip("/") / "index.html").read_text("utf-8")


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """A function that runs the program with arguments."""

    def run_it(*arguments: str) -> Outcome:
        capfd.readouterr()
        code = run(list(arguments))
        captured = capfd.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run_it


@pytest.fixture
def guide(tmp_path: Path, space: SpaceFiles, call: Callable[..., Outcome]) -> Guide:
    """A guide over the small space."""
    root = tmp_path / "guide"
    root.mkdir()
    (root / "site.yaml").write_text(
        f"title: Small guide\noffline: false\nsearch: false\nsource: {{local: {space.root}}}\n", "utf-8"
    )
    return Guide(root, call)


@pytest.fixture
def remote(tmp_path: Path, call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Guide]:
    """A function that makes a guide over the space at a URL."""

    def make(url: str) -> Guide:
        monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", ACCESS_TOKEN)
        root = tmp_path / "guide"
        root.mkdir()
        (root / "site.yaml").write_text(
            f"title: Far\noffline: false\nsearch: false\nsource: {{space: far, url: '{url}'}}\n", "utf-8"
        )
        return Guide(root, call)

    return make


CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="session")
def chromium_type() -> Iterator[BrowserType]:
    """The launcher of Chromium; a process can have only one Playwright."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(chromium_type: BrowserType) -> Iterator[Browser]:
    """A running Chromium."""
    started = chromium_type.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield started
    started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on a phone; a request to any host and an error thrown by a script fail the test."""
    context = browser.new_context(viewport={"width": 390, "height": 800}, locale="en-US")
    opened = context.new_page()
    requested: list[str] = []
    thrown: list[str] = []
    context.on("request", lambda request: requested.append(request.url))
    opened.on("pageerror", lambda error: thrown.append(str(error)))
    opened.on("console", lambda message: thrown.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert [url for url in requested if urlsplit(url).scheme not in ("file", "data", "blob")] == []
    assert thrown == []


@pytest.fixture(autouse=True)
def _no_outer_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The tests do not see the environment variables of this machine."""
    for name in ("CONTENTFUL_ACCESS_TOKEN", "CONTENTFUL_PREVIEW_TOKEN", "CONTENTFUL_SPACE_ID", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
