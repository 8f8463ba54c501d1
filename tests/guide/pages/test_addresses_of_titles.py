"""URLs made from titles, and slugs that are kept as browsers send them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporter.core.own_address import decoded
from tests.conftest import content_type, entry, locale
from tests.support.everything import field

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

US = [locale("en-US", default=True)]
LINK = content_type("link", field("url", "Symbol"), field("text", "Symbol"), display="url")
NOTE = content_type("note", field("title", "Symbol"), field("body", "Text"))
POST = content_type("post", field("title", "Symbol"), field("slug", "Symbol"), field("text", "Text"))


def addresses(guide: Guide, type_id: str) -> list[str]:
    guide.build()
    site = guide.root / "site"
    pages = (page.parent.relative_to(site).as_posix() for page in (site / type_id).rglob("index.html"))
    return sorted(page for page in pages if page != type_id)


def test_title_makes_one_lowercase_segment(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(NOTE, locales=US)
    for number, title in enumerate(["AC/DC & C++", "Angular", "Github Actions", "Next.JS", "1/2 cup"]):
        space.put(entry("note", f"n{number}", title=title, body="a"))
    expected = ["note/1-2-cup", "note/ac-dc-c", "note/angular", "note/github-actions", "note/next.js"]
    assert addresses(guide, "note") == expected


def test_path_contains_no_web_address(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(LINK, locales=US)
    space.put(entry("link", "k1", url="https://www.example.org/", text="Example House"))
    space.put(entry("link", "k2", url="/about/roles", text="Open Roles"))
    space.put(entry("link", "k3", url="https://bare.example/x"))
    assert addresses(guide, "link") == ["link/example-house", "link/k3", "link/open-roles"]


def test_slug_keeps_its_slashes_and_capitals(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(POST, locales=US)
    space.put(entry("post", "a", title="A", slug="Guides/First"))
    assert addresses(guide, "post") == ["post/Guides/First"]


def test_percent_encoded_slug_has_the_url_of_its_decoded_form(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(POST, locales=US)
    space.put(entry("post", "a", title="A", slug="caf%C3%A9"))
    space.put(entry("post", "b", title="B", slug="café-2"))
    assert addresses(guide, "post") == ["post/cafe", "post/cafe-2"]


@pytest.mark.parametrize(("slug", "expected"), [("100%", "100%"), ("%ff", "%ff"), ("a%20b", "a b"), ("plain", "plain")])
def test_only_what_is_utf_8_is_decoded(slug: str, expected: str) -> None:
    assert decoded(slug) == expected
