"""Entries of one title and no slug: their dates tell their addresses apart, and their ids where that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import content_type, entry, locale
from tests.guide.pages.test_addresses_of_titles import addresses
from tests.render.entry.test_page_builder import links, shown
from tests.support.everything import field

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

US = [locale("en-US", default=True)]
SHOW = content_type("show", field("name", "Symbol"), field("date", "Date"), field("city", "Symbol"), display="name")


@pytest.fixture
def storms(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide of two shows called Storm on two days, and of a show called Calm."""
    space.put_model(SHOW, locales=US)
    space.put(entry("show", "s1", name="Storm", date="2024-05-01", city="A"))
    space.put(entry("show", "s2", name="Storm", date="2023-09-04T20:00+02:00", city="B"))
    space.put(entry("show", "x", name="Calm", date="2020-01-01"))
    return guide


def test_dates_tell_entries_of_one_title_apart(storms: Guide) -> None:
    assert addresses(storms, "show") == ["show/calm", "show/storm-2023-09-04", "show/storm-2024-05-01"]
    assert links(shown(storms, "/show/")) == {
        "A Storm May 1, 2024": "storm-2024-05-01/index.html",
        "B Storm Sep 4, 2023, 8:00 PM UTC+02:00": "storm-2023-09-04/index.html",
        "Calm Jan 1, 2020": "calm/index.html",
    }


def test_ids_tell_those_apart_that_have_no_date_of_their_own(storms: Guide, space: SpaceFiles) -> None:
    space.put(entry("show", "s3", name="Storm", date="2024-05-01", city="C"))
    space.put(entry("show", "s4", name="Storm"))
    found = ["show/calm", "show/storm-2023-09-04", "show/storm-s1", "show/storm-s3", "show/storm-s4"]
    assert addresses(storms, "show") == found


def test_address_follows_the_date_as_in_a_guide_from_scratch(storms: Guide, space: SpaceFiles) -> None:
    storms.build()
    space.put(entry("show", "s1", 2, name="Storm", date="2024-06-02", city="A"))
    days = ["show/storm-2023-09-04", "show/storm-2024-05-01"]  # where they were; redirects, once they are not
    assert addresses(storms, "show") == ["show/calm", *days, "show/storm-2024-06-02"]
    space.put(entry("show", "s2", 2, name="Storm", date="2024-06-02", city="B"))
    days.append("show/storm-2024-06-02")  # which s1 had until s2 came to have its date
    assert addresses(storms, "show") == ["show/calm", *days, "show/storm-s1", "show/storm-s2"]
    space.put(entry("show", "x", 2, name="Storm 2024-06-02", date="2020-01-01"))
    space.put(entry("show", "s2", 3, name="Storm", date="2024-06-03", city="B"))
    storms.build()
    before = storms.files("site")
    storms.build("--clean")
    assert storms.files("site") == before
    space.remove("entries/show/s2.json")
    assert "show/storm" in addresses(storms, "show")


def test_moved_date_leaves_a_redirect_while_it_tells_entries_apart(storms: Guide, space: SpaceFiles) -> None:
    storms.build()
    space.put(entry("show", "s1", 2, name="Storm", date="2024-06-02", city="A"))
    space.put(entry("show", "x", 2, name="Calm", date="2020-02-02"))
    storms.build()
    old = "/show/storm-2024-05-01/"
    assert "url=../storm-2024-06-02/index.html" in storms.page(old)
    assert addresses(storms, "show") == [
        *("show/calm", "show/storm-2023-09-04", "show/storm-2024-05-01", "show/storm-2024-06-02"),
    ]
    assert_as_from_scratch(storms)
    space.put(entry("show", "s3", name="Storm", date="2024-05-01", city="C"))
    storms.build()
    assert "http-equiv" not in storms.page(old)
    assert_as_from_scratch(storms)
    space.remove("entries/show/s3.json")
    space.remove("entries/show/s2.json")
    lost = ["show/storm-2024-05-01", "show/storm-2024-06-02"]  # where it was while others had its title
    assert addresses(storms, "show") == ["show/calm", "show/storm", *lost]
    assert_as_from_scratch(storms)
    space.put(entry("show", "s4", name="Storm", date="2022-01-01", city="D"))
    storms.build()
    assert "url=../storm-2024-06-02/index.html" in storms.page(old)
    assert_as_from_scratch(storms)
    space.put(entry("show", "s1", 3, name="Storm", date="2024-05-01", city="A"))
    assert addresses(storms, "show") == [
        *("show/calm", "show/storm", "show/storm-2022-01-01", "show/storm-2024-05-01", "show/storm-2024-06-02"),
    ]
    assert_as_from_scratch(storms)


def assert_as_from_scratch(guide: Guide) -> None:
    before = guide.files("site")
    guide.build("--clean")
    assert guide.files("site") == before


def test_moved_date_of_an_entry_with_a_slug_is_not_recorded(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(content_type("show", *SHOW["fields"], field("slug", "Symbol"), display="name"), locales=US)
    space.put(entry("show", "s1", name="Storm", slug="storm", date="2024-05-01"))
    guide.build()
    space.put(entry("show", "s1", 2, name="Storm", slug="storm", date="2024-05-02"))
    guide.build()
    assert not (guide.root / "content/moved.json").exists()
