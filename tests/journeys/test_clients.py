"""The official clients against the local endpoint: they end up with what is published."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import requests

from exporter.space.folder import SpaceFolder
from exporter.space.http.server import Endpoint, Listening, open_endpoint
from tests.conftest import CATEGORY, PLACE, PROJECT, SpaceFiles, asset, entry, link, locale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SCRIPT = PROJECT / "tests/browser/sync_client.mjs"
PAGE = 7
FIELDS = [
    {"id": "floors", "name": "Floors", "type": "Integer", "localized": False},
    {"id": "story", "name": "Story", "type": "RichText", "localized": True},
    {"id": "near", "name": "Near", "type": "Array", "items": {"type": "Link", "linkType": "Entry"}},
]
CODES = ("en-US", "de-DE", "ar")
Fields: TypeAlias = "dict[str, dict[str, Any]]"
State: TypeAlias = "dict[str, Any]"
"""What an app stores and what its last sync did: token, items by type and id, ids received by type, page count."""


def node(kind: str, *content: Any, **data: Any) -> dict[str, Any]:
    return {"nodeType": kind, "data": data, "content": list(content)}


def story(text: str, category: str, picture: str) -> dict[str, Any]:
    return node(
        "document",
        node("paragraph", {"nodeType": "text", "value": text, "marks": [{"type": "bold"}], "data": {}}),
        node("embedded-entry-block", target=link("Entry", category)),
        node("embedded-asset-block", target=link("Asset", picture)),
    )


def place(number: int, revision: int = 1, **fields: Any) -> dict[str, Any]:
    """Make a place without the fields that are None; four of five link to the next one, in chains without cycles."""
    name, category, picture = f"place-{number:02}", f"category-{number % 5}", f"picture-{number % 5}"
    near = [link("Entry", f"place-{number + 1:02}"), link("Entry", category)] if number % 5 < 4 else []
    defaults = {
        "title": {"en-US": f"Place {number}", "de-DE": f"Ort {number}", "ar": f"مكان {number}"},
        "slug": name,
        "summary": {"en-US": f"Summary {number}"},
        "floors": number,
        "category": link("Entry", category),
        "picture": link("Asset", picture),
        "near": near,
        "story": {code: story(f"{code} {number}", category, picture) for code in ("en-US", "de-DE")},
    }
    return entry(
        "place", name, revision, **{key: value for key, value in (defaults | fields).items() if value is not None}
    )


@pytest.fixture
def town(tmp_path: Path) -> SpaceFiles:
    """A space of twenty places, five categories and five pictures in three locales."""
    made = SpaceFiles(tmp_path / "town")
    locales = [locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar", "de-DE")]
    made.put_model({**PLACE, "fields": PLACE["fields"] + FIELDS}, CATEGORY, locales=locales)
    for number in range(20):
        made.put(place(number))
    for number in range(5):
        made.put(entry("category", f"category-{number}", title={"en-US": f"Category {number}", "ar": f"فئة {number}"}))
        made.put(asset(f"picture-{number}", f"{number}.svg", 100 + number))
    return made


@pytest.fixture
def endpoint(town: SpaceFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with open_endpoint(SpaceFolder(town.root), tmp_path / "log.db", Listening(access_token="t")) as opened:
        yield opened


def sync_by_javascript(endpoint: Endpoint, state: State, tmp_path: Path) -> State:
    program = shutil.which("node")
    if program is None:
        pytest.skip("Node is not installed")
    if not (SCRIPT.parent / "node_modules/contentful").is_dir():
        pytest.skip("the Node packages are not installed: npm ci in tests/browser")
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state), "utf-8")
    host, port = endpoint.address.split(":")
    command = [program, str(SCRIPT), host, port, "small", str(file)]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    found: State = json.loads(run.stdout)
    return found


def python_client(endpoint: Endpoint, token: str = "t") -> Any:
    contentful = pytest.importorskip("contentful", reason="the contentful package is not installed")
    return contentful.Client("small", token, api_url=endpoint.address, https=False, environment="master", timeout_s=10)


def sync_by_python(endpoint: Endpoint, state: State, _tmp_path: Path) -> State:
    client = python_client(endpoint)
    start = {"sync_token": state["token"]} if state["token"] else {"initial": True, "limit": PAGE}
    pages = [client.sync(start)]
    while pages[-1].next_page_url:
        pages.append(pages[-1].next(client))
    items: dict[str, dict[str, Fields]] = {kind: dict(fields_by_id) for kind, fields_by_id in state["items"].items()}
    received: dict[str, list[str]] = {}
    for change in (item for page in pages for item in page.items):
        kind = change.type.removeprefix("Deleted")
        received.setdefault(change.type, []).append(change.id)
        if kind == change.type:
            items.setdefault(kind, {})[change.id] = fields_of(change)
        else:
            del items[kind][change.id]
    ids = {kind: sorted(ids) for kind, ids in received.items()}
    return {"token": pages[-1].next_sync_token, "items": items, "received": ids, "pages": len(pages)}


def fields_of(item: Any) -> Fields:
    """Convert fields of the Python client, keyed by locale first, to the API's form, with links as JSON."""
    found: Fields = {}
    for code in CODES:
        for name, value in item.fields(code).items():
            found.setdefault(name, {})[code] = json.loads(json.dumps(value, default=lambda value: value.raw))
    return found


