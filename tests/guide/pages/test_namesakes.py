"""Addresses that change only because another entry with the same title or slug comes or goes: the old ones lead on."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import content_type, entry, locale
from tests.guide.pages.test_same_titles import assert_as_from_scratch
from tests.support.everything import field

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

TITLE, SLUG, DATE = field("title", "Symbol"), field("slug", "Symbol"), field("date", "Date")
KINDS = {"title": content_type("play", TITLE), "slug": content_type("play", TITLE, SLUG)}


def put(space: SpaceFiles, identifier: str, title: str, revision: int = 1, **fields: Any) -> None:
    space.put(entry("play", identifier, revision, title=title, slug=title.lower(), **fields))


def leads_to(guide: Guide, url: str) -> str:
    """Return where the page at an address leads on to, "" if it is no redirect or there is no page."""
    if not (guide.root / f"site{url}index.html").exists():
        return ""
    found = re.search(r"url=([^\"]*)", guide.page(url))
    return found[1] if found is not None else ""


@pytest.mark.parametrize("kind", KINDS)
def test_old_address_leads_on_when_a_namesake_comes_and_when_it_goes(
    guide: Guide, space: SpaceFiles, kind: str
) -> None:
    space.put_model(KINDS[kind], locales=[locale("en-US", default=True)])
    put(space, "First", "Storm")
    guide.build()
    put(space, "later", "Storm")
    guide.build()
    assert leads_to(guide, "/play/storm/") == "../storm-First/index.html"
    assert_as_from_scratch(guide)
    space.remove("entries/play/later.json")
    guide.build()
    assert leads_to(guide, "/play/storm/") == ""
    assert leads_to(guide, "/play/storm-First/") == "../storm/index.html"
    assert leads_to(guide, "/play/storm-later/") == ""
    assert_as_from_scratch(guide)
    put(space, "later", "Storm", 2)
    guide.build()
    assert leads_to(guide, "/play/storm/") == "../storm-First/index.html"
    assert leads_to(guide, "/play/storm-First/") == ""
    assert_as_from_scratch(guide)


def test_record_of_lost_addresses_has_the_form_of_all_others(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(KINDS["title"], locales=[locale("en-US", default=True)])
    put(space, "a", "Storm")
    guide.build()
    assert not (guide.root / "content/moved.json").exists()
    put(space, "b", "Storm")
    guide.build()
    moved = guide.root / "content/moved.json"
    assert json.loads(moved.read_text("utf-8")) == {"entry:a": {"sys.id": {"en-US": ["play/storm"]}}}
    before = moved.read_bytes()
    put(space, "b", "Storm", 2, note="Nothing that addresses are made of.")
    guide.build()
    assert moved.read_bytes() == before


def test_renamed_namesakes_keep_all_their_addresses(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(KINDS["title"], locales=[locale("en-US", default=True)])
    put(space, "a", "Storm")
    put(space, "b", "Storm")
    guide.build()
    put(space, "b", "Calm", 2)
    guide.build()
    assert leads_to(guide, "/play/storm-a/") == "../storm/index.html"
    assert leads_to(guide, "/play/storm-b/") == "../calm/index.html"
    assert_as_from_scratch(guide)
    put(space, "a", "Gale", 2)
    guide.build()
    assert leads_to(guide, "/play/storm/") != ""  # both were called so
    assert leads_to(guide, "/play/storm-a/") == "../gale/index.html"
    assert_as_from_scratch(guide)


def test_page_that_takes_the_old_address_has_it(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(KINDS["title"], locales=[locale("en-US", default=True)])
    put(space, "a", "Storm")
    put(space, "b", "Storm")
    guide.build()
    put(space, "c", "Storm a")
    space.remove("entries/play/b.json")
    guide.build()
    assert leads_to(guide, "/play/storm-a/") == ""
    assert "Storm a" in guide.page("/play/storm-a/")
    assert_as_from_scratch(guide)
    space.remove("entries/play/c.json")
    guide.build()
    assert leads_to(guide, "/play/storm-a/") == "../storm/index.html"
    assert_as_from_scratch(guide)


def test_each_language_keeps_its_own_addresses(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(content_type("play", ("title", "Symbol")), locales=[locale("en-US", default=True), locale("de-DE")])
    space.put(entry("play", "a", title={"en-US": "Storm", "de-DE": "Sturm"}))
    guide.build()
    space.put(entry("play", "b", title={"en-US": "Gale", "de-DE": "Sturm"}))
    guide.build()
    assert leads_to(guide, "/de-DE/play/sturm/") == "../sturm-a/index.html"
    assert not (guide.root / "site/play/storm-a").exists()
    space.remove("entries/play/b.json")
    guide.build("--full")
    assert leads_to(guide, "/de-DE/play/sturm-a/") == "../sturm/index.html"
    assert_as_from_scratch(guide)


def test_date_that_another_comes_to_have_leads_on(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(content_type("play", TITLE, DATE), locales=[locale("en-US", default=True)])
    put(space, "a", "Storm", date="2024-05-01")
    put(space, "b", "Storm", date="2024-06-01")
    guide.build()
    put(space, "c", "Storm", date="2024-05-01")
    guide.build()
    assert leads_to(guide, "/play/storm-2024-05-01/") == "../storm-a/index.html"
    assert_as_from_scratch(guide)
    space.remove("entries/play/c.json")
    guide.build()
    assert leads_to(guide, "/play/storm-a/") == "../storm-2024-05-01/index.html"
    assert_as_from_scratch(guide)


def test_sync_without_the_index_of_the_last_build_goes_on(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(KINDS["title"], locales=[locale("en-US", default=True)])
    put(space, "a", "Storm")
    guide.build()
    (guide.root / ".export/guide.db").write_bytes(b"no database")
    put(space, "b", "Storm")
    guide.build()
    assert (guide.root / "site/play/storm-a/index.html").exists()
    assert_as_from_scratch(guide)
