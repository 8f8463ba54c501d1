"""Some 170 ways to get it wrong, each through the command line: exit code, code, and what the message says.

A row is: what is wrong, how it comes about, the command, the exit code, the code, and parts of the message: what it is
about (a file, a key, an item) and what to do.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import ACCESS_TOKEN, PICTURE, PLACE, PROJECT, SLUG, Guide, asset, content_type, entry, link, locale
from tests.support.stub import Reply, error, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Outcome, SpaceFiles

SCHEMA = Draft202012Validator(json.loads((PROJECT / "exporter/report.schema.json").read_text("utf-8")))


@dataclass
class World:
    """Where a mistake is made: a guide over a small space, and what is undone afterwards."""

    guide: Guide
    space: SpaceFiles
    patch: pytest.MonkeyPatch
    held: ExitStack
    values: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.guide.root

    def write(self, path: str, data: str | bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)


def nothing(_world: World) -> None:
    """Do nothing: the command line itself is wrong."""


def file(path: str, data: str | bytes) -> Callable[[World], None]:
    return lambda world: world.write(path, data)


def site(text: str, *, source: str = "") -> Callable[[World], None]:
    """Add keys to site.yaml."""
    return lambda world: world.write(
        "site.yaml", f"title: T\n{source or f'source: {{local: {world.space.root}}}'}\n{text}"
    )


def far(reply: Callable[[Any], Reply] | None = None, **environment: str) -> Callable[[World], None]:
    """Take a space at a host that answers with some reply; without one nothing listens there."""

    def make(world: World) -> None:
        url = world.held.enter_context(serve(reply)).url if reply is not None else "http://127.0.0.1:9"
        world.write("site.yaml", f"title: T\nsource: {{space: far, url: '{url}'}}\n")
        for name, value in {"CONTENTFUL_ACCESS_TOKEN": ACCESS_TOKEN, **environment}.items():
            world.patch.setenv(name, value)

    return make


def always(reply: Reply) -> Callable[[Any], Reply]:
    return lambda _request: reply


def space_of(*items: Any, files: Reply | None = None) -> Callable[[Any], Reply]:
    """Answer as a space with some items."""

    def script(request: Any) -> Reply:
        if request.last == "sync":
            return page(*items, token="s")
        if files is not None and request.path.endswith(".svg"):
            return files
        return listing(*([locale("en-US", default=True)] if request.last == "locales" else []))

    return script


def far_space(text: str, **environment: str) -> Callable[[World], None]:
    """Take a space at Contentful, which is not asked."""

    def make(world: World) -> None:
        world.write("site.yaml", f"title: T\nsource: {text}\n")
        for name, value in environment.items():
            world.patch.setenv(name, value)

    return make


def built(then: Callable[[World], Any]) -> Callable[[World], None]:
    """Build the guide, and then do something to it."""

    def make(world: World) -> None:
        world.guide.build("-j", "1")
        then(world)

    return make


def template(name: str, text: str | bytes) -> Callable[[World], None]:
    return built(file(f"templates/{name}", text))


def content(path: str, data: str) -> Callable[[World], None]:
    return built(file(f"content/{path}", data))


def emptied(world: World) -> None:
    shutil.rmtree(world.space.root / "entries")
    shutil.rmtree(world.space.root / "assets")
    (world.root / ".syncstate").unlink()


def foreign_site(world: World) -> None:
    world.write("site/mine.html", "mine")


def linked_content(world: World) -> None:
    (world.root / "content").rename(world.root / "elsewhere")
    (world.root / "content").symlink_to(world.root / "elsewhere")
    shutil.move(world.root / "elsewhere/assets", world.root / "moved")
    (world.root / "elsewhere/assets").symlink_to(world.root / "moved")


def full_disk(world: World) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(world.root / "site/index.html"))

    world.space.put(entry("place", "gate", title="Gate", slug="gate"))
    world.patch.setattr(os, "replace", refuse)


def no_name(world: World) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    far_space("{space: far, url: 'https://cdn.contentful.invalid'}", CONTENTFUL_ACCESS_TOKEN=ACCESS_TOKEN)(world)
    world.patch.setattr(socket, "getaddrinfo", refuse)


def offered(world: World) -> None:
    site("")(world)


def locked(world: World) -> None:
    code = (
        "import sys; from pathlib import Path; from exporter.core.files import exclusive_lock\n"
        "with exclusive_lock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(world.root / ".export/lock")]
    other = world.held.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
    assert other.stdout is not None
    assert other.stdout.readline() == b"held\n"
    world.held.callback(other.kill)
    world.values["HOLDER"] = str(other.pid)


def taken_port(world: World) -> None:
    listening = world.held.enter_context(socket.socket())
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    world.values["PORT"] = str(listening.getsockname()[1])


def renamed(new: str) -> Callable[[World], Any]:
    return lambda world: (world.root / "site.yaml").rename(world.root / new)


def both(*ways: Callable[[World], Any]) -> Callable[[World], None]:
    def make(world: World) -> None:
        for way in ways:
            way(world)

    return make


def a_folder(path: str) -> Callable[[World], None]:
    def make(world: World) -> None:
        (world.root / path).unlink(missing_ok=True)
        (world.root / path).mkdir(parents=True)

    return make


def required(world: World) -> None:
    world.space.put_model(
        PLACE, content_type("category", ("title", "Symbol"), SLUG), locales=[locale("en-US", default=True)]
    )
    world.space.put(entry("place", "gate", title="Gate"))
    world.guide.build("-j", "1")


def dangling(world: World) -> None:
    world.space.put(entry("place", "gate", title="Gate", slug="gate", category=link("Entry", "gone")))
    world.guide.build("-j", "1")


class Mistake(NamedTuple):
    """A row of the table."""

    name: str
    make: Callable[[World], Any]
    command: str
    exit: int
    code: str
    says: tuple[str, ...]


PICTURED = asset("pic", "a.svg", len(PICTURE))
ELSEWHERE = asset("pic", "a.svg", len(PICTURE))
ELSEWHERE["fields"]["file"]["en-US"]["url"] = "//files.example.org/a.svg"

# fmt: off
FILES = [
    Mistake("no site.yaml", lambda world: (world.root / "site.yaml").unlink(), "build", 2, "config-missing", ("site.yaml", "exporter init")),
    Mistake("site.yml", renamed("site.yml"), "build", 2, "config-missing", ("site.yml lies there", "rename it to site.yaml")),
    Mistake("no such folder", nothing, "-C ROOT/nowhere build", 2, "config-missing", ("there is no folder ROOT/nowhere", "-C")),
    Mistake("folder of another system", nothing, "-C C:\\guides\\lisbon build", 2, "config-missing", ("C:\\guides\\lisbon", "joined by / here")),
    Mistake("-C names a file", nothing, "-C ROOT/site.yaml build", 2, "config-unreadable", ("ROOT/site.yaml is a file", "-C")),
    Mistake("--config of nothing", nothing, "build --config other.yaml", 2, "config-missing", ("other.yaml", "--config")),
    Mistake("site.yaml is a folder", a_folder("site.yaml"), "build", 2, "config-unreadable", ("site.yaml is a folder", "move it away")),
    Mistake("Latin-1", file("site.yaml", "title: T\ndescription: Café\n".encode("latin-1")), "build", 2, "config-unreadable", ("site.yaml:2:", "save the file as UTF-8")),
    Mistake("empty file", file("site.yaml", ""), "build", 2, "config-invalid", ("title: is missing", "title: My guide", "source: {local: demo}")),
    Mistake("a list", file("site.yaml", "- title\n"), "build", 2, "config-invalid", ("expected keys like title and source", "a list")),
    Mistake("a tab", file("site.yaml", "title: T\n\tsource: x\n"), "build", 2, "config-yaml", ("site.yaml:2:", "indent with spaces")),
    Mistake("open quote", file("site.yaml", 'title: "T\nsource: {local: demo}\n'), "build", 2, "config-yaml", ("site.yaml:1:", "quote that opens here is probably not closed")),
    Mistake("quote is closed by the next one", file("site.yaml", 'title: "T\ndescription: "A text"\nsource: {local: demo}\n'), "build", 2, "config-yaml", ("site.yaml:1:", "quote that opens here")),
    Mistake("open quote far above", file("site.yaml", "source: {local: 'demo}\ntitle: T\n# it's\npages: {place: {url: '/p/{slug}/'}}\n"), "build", 2, "config-yaml", ("site.yaml:1:", "quote that opens here")),
    Mistake("colon in a text", file("site.yaml", "title: Lisbon: a guide\n"), "build", 2, "config-yaml", ("site.yaml:1:", "in quotes")),
    Mistake("two documents", file("site.yaml", "title: T\n---\ntitle: T\n"), "build", 2, "config-yaml", ("site.yaml", "---")),
    Mistake("open bracket", site("locales: [en-US\n"), "build", 2, "config-yaml", ("site.yaml:", "close the bracket")),
    Mistake("key twice", site("title: U\n"), "build", 2, "config-invalid", ("site.yaml:3: title", "keep one of the two")),
    Mistake(".env is no text", both(far_space("{space: far}"), file(".env", b"A=1\nB=\xff\n")), "sync", 2, "env-unreadable", (".env:2:", "UTF-8")),
    Mistake(".env is a folder", both(far_space("{space: far}"), a_folder(".env")), "sync", 2, "env-unreadable", (".env is a folder", "move it away")),
]
KEYS = [
    Mistake("key at the top", site("descripton: x\n"), "build", 2, "config-invalid", ("site.yaml:3:", "descripton", "did you mean description?")),
    Mistake("key of theme", site("theme: {akcent: x}\n"), "build", 2, "config-invalid", ("theme.akcent", "did you mean accent?")),
    Mistake("key in other letters", site("", source="source: {Local: demo}"), "build", 2, "config-invalid", ("source.Local", "did you mean local?")),
    Mistake("key of pages", site("pages: {place: {ulr: /a/}}\n"), "build", 2, "config-invalid", ("pages.place.ulr", "did you mean url?")),
    Mistake("key of lists", site("lists: {news: {type: place, per_pages: 3}}\n"), "build", 2, "config-invalid", ("lists.news.per_pages", "did you mean per_page?")),
    Mistake("key that is like none", site("theme: {qqq: x}\n"), "build", 2, "config-invalid", ("theme.qqq", "allowed are name, accent, logo")),
    Mistake("two sources", site("", source="source: {local: demo, space: x}"), "build", 2, "config-invalid", ("source", "either local", "or space")),
]
VALUES = [
    Mistake("source is a text", site("", source="source: demo"), "build", 2, "config-invalid", ("source", "{local: demo}")),
    Mistake("limit is a word", site("", source="source: {local: demo, limit: all}"), "build", 2, "config-invalid", ("source.limit", "a whole number", "'all'")),
    Mistake("token in the clear", far_space("{space: x, url: 'http://cdn.contentful.com'}"), "sync", 2, "config-invalid", ("source.url", "https")),
    Mistake("variable is not set", far_space("{space: '${CONTENTFUL_SPACE_ID}'}"), "sync", 2, "config-invalid", ("source.space", "CONTENTFUL_SPACE_ID", "set it before the run")),
    Mistake("space is an address", far_space("{space: 'https://app.contentful.com/spaces/x'}"), "sync", 2, "config-invalid", ("source.space", "an id alone")),
    Mistake("base_url without a scheme", site("base_url: guide.example.org\n"), "build", 2, "config-invalid", ("base_url", "https://guide.example.org/lisbon/")),
    Mistake("locales is no list", site("locales: de-DE\n"), "build", 2, "config-invalid", ("locales", "[en-US, de-DE]")),
    Mistake("locale that is nearly one", site("locales: [de]\n"), "build", 2, "config-invalid", ("site.yaml:3: locales", "did you mean de-DE?")),
    Mistake("assets", site("content: {assets: donwload}\n"), "build", 2, "config-invalid", ("content.assets", "did you mean download?")),
    Mistake("colour by name", site("theme: {accent: green}\n"), "build", 2, "config-invalid", ("theme.accent", '"#0b6e4f"', "'green'")),
    Mistake("colour as a comment", site("theme:\n  accent: #0b6e4f\n"), "build", 2, "config-invalid", ("theme.accent", "comment", "in quotes")),
    Mistake("code of check", site("check: {link-ded: off}\n"), "build", 2, "config-invalid", ("check.link-ded", "did you mean link-dead?")),
    Mistake("severity", site("check: {link-dead: warn}\n"), "build", 2, "config-invalid", ("check.link-dead", "did you mean warning?")),
    Mistake("host", site("host: netlfy\n"), "build", 2, "config-invalid", ("host", "did you mean netlify?")),
    Mistake("content type of pages", site("pages: {plaec: {}}\n"), "build", 2, "config-invalid", ("plaec", "did you mean place?")),
    Mistake("field of an address", site("pages: {place: {url: '/{slgu}/'}}\n"), "build", 2, "config-invalid", ("pages.place.url", "did you mean slug?")),
    Mistake("address without slashes", site("pages: {place: {url: 'places/{slug}'}}\n"), "build", 2, "config-invalid", ("pages.place.url", "/places/{slug}/")),
    Mistake("address of the guide's own", site("lists: {a: {type: place, url: /search/}}\n"), "build", 2, "config-invalid", ("lists.a.url", "another url")),
    Mistake("content type of a list", site("lists: {a: {type: plac}}\n"), "build", 2, "config-invalid", ("lists.a.type", "did you mean place?")),
    Mistake("order of a list", site("lists: {a: {type: place, sort: -titel}}\n"), "build", 2, "config-invalid", ("lists.a.sort", "titel", "did you mean title?")),
    Mistake("only what is not there", site("", source="source: {local: demo, only: [plce]}"), "build", 2, "config-invalid", ("source.only", "did you mean place?")),
    Mistake("search for nothing", site("", source="source: {local: demo, search: {}}"), "build", 2, "config-invalid", ("source.search", "newer_than")),
    Mistake("logo is not there", site("theme: {logo: logo.svg}\n"), "build", 2, "config-invalid", ("theme.logo", "templates/static/logo.svg", "put the file there")),
    Mistake("template of pages", site("pages: {place: {template: plase.html}, category: {}}\n"), "build", 1, "page-failed", ("there is no template plase.html", "templates/plase.html")),
]
SPACES = [
    Mistake("no such file", site("", source="source: {local: export.json}"), "build", 2, "space-missing", ("export.json", "contentful space export")),
    Mistake("path of another system", site("", source="source: {local: 'C:\\spaces\\lisbon'}"), "build", 2, "space-missing", ("C:\\spaces\\lisbon", "joined by / here")),
    Mistake("backslashes in double quotes", site("", source='source: {local: "C:\\spaces"}'), "build", 2, "config-yaml", ("site.yaml:2:", "single quotes")),
    Mistake("export is cut off", both(site("", source="source: {local: e.json}"), file("e.json", '{"entries": [')), "build", 2, "space-broken", ("e.json:1: not JSON", "export the space again")),
    Mistake("JSON of something else", both(site("", source="source: {local: e.json}"), file("e.json", '{"a": 1}')), "build", 2, "space-broken", ("e.json is not an export", "entries, assets and contentTypes")),
    Mistake("folder of something else", site("", source="source: {local: .}"), "build", 2, "space-missing", ("holds no entries/", "expected a mirror")),
    Mistake("file of the space is broken", lambda world: world.space.write("model/locales.json", b"{"), "build --deadline 1", 3, "refused", ("locales.json:1: not JSON", "restore it")),
]
CREDENTIALS = [
    Mistake("no token", far_space("{space: far}"), "sync", 2, "token-missing", ("CONTENTFUL_ACCESS_TOKEN", ".env", "Settings, API keys")),
    Mistake("token without a value", both(far_space("{space: far}"), file(".env", "CONTENTFUL_ACCESS_TOKEN=\n")), "sync", 2, "token-missing", (".env:1:", "behind the =")),
    Mistake("name of the token", both(far_space("{space: far}"), file(".env", "CONTENTFUL_ACESS_TOKEN=x\n")), "sync", 2, "token-missing", (".env:1:", "did you mean CONTENTFUL_ACCESS_TOKEN?")),
    Mistake("colon in .env", both(far_space("{space: far}"), file(".env", "CONTENTFUL_ACCESS_TOKEN: x\n")), "sync", 2, "env-invalid", (".env:1:", "CONTENTFUL_ACCESS_TOKEN=value")),
    Mistake("token in quotes", far_space("{space: far}", CONTENTFUL_ACCESS_TOKEN='"abcdefgh"'), "sync", 2, "token-invalid", ("CONTENTFUL_ACCESS_TOKEN", "copy the token again")),
    Mistake("token as space", far_space(f"{{space: {ACCESS_TOKEN}}}", CONTENTFUL_ACCESS_TOKEN=ACCESS_TOKEN), "sync", 2, "config-invalid", ("source.space", "put the id of the space here")),
    Mistake("token of another space", far(always(error(401, "AccessTokenInvalid")), CONTENTFUL_ACCESS_TOKEN="delivery-token"), "sync", 3, "unauthorized", ("space far", "check CONTENTFUL_ACCESS_TOKEN")),
    Mistake("management token", far(always(error(401, "AccessTokenInvalid"))), "sync", 3, "unauthorized", ("CONTENTFUL_ACCESS_TOKEN", "Content Management API")),
    Mistake("token that may not", far(always(error(403, "AccessDenied"))), "sync", 3, "forbidden", ("CONTENTFUL_ACCESS_TOKEN may read",)),
    Mistake("no such space", far(always(error(404, "NotFound", details={"sys": {"type": "Space"}}))), "sync", 3, "not-found", ("space far", "check source.space")),
    Mistake("no such environment", far(always(error(404, "NotFound", details={"type": "Environment"}))), "sync", 3, "not-found", ("environment master", "source.environment")),
    Mistake("preview of a local space", nothing, "serve --preview --port 0", 2, "preview-impossible", ("a local space has no drafts", "source.space")),
    Mistake("preview without its token", far_space("{space: far}", CONTENTFUL_ACCESS_TOKEN=ACCESS_TOKEN), "serve --preview --port 0", 2, "token-missing", ("set CONTENTFUL_PREVIEW_TOKEN",)),
    Mistake("webhooks without a secret", nothing, "watch --listen 0", 2, "secret-missing", ("--listen", "set EXPORTER_WEBHOOK_SECRET")),
]
NETWORK = [
    Mistake("nothing listens", far(), "sync", 3, "unreachable", ("127.0.0.1:9", "check source.url")),
    Mistake("no such host", no_name, "sync --deadline 1", 3, "unreachable", ("cdn.contentful.invalid", "check source.url and the network")),
    Mistake("dead proxy", far_space("{space: far}", CONTENTFUL_ACCESS_TOKEN=ACCESS_TOKEN, HTTPS_PROXY="http://127.0.0.1:9"), "sync --deadline 1", 3, "unreachable", ("cdn.contentful.com", "check HTTPS_PROXY")),
    Mistake("too many requests", far(always(error(429, "RateLimitExceeded"))), "sync --deadline 1", 3, "rate-limit", ("too many requests (429)", "run again")),
    Mistake("service has trouble", far(always(Reply(b"busy", 503))), "sync --deadline 1", 3, "refused", ("answered 503", "run again later")),
    Mistake("a login page", far(always(Reply(b"<html>", 200))), "sync --deadline 1", 3, "malformed", ("no JSON", "run again later")),
    Mistake("a redirect", far(always(Reply({}, 302, {"Location": "http://127.0.0.1:9/"}))), "sync", 3, "redirected", ("redirects elsewhere (302)", "check source.url")),
    Mistake("file that is gone", far(space_of(PICTURED, files=error(404, "NotFound"))), "sync", 3, "asset-status", ("asset pic", "404", "the next sync asks for it again")),
    Mistake("file at another host", far(space_of(ELSEWHERE)), "sync", 3, "asset-host", ("asset pic", "files.example.org", "not Contentful's")),
    Mistake("published guide cannot be reached", offered, "build --previous http://127.0.0.1:9/", 3, "previous-unreadable", ("127.0.0.1:9", "leave --previous out")),
    Mistake("item that never comes", nothing, "sync --wait-for nobody --wait-limit 0", 3, "wait-limit", ("entry:nobody", "raise --wait-limit")),
]
CONTENT = [
    Mistake("nothing synced yet", nothing, "render", 4, "mirror-missing", ("content holds no mirror", "run sync (or build) first")),
    Mistake("nothing to check yet", nothing, "check", 4, "mirror-missing", ("run sync (or build) first",)),
    Mistake("empty space", built(emptied), "sync", 4, "space-empty", ("4 items", "source.space", "--allow-empty")),
    Mistake("half an item", content("entries/place/mill.json", "{"), "render", 4, "mirror-broken", ("content/entries/place/mill.json:1: not JSON", "sync --full")),
    Mistake("merge is not finished", content("entries/place/mill.json", "<<<<<<< HEAD\n{}\n"), "render", 4, "mirror-broken", ("place/mill.json", "merge is not finished", "sync --full")),
    Mistake("model is broken", content("model/locales.json", "[]"), "render", 4, "mirror-broken", ("content/model", "sync --full")),
    Mistake("addresses are broken", content("moved.json", "{"), "render", 4, "mirror-broken", ("content/moved.json:1: not JSON", "restore it")),
    Mistake(".syncstate is broken", built(file(".syncstate", "x")), "sync", 4, "state-broken", (".syncstate", "delete it for a full sync")),
    Mistake("edited by hand", content("entries/place/mill.json", "{}"), "status", 1, "", ()),
    Mistake("required field is empty", required, "check", 1, "required-missing", ("entry:gate", "Slug", "fill it in")),
    Mistake("link to nothing", dangling, "check --strict", 1, "link-unresolved", ("entry:gate", "category", "publish it, or remove the link")),
]
TEMPLATES = [
    Mistake("filter", template("place.html", "{{ entry.title | dat }}"), "render", 1, "page-failed", ("templates/place.html:1:", "'dat'", "did you mean date?")),
    Mistake("filter like none", template("place.html", "{{ entry.title | qqqq }}"), "render", 1, "page-failed", ("'qqqq'", "beside Jinja's own there are", "date")),
    Mistake("test", template("place.html", "{{ entry is defind }}"), "render", 1, "page-failed", ("'defind'", "did you mean defined?")),
    Mistake("template above", template("place.html", '{% extends "thme/entry.html" %}'), "render", 1, "page-failed", ("thme/entry.html", "did you mean theme/entry.html?")),
    Mistake("template included", template("place.html", 'a\n{% include "qqqq.html" %}'), "render", 1, "page-failed", ("templates/place.html:2:", "put it at templates/qqqq.html")),
    Mistake("tag is not closed", template("place.html", "{% if entry %}\nx"), "render", 1, "page-failed", ("templates/place.html:2:", "'endif'")),
    Mistake("tag", template("place.html", "{% fro x in y %}"), "render", 1, "page-failed", ("templates/place.html:1:", "unknown tag 'fro'")),
    Mistake("function", template("place.html", "{{ wrod('older') }}"), "render", 1, "page-failed", ("'wrod'", "did you mean word?")),
    Mistake("template includes itself", template("place.html", '{% include "place.html" %}'), "render", 1, "page-failed", ("templates/place.html:1:", "includes itself")),
    Mistake("text and number", template("place.html", "{{ entry.title + 1 }}"), "render", 1, "page-failed", ("templates/place.html:1:", "~ instead of +")),
    Mistake("template is no UTF-8", template("place.html", b"caf\xe9"), "render", 1, "page-failed", ("place.html", "save it as UTF-8")),
    Mistake("words of its own", template("words.yaml", "older: [\n"), "render --clean", 2, "words-invalid", ("words.yaml", "names, each with texts by language")),
    Mistake("variable", template("place.html", "\n{{ entri.title }}"), "check --strict", 1, "template-unknown", ("templates/place.html:2:", "entri", "did you mean entry?")),
    Mistake("field", template("place.html", "{{ entry.titel }}"), "check --strict", 1, "template-unknown", ("templates/place.html:1:", "did you mean title?")),
    Mistake("content type", template("place.html", "{% for p in entries('plac') %}{% endfor %}"), "check --strict", 1, "template-unknown", ("plac", "did you mean place?")),
    Mistake("name of a template", template("plase.html", "x"), "check --strict", 1, "template-unknown", ("templates/plase.html", "did you mean place.html?")),
]
DISK = [
    Mistake("site/ of somebody else", foreign_site, "build", 4, "output-foreign", ("site holds files", "move it away")),
    Mistake("site is a file", file("site", "x"), "build", 4, "disk", ("site is a file", "move it away")),
    Mistake(".export is a file", file(".export", "x"), "build", 4, "disk", (".export is a file", "move it away")),
    Mistake("content is a file", file("content", "x"), "sync", 4, "disk", ("content is a file", "move it away")),
    Mistake("content behind a link", built(linked_content), "sync --full", 4, "link-on-disk", ("content", "link")),
    Mistake("disk is full", built(full_disk), "sync", 4, "disk", ("no space is left on the disk", "free some")),
    Mistake("another run", built(locked), "build", 4, "locked", ("process HOLDER",)),
    Mistake("message in no folder", nothing, "sync --message ROOT/no/m.txt", 2, "usage", ("--message", "there is no folder ROOT/no")),
    Mistake("message is a folder", nothing, "sync --message ROOT", 2, "usage", ("--message", "name a file")),
    Mistake("new guide in a file", file("new", "x"), "init ROOT/new", 4, "disk", ("new is a file", "move it away")),
]
PORTS = [
    Mistake("port is taken", taken_port, "serve --port PORT", 2, "port-taken", ("port PORT is taken", "choose another with --port")),
    Mistake("port of the endpoint is taken", taken_port, "space serve demo --port PORT", 2, "port-taken", ("PORT is not available", "--port")),
    Mistake("host is not there", nothing, "serve --host 192.0.2.1 --port 0", 2, "port-taken", ("192.0.2.1", "check --host")),
    Mistake("port is too high", nothing, "serve --port 99999", 2, "usage", ("--port", "from 0 to 65535", "99999")),
    Mistake("port is a word", nothing, "serve --port http", 2, "usage", ("--port", "a whole number", "http")),
]
USAGE = [
    Mistake("command", nothing, "biuld", 2, "usage", ("biuld", "did you mean build?")),
    Mistake("no command", nothing, "-v", 2, "usage", ("takes a command", "build", "exporter --help")),
    Mistake("no command of the group", nothing, "space", 2, "usage", ("exporter space takes a command", "serve")),
    Mistake("option", nothing, "build --clena", 2, "usage", ("--clena", "did you mean --clean?")),
    Mistake("option of one letter", nothing, "build -x", 2, "usage", ("-x", "exporter build --help")),
    Mistake("option without its value", nothing, "build --previous", 2, "usage", ("--previous", "a value behind it")),
    Mistake("flag with a value", nothing, "build --full=yes", 2, "usage", ("--full", "takes no value")),
    Mistake("word too many", nothing, "build now", 2, "usage", ("now", "exporter build --help")),
    Mistake("argument is missing", nothing, "space serve", 2, "usage", ("PATH", "exporter space serve --help")),
    Mistake("number is a word", nothing, "sync --deadline soon", 2, "usage", ("--deadline", "from 1 to 3600", "soon")),
    Mistake("number is too small", nothing, "sync --downloads 0", 2, "usage", ("--downloads", "from 1 to 64")),
    Mistake("duration", nothing, "watch --every often", 2, "usage", ("--every", "15m", "'often'")),
    Mistake("item to wait for", nothing, "sync --wait-for a@b@c", 2, "usage", ("--wait-for", "ENTRY_ID@REVISION")),
    Mistake("limit without a wait", nothing, "sync --wait-limit 3", 2, "usage", ("--wait-limit", "give --wait-for too")),
    Mistake("message of a rehearsal", nothing, "sync --dry-run --message m", 2, "usage", ("--dry-run writes nothing", "--message")),
    Mistake("render from the network", nothing, "render --previous https://x.example/", 2, "usage", ("render uses no network", "use build")),
    Mistake("published guide by ftp", nothing, "build --previous ftp://x.example/", 2, "usage", ("ftp://x.example/", "http or https")),
    Mistake("published guide is a file", nothing, "build --previous ROOT/site.yaml", 2, "usage", ("site.yaml is no folder", "published guide")),
    Mistake("fault", nothing, "space serve demo --fault slwo", 2, "fault-unknown", ("--fault slwo", "did you mean slow?")),
    Mistake("space that is not there", nothing, "space serve ROOT/nowhere", 2, "space-missing", ("nowhere", "contentful space export")),
    Mistake("host of a new guide", nothing, "init ROOT/new --host githup", 2, "init-host", ("githup", "did you mean github?")),
    Mistake("space of a new guide", nothing, "init ROOT/new --space a/b", 2, "init-space", ("--space", "letters, digits")),
    Mistake("update of no guide", nothing, "init ROOT/new --update", 2, "config-missing", ("new/site.yaml", "make a guide first")),
]
LATER = [
    Mistake("demo in other letters", site("", source="source: {local: Demo}"), "build", 2, "space-missing", ("Demo", "did you mean demo?")),
    Mistake("demo in printer's quotes", site("", source="source: {local: “demo”}"), "build", 2, "space-missing", ("“demo”", "did you mean demo?")),
    Mistake("path with a tilde", site("", source="source: {local: ~/export.json}"), "build", 2, "space-missing", ("~/export.json", "write the folder out")),
    Mistake("braces without quotes", site("pages: {place: /places/{slug}/}\n"), "build", 2, "config-yaml", ("site.yaml:3:", "in quotes")),
    Mistake("braces twice", site("pages: {place: {url: '/{{slug}}/'}}\n"), "build", 2, "config-invalid", ("pages.place.url", "/places/{slug}/")),
    Mistake("one address for all", site("pages: {place: {url: /p/}}\n"), "build", 2, "address-taken", ("entry:castle and entry:mill", "/p/", "pages.place.url")),
    Mistake("short colour", site("theme: {accent: '#fff'}\n"), "build", 2, "config-invalid", ("theme.accent", "'#fff'", '"#0b6e4f"')),
    Mistake("path of the logo", both(site("theme: {logo: templates/static/a.svg}\n"), file("templates/static/a.svg", PICTURE)), "build", 2, "config-invalid", ("theme.logo", "did you mean a.svg?")),
    Mistake("settings in another language", file("site.yaml", 'title = "T"\n'), "build", 2, "config-invalid", ("expected keys like title", "title: My guide")),
    Mistake("variable of the shell", far_space("{space: $SPACE}"), "sync", 2, "config-invalid", ("source.space", "${NAME}")),
    Mistake("address of the space", far_space("{space: far, url: 'https://cdn.contentful.com/spaces/far'}"), "sync", 2, "config-invalid", ("source.url", "the host alone")),
    Mistake("empty environment", far_space("{space: far, environment: ''}"), "sync", 2, "config-invalid", ("source.environment", "not empty")),
    Mistake("only is no list", site("", source="source: {local: demo, only: place}"), "build", 2, "config-invalid", ("source.only", "[place, category]")),
    Mistake("pages is a list", site("pages: [place]\n"), "build", 2, "config-invalid", ("pages", "keys and values")),
    Mistake("offline is a word", site("offline: off\n"), "build", 2, "config-invalid", ("offline", "true, false")),
    Mistake("name of a list", site("lists: {'latest news': {type: place}}\n"), "build", 2, "config-invalid", ("latest news", "something like news")),
    Mistake("two lists at one address", site("lists: {a: {type: place, url: /x/}, b: {type: category, url: /x/}}\n"), "build", 2, "address-taken", ("the list a", "the list b", "/x/")),
    Mistake(".syncstate is a folder", a_folder(".syncstate"), "sync", 4, "disk", (".syncstate is a folder", "move it away")),
    Mistake("templates is a file", file("templates", "x"), "build", 4, "file-on-disk", ("templates is a file", "move it away")),
    Mistake("block", template("place.html", '{% extends "theme/entry.html" %}{% block bdy %}{% endblock %}'), "check --strict", 1, "template-unknown", ("templates/place.html:1:", "bdy", "did you mean body?")),
    Mistake("words without languages", template("words.yaml", "older: Older\n"), "render --clean", 2, "words-invalid", ("words.yaml", "older: {en: Older}")),
    Mistake("template extends itself", template("entry.html", '{% extends "entry.html" %}'), "render", 1, "page-failed", ("templates/entry.html:1:", "includes itself")),
    Mistake("option of another command", nothing, "sync --clean", 2, "usage", ("--clean", "build and render have")),
    Mistake("option that is short here", nothing, "render --jobs 2", 2, "usage", ("--jobs", "did you mean -j?")),
    Mistake("help as a command", nothing, "help", 2, "usage", ("did you mean exporter --help?",)),
    Mistake("version as a command", nothing, "version", 2, "usage", ("did you mean exporter --version?",)),
    Mistake("option for a value", nothing, "build --previous --full", 2, "usage", ("--previous", "--full is an option")),
    Mistake("address to wait for", nothing, "sync --wait-for https://app.contentful.com/entries/a", 2, "usage", ("--wait-for", "ENTRY_ID")),
    Mistake("two new guides", nothing, "init ROOT/a ROOT/b", 2, "usage", ("ROOT/b", "exporter init --help")),
    Mistake("two lists of hosts", nothing, "init ROOT/new --host netlify,nginx", 2, "init-host", ("netlify or nginx", "name one")),
]
# fmt: on
MISTAKES = [
    *FILES,
    *KEYS,
    *VALUES,
    *SPACES,
    *CREDENTIALS,
    *NETWORK,
    *CONTENT,
    *TEMPLATES,
    *DISK,
    *PORTS,
    *USAGE,
    *LATER,
]
ODD = re.compile(
    r"\[Errno|Traceback|<class |object at 0x|Error\(|\bNone\b|codec can't|ConnectionError|HTTPSConnectionPool"
)
"""What only programmers read."""


@pytest.fixture
def world(guide: Guide, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with ExitStack() as held:
        yield World(guide, space, monkeypatch, held)


def test_table_has_no_row_twice_and_more_than_sixty() -> None:
    assert len({row.name for row in MISTAKES}) == len(MISTAKES) >= 60


@pytest.mark.parametrize("mistake", MISTAKES, ids=[row.name for row in MISTAKES])
def test_mistake_is_named_with_what_to_do(world: World, call: Callable[..., Outcome], mistake: Mistake) -> None:
    mistake.make(world)

    def filled(text: str) -> str:
        for name, value in {"ROOT": str(world.root), **world.values}.items():
            text = text.replace(name, value)
        return text

    words = [filled(word) for word in mistake.command.split()]
    arguments = words if words[0] in ("-C", "-v") else ["-C", str(world.root), *words]
    outcome = call("--json", *arguments)
    assert outcome.code == mistake.exit, outcome
    said = outcome.json
    assert [fault.message for fault in SCHEMA.iter_errors(said)] == []
    problems = [(said["error"]["code"], said["error"]["message"])] if "error" in said else []
    problems += [(found["code"], found["message"]) for found in said.get("problems", [])]
    messages = [message for code, message in problems if code == mistake.code]
    assert messages or not mistake.code, said
    assert not mistake.says or any(all(filled(part) in message for part in mistake.says) for message in messages), (
        messages
    )
    for _, message in problems:
        assert ODD.search(message) is None, message
        assert all(0 < len(sentence) < 1000 for sentence in message.splitlines()), message
    spoken = call(*arguments)
    assert (spoken.code, "Traceback" in spoken.out + spoken.err) == (mistake.exit, False)
    assert not mistake.code or all(filled(part) in spoken.err for part in mistake.says), spoken
    assert ACCESS_TOKEN not in outcome.out + outcome.err + spoken.out + spoken.err
