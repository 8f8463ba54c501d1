"""Measure how long pictures take, and how much memory, beside eleventy-img with the same widths.

    python -m tests.benchmarks.pictures [--pictures N] [--width PIXELS] [--rounds N]

Without options: 1,000 JPEGs of 12 megapixels (4000 by 3000), each made into five widths of WebP and a JPEG, in a guide
that has a page for each. A render with nothing new follows. The table is written to RESULTS.md only then.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from tests.benchmarks.rounds import Bench, Spent, ensure, finish

_HERE = Path(__file__).parent
ELEVENTY_IMG = _HERE / "node_modules/@11ty/eleventy-img"
PICTURES, WIDTH = 1000, 4000
WIDTHS, SHOWN = (320, 480, 640, 960, 1280), 640
OURS, NOTHING, THEIRS = "exporter render", "exporter render, nothing new", "eleventy-img"


def photograph(number: int, width: int) -> Image.Image:
    """Return a picture with the large shapes and the fine noise of a photograph, three to four in its sides."""
    chance = random.Random(number)
    height = width * 3 // 4
    coarse = Image.new("RGB", (16, 12))
    coarse.putdata([tuple(chance.randrange(256) for _ in range(3)) for _ in range(16 * 12)])
    noise = Image.effect_noise((width // 2, height // 2), 60).resize((width, height)).convert("RGB")
    return Image.blend(coarse.resize((width, height), Image.Resampling.BICUBIC), noise, 0.15)


def asset(number: int, width: int) -> dict[str, Any]:
    """Return the JSON of a picture."""
    details = {"size": 1, "image": {"width": width, "height": width * 3 // 4}}
    file = {"url": f"//images.ctfassets.net/s/p{number}/h/p.jpg", "fileName": "p.jpg", "contentType": "image/jpeg"}
    fields = {"title": {"en-US": f"Picture {number}"}, "file": {"en-US": {**file, "details": details}}}
    return {"sys": {"type": "Asset", "id": f"p{number}"}, "fields": fields}


def place(number: int) -> dict[str, Any]:
    """Return the JSON of the place that shows it."""
    picture = _link("Asset", f"p{number}")
    fields = {"title": f"Place {number}", "slug": f"place-{number}", "picture": picture}
    sys_ = {"type": "Entry", "id": f"e{number}", "contentType": _link("ContentType", "place")}
    return {"sys": sys_, "fields": {name: {"en-US": value} for name, value in fields.items()}}


def _link(kind: str, identifier: str) -> dict[str, Any]:
    return {"sys": {"type": "Link", "linkType": kind, "id": identifier}}


def _field(name: str, kind: str, **more: str) -> dict[str, Any]:
    return {"id": name, "name": name, "type": kind, "localized": False, "required": False, **more}


@dataclass
class Runs:
    """A guide of many pictures, the same files in one folder for the peer, and the two programs."""

    bench: Bench
    number: int
    width: int

    @property
    def guide(self) -> Path:
        """The guide's folder."""
        return self.bench.folder / "guide"

    def prepare(self) -> None:
        """Write the mirror and the pictures."""
        fields = [_field("title", "Symbol"), _field("slug", "Symbol"), _field("picture", "Link", linkType="Asset")]
        model = {"sys": {"type": "ContentType", "id": "place"}, "displayField": "title", "name": "Place"}
        self._write("content/model/content_types/place.json", {**model, "fields": fields})
        locale = {"code": "en-US", "name": "English", "default": True, "fallbackCode": None}
        self._write("content/model/locales.json", {"en-US": {**locale, "sys": {"id": "l", "type": "Locale"}}})
        (self.guide / "site.yaml").write_text("title: Guide\noffline: false\nsource: {local: demo}\n", "utf-8")
        templates = self.guide / "templates"
        templates.mkdir()
        (templates / "place.html").write_text(f"{{{{ entry.picture|image(width={SHOWN}) }}}}", "utf-8")
        for name in ("home.html", "list.html"):
            (templates / name).write_text("<!doctype html>", "utf-8")
        sources = self.bench.folder / "sources"
        sources.mkdir()
        for number in range(self.number):
            self._write(f"content/assets/p{number}.json", asset(number, self.width))
            self._write(f"content/entries/place/e{number}.json", place(number))
            file = self.guide / f"content/files/p{number}/p.jpg"
            file.parent.mkdir(parents=True)
            photograph(number, self.width).save(file, quality=88)
            (sources / f"p{number}.jpg").hardlink_to(file)

    def _write(self, path: str, value: object) -> None:
        file = self.guide / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value), "utf-8")

    @property
    def files(self) -> int:
        """The files that each program makes."""
        widths = [width for width in WIDTHS if width <= self.width]
        return self.number * (len(widths) + 1)

    def render(self) -> Spent:
        """Render with nothing made yet."""
        self.bench.discard(self.guide / "site", self.guide / ".export")
        return self._render(self.files)

    def render_again(self) -> Spent:
        """Render once more; nothing may be written."""
        return self._render(0)

    def _render(self, files: int) -> Spent:
        spent, printed = self.bench.spend([sys.executable, "-m", "exporter", "-C", str(self.guide), "render", "--json"])
        report = json.loads(printed)["render"]
        made = len(list((self.guide / "site/pictures").iterdir()))
        ensure(made == self.files, f"expected {self.files} variants, found {made}")
        ensure((report["written"] >= files) if files else report["written"] == 0, f"expected {files}, found {report}")
        return spent

    def peer(self) -> Spent:
        """Make the same with eleventy-img."""
        out = self.bench.folder / "eleventy-img"
        self.bench.discard(out)
        widths = ",".join(str(width) for width in WIDTHS if width <= self.width)
        command = [
            "node",
            str(_HERE / "eleventy-img.mjs"),
            str(self.bench.folder / "sources"),
            str(out),
            widths,
            str(SHOWN),
        ]
        spent, printed = self.bench.spend(command, _HERE)
        ensure(int(printed) == self.files, f"expected {self.files} variants, found {printed}")
        return spent


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=PICTURES)
    parser.add_argument("--width", type=int, default=WIDTH)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(Path(temporary), in_memory=False)
        runs = Runs(bench, options.pictures, options.width)
        runs.prepare()
        bench.rounds({OURS: runs.render, NOTHING: runs.render_again, THEIRS: runs.peer}, options.rounds)
    sizes = (
        f"{options.pictures:,} JPEGs of {options.width} × {options.width * 3 // 4} pixels, {runs.files:,} files made"
    )
    text = f"`python -m tests.benchmarks.pictures`\n\n{sizes}.\n\n{bench.table(THEIRS)}"
    print(text)
    finish({"Pictures": text}, [], quick=(options.pictures, options.width) != (PICTURES, WIDTH))


if __name__ == "__main__":
    main()
