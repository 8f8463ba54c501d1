"""Committed files left in an invalid form by a merge, an editor or a script: an error message, never a crash."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import link

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

FILES = [
    ".syncstate",
    "content/moved.json",
    "content/model/locales.json",
    "content/model/tags.json",
    "content/model/content_types/place.json",
    "content/entries/place/mill.json",
    "content/assets/pic.json",
]
ODD: list[Any] = [5, None, [], {}, "text", True, 1.5, [[]], {"a": 5}]
COMMANDS = ("sync", "status", "render", "check")
WHOLE = [json.dumps(value).encode() for value in [*ODD, {"entry:p2": 5}]]
BROKEN = [b"", b"{", b"<<<<<<< HEAD\n{}\n=======\n", b"\xff\xfe", b"\x00"]


@pytest.fixture
def built(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide with every kind of committed file, including moved.json."""
    space.write("model/tags.json", b'{"t": {"name": "T", "sys": {"id": "t", "type": "Tag", "visibility": "public"}}}')
    guide.build()
    raw = json.loads((space.root / "entries/place/mill.json").read_bytes())
    raw["fields"]["slug"]["en-US"] = "windmill"
    raw["metadata"]["tags"] = [link("Tag", "t")]
    space.put(raw)
    guide.build()
    assert all((guide.root / file).is_file() for file in FILES)
    return guide


def run_all(guide: Guide, path: str, data: bytes) -> list[str]:
    """Run every command, each time with that content of a file; return what the commands printed."""
    printed = []
    for command in COMMANDS:
        (guide.root / path).write_bytes(data)
        outcome = guide.run(command)
        assert "Traceback" not in outcome.err
        assert outcome.code in (0, 1, 2, 4), outcome
        printed.append(outcome.err + outcome.out)
    return printed


@pytest.mark.parametrize("path", FILES)
def test_committed_file_of_invalid_form_causes_no_traceback(built: Guide, path: str) -> None:
    whole = (built.root / path).read_bytes()
    for data in (*WHOLE, *BROKEN):
        run_all(built, path, data)
    (built.root / path).write_bytes(whole)
    built.run("sync", "--full")
    assert built.run("build").code == 0


def parts(value: Any, keys: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the key path of every part of a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [keys, *(found for name, part in inner for found in parts(part, (*keys, name)))]


def replaced(value: Any, keys: tuple[Any, ...], part: Any) -> Any:
    """Return a JSON value with the part at a key path replaced."""
    if not keys:
        return part
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[keys[0]] = replaced(value[keys[0]], keys[1:], part)
    return copied


@pytest.mark.parametrize("path", FILES[:-2])
def test_any_part_of_a_committed_file_can_be_of_another_type(built: Guide, path: str) -> None:
    whole = json.loads((built.root / path).read_bytes())
    for keys in parts(whole):
        for odd in (5, None, ["x"]):
            (built.root / path).write_text(json.dumps(replaced(whole, keys, odd)), "utf-8")
            for command in ("render", "check"):
                outcome = built.run(command)
                assert "Traceback" not in outcome.err
                assert outcome.code in (0, 1, 2, 4), (outcome, keys, odd)


@pytest.mark.parametrize("data", [b'{"entry:p2":5}', b"5", b"null", b'{"entry:p2":{"slug":["a"]}}', b"{"])
@pytest.mark.parametrize("command", ["sync", "render", "build", "check"])
def test_record_of_earlier_urls_in_an_invalid_form_is_named_and_kept(built: Guide, command: str, data: bytes) -> None:
    file, site = built.root / "content/moved.json", built.files("site")
    file.write_bytes(data)
    outcome = built.run(command, *(["--full"] if command in ("sync", "build") else []))
    assert (outcome.code, outcome.out) == (4, "")
    assert "content/moved.json" in outcome.err
    assert "restore it from git" in outcome.err
    assert (file.read_bytes(), built.files("site")) == (data, site)
