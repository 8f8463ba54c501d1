"""Random histories of builds, and devices that update at random moments: they have exactly the newest pages."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from exporter.reader.model import Publication, PublishedChange, SiteFile
from exporter.reader.publish import publish_updates
from tests.reader.browser.device import CLIENT, SCRIPTS, render, shas, story
from tests.reader.browser.engines import Engine, firefox, webkit
from tests.reader.browser.host import Host
from tests.reader.browser.small_publisher import put
from tests.reader.browser.test_engines import act, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

CODES = ("en-US", "de-DE")
PREFIXES = {"en-US": "", "de-DE": "de-DE/"}
HISTORIES = {"chromium": 30, "firefox": 5, "webkit": 5}


@dataclass
class Site:
    """A site whose builds are reported to the publisher."""

    root: Path
    state: Path
    chance: random.Random
    files: dict[str, bytes] = field(default_factory=dict)
    built: int = 0
    past: list[dict[str, bytes]] = field(default_factory=list)
    foot: str = "FOOT"
    menu: tuple[str, ...] = ("Places", "Walks")

    def first(self, places: int) -> None:
        """Make the first build."""
        self.places = {(code, n): story(n) for code in CODES for n in range(places)}
        self.other = {"files/castle.webp": self.chance.randbytes(900)}
        self.build(self.rendered())

    def rendered(self) -> dict[str, bytes]:
        """Return all files of the site as the next build has to write them."""
        files: dict[str, bytes] = {f"offline/{name}": (CLIENT / name).read_bytes() for name in SCRIPTS}
        menu = "".join(f"<a class=menu>{item}</a>\n" for item in self.menu)
        for code in CODES:
            prefix = "" if code == CODES[0] else f"{code}/"
            files[f"{prefix}offline/index.html"] = render("offline.html", f"{prefix}offline/index.html", code, CODES)
            for (one, number), text in self.places.items():
                if one == code:
                    path = f"{prefix}place/{number}/index.html"
                    files[path] = render(
                        "page.html",
                        path,
                        code,
                        CODES,
                        f"{menu}<h1>Place {number}</h1><p>{text}</p>\n<p>{self.foot}</p>\n",
                    )
        return {**files, "style.css": b"body { margin: 0 }\n", **self.other}

    def build(self, files: dict[str, bytes]) -> None:
        """Write a state of the site and publish it."""
        written = [path for path in sorted(files) if self.files.get(path) != files[path]]
        removed = tuple(sorted(set(self.files) - set(files)))
        for path in written:
            put(self.root / path, files[path])
        for path in removed:
            (self.root / path).unlink()
        before, self.built = (str(self.built) if self.built else None), self.built + 1
        self.files = files
        self.past.append(files)
        rows = tuple(self.row(path) for path in written)
        change = PublishedChange(rows, removed, before, str(self.built), lambda: [self.row(path) for path in files])
        publish_updates(change, Publication(self.root, self.state, CODES, None, prefixes=PREFIXES))

    def row(self, path: str) -> SiteFile:
        """Return the row by which a build reports a file."""
        shared = not path.endswith(".html")
        code = CODES[1] if path.startswith("de-DE/") else CODES[0]
        return SiteFile(path, CODES if shared else (code,), hashlib.sha256(self.files[path]).hexdigest())

    def step(self) -> None:
        """Change something and build."""
        kinds = (self.word, self.word, self.many, self.shared, self.added, self.gone, self.picture, self.lost)
        self.chance.choice(kinds)(self.chance.choice(sorted(self.places)))
        self.build(self.chance.choice(self.past) if self.chance.random() < 0.15 else self.rendered())

    def word(self, some: tuple[str, int]) -> None:
        self.places[some] = self.places[some].replace(" ", f" wörd{self.chance.randrange(999)} ", 1)

    def many(self, _: tuple[str, int]) -> None:
        for key in self.chance.sample(sorted(self.places), len(self.places) // 2):
            self.places[key] = story(self.chance.randrange(10**9)) * 3

    def shared(self, _: tuple[str, int]) -> None:
        self.foot = f"Foot {self.chance.randrange(99)}"
        self.menu = (*self.menu[: self.chance.randrange(3)], f"Item {self.chance.randrange(99)}")

    def added(self, some: tuple[str, int]) -> None:
        self.places[some[0], 1000 + self.chance.randrange(999)] = story(self.chance.randrange(999))

    def gone(self, some: tuple[str, int]) -> None:
        if len(self.places) > 4:
            del self.places[some]

    def picture(self, _: tuple[str, int]) -> None:
        self.other[f"files/{self.chance.randrange(3)}.webp"] = self.chance.randbytes(700)

    def lost(self, _: tuple[str, int]) -> None:
        shutil.rmtree(self.chance.choice((self.state, self.root / "updates")))


@dataclass
class Chromium:
    """A tab of Chromium with the interface of the other engines."""

    page: Page

    def goto(self, url: str) -> None:
        self.page.goto(url)

    def run(self, body: str) -> object:
        return self.page.evaluate(f"async () => {{{body}}}")


def chains(site: Site) -> dict[str, dict[str, str]]:
    """Return the newest published tokens by locale."""
    made: dict[str, dict[str, str]] = json.loads((site.root / "updates/chains.json").read_bytes())["chains"]
    return made


def settled(engine: Engine, tokens: dict[str, str]) -> None:
    """Wait until the device has these tokens."""
    got = engine.run(
        f"""const wanted = {json.dumps(tokens)};
        for (let i = 0, last = null; ; i++) {{
            const {{port1, port2}} = new MessageChannel(), worker = (await navigator.serviceWorker.ready).active;
            const answer = new Promise(done => {{ port1.onmessage = event => done(event.data); }});
            worker.postMessage({{job: "status"}}, [port2]);
            const {{state, error, locales}} = await answer;
            const same = Object.keys(wanted).every(code => locales[code].token === wanted[code]);
            if (state === "ready" && same) return "settled";
            if (i === 200) return JSON.stringify({{state, error, locales}});
            await new Promise(done => setTimeout(done, 100));
        }}"""
    )
    assert got == "settled", got


def play(engine: Engine, root: Path, seed: int) -> None:
    """Play the history of a seed on one engine."""
    print("seed", seed)
    chance = random.Random(seed)
    site = Site(root / "site", root / "state", chance)
    put(site.root / "sw.js", (CLIENT / "sw.js").read_bytes())
    site.first(chance.choice((3, 12, 60)))
    with Host({"/guide/": site.root}) as host:
        engine.goto(host.url("guide/offline/index.html"))
        wait_for(engine, "none")
        engine.run("document.querySelectorAll('input[data-guide-locale]').forEach(box => { box.checked = true; })")
        act(engine, "install")
        wait_for(engine, "ready")
        for _ in range(chance.choice((2, 4))):
            for _ in range(chance.choice((1, 1, 3))):
                site.step()
            act(engine, "update")
            settled(engine, {code: row["token"] for code, row in chains(site).items()})
            host.stop()
            expected = shas(site.root)
            urls = json.dumps([[path, host.url("guide/") + path] for path in expected])
            got = engine.run(f"""const rows = {urls}, found = {{}};
                for (const [path, url] of rows) {{
                    const answer = await fetch(url).catch(() => null);
                    const bytes = answer && answer.ok ? await answer.arrayBuffer() : new ArrayBuffer(0);
                    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
                    found[path] = [...hash].map(byte => byte.toString(16).padStart(2, "0")).join("");
                }}
                return found;""")
            host.start()
            assert isinstance(got, dict)
            assert {path for path in expected if got[path] != expected[path]} == set()


@pytest.mark.parametrize("number", range(HISTORIES["chromium"]))
def test_history_ends_with_the_newest_pages_in_chromium(
    context: BrowserContext, tmp_path: Path, number: int, histories_seed: int
) -> None:
    play(Chromium(context.new_page()), tmp_path, histories_seed + number)


def test_histories_end_with_the_newest_pages_in_firefox(tmp_path: Path, histories_seed: int) -> None:
    with firefox() as engine:
        for number in range(HISTORIES["firefox"]):
            play(engine, tmp_path / str(number), histories_seed + 1000 + number)


def test_histories_end_with_the_newest_pages_in_webkit(tmp_path: Path, histories_seed: int) -> None:
    with webkit() as engine:
        for number in range(HISTORIES["webkit"]):
            play(engine, tmp_path / str(number), histories_seed + 2000 + number)
