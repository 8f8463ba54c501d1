"""The guide as a ZIP archive that is unpacked and opened from the disk."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from exporter.bundles.archive import Archive
from exporter.bundles.output import replacing
from exporter.core.url_names import quoted

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.bundles.bundling import Bundling
    from exporter.report.bundle_report import BundleReport

READ_ME = ("README.txt", "READ ME FIRST.txt")
"""What tells whoever gets the archive what to do: the second name where the guide has a file of the first."""


def write_zip(bundling: Bundling, target: Path) -> BundleReport:
    """Write the archive."""
    files = bundling.site_files()
    name = next(name for name in READ_ME if name not in files.paths)
    with replacing(target) as (part,), Archive(part) as archive:
        archive.add(name, readme_text(bundling))
        if "index.html" not in files.paths:
            archive.add("index.html", _leading_to(f"{bundling.home[1:]}index.html"))
        for file in bundling.followed(files, len(files.paths)):
            archive.add(file.path, file.data)
    return bundling.report(target, pages=files.pages, files=archive.files)


def readme_text(bundling: Bundling) -> bytes:
    """Return what to do with the archive, in the languages of the bundle; the same words once."""
    guide, site = bundling.guide, bundling.guide.site
    firsts = {code: f"{guide.prefixes[code][1:]}index.html" for code in bundling.selection.locales}
    texts = (bundling.word("unpack", code).replace("{}", first) for code, first in firsts.items())
    lines = [site.title, site.description or "", *dict.fromkeys(texts), site.base_url or ""]
    return "\r\n\r\n".join(filter(None, lines)).encode() + b"\r\n"


def _leading_to(page: str) -> bytes:
    """Return a page that leads on to another one, for an archive whose first language is not that of the guide."""
    link = escape(quoted(page))
    head = f'<meta charset="utf-8"><title>{link}</title><meta http-equiv="refresh" content="0; url={link}">'
    body = f'<a href="{link}">{link}</a>'
    return f"<!doctype html>\n<html lang='und'>\n<head>{head}</head>\n<body>{body}</body>\n</html>\n".encode()
