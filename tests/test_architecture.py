"""The rooms, their one-way imports, and the absence of import cycles."""

from __future__ import annotations

import ast
import re
from collections import Counter
from fnmatch import fnmatch
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLOORS = (
    ("core",),
    ("report",),
    ("config", "workers", "pictures", "maps", "space"),
    ("source", "guide.schema"),
    ("guide.index",),
    ("guide.pages", "search"),
    ("guide.library",),
    ("mirror", "render.view"),
    ("render.markup", "render.maps"),
    ("render.entry",),
    ("render",),
    ("build",),
    ("check", "reader"),
    ("jobs",),
    ("bundles", "serve", "scaffold"),
    ("publish",),
    ("cli",),
)
"""The layers, bottom up: a room may import itself and any room of a lower layer, but no other of its own layer."""

CORE_ALONE = {"space"}
"""The local endpoint serves the others over HTTP and knows nothing of them."""

FOREIGN = {
    "asyncssh": {"publish"},
    "babel": {"guide.schema", "render", "render.view", "render.entry"},
    "click": {"cli"},
    "cmarkgfm": {"render.markup"},
    "distributed": {"workers"},
    "jinja2": {"render", "render.markup"},
    "markupsafe": {"render", "render.view", "render.maps", "render.markup", "render.entry"},
    "libzim": {"bundles"},
    "msgspec": {"core", "source", "space"},
    "nh3": {"bundles", "render.markup"},
    "obstore": {"publish"},
    "PIL": {"pictures"},
    "py_svg_hush": {"pictures"},
    "pydantic": {"config"},
    "requests": {"reader", "source"},
    "rich": {"cli"},
    "slugify": {"core"},
    "urllib3": {"source"},
    "watchdog": {"serve", "space"},
    "yaml": {"config", "guide.library", "mirror"},
}
"""Which rooms import a foreign library."""

SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE FROM|CREATE) ")

MOST_FILES = 16
MOST_LINES = 330

ROOMS = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


@cache
def modules() -> dict[str, Path]:
    """Return the program's modules by their dotted names."""
    root = PROJECT / "exporter"
    found = {}
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root.parent).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = file
    return found


def room_of(name: str) -> str:
    """Return the room of a module: the longest one that its name begins with, or "" for the package itself."""
    inside = name.removeprefix("exporter").removeprefix(".")
    rooms = [room for room in ROOMS if inside == room or inside.startswith(f"{room}.")]
    return max(rooms, key=len, default="")


@cache
def imported(name: str) -> frozenset[str]:
    """Return every name that a module imports, including imports for types only and inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(modules()[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: a relative import"
            found.update({str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)})
    return frozenset(found)


def own_imports(name: str) -> set[str]:
    """Return the modules of the program that a module imports, except the packages that contain it."""
    return {other for other in imported(name) if other in modules() and not f"{name}.".startswith(f"{other}.")}


@pytest.mark.parametrize("name", list(modules()))
def test_imports_point_one_way(name: str) -> None:
    room = room_of(name)
    if not room:
        assert own_imports(name) <= {"exporter", "exporter.cli.commands", "exporter.cli.signals"}, (
            "the start knows the command line alone"
        )
        return
    others = {room_of(other) for other in own_imports(name)} - {"", room}
    allowed = {"core"} if room in CORE_ALONE else {other for other, floor in ROOMS.items() if floor < ROOMS[room]}
    assert others <= allowed


def test_every_file_has_a_room() -> None:
    assert [name for name in modules() if not room_of(name)] == ["exporter", "exporter.__main__", "exporter.guide"]


def test_files_have_no_import_cycles() -> None:
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way[way.index(name) :], name))
        if name not in done:
            for other in sorted(own_imports(name)):
                visit(other, (*way, name))
            done.add(name)

    for name in modules():
        visit(name, ())


@pytest.mark.parametrize("name", list(modules()))
def test_foreign_libraries_stay_in_their_rooms(name: str) -> None:
    tops = {other.split(".")[0] for other in imported(name)}
    assert {top for top in tops if top in FOREIGN and room_of(name) not in FOREIGN[top]} == set()


def test_every_dependency_is_imported_somewhere() -> None:
    tops = {other.split(".")[0] for name in modules() for other in imported(name)}
    assert set(FOREIGN) <= tops


def test_no_folder_has_more_files_than_a_reader_can_take_in() -> None:
    folders = Counter(str(file.parent) for file in modules().values())
    assert {folder: count for folder, count in folders.items() if count > MOST_FILES} == {}


def test_no_module_is_longer_than_a_reader_can_take_in() -> None:
    lengths = {name: len(file.read_text("utf-8").splitlines()) for name, file in modules().items()}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def printing(name: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(modules()[name].read_text("utf-8"))):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in ("print", "exit", "quit"):
            yield f"{name}:{called.lineno}"


def test_only_the_command_line_prints_or_exits() -> None:
    assert [place for name in modules() if room_of(name) != "cli" for place in printing(name)] == []


def sql_texts(name: str) -> Iterator[str]:
    """Yield the SQL statements in a module's texts."""
    for node in ast.walk(ast.parse(modules()[name].read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
            yield f"{name}:{node.lineno}"


def test_sql_of_the_guide_is_next_to_its_tables() -> None:
    rooms = {room for room in ROOMS if room.startswith(("guide.", "render", "build"))} - {"guide.index"}
    assert [place for name in modules() if room_of(name) in rooms for place in sql_texts(name)] == []
    assert list(sql_texts("exporter.guide.index.page_table"))


def test_every_test_file_is_collected(pytestconfig: pytest.Config) -> None:
    passed_over = pytestconfig.getini("norecursedirs")
    folders = {file.parent for file in (PROJECT / "tests").rglob("test_*.py") if "node_modules" not in file.parts}
    names = {part for folder in folders for part in folder.relative_to(PROJECT).parts}
    assert len(names) > 20
    assert {name for name in names if any(fnmatch(name, pattern) for pattern in passed_over)} == set()
