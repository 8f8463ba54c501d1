"""The guide as a ZIM for Kiwix, with full-text search, by libzim in a process of its own."""

from __future__ import annotations

import base64
import importlib.util
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from exporter import __version__
from exporter.bundles.markup import main_of, plain_text, title_of
from exporter.bundles.output import replacing
from exporter.bundles.selection import READABLE
from exporter.bundles.zim_frames import Book, Entry, write_frame
from exporter.core.containment import remove_whole
from exporter.core.errors import GuardError, missing_package
from exporter.core.files import read_bytes
from exporter.core.naming import suffix_of
from exporter.core.url_names import url_segment
from exporter.guide.library.template_files import STATIC
from exporter.pictures.icons import icon
from exporter.render.view.languages import three_letters

if TYPE_CHECKING:
    from typing import IO

    from exporter.bundles.bundling import Bundling
    from exporter.bundles.site_files import SiteFile, SiteFiles
    from exporter.report.bundle_report import BundleReport

_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".txt": "text/plain",
    ".json": "application/json",
    ".xml": "application/xml",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".ico": "image/x-icon",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".woff2": "font/woff2",
    ".gpx": "application/gpx+xml",
    ".zip": "application/zip",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".geojson": "application/geo+json",
    ".csv": "text/csv",
}
_OTHER = "application/octet-stream"
_ICON = 48
_LONGEST_TITLE, _LONGEST_DESCRIPTION = 30, 80
"""Characters that the format's rules allow."""


def write_zim(bundling: Bundling, target: Path) -> BundleReport:
    """Write the file. Raises ConfigError without libzim, GuardError if its process does not finish it."""
    if importlib.util.find_spec("libzim") is None:
        raise missing_package("bundle-extra", "a ZIM", "libzim", "zim")
    files = bundling.site_files()
    with replacing(target) as (part,):
        try:
            _write(bundling, files, part)
        finally:
            for left in part.parent.glob(f"{part.name}.*"):  # of libzim's own
                remove_whole(str(left))
    return bundling.report(target, pages=files.pages, files=len(files.paths))


def _write(bundling: Bundling, files: SiteFiles, part: Path) -> None:
    """Let a process write the file, which is told what is in it."""
    command = [sys.executable, "-P", "-m", "exporter.bundles.zim_process", str(part.absolute())]
    with TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)  # noqa: S603 - its own program
        try:
            with suppress(BrokenPipeError), process:  # it has ended then, and said why
                assert process.stdin is not None
                _tell(bundling, files, process.stdin)
        except BaseException:
            process.kill()
            raise
        said.seek(0)
        words = said.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
    if process.returncode or not part.is_file():
        reason = words or f"it ended with {process.returncode}"
        raise GuardError("bundle-process", f"libzim could not write into {part.parent} ({reason}): put that right")


def _tell(bundling: Bundling, files: SiteFiles, stream: IO[bytes]) -> None:
    write_frame(stream, _book(bundling, files))
    for file in bundling.followed(files, len(files.paths)):
        entry, data = _entry(file)
        write_frame(stream, entry, data)
    write_frame(stream, None)
    stream.flush()


def _entry(file: SiteFile) -> tuple[Entry, bytes]:
    kind = _TYPES.get(suffix_of(file.path), _OTHER)
    if isinstance(file.data, Path):
        return Entry(file.path, "", kind, file=str(file.data.absolute())), b""
    page = file.data.decode("utf-8", "replace")
    is_read = file.page is not None and file.page.kind in READABLE
    text = plain_text(main_of(page)) if is_read else None
    return Entry(file.path, title_of(page) if is_read else "", kind, len(file.data), text=text), file.data


def _book(bundling: Bundling, files: SiteFiles) -> Book:
    site, locales = bundling.guide.site, bundling.selection.locales
    codes = list(dict.fromkeys(map(three_letters, locales)))
    description = site.description or site.title
    metadata = {
        "Title": site.title[:_LONGEST_TITLE],
        "Description": description[:_LONGEST_DESCRIPTION],
        **({"LongDescription": description[:4000]} if len(description) > _LONGEST_DESCRIPTION else {}),
        "Language": ",".join(codes),
        "Name": f"{url_segment(site.title.lower()) or 'guide'}_{'-'.join(codes)}",
        "Creator": site.title,
        "Publisher": site.title,
        "Date": bundling.newest()[:10],
        "Scraper": f"exporter {__version__}",
        **({"Source": site.base_url} if site.base_url else {}),
        "Tags": "_ftindex:yes;_pictures:yes",
    }
    logo = read_bytes(bundling.project.root / STATIC / site.theme.logo) if site.theme.logo else None
    picture = base64.b64encode(icon(_ICON, site.title, site.theme.accent, logo)).decode()
    main = next(path for path in (f"{bundling.home[1:]}index.html", *sorted(files.paths)) if path in files.paths)
    return Book(main, codes[0], metadata, picture)
