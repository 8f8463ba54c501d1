"""Deeply nested JSON from every source: the item is kept, its value is cut and reported; nothing crashes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from exporter.core.encoding import DEEPEST_SHOWN, MOST_LEVELS, TOO_DEEP
from tests.conftest import PLACE, SLUG, content_type, entry, locale
from tests.support.stub import Reply, Request, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Guide, Outcome, SpaceFiles

DEPTHS = [250, 320, 100_000]
FIELD = {"id": "data", "name": "Data", "type": "Object", "localized": False, "required": False}
STORY = {"id": "story", "name": "Story", "type": "RichText", "localized": False, "required": False}
THING = content_type("thing", ("title", "Symbol"), SLUG, FIELD, STORY)
LOCALES = [locale("en-US", default=True)]
HOLE = "@@@"
COMMITTED = [".syncstate", "content/moved.json", "content/model/locales.json", "content/model/tags.json"]


def thing(identifier: str) -> dict[str, Any]:
    """Make an entry whose JSON field has a placeholder for nested JSON."""
    return entry("thing", identifier, title=f"Thing {identifier}", slug=identifier, data={"en-US": [HOLE]})


def filled(value: object, depth: int, kind: str) -> bytes:
    """Return a value as JSON, with nested lists or objects in place of the placeholder of `thing`."""
    start, end = ("[", "]") if kind == "lists" else ('{"part":', "}")
    deep = start * depth + '"the core"' + end * depth
    return json.dumps(value).replace(f'"{HOLE}"', deep).encode()


def reported_items(outcome: Outcome) -> set[str]:
    """Return the items that the run reported as nested too deep."""
    assert "Traceback" not in outcome.err
    assert "recursion" not in (outcome.err + outcome.out).lower()
    return {found["item"] for found in outcome.json["problems"] if found["code"] == "nested-too-deep"}


def shows(guide: Guide) -> None:
    """Assert that the page of the deep entry says that a value is too deep, and that the other page does not."""
    assert TOO_DEEP in guide.page("thing/deep")
    assert "Thing deep" in guide.page("thing/deep")
    assert TOO_DEEP not in guide.page("thing/flat")


@pytest.mark.parametrize("kind", ["lists", "objects"])
@pytest.mark.parametrize("depth", DEPTHS)
def test_deep_item_from_the_network_is_kept_and_reported(remote: Callable[[str], Guide], depth: int, kind: str) -> None:
    items = [thing("deep"), entry("thing", "flat", title="Flat", slug="flat")]

    def script(request: Request) -> Reply:
        if request.last == "sync":
            body = page(*items if "initial" in request.query else (), token="t").body
            return Reply(filled(body, depth, kind), headers={"Content-Type": "application/json"})
        return listing(*{"locales": LOCALES, "content_types": [THING]}.get(request.last, []))

    with serve(script) as stub:
        guide = remote(stub.url)
        outcome = guide.run("build", "--json")
        assert outcome.code == 0
        assert reported_items(outcome) == {"entry:deep"}
        first = outcome.json["problems"][0]
        assert (first["field"], first["locale"], first["severity"]) == ("data", "en-US", "warning")
        shows(guide)
        assert guide.build()["sync"]["upserted"] == 0
        assert guide.run("status").code == 0, "the mirror is what was synced"
        before = guide.files()
        outcome = guide.run("sync", "--full", "--json")
        assert (outcome.code, outcome.json["sync"]["unchanged"]) == (0, 2), "the same item is no news"
        assert guide.files() == before
        check = guide.run("check", "--json")
        assert (check.code, reported_items(check)) == (0, {"entry:deep"})


@pytest.mark.parametrize("depth", DEPTHS)
def test_deep_item_in_a_space_of_files_is_kept_and_reported(guide: Guide, space: SpaceFiles, depth: int) -> None:
    space.put_model(THING, locales=LOCALES)
    space.write("entries/thing/deep.json", filled(thing("deep"), depth, "objects"))
    space.put(entry("thing", "flat", title="Flat", slug="flat"))
    outcome = guide.run("build", "--json")
    assert (outcome.code, reported_items(outcome)) == (0, {"entry:deep"})
    shows(guide)


@pytest.mark.parametrize("depth", DEPTHS)
def test_deep_file_in_content_is_rendered_and_reported(guide: Guide, space: SpaceFiles, depth: int) -> None:
    space.put_model(THING, locales=LOCALES)
    space.put(thing("deep"))
    space.put(entry("thing", "flat", title="Flat", slug="flat"))
    guide.build()
    (guide.root / "content/entries/thing/deep.json").write_bytes(filled(thing("deep"), depth, "lists"))
    outcome = guide.run("render", "--json")
    assert (outcome.code, reported_items(outcome)) == (0, {"entry:deep"})
    shows(guide)
    assert reported_items(guide.run("check", "--json")) == {"entry:deep"}
    assert "Traceback" not in guide.run("status").err
    assert "Traceback" not in guide.run("sync").err


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("path", COMMITTED)
def test_any_other_deep_committed_file_is_an_error_that_names_it(guide: Guide, path: str, depth: int) -> None:
    guide.build()
    (guide.root / path).write_bytes(b'{"source":' * depth + b"1" + b"}" * depth)
    for command in ("sync", "render", "check", "status"):
        outcome = guide.run(command)
        assert "Traceback" not in outcome.err
        assert "recursion" not in outcome.err.lower()
        assert outcome.code in (0, 1, 4)
        assert outcome.code == 0 or path in outcome.err or path in outcome.out or command == "status"


@pytest.mark.parametrize("depth", DEPTHS)
def test_deep_entry_in_an_export_is_kept_and_reported(tmp_path: Path, guide: Guide, depth: int) -> None:
    items = [thing("deep"), entry("thing", "flat", title="Flat", slug="flat")]
    model = {**THING, "sys": {**THING["sys"], "publishedVersion": 1}}
    export = {"contentTypes": [model], "entries": items, "assets": [], "locales": LOCALES, "tags": []}
    (tmp_path / "export.json").write_bytes(filled(export, depth, "lists"))
    (guide.root / "site.yaml").write_text(f"title: T\noffline: false\nsource: {{local: {tmp_path / 'export.json'}}}\n")
    outcome = guide.run("build", "--json")
    assert (outcome.code, reported_items(outcome)) == (0, {"entry:deep"})
    shows(guide)


def test_answer_of_the_service_that_is_only_nested_lists_is_an_error(remote: Callable[[str], Guide]) -> None:
    for body in (b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"items":' * 5_000 + b"1" + b"}" * 5_000):
        with serve(lambda _request, body=body: Reply(body)) as stub:  # type: ignore[misc] # the body of this round
            guide = remote(stub.url)
            outcome = guide.run("sync", "--json")
            assert (outcome.code, outcome.json["error"]["code"]) == (3, "malformed")
            assert "Traceback" not in outcome.err
            guide.root.rename(guide.root.with_name(f"guide{len(body)}"))


@pytest.mark.parametrize("levels", [DEEPEST_SHOWN - 2, 60])
@pytest.mark.parametrize("kind", ["lists", "objects"])
def test_value_at_the_depth_limit_is_shown(guide: Guide, space: SpaceFiles, levels: int, kind: str) -> None:
    space.put_model(THING, locales=LOCALES)
    space.write("entries/thing/deep.json", filled(thing("deep"), levels - 1, kind))
    outcome = guide.run("build", "--json")
    assert (outcome.code, reported_items(outcome)) == (0, set())
    assert "the core" in guide.page("thing/deep")


@pytest.mark.parametrize("kind", ["lists", "objects"])
@pytest.mark.parametrize("depth", [DEEPEST_SHOWN + 20, MOST_LEVELS - 6])
def test_what_is_kept_and_too_deep_for_a_page_is_mirrored_as_it_came_and_told(
    guide: Guide, space: SpaceFiles, depth: int, kind: str
) -> None:
    space.put_model(THING, locales=LOCALES)
    space.write("entries/thing/deep.json", filled(thing("deep"), depth, kind))
    space.put(entry("thing", "flat", title="Flat", slug="flat"))
    outcome = guide.run("build", "--json")
    assert (outcome.code, reported_items(outcome)) == (0, {"entry:deep"})
    assert b"the core" in guide.files()["content/entries/thing/deep.json"]
    shows(guide)


@pytest.mark.parametrize("depth", DEPTHS)
def test_deeply_nested_rich_text_keeps_its_page(guide: Guide, space: SpaceFiles, depth: int) -> None:
    node = '{"nodeType":"blockquote","data":{},"content":['
    text = '{"nodeType":"text","value":"first","marks":[],"data":{}}'
    story = {"nodeType": "document", "data": {}, "content": [HOLE]}
    raw = entry("thing", "deep", title="Thing deep", slug="deep", story={"en-US": story})
    paragraph = f'{{"nodeType":"paragraph","data":{{}},"content":[{text}]}},'
    data = json.dumps(raw).replace(f'"{HOLE}"', paragraph + node * depth + text + "]}" * depth)
    space.put_model(THING, PLACE, locales=LOCALES)
    space.write("entries/thing/deep.json", data.encode())
    outcome = guide.run("build", "--json")
    assert (outcome.code, reported_items(outcome)) == (0, {"entry:deep"})
    assert "first" in guide.page("thing/deep")
