"""Keep the readable twins and the model files up to date with the items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.encoding import canonical
from exporter.core.files import read_bytes, remove, walk_files, write_if_different
from exporter.core.model import Key, item_from_bytes
from exporter.core.naming import LOCALES_PATH, TAGS_PATH, content_type_paths, file_name, is_item_path, twin_paths
from exporter.mirror.twins.markdown import read_sys, twins

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.core.model import Model
    from exporter.mirror.index import MirrorIndex
    from exporter.source.model import ModelAnswers


def refresh_twins(content: Path, index: MirrorIndex, model: Model, scratch: Path, *, wanted: bool) -> None:
    """Write every entry's twins from its JSON where they differ, and remove all others.

    `wanted` says whether the mirror holds twins at all. A file is a twin where it has the very path that its own `sys`
    asks for; any other Markdown file is left alone.
    """
    expected: set[str] = set()
    for row in index.all():
        data = read_bytes(content / row.path) if wanted and row.key.kind == "entry" else None
        item = item_from_bytes(data) if data is not None else None
        texts = twins(item, model) if item is not None else {}
        for code, path in twin_paths(row.path, texts).items():
            write_if_different(content / path, texts[code], scratch)
            expected.add(path)
    for name in walk_files(content / "entries"):
        path = f"entries/{name}"
        if path.endswith(".md") and path not in expected and _is_twin(path, (content / path).read_bytes()):
            remove(content / path, content)


def _is_twin(path: str, data: bytes) -> bool:
    """Whether a Markdown file is a twin: whether it is where its own `sys` says."""
    sys = read_sys(data)
    if sys is None:
        return False
    stem, _, code = path.removesuffix(".md").rpartition(".")
    names = {file_name(sys["locale"], clash=clash) for clash in (False, True)}
    key = Key("entry", sys["id"])
    return code in names and is_item_path(f"{stem}.json", key, sys["type"])


def model_files(answers: ModelAnswers) -> dict[str, bytes]:
    """Return the files of content types, locales and tags, by path."""
    types = answers.content_types
    files = {path: canonical(types[type_id]) for type_id, path in content_type_paths(types).items()}
    return files | {LOCALES_PATH: canonical(dict(answers.locales)), TAGS_PATH: canonical(dict(answers.tags))}


def write_model(content: Path, answers: ModelAnswers, scratch: Path) -> None:
    """Write content types, locales and tags where they differ; remove the files of types that no longer exist.

    Removing comes first: where a disk ignores case, a stale file may be that of a type whose id is spelled alike.
    """
    files = model_files(answers)
    for file in (content / "model/content_types").glob("*.json"):
        if f"model/content_types/{file.name}" not in files:
            remove(file, content)
    for path, data in files.items():
        write_if_different(content / path, data, scratch)
