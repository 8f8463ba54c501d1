"""The rooms and their one-way imports."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORDER = [
    *("errors", "spelling", "model", "layout", "files", "report", "problems", "yaml_lines", "environment", "patterns"),
    *("config", "settings", "source", "mirror", "guide"),
    *("check", "github", "connect", "options", "cli"),
]
"""Every room may import those before it."""

BESIDE = {"space": {"errors", "spelling", "model", "layout", "files"}}
"""The endpoint stands beside the others: it serves them over HTTP and knows nothing of them."""

STARTERS = {"connect", "cli"}
"""Those that start the endpoint."""

FOREIGN = {
    "babel": {"guide"},
    "click": {"cli", "options"},
    "cmarkgfm": {"guide"},
    "jinja2": {"guide"},
    "markupsafe": {"guide"},
    "msgspec": {"source", "space", "spelling"},
    "nh3": {"guide"},
    "pydantic": {"config"},
    "requests": {"source"},
    "slugify": {"layout"},
    "sqlite3": {"check", "cli", "guide", "mirror", "space"},
    "urllib3": {"source"},
    "watchdog": {"space"},
    "yaml": {"guide", "mirror", "yaml_lines"},
}
"""Which rooms import a foreign library."""


def modules() -> Iterator[tuple[str, Path]]:
    for file in sorted((PROJECT / "exporter").rglob("*.py")):
        inside = file.relative_to(PROJECT / "exporter")
        room = inside.parts[0].removesuffix(".py")
        if not room.startswith("__"):
            yield room, file


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            yield str(node.module)


def own_rooms(file: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(file) if name.startswith("exporter.")}


@pytest.mark.parametrize(("room", "file"), list(modules()), ids=lambda value: getattr(value, "name", value))
def test_imports_point_one_way(room: str, file: Path) -> None:
    allowed = BESIDE.get(room) or {room, *ORDER[: ORDER.index(room)]}
    if room in STARTERS:
        allowed = {*allowed, "space"}
    assert own_rooms(file) <= allowed | {room}


@pytest.mark.parametrize(("room", "file"), list(modules()), ids=lambda value: getattr(value, "name", value))
def test_foreign_libraries_stay_in_their_rooms(room: str, file: Path) -> None:
    tops = {name.split(".")[0] for name in imports(file)}
    assert {name for name in tops if name in FOREIGN and room not in FOREIGN[name]} == set()


def test_every_room_is_known() -> None:
    assert {room for room, _ in modules()} == {*ORDER, *BESIDE}


def test_no_module_is_longer_than_a_reader_bears() -> None:
    lengths = {str(file): len(file.read_text("utf-8").splitlines()) for _, file in modules()}
    assert {name: length for name, length in lengths.items() if length > 350} == {}


def test_only_the_command_line_prints_or_exits() -> None:
    guilty = []
    for room, file in modules():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            line = getattr(node, "lineno", 0)
            if room != "cli" and isinstance(called, ast.Name) and called.id in ("print", "exit", "quit"):
                guilty.append(f"{file.name}:{line}")
    assert guilty == []
