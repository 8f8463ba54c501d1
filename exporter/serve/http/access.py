"""What a request may ask for: the file under site/ that its target names, if it can name one at all. Pure."""

from __future__ import annotations

import mimetypes
import re
from urllib.parse import unquote

_ENCODED_TWICE = re.compile(r"%(?:2e|2f|5c|00)", re.IGNORECASE)
_ENCODED_SEPARATOR = re.compile(r"%(?:2f|5c|00)", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")

_TYPES = {
    "avif": "image/avif",
    "geojson": "application/geo+json",
    "gpx": "application/gpx+xml",
    "html": "text/html",
    "ico": "image/x-icon",
    "js": "text/javascript",
    "json": "application/json",
    "kml": "application/vnd.google-earth.kml+xml",
    "md": "text/plain",
    "mjs": "text/javascript",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
    "webp": "image/webp",
    "woff2": "font/woff2",
    "xml": "application/xml",
}
_WITH_CHARSET = ("text/", "application/json", "application/xml", "application/manifest+json", "application/geo+json")
_OTHER_TYPES = mimetypes.MimeTypes()
"""Those that Python knows: what this machine is set up to say does not matter."""


def site_path(target: str) -> str | None:
    """Return the path under site/ that a request's target names; None for a target that names nothing there.

    The query is left out. Refused are `..` in any spelling, backslashes, control characters, drive letters, encoded
    slashes and empty steps, so that every file has one address and what is refused never reaches the disk.
    """
    path = target.partition("?")[0].partition("#")[0]
    if not path.startswith("/") or _ENCODED_SEPARATOR.search(path):
        return None
    try:
        plain = unquote(path, errors="strict")[1:]
    except UnicodeDecodeError:
        return None
    steps = plain.split("/")
    if _CONTROL.search(plain) or _ENCODED_TWICE.search(plain) or _DRIVE.match(plain):
        return None
    if not all(steps[:-1]) or any(step and not step.strip(" .") for step in steps):
        return None
    return plain


def content_type(path: str) -> str:
    """Return the media type of a file by its name; text is in UTF-8, as all that the program writes."""
    suffix = path.rpartition(".")[2].lower()
    found = _TYPES.get(suffix) or _OTHER_TYPES.guess_type(f"file.{suffix}")[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith(_WITH_CHARSET) else found
