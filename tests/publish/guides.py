"""Small guides in which everything names something, and a crawler that sees whether what is named is there."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.core.encoding import digest
from exporter.publish.deliver import Delivery, PublishChoices, deliver
from exporter.publish.headers import headers_of
from exporter.publish.manifest import make_mark
from exporter.publish.plan import SiteFile
from exporter.publish.site_files import Site
from exporter.publish.stores.store import Requests, Tally
from tests.publish.memory import Clock, MemoryStore, claim

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.publish.claim import Timing
    from exporter.publish.deliver import Delivered

LIST = "updates/en/list.bin"
PLAIN = PublishChoices(uploads=1)


@dataclass(frozen=True)
class Small:
    """A guide as values: a version for each place, a foot, and the tokens of earlier builds that it keeps.

    Pages name their style, each other and the picture; the list names a pack with all of it; each kept token's
    since-file names the newest token's, which has to be there.
    """

    places: tuple[tuple[str, int], ...]
    foot: int = 0
    kept: tuple[str, ...] = ()
    picture: int = 0

    @property
    def token(self) -> str:
        return hashlib.sha256(repr((self.places, self.foot, self.picture)).encode()).hexdigest()[:16]

    def files(self) -> dict[str, bytes]:
        names = sorted(name for name, _ in self.places)
        found = {"style.css": b"css", "sw.js": b"worker"}
        found[f"files/{self.picture}.webp"] = b"picture %d" % self.picture
        common = [f"-> files/{self.picture}.webp", "-> style.css", "-> index.html", f"foot {self.foot}"]
        found["index.html"] = _text("home", *(f"-> place/{name}/index.html" for name in names), *common)
        for (name, version), other in zip(sorted(self.places), names[1:] + names[:1], strict=True):
            body = (f"{name} {version}", f"-> place/{other}/index.html", *common)
            found[f"place/{name}/index.html"] = _text(*body)
        found["sitemap.xml"] = _text(*(f"-> {path}" for path in sorted(found) if path.endswith(".html")))
        pack = f"updates/en/packs/{self.token}.bin"
        found[pack] = self.token.encode()
        found[LIST] = _text(self.token, f"-> {pack}", f"-> updates/en/since/{self.token}.bin")
        for token in {*self.kept, self.token}:
            found[f"updates/en/since/{token}.bin"] = _text(f"-> updates/en/since/{self.token}.bin")
        found["updates/chains.json"] = _text(f"-> {LIST}")
        return found


def _text(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def links(data: bytes) -> list[str]:
    return re.findall(r"(?m)^-> (.*)$", data.decode("utf-8", "replace"))


def dead_links(files: dict[str, bytes], entrances: tuple[str, ...] = ("index.html", "sitemap.xml", LIST)) -> list[str]:
    """Return what a crawler finds named and not there; an entrance that is not there leads nowhere."""
    left, seen, dead = [path for path in entrances if path in files], set(entrances), []
    for path in left:  # which grows while it is walked
        for target in links(files[path]):
            if target not in files:
                dead.append(f"{path} -> {target}")
            elif target not in seen:
                seen.add(target)
                left.append(target)
    return dead


def write_site(folder: Path, files: dict[str, bytes]) -> Site:
    """Write a site; return it as it is published."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    marks = {path: make_mark(digest(data), headers_of(path, compressed=False)) for path, data in files.items()}
    newest = links(files[LIST])[-1:] if LIST in files else []
    return Site({path: SiteFile(len(data), marks[path]) for path, data in files.items()}, frozenset(newest))


@dataclass
class Publisher:
    """Somebody who publishes into a memory: a folder with a site and a cache of its own."""

    root: Path
    name: str
    clock: Clock
    timing: Timing | None = None

    def publish(self, store: MemoryStore, files: dict[str, bytes], choices: PublishChoices = PLAIN) -> Delivered:
        site = write_site(self.root / self.name / "site", files)
        requests = Requests(store, Tally(), self.clock.pause)
        job = Delivery(
            requests,
            self.root / self.name / "site",
            self.root / self.name / "cache",
            "guide",
            choices,
            self.timing or self.clock.timing(),
            claim=claim(self.name),
        )
        return deliver(job, site)
