"""Assets that browsers would run as pages or scripts of the guide, and what is done about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.containment import PlainFolders
from exporter.core.files import read_below
from exporter.core.naming import HARMLESS_XML, asset_files, is_active, suffix_of
from exporter.pictures.svg import harmless
from exporter.pictures.svg import is_active as has_active_parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporter.check.rules import Found, Rules
    from exporter.core.model import Item
    from exporter.core.naming import AssetFile


def active_files(rules: Rules, item: Item, path: str, content: Path) -> Iterator[Found]:
    """Yield the active files of an asset, whose JSON is at `path` under `content`, with what becomes of them."""
    site = rules.guide.site
    if site.content.assets != "download" or "asset-active" not in rules.codes:
        return
    folders = PlainFolders(content)
    for file in asset_files(item, path):
        if folders.find(file.path) is None:
            continue
        sentence = _sentence(file, content, keeps=site.content.active == "keep")
        if sentence:
            what = f" has a file that browsers or hosts run, {file.path}: {sentence}"
            yield "asset-active", file.locales[0], "file", what


def _sentence(file: AssetFile, content: Path, *, keeps: bool) -> str:
    """Return what becomes of a file that is active; nothing for any other."""
    name = file.public_path
    if is_active(name, file.content_type):
        done = f"it is published as {file.path_in_site(keeps_active=False)}"
    elif suffix_of(name) in HARMLESS_XML:
        data = read_below(content, file.path) or b""
        if not has_active_parts(name, data):
            return ""
        left = "not published" if suffix_of(name) == ".svg" else "empty in site/"
        done = "its scripts are left out" if harmless(name, data) else f"it cannot be made harmless, so it is {left}"
    else:
        return ""
    return "it is published as it is, and its scripts run as the guide's own" if keeps else done
