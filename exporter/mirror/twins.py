"""Keep the readable twins and the model files beside the items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.files import read_bytes, remove, write_if_different
from exporter.layout import LOCALES_PATH, TAGS_PATH, content_type_paths, twin_paths
from exporter.mirror.formats import FIRST_BYTES, twins
from exporter.mirror.index import read_item
from exporter.model import canonical

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.mirror.index import MirrorIndex
    from exporter.model import Model
    from exporter.source.model import ModelAnswers


def refresh_twins(content: Path, index: MirrorIndex, model: Model, scratch: Path, *, wanted: bool) -> None:
    """Write every entry's twins anew from its JSON where they differ, and remove those that no longer belong.

    `wanted` says whether the mirror holds twins at all. A Markdown file that is no item's twin is left alone.
    """
    stems: dict[str, set[str]] = {}
    expected: set[str] = set()
    for row in index.all():
        if row.key.kind != "entry":
            continue
        stems.setdefault(row.path.rpartition("/")[0], set()).add(row.path.removesuffix(".json"))
        data = read_bytes(content / row.path) if wanted else None
        item = read_item(data) if data is not None else None
        texts = twins(item, model) if item is not None else {}
        for code, path in twin_paths(row.path, texts).items():
            write_if_different(content / path, texts[code], scratch)
            expected.add(path)
    for folder, known in stems.items():
        for file in (content / folder).glob("*.md"):
            path = f"{folder}/{file.name}"
            if path not in expected and _stem(path, known) and file.read_bytes().startswith(FIRST_BYTES):
                remove(file, content)


def _stem(path: str, known: set[str]) -> bool:
    """Tell whether a Markdown file is named like a twin of a known item: its stem, a dot, a locale."""
    stem = path.removesuffix(".md")
    while "." in stem:
        stem = stem.rpartition(".")[0]
        if stem in known:
            return True
    return False


def model_files(answers: ModelAnswers) -> dict[str, bytes]:
    """Give the files of content types, locales and tags, by path."""
    types = answers.content_types
    files = {path: canonical(types[each]) for each, path in content_type_paths(types).items()}
    return files | {LOCALES_PATH: canonical(dict(answers.locales)), TAGS_PATH: canonical(dict(answers.tags))}


def write_model(content: Path, answers: ModelAnswers, scratch: Path) -> None:
    """Write content types, locales and tags where they differ; remove the files of types that are gone.

    These go first: where case does not count, one could be taken for that of a type whose id is alike.
    """
    files = model_files(answers)
    for file in (content / "model/content_types").glob("*.json"):
        if f"model/content_types/{file.name}" not in files:
            remove(file, content)
    for path, data in files.items():
        write_if_different(content / path, data, scratch)
