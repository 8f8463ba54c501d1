"""Links to what `only:` and `search:` leave out: one line with their number, no warning and no code of `check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import CATEGORY, PLACE, SLUG, asset, content_type, entry, link, locale

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles


def to(name: str, *types: str) -> dict[str, Any]:
    """Define a field that links to one entry of some content types."""
    rules = [{"linkContentType": list(types)}] if types else []
    return {"id": name, "name": name, "type": "Link", "linkType": "Entry", "localized": False, "validations": rules}


VISIT = content_type("visit", ("title", "Symbol"), SLUG, to("tag", "category"), to("next", "visit"), to("other"))


@pytest.fixture
def visits(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide of 58 visits, each with a category, which the guide does not mirror."""
    space.put_model(PLACE, CATEGORY, VISIT, locales=[locale("en-US", default=True), locale("de-DE", "en-US")])
    for number in range(58):
        title = {"en-US": f"Visit {number}", "de-DE": f"Besuch {number}"}
        space.put(entry("visit", f"v{number}", title=title, slug=f"v{number}", tag=link("Entry", "sights")))
    source(guide, space, "only: [visit]")
    return guide


def source(guide: Guide, space: SpaceFiles, part: str) -> None:
    """Set the filter of the guide's source."""
    text = f"title: Small guide\noffline: false\nsource: {{local: {space.root}, {part}}}\n"
    (guide.root / "site.yaml").write_text(text, "utf-8")


SAID = "source.only leaves out category: 58 links lead there"


def test_what_only_leaves_out_is_one_line(visits: Guide) -> None:
    for command in ("build", "render", "check"):
        outcome = visits.run(command)
        assert outcome.code == 0
        assert [line for line in outcome.err.splitlines() if "unresolved" in line or "not published" in line] == []
        assert outcome.out.splitlines().count(SAID) == 1, outcome
        assert visits.run(command, "--json").json["problems"] == []
        assert SAID not in visits.run(command, "-q").out


def test_strict_runs_are_not_stopped_by_it(visits: Guide) -> None:
    site = visits.root / "site.yaml"
    site.write_text(site.read_text("utf-8") + "check: {link-unresolved: error}\n", "utf-8")
    assert visits.run("build", "--strict").code == 0
    assert visits.run("check", "--strict").code == 0


def test_link_to_what_only_lets_through_is_still_a_warning(visits: Guide, space: SpaceFiles) -> None:
    space.put(entry("visit", "lost", title="Lost", slug="lost", next=link("Entry", "gone")))
    for command in ("build", "check"):
        problems = visits.run(command, "--json").json["problems"]
        assert {(one["code"], one["item"], one["field"]) for one in problems} == {
            ("link-unresolved", "entry:lost", "next")
        }


def test_missing_asset_is_still_a_warning(visits: Guide, space: SpaceFiles) -> None:
    space.put_model(
        CATEGORY,
        content_type("visit", ("title", "Symbol"), SLUG, {**to("tag"), "linkType": "Asset"}),
        locales=[locale("en-US", default=True)],
    )
    space.put(entry("visit", "v1", title="V", slug="v1", tag=link("Asset", "gone")))
    assert asset("a", "a.svg", 1)
    problems = visits.run("build", "--json").json["problems"]
    assert "entry:v1" in {one["item"] for one in problems if one["code"] == "link-unresolved"}


def test_field_that_names_no_types_may_lead_to_any_that_is_left_out(visits: Guide, space: SpaceFiles) -> None:
    space.put(entry("visit", "v1", 2, title="V", slug="v1", other=link("Entry", "castle")))
    outcome = visits.run("build")
    assert (outcome.code, outcome.err) == (0, "")
    assert "source.only leaves out category, place: 58 links lead there" in outcome.out.splitlines()


def test_what_a_search_leaves_out_is_one_line(visits: Guide, space: SpaceFiles) -> None:
    source(visits, space, "search: {content_type: visit, max: 20, include: 0}")
    for command in ("build", "check"):
        outcome = visits.run(command)
        assert (outcome.code, outcome.err) == (0, "")
        said = "source.search leaves out what is not among the newest: 20 links lead there"
        assert said in outcome.out.splitlines()
