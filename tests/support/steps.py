"""Successive builds, each compared with a build from scratch; used by the tests of recorded reads."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.conftest import entry, link, locale

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conftest import Guide

THREE = [locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar", "en-US")]
HOMES = ["/", "/de-DE/", "/ar/"]
PLACES = ["/place/", "/de-DE/place/", "/ar/place/"]
CATEGORIES = ["/category/", "/de-DE/category/", "/ar/category/"]
"""Lists of the only category, which are made if `pages:` names the type."""
SIGHTS = ["/category/sights/", "/de-DE/category/sights/"]
CASTLE = ["/place/castle/", "/de-DE/place/castle/", "/ar/place/castle/"]
MILL = ["/place/mill/"]
CARDS = [*HOMES, *PLACES, *SIGHTS]
ALL = [*CARDS, *CASTLE, *MILL]


def pages_of(guide: Guide) -> dict[str, bytes]:
    """Return the pages under site/ by URL."""
    found = guide.files("site").items()
    return {path[4:].removesuffix("index.html"): data for path, data in found if path.endswith("/index.html")}


def from_nothing(guide: Guide, *, code: int = 0) -> dict[str, bytes]:
    """Return what a build from scratch makes of the same content/, templates and site.yaml; it ends with `code`."""
    other = type(guide)(guide.root.parent / "from nothing", guide.call)
    shutil.rmtree(other.root, ignore_errors=True)
    other.root.mkdir()
    for name in ("content", "templates", "site.yaml"):
        if (guide.root / name).is_dir():
            shutil.copytree(guide.root / name, other.root / name)
        elif (guide.root / name).exists():
            shutil.copy(guide.root / name, other.root / name)
    assert other.run("render").code == code
    return other.files("site")


@dataclass(frozen=True)
class Step:
    """What a build did: its report, the URLs of new or changed pages, and those of removed ones."""

    report: dict[str, Any]
    written: list[str]
    gone: list[str]

    @property
    def rendered(self) -> int:
        """The number of pages whose template ran."""
        return int(self.report["render"]["rendered"])


def step(guide: Guide, *command: str, code: int = 0) -> Step:
    """Run a build; its output equals that of a build from scratch, and the next build has nothing to do."""
    before = pages_of(guide)
    outcome = guide.run(*(command or ("build",)), "--json")
    assert outcome.code == code, outcome
    after = pages_of(guide)
    assert guide.files("site") == from_nothing(guide, code=code)
    again = guide.run("render", "--json").json["render"]
    assert [again[name] for name in ("rendered", "written", "removed", "failed")] == [0, 0, 0, 0]
    written = [url for url, data in after.items() if before.get(url) != data]
    return Step(outcome.json, sorted(written), sorted(before.keys() - after.keys()))


def expect(found: Step, written: Iterable[str], *, gone: Iterable[str] = ()) -> None:
    """Assert which pages a step changed, and that it rendered no others."""
    assert (found.written, found.gone) == (sorted(written), sorted(gone))
    assert found.rendered == len(found.written)


def template(guide: Guide, name: str, text: str) -> None:
    """Write a template of the guide's own."""
    path = guide.root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def setting(guide: Guide, lines: str) -> None:
    """Add keys to site.yaml."""
    with (guide.root / "site.yaml").open("a", encoding="utf-8") as file:
        file.write(lines)


def edit(guide: Guide, path: str, before: str, after: str) -> None:
    """Edit a file of the guide by hand."""
    file = guide.root / path
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")


def mill(revision: int = 2, **fields: Any) -> dict[str, Any]:
    """Return the mill of the small space with some fields changed."""
    values = {"title": "The mill", "slug": "mill", "body": "It turns.", "category": link("Entry", "sights")}
    return entry("place", "mill", revision, **(values | fields))
