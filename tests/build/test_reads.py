"""A change renders only the pages that read what changed; the result is that of a build from scratch."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import CATEGORY, PICTURE, PLACE, asset, content_type, entry, link
from tests.support.steps import (
    CARDS,
    CASTLE,
    HOMES,
    MILL,
    PLACES,
    SIGHTS,
    THREE,
    edit,
    expect,
    mill,
    step,
    template,
)

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles


def test_changed_body_renders_only_the_pages_of_its_entry(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put(mill(body="It stands still."))
    expect(step(guide), MILL)
    edit(guide, "content/entries/place/castle.json", "It is **old**.", "It is *new*.")
    found = step(guide, "render")
    expect(found, CASTLE)
    assert found.report["render"]["evaluated"] <= len(CASTLE + CARDS)


def test_changed_title_renders_its_pages_and_exactly_those_that_show_it(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put(mill(title="The old mill"))
    expect(step(guide), [*MILL, *CARDS])


def test_title_in_one_language_is_read_by_pages_that_show_it_in_that_language(guide: Guide) -> None:
    guide.build()
    edit(guide, "content/entries/place/castle.json", "Die Burg", "Das Schloss")
    expect(step(guide, "render"), [url for url in [*CASTLE, *CARDS] if "de-DE" in url])


def test_changed_category_name_renders_the_category_and_the_pages_that_show_it(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put(entry("category", "sights", 2, title={"en-US": "Views", "de-DE": "Orte"}, slug="sights"))
    shown = [*HOMES, *PLACES, *SIGHTS, *CASTLE, *MILL]
    expect(step(guide), [url for url in shown if "de-DE" not in url])


def test_changed_field_that_no_template_reads_renders_nothing(guide: Guide, space: SpaceFiles) -> None:
    template(guide, "place.html", "{{ entry|title }}")
    guide.build()
    space.put(mill(body="Unseen."))
    expect(step(guide), [])
    space.put(mill(revision=3, body="Unseen."))
    expect(step(guide), [])
    template(guide, "place.html", "{{ entry|title }} {{ entry.sys.revision }}")
    expect(step(guide), [*CASTLE, *MILL])
    space.put(mill(revision=4, body="Unseen."))
    expect(step(guide), MILL)


def test_page_rendered_with_the_same_bytes_is_not_written(guide: Guide, space: SpaceFiles) -> None:
    template(guide, "place.html", "{{ entry.body|length }}")
    guide.build()
    space.put(mill(body="It burns!"))
    found = step(guide)
    assert (found.rendered, found.report["render"]["written"], found.written) == (1, 0, [])


def test_deleted_place_takes_its_pages_away_and_renders_the_pages_that_showed_it(
    guide: Guide, space: SpaceFiles
) -> None:
    guide.build()
    space.remove("entries/place/castle.json")
    found = step(guide)
    expect(found, [*HOMES, *SIGHTS, *MILL], gone=[*CASTLE, *PLACES])  # the only place stands for its list
    assert found.report["render"]["removed"] == len([*CASTLE, *PLACES])
    space.remove("entries/place/mill.json")
    found = step(guide)
    expect(found, [*HOMES, *SIGHTS], gone=MILL)


def test_new_place_renders_itself_and_its_lists(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put(entry("place", "gate", slug="gate", title="The gate"))
    expect(step(guide), ["/place/gate/", *HOMES, *PLACES])


def test_deleted_category_renders_what_linked_to_it_and_its_return_does_so_again(
    guide: Guide, space: SpaceFiles
) -> None:
    guide.build()
    space.remove("entries/category/sights.json")
    found = step(guide)
    expect(found, [*HOMES, *PLACES, *CASTLE, *MILL], gone=SIGHTS)
    dead = [problem for problem in found.report["problems"] if problem["code"] == "link-unresolved"]
    assert sorted((problem["item"], problem["locale"]) for problem in dead) == [
        *(("entry:castle", code) for code in ("ar", "de-DE", "en-US")),
        *(("entry:mill", code) for code in ("ar", "de-DE", "en-US")),  # its card is in all languages
    ]
    assert step(guide, "render").report["problems"] == found.report["problems"]
    space.put(entry("category", "sights", 3, title={"en-US": "Sights", "de-DE": "Orte"}, slug="sights"))
    found = step(guide)
    expect(found, [*HOMES, *PLACES, *CASTLE, *MILL, *SIGHTS])
    assert found.report["problems"] == []


def test_retargeted_link_renders_its_page_and_both_targets(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("category", "towers", title={"en-US": "Towers", "de-DE": "Türme"}, slug="towers"))
    space.put(entry("place", "quay", title="The quay", slug="quay"))  # so that a chip gathers the other two
    guide.build()
    space.put(mill(category=link("Entry", "towers")))
    both = [*SIGHTS, "/category/towers/", "/de-DE/category/towers/"]
    expect(step(guide), [*MILL, *both, *PLACES, *HOMES])  # cards name the category


def test_new_page_that_a_text_links_to_is_linked(guide: Guide, space: SpaceFiles) -> None:
    space.put(mill(body="See [the gate](/place/gate/)."))
    assert [problem["code"] for problem in guide.build()["problems"]] == ["link-dead"]
    space.put(entry("place", "gate", slug="gate", title="The gate"))
    found = step(guide)
    expect(found, ["/place/gate/", *MILL, *HOMES, *PLACES])
    assert found.report["problems"] == []
    assert 'href="../gate/index.html"' in guide.page("/place/mill/")


def test_changed_slug_moves_the_page_leaves_a_redirect_and_renders_what_links_there(
    guide: Guide, space: SpaceFiles
) -> None:
    guide.build()
    space.put(mill(slug="windmill"))
    found = step(guide)
    expect(found, ["/place/windmill/", *MILL, *CARDS, *CASTLE])
    assert 'url=../windmill/index.html"' in guide.page("/place/mill/")
    assert 'href="../windmill/index.html"' in guide.page("/place/castle/")
    space.put(mill(revision=3, slug="watermill"))
    expect(step(guide), ["/place/watermill/", "/place/windmill/", *MILL, *CARDS, *CASTLE])
    space.put(mill(revision=4, slug="mill"))
    expect(step(guide), ["/place/watermill/", "/place/windmill/", *MILL, *CARDS, *CASTLE])


def test_slugs_that_are_equal_for_a_while_leave_redirects_alone(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put(entry("place", "other", slug="mill", title="Another mill"))
    expect(step(guide), ["/place/mill-mill/", "/place/mill-other/", *MILL, *CARDS, *CASTLE])
    assert "url=../mill-mill/index.html" in guide.page("/place/mill/")
    space.remove("entries/place/other.json")
    found = step(guide)
    expect(found, ["/place/mill-mill/", *MILL, *CARDS, *CASTLE], gone=["/place/mill-other/"])
    assert "url=../mill/index.html" in guide.page("/place/mill-mill/")


def test_changed_picture_renders_the_pages_that_show_it(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put(asset("pic", "fort.svg", len(PICTURE), revision=2), file=PICTURE)
    found = step(guide)
    expect(found, [*CASTLE, *CARDS])
    assert found.report["render"]["removed"] == 1


def test_asset_file_removed_or_added_by_hand_renders_the_pages_that_show_it(guide: Guide) -> None:
    guide.build()
    picture = guide.root / "content/files/pic/castle.svg"
    picture.rename(guide.root / "away.svg")
    missing = step(guide, "render", code=1)
    expect(missing, [*CASTLE, *CARDS])
    assert [found["code"] for found in missing.report["problems"]] == ["asset-missing"]
    assert not (guide.root / "site/files").exists()
    (guide.root / "away.svg").rename(picture)
    expect(step(guide, "render"), [*CASTLE, *CARDS])


def test_changed_name_of_a_tag_renders_the_pages_that_show_it(guide: Guide, space: SpaceFiles) -> None:
    template(guide, "place.html", "{{ entry.tags|join(', ') }}")
    raw = mill()
    raw["metadata"]["tags"] = [link("Tag", "old")]
    space.put(raw)
    guide.build()
    (guide.root / "content/model/tags.json").write_text(json.dumps({"old": {"name": "Ancient"}}), "utf-8")
    expect(step(guide, "render"), MILL)
    assert guide.page("/place/mill/") == "Ancient"


def test_count_of_entries_reads_the_count_and_not_the_entries(guide: Guide, space: SpaceFiles) -> None:
    template(guide, "home.html", "{{ entries('place')|length }} {% for each in types %}{{ each.count }} {% endfor %}")
    guide.build()
    space.put(mill(title="The old mill", slug="old-mill"))
    assert set(HOMES) & set(step(guide).written) == set()
    space.put(entry("place", "gate", slug="gate", title="The gate"))
    expect(step(guide), ["/place/gate/", *HOMES, *PLACES])


def test_first_entries_do_not_depend_on_those_that_follow(guide: Guide, space: SpaceFiles) -> None:
    template(guide, "home.html", "{% for each in entries('place')[:6] %}{{ each|title }} {% endfor %}")
    space.remove("entries/place/castle.json")
    for number in range(2, 8):
        space.put(entry("place", f"p{number}", slug=f"p{number}", title=f"V {number}", body="x"))
    guide.build()
    space.put(entry("place", "p7", 2, slug="p7", title="V 7, the seventh", body="x"))
    expect(step(guide), ["/place/p7/", *PLACES])
    space.put(entry("place", "p8", slug="p8", title="W", body="x"))
    expect(step(guide), ["/place/p8/", *PLACES])
    space.put(entry("place", "p6", 2, slug="p6", title="V 6, the sixth", body="x"))
    expect(step(guide), ["/place/p6/", *HOMES, *PLACES])
    space.put(entry("place", "p8", 2, slug="p8", title="A, now the first", body="x"))
    expect(step(guide), ["/place/p8/", *HOMES, *PLACES])


def test_order_of_a_list_is_read(guide: Guide, space: SpaceFiles) -> None:
    order = {"id": "order", "name": "Order", "type": "Integer", "localized": False}
    space.put_model(content_type("place", *PLACE["fields"], order), CATEGORY, locales=THREE)
    template(guide, "place.html", "{{ entry|title }}")
    guide.build()
    space.put(mill(order=1))
    expect(step(guide), [url for url in CARDS if "/ar/" not in url])  # in Arabic the mill was first before the change


def test_touched_files_are_read_and_render_nothing(guide: Guide) -> None:
    guide.build()
    for file in (guide.root / "content").rglob("*.json"):
        os.utime(file, (1_700_000_000, 1_700_000_000))
    found = step(guide, "render")
    assert (found.rendered, found.written, found.report["render"]["read"]) == (0, [], 4)


@pytest.mark.parametrize("same", ["size", "size and time"])
def test_replaced_file_is_noticed_whatever_its_size_and_mtime(guide: Guide, same: str) -> None:
    guide.build()
    file = guide.root / "content/entries/place/mill.json"
    before = file.stat()
    other = file.with_name("other")
    other.write_text(file.read_text("utf-8").replace("It turns.", "It burns."), "utf-8")
    if same == "size and time":
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)
    assert file.stat().st_size == before.st_size
    expect(step(guide, "render"), MILL)


def test_checkout_of_another_state_and_back_gives_the_same_bytes(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    first = guide.files("content", "site")
    shutil.copytree(guide.root / "content", guide.root / "kept")
    space.put(mill(title="The old mill", slug="old"))
    space.remove("entries/place/castle.json")
    space.put(entry("place", "gate", slug="gate", title="The gate"))
    guide.build()
    shutil.rmtree(guide.root / "content")
    shutil.copytree(guide.root / "kept", guide.root / "content")
    step(guide, "render")
    assert guide.files("content", "site") == first


def test_moved_only_entry_of_a_type_renders_every_page_with_the_navigation(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put(entry("category", "sights", 2, title="Sights", slug="moved"))
    guide.build()
    incremental = guide.files("site")
    assert b"category/moved/index.html" in incremental["site/place/mill/index.html"]
    guide.run("render", "--clean")
    assert guide.files("site") == incremental
