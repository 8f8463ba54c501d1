"""What a target is to send with each file: its type, how long it may be kept, and whether it is compressed."""

from __future__ import annotations

import gzip
import re
import zlib
from typing import TYPE_CHECKING

from exporter.publish.plan import HASHED
from exporter.publish.stores.store import Headers
from exporter.reader.encoding import BrokenError
from exporter.scaffold.headers import HEADERS
from exporter.serve.http.access import content_type

if TYPE_CHECKING:
    from exporter.publish.stores.store import Found

NO_HEADERS = Headers("", "")
"""What a folder or a server of files keeps of them."""
MANIFEST_HEADERS = Headers("application/octet-stream", "no-store")
_FOR_EVER = "public, max-age=31536000, immutable"
_TEXT = re.compile(r"text/|application/(json|xml|manifest\+json|geo\+json|gpx\+xml)|image/svg\+xml")
_GZIP_LEVEL = 9


def headers_of(path: str, *, compressed: bool) -> Headers:
    """Return the headers of a file; with `compressed`, texts are compressed once, for every reader."""
    kind = content_type(path)
    keep = _FOR_EVER if HASHED.fullmatch(path) else HEADERS["Cache-Control"]
    return Headers(kind, keep, "gzip" if compressed and _TEXT.match(kind) else "")


def encode(data: bytes, headers: Headers) -> bytes:
    """Return the bytes of a file as its headers say they lie in the target; the same bytes in each run."""
    return gzip.compress(data, _GZIP_LEVEL, mtime=0) if headers.encoding else data


def decode(found: Found, most: int) -> bytes:
    """Return the bytes of a file as they were before they were compressed. Raises BrokenError."""
    if found.encoding != "gzip":
        return found.data
    decoder = zlib.decompressobj(31)
    try:
        data = decoder.decompress(found.data, most + 1)
    except zlib.error:
        raise BrokenError("it is not compressed as it says") from None
    if len(data) > most or not decoder.eof:
        raise BrokenError("it is too large, or cut")
    return data
