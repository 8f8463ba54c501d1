"""Odd JSON from the network to the files and back: kept as it came, without affecting other items."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from exporter.core.encoding import canonical
from tests.conftest import PLACE, Guide, asset, entry, link, locale
from tests.support.stub import Reply, Request, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Outcome

HUGE = 10**400 + 7
NESTED: Any = [[]]
for _ in range(200):
    NESTED = [NESTED]


def script(*replies: Reply) -> Callable[[Request], Reply]:
    """Return a script: initial syncs get the first reply, deltas the others in turn and then always the last."""
    left = list(replies)

    def answer(request: Request) -> Reply:
        if request.last == "sync" and "initial" in request.query:
            return replies[0]
        if request.last == "sync":
            return left.pop(1) if len(left) > 2 else left[-1]
        if request.last.endswith(".bin"):
            return Reply(b"file")
        found = {"locales": locale("en-US", default=True), "content_types": PLACE}
        return listing(*([found[request.last]] if request.last in found else []))

    return answer


def with_fields(raw: dict[str, Any], fields: Any) -> dict[str, Any]:
    return {**raw, "fields": fields}


def with_sys(raw: dict[str, Any], **sys: Any) -> dict[str, Any]:
    """Change members of `sys`; those set to `...` are removed."""
    return {**raw, "sys": {name: value for name, value in {**raw["sys"], **sys}.items() if value is not ...}}


def without(raw: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name not in names}


def filed(value: Any) -> dict[str, Any]:
    return with_fields(asset("odd", "x", 1), {"file": value})


def rich(node: Any) -> dict[str, Any]:
    """Make a Rich Text document around a node."""
    return {"nodeType": "document", "data": {}, "content": [{"nodeType": "unheard-of", "content": [node]}]}


ODD = entry("place", "odd", title="Odd", slug="odd")
FINE = link("Entry", "fine")
KINDS: list[Any] = [{}, [], None, "heading-", "heading-12"]
MARKS: list[Any] = [7, {}, [None, 7, {"type": {}}]]
NODES = [
    *({"nodeType": kind, "content": [{"value": "x"}]} for kind in KINDS),
    *({"nodeType": "text", "value": "x", "marks": marks} for marks in MARKS),
]
TAGS: list[Any] = [7, {}, [None, "x", {"sys": "x"}, {"sys": {"id": "x"}}]]
VALUES: list[Any] = [
    None,
    {},
    [],
    "text",
    7,
    True,
    {"en-US": None},
    {"en-US": {}},
    {"en-US": []},
    {"": "x"},
    {"xx": {"yy": "z"}},
]
ITEMS = {
    "no fields": without(ODD, "fields"),
    "no metadata": without(ODD, "metadata"),
    **{f"fields {value!r}": with_fields(ODD, value) for value in VALUES},
    **{f"title {value!r}": with_fields(ODD, {"title": value}) for value in VALUES},
    **{f"body {value!r}": with_fields(ODD, {"title": {"en-US": "Odd"}, "body": value}) for value in VALUES},
    **{f"link {value!r}": with_fields(ODD, {"picture": {"en-US": value}}) for value in VALUES},
    **{f"metadata {value!r}": {**ODD, "metadata": value} for value in VALUES},
    "fields that no model names": with_fields(ODD, {"": {"en-US": 1}, "\0\n": {"en-US": "\0\n"}}),
    "fields and locales of lone surrogates": with_fields(
        ODD, {"\ud800": {"en-US": link("Entry", "fine")}, "title": {"en-US": "Odd", "\ud800": "x"}}
    ),
    "links to lone surrogates": {
        **with_fields(
            ODD, {"picture": {"en-US": link("Asset", "\ud800")}, "category": {"en-US": [link("Entry", "a\ud800")]}}
        ),
        "metadata": {"tags": [link("Tag", "\ud800")], "concepts": []},
    },
    **{f"tags {tags!r}": {**ODD, "metadata": {"tags": tags}} for tags in TAGS},
    **{f"a node of {node!r}": with_fields(ODD, {"body": {"en-US": rich(node)}}) for node in NODES},
    **{f"a list of a link and {tags!r}": with_fields(ODD, {"body": {"en-US": [FINE, tags]}}) for tags in TAGS},
    "a link without an id": with_fields(ODD, {"picture": {"en-US": {"sys": {"type": "Link", "linkType": "Asset"}}}}),
    "a link to nothing": with_fields(ODD, {"picture": {"en-US": link("Asset", "nowhere")}}),
    "a lone surrogate": with_fields(ODD, {"title": {"en-US": "a\ud800b"}}),
    "an object": with_fields(ODD, {"data": {"en-US": {"b": NESTED, "a": [1, 1.5, 1e-7, "", None, False, {}]}}}),
    "integers": with_fields(
        ODD, {"title": {"en-US": "Odd"}, "n": {"en-US": [HUGE, -HUGE, 2**63, 2**64, -(2**63) - 1]}}
    ),
    "no content type": with_sys(ODD, contentType=...),
    "a content type without an id": with_sys(ODD, contentType={"sys": {}}),
    "no revision": with_sys(ODD, revision=..., updatedAt=...),
    "a revision of any size": with_sys(ODD, revision=HUGE),
    "a revision that is none": with_sys(ODD, revision="two", updatedAt=7),
    "no environment": with_sys(ODD, environment=..., space=...),
    "members to come": {**with_sys(ODD, fieldStatus={"*": {"en-US": "published"}}), "extra": {"x": [None]}},
    "an asset without fields": without(asset("odd", "x", 1), "fields"),
    **{f"file {value!r}": filed(value) for value in VALUES},
    "a file that is uploaded": filed({"en-US": {"upload": "https://h/x", "fileName": "x", "contentType": "x"}}),
    "a file from an upload": filed({"en-US": {"uploadFrom": link("Upload", "u"), "fileName": "x"}}),
    "a file without details": filed({"en-US": {"url": "/f/odd.bin"}}),
    "a file of null details": filed({"en-US": {"url": "/f/odd.bin", "details": None, "fileName": None}}),
    "a file in some locales": filed(
        {"en-US": {"url": "/f/odd.bin", "fileName": "x"}, "de-DE": None, "ar": {"upload": "x"}}
    ),
}


@pytest.mark.parametrize("name", ITEMS)
def test_odd_item_is_mirrored_unchanged_and_rendered_and_served_again(
    remote: Callable[[str], Guide], tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    fine = entry("place", "fine", title="Fine", slug="fine", picture=link("Entry", "odd"))
    with serve(script(page(ITEMS[name], fine, token="s1"), page(token="s1"))) as stub:
        guide = remote(stub.url)
        assert guide.build()["sync"]["upserted"] == 2
        files = guide.files("content")
        [path] = [path for path in files if path.endswith("/odd.json")]
        assert files[path] == canonical(ITEMS[name])
        assert json.loads(files[path]) == ITEMS[name]
        before = guide.mtimes()
        assert guide.build()["sync"]["upserted"] == 0
        assert guide.mtimes() == before
        assert guide.run("sync", "--full").code == 0
        assert guide.files("content") == files
    again = Guide(tmp_path_factory.mktemp("again"), guide.call)
    (again.root / "site.yaml").write_text(f"title: T\nsource: {{local: {guide.root}/content}}\n", "utf-8")
    outcome = again.run("sync", "--json")
    assert outcome.json["sync"]["upserted"] == 2
    assert {path: data for path, data in again.files("content").items() if "/files/" not in path} == {
        path: data for path, data in files.items() if "/files/" not in path
    }


def test_integers_keep_all_their_digits_in_twins_too(remote: Callable[[str], Guide]) -> None:
    with serve(script(page(ITEMS["integers"], token="s1"))) as stub:
        guide = remote(stub.url)
        assert guide.run("sync").code == 0
    for path in ("content/entries/place/odd.json", "content/entries/place/odd.en-US.md"):
        assert str(HUGE).encode() in guide.files()[path]


UUID = "7c0c4b1c-4d1b-4a8f-9f57-0c9a8f3c1b2a"
GONE: dict[str, Any] = {"type": "DeletedEntry", "id": "odd", "deletedAt": "2026-02-01T08:00:00.000Z", "revision": 1}
DELETIONS = {
    "named as it should be": {**GONE, "space": link("Space", "far"), "environment": link("Environment", "master")},
    "a UUID for environment": {**GONE, "environment": link("Environment", UUID)},
    "no environment": GONE,
    "no revision and time": {"type": "DeletedEntry", "id": "odd"},
    "revision and time of null": {**GONE, "revision": None, "deletedAt": None, "updatedAt": None},
}


@pytest.mark.parametrize("name", DELETIONS)
def test_deletion_applies_by_its_id_whatever_its_other_values(remote: Callable[[str], Guide], name: str) -> None:
    picture = asset("odd", "odd.bin", 4)
    picture["fields"]["file"]["en-US"]["url"] = "/f/odd.bin"
    gone = DELETIONS[name]
    steps = [
        page(ODD, picture, token="s1"),
        page({"sys": {**gone, "id": "other"}}, token="s2"),
        page({"sys": gone}, token="s3"),
        page({"sys": {**gone, "type": "DeletedAsset"}}, token="s4"),
    ]
    left = []
    with serve(script(*steps)) as stub:
        guide = remote(stub.url)
        for step in range(1, 5):
            report = guide.build()["sync"]
            left.append([path for path in guide.files("content") if "odd" in path])
            assert json.loads(guide.files()[".syncstate"])["token"] == f"s{step}"
            assert report["deleted"] == (step > 2)
    entries = ["content/entries/place/odd.en-US.md", "content/entries/place/odd.json"]
    assets = ["content/assets/odd.json", "content/files/odd/odd.bin"]
    assert left == [[assets[0], *entries, assets[1]]] * 2 + [assets, []]


@pytest.mark.parametrize("kind", ["Tag", "DeletedContentType", "entry", "Entry2", ""])
def test_unknown_type_is_skipped_and_the_token_advances(remote: Callable[[str], Guide], kind: str) -> None:
    strange = {"sys": {"type": kind, "id": "odd"}, "fields": {"title": {"en-US": "Strange"}}}
    with serve(script(page(strange, ODD, token="s1"), page(strange, token="s2"))) as stub:
        guide = remote(stub.url)
        assert [guide.build()["sync"][name] for name in ("upserted", "deleted")] == [1, 0]
        before = guide.files("content")
        assert [guide.build()["sync"][name] for name in ("upserted", "deleted")] == [0, 0]
    assert guide.files("content") == before


FIELD = {"id": "title", "name": "Title", "type": "Symbol"}
LOCALE = locale("en-US", default=True)
TYPE: dict[str, Any] = {**PLACE, "fields": [FIELD]}


def typed(values: dict[str, Any]) -> dict[str, Any]:
    """Make the content type with some values of its field changed."""
    return {**TYPE, "fields": [{**FIELD, **values}]}


NO_TEXT: list[Any] = [7, {}, ["x"]]
NO_FIELDS: list[Any] = [7, "x", [None], [[]]]
MODELS = {
    **{f"a type called {value!r}": ({**TYPE, "name": value}, LOCALE) for value in (*NO_TEXT, " ")},
    **{f"a display field {value!r}": ({**TYPE, "displayField": value}, LOCALE) for value in (*NO_TEXT, "\ud800")},
    **{f"a field called {value!r}": (typed({"name": value}), LOCALE) for value in NO_TEXT},
    **{f"a field of type {value!r}": (typed({"type": value}), LOCALE) for value in NO_TEXT},
    **{f"a locale called {value!r}": (TYPE, {**LOCALE, "name": value}) for value in NO_TEXT},
    **{f"a fallback {value!r}": (TYPE, {**LOCALE, "fallbackCode": value}) for value in (*NO_TEXT, "xx", "en-US")},
}
BROKEN = {
    **{f"fields {value!r}": ({**TYPE, "fields": value}, LOCALE) for value in NO_FIELDS},
    **{f"a field's id {value!r}": (typed({"id": value}), LOCALE) for value in (*NO_TEXT, "\ud800")},
    "a field's rules": (typed({"validations": 7}), LOCALE),
    **{f"a locale's code {value!r}": (TYPE, {**LOCALE, "code": value}) for value in NO_TEXT},
}


def of_model(content_type: Any, code: Any) -> Callable[[Request], Reply]:
    answers = {"locales": listing(code), "content_types": listing(content_type), "sync": page(ODD, token="s1")}
    return lambda request: answers.get(request.last, listing())


@pytest.mark.parametrize("name", MODELS)
def test_odd_content_model_is_built_and_checked(remote: Callable[[str], Guide], name: str) -> None:
    with serve(of_model(*MODELS[name])) as stub:
        guide = remote(stub.url)
        assert guide.build()["render"]["failed"] == 0
    assert guide.run("check").code == 0
    assert "<h1>Odd</h1>" in guide.page("/place/odd/")
    assert not {"None", "{}", "[&#39;x&#39;]"} & set(guide.page("/").replace("<", ">").split(">"))


@pytest.mark.parametrize("name", BROKEN)
def test_broken_content_model_is_refused_from_the_network_and_in_the_mirror(
    remote: Callable[[str], Guide], name: str
) -> None:
    content_type, code = BROKEN[name]
    with serve(of_model(content_type, code)) as stub:
        guide = remote(stub.url)
        assert broken(guide.run("build", "--json")) == (3, "malformed")
    guide = Guide(guide.root, guide.call)
    (guide.root / "content/model/content_types").mkdir(parents=True)
    (guide.root / "content/model/content_types/place.json").write_bytes(canonical(content_type))
    (guide.root / "content/model/locales.json").write_bytes(canonical({"en-US": code}))
    assert broken(guide.run("render", "--json")) == (4, "mirror-broken")
    assert broken(guide.run("check", "--json")) == (4, "mirror-broken")


def test_foreign_files_among_the_content_types_are_ignored(guide: Guide) -> None:
    guide.build()
    for name, data in {".DS_Store": b"\0\1", "place.json~": b"{}", "Thumbs.db": b"{"}.items():
        (guide.root / "content/model/content_types" / name).write_bytes(data)
    assert guide.build()["render"]["written"] == 0
    assert guide.run("render", "--clean").code == 0


def broken(call: Outcome) -> tuple[int, str]:
    return call.code, call.json["error"]["code"]


@pytest.mark.parametrize(
    "element",
    [
        None,
        [],
        "x",
        7,
        {},
        {"sys": None},
        {"sys": {"id": "x"}},
        {"sys": {"type": "Entry"}},
        {"sys": {"type": "Entry", "id": 7}},
    ],
)
def test_page_with_an_invalid_item_is_refused_as_a_whole(remote: Callable[[str], Guide], element: Any) -> None:
    more = entry("place", "more", title="More")
    with serve(script(page(ODD, token="s1"), page(more, element, token="s2"))) as stub:
        guide = remote(stub.url)
        assert guide.run("sync").code == 0
        before, mtimes = guide.files("content", ".syncstate"), guide.mtimes()
        assert broken(guide.run("sync", "--json")) == (3, "malformed")
    assert guide.files("content", ".syncstate") == before
    changed = {path for path, at in guide.mtimes().items() if mtimes.get(path) != at}
    assert {path for path in changed if not path.startswith(".export")} == set()
