"""Every path that the program writes can be one on Windows and on macOS, and is the same on every system."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.core.encoding import canonical
from exporter.core.model import Item, Key
from exporter.core.naming import asset_files, item_path, twin_paths
from tests.conftest import PICTURE, PROJECT, Guide, SpaceFiles, asset, content_type, entry, locale
from tests.journeys.test_hostile_names import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\..*)?", re.IGNORECASE)
"""Names of devices on Windows, with any ending."""


def faults(name: str) -> set[str]:
    """Return what is wrong with the name of a file or folder on some system."""
    found = {
        "reserved": RESERVED.fullmatch(name) is not None,
        "character": re.search(r'[\x00-\x1f\x7f<>:"/\\|?*]', name) is not None,
        "end": name.endswith((".", " ")) or name.startswith(" "),
        "length": max(len(name.encode()), len(name.encode("utf-16-le")) // 2) > 255,
        "form": not unicodedata.is_normalized("NFC", name),
    }
    return {fault for fault, is_there in found.items() if is_there}


def clashes(paths: Iterable[PurePosixPath]) -> list[set[str]]:
    """Return the names in one folder that are one where neither case nor the Unicode form counts."""
    alike: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in paths:
        for part in (path, *path.parents):
            folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", part.name).casefold())
            alike[str(part.parent), folded].add(part.name)
    return [names for names in alike.values() if len(names) > 1]


def assert_portable(paths: Iterable[PurePosixPath]) -> None:
    listed = list(paths)
    assert listed
    assert {name: faults(name) for path in listed for name in path.parts if faults(name)} == {}
    assert clashes(listed) == []


def test_faults_are_seen() -> None:
    wrong = {"con": "reserved", "LPT1.txt": "reserved", "a:b": "character", "a.": "end", "x" * 256: "length"}
    assert {name: faults(name) for name in wrong} == {name: {fault} for name, fault in wrong.items()}
    assert faults("e\u0301") == {"form"}
    assert faults("castle.en-US.md") == set()
    assert clashes([PurePosixPath("A/b"), PurePosixPath("a/c")]) == [{"A", "a"}]
    assert clashes([PurePosixPath("é"), PurePosixPath("e\u0301")]) == [{"é", "e\u0301"}]


@pytest.mark.parametrize("field", ["slug", "title"])
def test_guide_of_hostile_names_has_portable_paths(guide: Guide, space: SpaceFiles, field: str) -> None:
    space.put_model(
        content_type("place", ("title", "Symbol"), ("slug", "Symbol")),
        locales=[locale("en-US", default=True), locale("en-us", "en-US"), locale("ar", "en-US")],
    )
    for number, name in enumerate(NAMES):
        values: dict[str, Any] = {"title": f"T{number}", field: name}
        space.put(entry("place", f"p{number}", **values))
        picture = asset(f"f{number}", "x", len(PICTURE))
        picture["fields"]["file"]["en-US"]["fileName"] = name
        space.write(f"assets/f{number}.json", canonical(picture))
        space.write(f"files/f{number}/x", PICTURE)
    settings_file = guide.root / "site.yaml"
    settings_file.write_text(
        settings_file.read_text("utf-8").replace("offline: false\n", "base_url: https://e.example\n")
    )
    assert guide.run("build").code in (0, 1, 3)
    written = [PurePosixPath(path) for path in guide.files("content", "site", ".export")]
    assert len(written) > 3 * len(NAMES)
    assert_portable(written)


def test_files_of_this_project_have_portable_paths() -> None:
    tops = ("exporter", "content", "templates", "tests")
    files = [path for top in tops for path in (PROJECT / top).rglob("*") if path.is_file()]
    kept = [path for path in files if not {"node_modules", "__pycache__"} & {*path.parts}]
    assert_portable(PurePosixPath(path.relative_to(PROJECT).as_posix()) for path in kept)


ids = st.text(st.sampled_from("ab-_.Z9é/"), min_size=1, max_size=64)


@given(
    ids,
    ids,
    st.text("deCH-.", min_size=2, max_size=20),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
)
@settings(max_examples=150)
def test_paths_leave_room_for_the_folder_of_the_guide(identifier: str, type_id: str, code: str, name: str) -> None:
    path = item_path(Key("entry", identifier), type_id)
    raw = asset(identifier, "x", 1)
    raw["fields"]["file"]["en-US"]["fileName"] = name
    item = Item(Key("asset", identifier), raw)
    files = [file.path for file in asset_files(item, item_path(item.key, ""))]
    longest = max(map(len, (path, *twin_paths(path, [code]).values(), *files)))
    assert len("content/") + longest <= 200, "of the 260 characters that Windows allows by default"
