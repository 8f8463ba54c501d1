"""Names under content/ and in URLs: safe on every system, and a different one for each id."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from exporter.core.model import Item, Key
from exporter.core.naming import (
    AssetFile,
    asset_files,
    content_type_paths,
    file_name,
    file_names,
    is_item_path,
    item_folder,
    item_path,
    parted_folders,
    twin_paths,
)
from tests.conftest import asset

QUICK = settings(max_examples=150)

anything = st.text(st.characters() | st.characters(categories=["Cs", "Cc"]), max_size=120)
devices = st.sampled_from(["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))])
dangerous = st.builds(
    lambda device, upper, end: (device.upper() if upper else device) + end,
    devices,
    st.booleans(),
    st.sampled_from(["", ".", ".txt", ".tar.gz", " ", "!", "/", ":", "..", "\x00", "é"]),
)
alike = st.text("aAbB.-_~/ é", max_size=6)
texts = anything | dangerous | alike | st.sampled_from(["", ".", "..", "...", "-", "~", "../..", "/etc/passwd", ".git"])


def is_safe(name: str) -> bool:
    """Return whether a name is one path segment that every file system accepts unchanged."""
    device = re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", name, re.IGNORECASE)
    return re.fullmatch(r"[A-Za-z0-9._~-]{1,100}", name) is not None and not name.endswith(".") and device is None


@given(texts, st.booleans())
@QUICK
def test_name_of_any_text_is_one_safe_segment(identifier: str, clash: bool) -> None:
    assert is_safe(file_name(identifier, clash=clash))


@given(st.from_regex(r"[A-Za-z0-9._-]{1,100}", fullmatch=True))
@QUICK
@example("a" * 100)
@example("-rf")
@example("console")
@example("a..b")
def test_plain_id_is_its_own_name(identifier: str) -> None:
    assume(is_safe(identifier) and not identifier.lower().startswith(".git"))
    assert file_name(identifier) == identifier


@pytest.mark.parametrize(
    ("identifier", "stem"),
    [
        ("", ""),
        (".", ""),
        ("..", ""),
        ("../../etc/passwd", "etc-passwd"),
        ("a/b", "a-b"),
        ("a\\b:c", "a-b-c"),
        ("ends.", "ends"),
        ("two words", "two-words"),
        ("CON", "CON"),
        ("nul.txt", "nul-txt"),
        ("com1", "com1"),
        (".gitattributes", "gitattributes"),
        ("a" * 101, "a" * 60),
        ("line\n", "line"),
        ("castle~0123456789", "castle-0123456789"),
        ("\u212a", ""),  # the Kelvin sign, whose lower case is an ordinary k
    ],
)
def test_name_of_any_other_id_is_a_stem_and_ten_digits_of_its_hash(identifier: str, stem: str) -> None:
    assert file_name(identifier) == f"{stem}~{sha256(identifier.encode()).hexdigest()[:10]}"


@given(st.lists(texts, unique=True, max_size=6) | st.lists(alike, unique=True, max_size=30))
@QUICK
@example(["castle", "Castle", "CASTLE", "castle~", "a b", "A b", "a-b"])
def test_ids_in_one_folder_have_different_names_even_if_case_does_not_count(identifiers: list[str]) -> None:
    folds = Counter(identifier.lower() for identifier in identifiers)
    names = [file_name(identifier, clash=folds[identifier.lower()] > 1) for identifier in identifiers]
    assert len({name.lower() for name in names}) == len(identifiers)


def test_ids_that_differ_by_case_get_a_suffix_each() -> None:
    paths = [item_path(Key("entry", name), "place", clash=True) for name in ("castle", "Castle")]
    assert paths == [
        f"entries/place/{name}~{sha256(name.encode()).hexdigest()[:10]}.json" for name in ("castle", "Castle")
    ]


def test_items_models_and_twins_have_their_paths() -> None:
    castle = item_path(Key("entry", "castle"), "place")
    assert [
        castle,
        *twin_paths(castle, ["de-DE"]).values(),
        item_path(Key("asset", "pic"), ""),
        *content_type_paths(["place"]).values(),
    ] == [
        "entries/place/castle.json",
        "entries/place/castle.de-DE.md",
        "assets/pic.json",
        "model/content_types/place.json",
    ]


@given(texts, texts, texts)
@QUICK
def test_every_part_of_a_path_under_content_is_safe(identifier: str, type_id: str, locale: str) -> None:
    path = item_path(Key("entry", identifier), type_id)
    places = [path, *twin_paths(path, [locale]).values(), item_path(Key("asset", identifier), "")]
    places += content_type_paths([type_id]).values()
    parts = [part for place in places for part in place.removesuffix(".json").removesuffix(".md").split("/")]
    assert [part for part in parts if not re.fullmatch(r"[A-Za-z0-9._~-]+", part) or part in (".", "..")] == []
    assert [len(place.split("/")) for place in places] == [3, 3, 2, 3]


@given(st.dictionaries(alike, st.sets(alike, min_size=1, max_size=5), max_size=10))
@QUICK
@example({"a": {"b.c", "c", "b.c.d"}, "a.b": {"c"}, "a.b.c": {"d"}})
@example({"a": {"en-US", "en-us", "EN-us.x"}, "A": {"en-US"}})
def test_no_two_items_and_locales_share_a_twin_even_if_case_does_not_count(found: dict[str, set[str]]) -> None:
    names = file_names(found)
    twins = [
        twin for identifier, codes in found.items() for twin in twin_paths(f"{names[identifier]}.json", codes).values()
    ]
    assert len({twin.lower() for twin in twins}) == sum(map(len, found.values()))


@given(st.sets(texts | alike, max_size=20))
@QUICK
@example({"place", "Place", "a b", "A b", "PLACE", "walk"})
def test_no_two_content_types_share_a_folder_or_file_even_if_case_does_not_count(type_ids: set[str]) -> None:
    folders = {item_folder(Key("entry", "x"), type_id) for type_id in type_ids}
    parted = {folder: parted_folders(folders).get(folder, folder) for folder in folders}
    assert len({path.lower() for path in parted.values()}) == len(type_ids)
    assert parted_folders([*folders, "assets"]) == {name: own for name, own in parted.items() if own != name}
    assert len({path.lower() for path in content_type_paths(type_ids).values()}) == len(type_ids)


def test_item_is_recognised_at_its_possible_paths_and_at_no_other() -> None:
    own, other = Key("entry", "castle"), [file_name(name, clash=True) for name in ("place", "castle")]
    folders, names = ("entries/place", f"entries/{other[0]}"), ("castle.json", f"{other[1]}.json")
    assert [is_item_path(f"{folder}/{name}", own, "place") for folder in folders for name in names] == [True] * 4
    foreign = ("castle.json", "entries/castle.json", "entries/Place/castle.json", "entries/place/Castle.json")
    assert [is_item_path(path, own, "place") for path in foreign] == [False] * 4


def files(**by_locale: Any) -> tuple[AssetFile, ...]:
    raw = asset("pic", "x.svg", 1)
    raw["fields"]["file"] = {code.replace("_", "-"): value for code, value in by_locale.items()}
    return asset_files(Item(Key("asset", "pic"), raw), "assets/pic.json")


def file(url: Any, name: Any = "castle.jpg", size: Any = 7) -> dict[str, Any]:
    return {"url": url, "fileName": name, "contentType": "image/jpeg", "details": {"size": size}}


def test_file_shared_by_all_locales_is_in_no_locale_folder() -> None:
    shared = file("//images.ctfassets.net/s/pic/1/castle.jpg")
    assert files(en_US=shared, de_DE=shared) == (
        AssetFile(
            ("de-DE", "en-US"),
            "files/pic/castle.jpg",
            ".jpg",
            "//images.ctfassets.net/s/pic/1/castle.jpg",
            7,
            "image/jpeg",
        ),
    )


def test_different_files_are_in_folders_of_their_first_locales() -> None:
    found = files(en_US=file("//h/1/a.jpg"), de_DE=file("//h/2/a.jpg", size=8), ar=file("//h/1/a.jpg"))
    assert found == (
        AssetFile(("ar", "en-US"), "files/pic/ar/castle.jpg", ".jpg", "//h/1/a.jpg", 7, "image/jpeg"),
        AssetFile(("de-DE",), "files/pic/de-DE/castle.jpg", ".jpg", "//h/2/a.jpg", 8, "image/jpeg"),
    )


def test_folders_of_locales_that_differ_only_by_case_have_names_of_their_own() -> None:
    found = files(en_US=file("//h/1/a.jpg"), en_us=file("//h/2/a.jpg"), ar=file("//h/3/a.jpg"))
    parts = [asset_file.path.split("/")[2] for asset_file in found]
    assert parts == ["ar", file_name("en-US", clash=True), file_name("en-us", clash=True)]


@pytest.mark.parametrize("value", [None, [], "text", {}, {"upload": "https://h/x.jpg"}, file(""), file(None), file(5)])
def test_file_without_a_url_is_ignored(value: Any) -> None:
    assert files(en_US=value) == ()
    assert files(en_US=value, de_DE=file("//h/1/a.jpg")) == (
        AssetFile(("de-DE",), "files/pic/castle.jpg", ".jpg", "//h/1/a.jpg", 7, "image/jpeg"),
    )


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (file("//h/1/last.jpg?x=/y", None), "files/pic/last.jpg"),
        (file("//h/1/last.jpg", ["name.jpg"]), "files/pic/last.jpg"),
        (file("//h/1/", ""), "files/pic/file"),
        (file("//[no host/1/last.jpg"), "files/pic/castle.jpg"),
    ],
)
def test_file_has_its_own_name_or_else_the_last_segment_of_its_url(value: dict[str, Any], path: str) -> None:
    assert [asset_file.path for asset_file in files(en_US=value)] == [path]


@given(texts, texts, st.none() | texts)
@QUICK
@example("en", "//h/1/a.jpg", "../../../site.yaml")
@example("..", "//h/..", None)
@example("en", "//[/x", "NUL")
def test_no_locale_url_or_name_puts_a_file_outside_its_folder(locale: str, url: str, name: str | None) -> None:
    found = files(**{locale: file(url, name), "other": file("//h/other")})
    parts = [asset_file.path.removeprefix("files/pic/").split("/") for asset_file in found]
    assert [part for path in parts for part in path if not is_safe(part)] == []


@pytest.mark.parametrize("size", [None, "7", 7.5, [], {}])
def test_size_that_is_not_an_integer_is_unknown(size: Any) -> None:
    assert [asset_file.size for asset_file in files(en_US=file("//h/1/a.jpg", size=size))] == [None]


def in_site(name: str, content_type: str, *, keeps_active: bool = False) -> str:
    url = {"url": "//h/1/a", "fileName": name, "contentType": content_type}
    raw = {"sys": {"type": "Asset", "id": "a"}, "fields": {"file": {"en-US": url}}}
    (file,) = asset_files(Item(Key("asset", "a"), raw), "assets/a.json")
    return file.path_in_site(keeps_active=keeps_active).removeprefix("files/a/")


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        *(("page.html", "text/html"), ("PAGE.HTM", ""), (".html", ""), ("page.xhtml", "")),
        *(
            ("x.js", "application/javascript"),
            ("x.mjs", ""),
            ("data.xml", "text/xml"),
            ("feed.rss", ""),
            ("m.mhtml", ""),
        ),
        *(("page", "text/html; charset=utf-8"), ("photo.jpg", "text/html"), ("x.svgz", "image/svg+xml")),
        *(
            ("score.musicxml", "application/vnd.recordare.musicxml+xml"),
            ("icon", "image/svg+xml"),
            ("x.dat", "TEXT/XML"),
        ),
        *(
            ("page.html.bak", "application/octet-stream"),
            ("page.html.en", ""),
            ("app.js.map.old", ""),
            ("a.svg.orig", ""),
        ),
        (".htaccess", "text/plain"),
    ],
)
def test_file_that_browsers_run_gets_the_extension_of_a_text(name: str, content_type: str) -> None:
    assert in_site(name, content_type) == f"{name}.txt"
    assert in_site(name, content_type, keeps_active=True) == name


@pytest.mark.parametrize(
    ("name", "published"),
    [
        *(("info.php", "info-php.txt"), ("a.PHP5", "a-PHP5.txt"), ("a.phtml", "a-phtml.txt"), (".php", "-php.txt")),
        *(("a.b.shtml", "a.b-shtml.txt"), ("x.php.txt", "x-php.txt"), ("x.php.jpg", "x-php.jpg")),
        *(("x.php.svg", "x-php.svg"), ("x.php.bak", "x-php.bak.txt"), ("x.php.html", "x-php.html.txt")),
        *(("a.php.phar.zip", "a-php-phar.zip"), ("x.asp.de", "x-asp.de.txt")),
    ],
)
def test_file_that_hosts_run_loses_the_extension_wherever_it_is(name: str, published: str) -> None:
    assert in_site(name, "text/plain") == published
    assert in_site(name, "text/plain", keeps_active=True) == name


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        *(("page.html.pdf", "application/pdf"), ("Node.js.zip", ""), ("a.xml.txt", ""), ("v1.2.bak", "text/plain")),
        *(("photo.jpg", "image/jpeg"), ("a.pdf", "application/pdf"), ("map.svg", "image/svg+xml"), ("a.json", "")),
        *(
            ("walk.gpx", "application/gpx+xml"),
            ("walk.gpx", "text/xml"),
            ("a.kml", ""),
            ("script.txt", "text/javascript"),
        ),
        ("letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_any_other_file_keeps_its_name(name: str, content_type: str) -> None:
    assert in_site(name, content_type) == name


def test_name_that_is_invalid_on_the_disk_does_not_hide_the_type_of_the_file() -> None:
    assert in_site("a page?.html", "").endswith(".html.txt")
    assert in_site("page.html.", "text/html").endswith(".txt")
