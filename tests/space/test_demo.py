"""The bundled space: a guide worth reading, with the promised size and content."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageChops, ImageStat

from exporter.build.scan import look_at_items
from exporter.config.site_schema import SiteConfig
from exporter.core.encoding import canonical, decode
from exporter.core.naming import item_at
from exporter.guide.pages.item_facts import links_in
from exporter.guide.schema.read_model import read_guide_model
from tests.conftest import DEMO
from tests.demo_pictures.__main__ import draw_all

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.core.model import Item, Key
    from exporter.guide.schema.guide_model import GuideModel


@dataclass(frozen=True)
class Demo:
    """The bundled space as its files are."""

    guide_model: GuideModel
    items: dict[Key, Item]

    def of_type(self, type_id: str) -> list[Item]:
        return [item for item in self.items.values() if item.content_type == type_id]


@pytest.fixture(scope="module")
def demo() -> Demo:
    read = (item_at(path, decode((DEMO / path).read_bytes())) for path in sorted(look_at_items(DEMO)))
    site = SiteConfig.model_validate({"title": "Guide", "source": {"local": "demo"}})
    return Demo(read_guide_model(DEMO, site), {item.key: item for item in read if item is not None})


def fields(demo: Demo, type_id: str) -> list[dict[str, Any]]:
    return [dict(item.fields) for item in demo.of_type(type_id)]


def test_it_has_the_promised_content(demo: Demo) -> None:
    counts = Counter(item.content_type or "asset" for item in demo.items.values())
    assert counts == {"place": 58, "category": 6, "neighbourhood": 8, "walk": 4, "article": 6, "asset": 62}
    assert {code: found.fallback for code, found in demo.guide_model.model.locales.items()} == {
        "en-US": None,
        "de-DE": "en-US",
        "ar": "en-US",
    }


def test_half_of_the_places_are_german_and_a_quarter_arabic(demo: Demo) -> None:
    places = demo.of_type("place")
    for code, share in (("en-US", 1.0), ("de-DE", 0.5), ("ar", 0.25)):
        assert sum(demo.guide_model.is_translated(item, code) for item in places) >= share * len(places)


def test_it_is_small() -> None:
    assert sum(file.stat().st_size for file in DEMO.rglob("*") if file.is_file()) < 4_000_000


def test_its_files_are_canonical() -> None:
    files = list(DEMO.rglob("*.json"))
    assert [file.name for file in files if canonical(decode(file.read_bytes())) != file.read_bytes()] == []


def test_every_link_has_its_target(demo: Demo) -> None:
    missing = [(str(key), str(target)) for key, item in demo.items.items() for target in links_in(item.fields)]
    assert [pair for pair in missing if pair[1] not in set(map(str, demo.items))] == []


def test_required_fields_are_filled(demo: Demo) -> None:
    lacking = [
        (str(item.key), field.id)
        for item in demo.items.values()
        for field in (demo.guide_model.model.types[item.content_type].fields if item.content_type else ())
        if field.required and item.localized(field.id).get("en-US") in (None, "", [])
    ]
    assert lacking == []


def test_every_place_has_its_own_picture_with_alternative_text(demo: Demo) -> None:
    pictures = [place["picture"]["en-US"]["sys"]["id"] for place in fields(demo, "place")]
    assert len(set(pictures)) == 58
    assets = {key.id: item for key, item in demo.items.items() if key.kind == "asset"}
    assert [picture for picture in pictures if not assets[picture].localized("description").get("en-US")] == []
    for identifier, item in assets.items():
        file = item.localized("file")["en-US"]
        assert (DEMO / "files" / identifier / file["fileName"]).stat().st_size == file["details"]["size"]


def test_places_are_in_lisbon(demo: Demo) -> None:
    spots = [place["location"]["en-US"] for place in fields(demo, "place")]
    assert [spot for spot in spots if not (38.68 < spot["lat"] < 38.79 and -9.24 < spot["lon"] < -9.08)] == []


def test_articles_contain_tables_lists_places_and_pictures(demo: Demo) -> None:
    nodes = json.dumps([article["body"]["en-US"] for article in fields(demo, "article")])
    wanted = (
        "table",
        "ordered-list",
        "unordered-list",
        "embedded-entry-block",
        "embedded-asset-block",
        "entry-hyperlink",
    )
    assert [node for node in wanted if f'"nodeType": "{node}"' not in nodes] == []


def test_pictures_are_drawn_by_their_script(tmp_path: Path) -> None:
    draw_all(tmp_path)
    drawn = {file.name: file for file in tmp_path.rglob("*.webp")}
    assert set(drawn) == {file.name for file in DEMO.rglob("*.webp")}
    for file in DEMO.rglob("*.webp"):
        with Image.open(file) as kept, Image.open(drawn[file.name]) as new:
            difference = ImageStat.Stat(ImageChops.difference(kept.convert("RGB"), new.convert("RGB")))
        assert max(difference.mean) < 3, file.name