def published(space: SpaceFiles) -> dict[str, dict[str, Any]]:
    """Return the published items by type and id."""
    found: dict[str, dict[str, Any]] = {"Entry": {}, "Asset": {}}
    for file in [*space.root.glob("entries/*/*.json"), *space.root.glob("assets/*.json")]:
        raw = json.loads(file.read_bytes())
        found[raw["sys"]["type"]][raw["sys"]["id"]] = raw
    return found


def fields_by_id(items: dict[str, dict[str, Any]]) -> dict[str, dict[str, Fields]]:
    return {kind: {name: raw["fields"] for name, raw in by_id.items()} for kind, by_id in items.items()}


def difference(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Return the ids that a delta from one state to another contains, by type."""
    found = {}
    for kind in before:
        found[kind] = sorted(name for name, raw in after[kind].items() if before[kind].get(name) != raw)
        found[f"Deleted{kind}"] = sorted(before[kind].keys() - after[kind].keys())
    return {kind: ids for kind, ids in found.items() if ids}


def edit(town: SpaceFiles, endpoint: Endpoint, number: int) -> None:
    """Make a round of edits: change, clear, relink, add, delete, unpublish, republish, while another client syncs."""
    back, gone = 14 + number, 17 + number
    town.put(place(number, 2, title={"en-US": f"Changed {number}", "ar": ""}, story=story("New", "category-4", "none")))
    town.put(place(number + 4, number + 1, summary=None, near=[link("Entry", f"new-{number}")], picture=None))
    town.put(entry("place", f"new-{number}", title=f"New {number}", category=link("Entry", f"place-{number + 10:02}")))
    town.put(asset(f"new-{number}", "new.svg", 7))
    town.remove(f"entries/place/place-{number + 10:02}.json")
    town.remove(f"assets/picture-{number}.json")
    town.remove(f"entries/place/place-{back:02}.json")
    town.remove(f"entries/place/place-{gone:02}.json")
    requests.get(f"{endpoint.url}/spaces/small/sync?initial=true&access_token=t", timeout=10).raise_for_status()
    town.put(place(back, 2))
    if number:
        town.put(place(gone - 1, 2))


@pytest.mark.parametrize("sync", [sync_by_javascript, sync_by_python])
def test_client_has_what_is_published_after_every_round_of_edits(
    town: SpaceFiles, endpoint: Endpoint, tmp_path: Path, sync: Callable[[Endpoint, State, Path], State]
) -> None:
    state = sync(endpoint, {"token": "", "items": {}}, tmp_path)
    assert (state["items"], state["pages"]) == (fields_by_id(published(town)), 5)
    for number in range(3):
        before = published(town)
        edit(town, endpoint, number)
        after = published(town)
        state = sync(endpoint, state, tmp_path)
        assert state["items"] == fields_by_id(after)
        assert (state["received"], state["pages"]) == (difference(before, after), 2)
    again = sync(endpoint, state, tmp_path)
    assert again == {**state, "received": {}, "pages": 1}


def test_python_client_lists_entries_and_assets(endpoint: Endpoint) -> None:
    client = python_client(endpoint)
    entries, places, assets = client.entries(), client.entries({"content_type": "place"}), client.assets()
    assert (entries.total, places.total, assets.total) == (25, 20, 5)
    assert {place.id for place in places} == {f"place-{number:02}" for number in range(20)}
    assert {resource.content_type.id for resource in entries} == {"place", "category"}
    assert {asset.title for asset in assets} == {f"picture-{number}" for number in range(5)}


def test_python_client_walks_a_listing_in_pages(endpoint: Endpoint) -> None:
    client = python_client(endpoint)
    pages = [client.entries({"order": "sys.id", "limit": 10, "skip": skip}) for skip in (0, 10, 20)]
    positions = [(page.total, page.skip, page.limit, len(page)) for page in pages]
    assert positions == [(25, 0, 10, 10), (25, 10, 10, 10), (25, 20, 10, 5)]
    ids = [resource.id for page in pages for resource in page]
    assert ids == sorted(ids)
    assert len(set(ids)) == 25


def test_python_client_reads_one_entry_and_one_asset(endpoint: Endpoint) -> None:
    client = python_client(endpoint)
    found, picture = client.entry("place-03"), client.asset("picture-3")
    assert (found.title, found.slug, found.floors, found.sys["locale"]) == ("Place 3", "place-03", 3, "en-US")
    assert picture.url(w=20) == f"//images.ctfassets.net/small/picture-3/{1:032x}/3.svg?w=20"
    assert picture.file["details"]["size"] == 103


def test_python_client_resolves_links_by_include(endpoint: Endpoint) -> None:
    client = python_client(endpoint)
    found = client.entry("place-00")
    assert (found.category.title, found.picture.title) == ("Category 0", "picture-0")
    assert [place.title for place in found.near] == ["Place 1", "Category 0"]
    embedded = [node["data"]["target"].title for node in found.story["content"][1:]]
    assert embedded == ["Category 0", "picture-0"]
    deeper = found.near[0].near[0]
    assert (deeper.type, deeper.id) == ("Link", "place-02")
    assert client.entry("place-00", {"include": 2}).near[0].near[0].title == "Place 2"
    assert client.entry("place-00", {"include": 0}).category.resolve(client).title == "Category 0"


def test_python_client_drops_links_to_unpublished_items(endpoint: Endpoint, town: SpaceFiles) -> None:
    town.remove("entries/category/category-0.json")
    town.remove("assets/picture-0.json")
    found = python_client(endpoint).entry("place-00")
    assert (found.category, found.picture) == (None, None)
    assert [place.title for place in found.near] == ["Place 1"]
    assert [node["nodeType"] for node in found.story["content"]] == ["paragraph"]


@pytest.mark.parametrize(
    ("code", "title", "summary", "category"),
    [
        ("en-US", "Place 1", "Summary 1", "Category 1"),
        ("de-DE", "Ort 1", "Summary 1", "Category 1"),
        ("ar", "مكان 1", "Summary 1", "فئة 1"),
    ],
)
def test_python_client_reads_a_locale_with_its_fallbacks(
    endpoint: Endpoint, code: str, title: str, summary: str, category: str
) -> None:
    found = python_client(endpoint).entry("place-01", {"locale": code})
    assert (found.title, found.summary, found.slug, found.category.title) == (title, summary, "place-01", category)
    assert found.fields() == found.fields(code)


def test_python_client_reads_all_locales_as_they_are(endpoint: Endpoint, town: SpaceFiles) -> None:
    found = python_client(endpoint).entries({"locale": "*", "include": 0, "content_type": "category"})
    expected = {
        name: fields for name, fields in fields_by_id(published(town))["Entry"].items() if name.startswith("category")
    }
    assert {resource.id: fields_of(resource) for resource in found} == expected


def test_python_client_reads_the_model(endpoint: Endpoint) -> None:
    client = python_client(endpoint)
    types = {definition.id: definition.display_field for definition in client.content_types()}
    assert types == {"category": "title", "place": "title"}
    fields = [(field.id, field.type) for field in client.content_type("place").fields]
    assert fields[-3:] == [("floors", "Integer"), ("story", "RichText"), ("near", "Array")]
    expected = {("en-US", True, None), ("de-DE", False, "en-US"), ("ar", False, "de-DE")}
    space = client.space()
    for locales in (client.locales(), space.locales):
        assert {(locale.code, locale.default, locale.fallback_code) for locale in locales} == expected
    assert space.id == "small"


@pytest.mark.parametrize(
    ("call", "argument", "error", "message"),
    [
        ("entry", "nowhere", "EntryNotFoundError", "Entry not found for ID: 'nowhere'"),
        ("asset", "nowhere", "NotFoundError", "The requested Asset could not be found. ID: nowhere."),
        ("content_type", "nowhere", "NotFoundError", "The requested ContentType could not be found. ID: nowhere."),
        ("entries", {"limit": 1001}, "BadRequestError", "The query you sent was invalid."),
        ("entries", {"locale": "xx"}, "BadRequestError", "Unknown locale: xx"),
        ("sync", {"sync_token": "nonsense"}, "BadRequestError", "HTTP status code: 400"),
    ],
)
def test_python_client_raises_its_own_errors(
    endpoint: Endpoint, call: str, argument: Any, error: str, message: str
) -> None:
    client = python_client(endpoint)
    with pytest.raises(Exception, match=re.escape(message)) as caught:
        getattr(client, call)(argument)
    assert type(caught.value).__name__ == error


def test_python_client_raises_unauthorized_for_a_wrong_access_token(endpoint: Endpoint) -> None:
    with pytest.raises(Exception, match="The access token you sent could not be found or is invalid") as caught:
        python_client(endpoint, "wrong")
    assert type(caught.value).__name__ == "UnauthorizedError"
