"""What a file of the space is: the kind and size of a picture, its colour, whether it can be shown.

Everything here is read from the bytes: names and content types are what an editor says. Nothing of a file is trusted:
its header is looked at before anything is decoded, and whatever a decoder raises is a fault of that file alone.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.core.files import read_file, read_head
from exporter.pictures.size import picture_size

if TYPE_CHECKING:
    from collections.abc import Mapping

FACTS_VERSION = 1
"""The version of what is said of pictures: with another one all of them are looked at again."""

MOST_PIXELS = 40_000_000
"""Frames × width × height of a picture that is decoded: 160 MB in memory."""
MOST_PIXELS_OF_JPEG = 110_000_000
"""A JPEG can be decoded at a half or a quarter of its size."""
VARIED = {"jpeg": "jpg", "png": "png", "webp": "webp", "avif": "webp", "gif": "png", "bmp": "png"}
"""Kinds of pictures that variants are made of, and the kind of their fallback as the suffix of its file."""

_MOST_BYTES = 100_000_000
"""Bytes beyond which a file is not read; Contentful takes no picture of more."""
_HEAD = 4096
"""Bytes by which the kind of a file is told; before the root of an SVG there may be comments."""
_COLOUR_SIDE = 32
"""Pixels to which a picture is reduced where its colour is looked for."""
_LEVELS = 5
"""Steps between black and full light in each channel of a ground: the style sheet has a rule for each colour."""
_SVG = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:[?!][^\0]*<)?svg[\s/>]")
_LARGEST_PDF = 20_000_000
_PDF_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_PDF_COUNT = re.compile(
    rb"/Type\s*/Pages\b[^<>]{0,400}?/Count\s+([0-9]{1,6})|/Count\s+([0-9]{1,6})[^<>]{0,400}?/Type\s*/Pages\b"
)


class FileFacts(NamedTuple):
    """What a file is, as pages may ask.

    `digest` is that of a picture's bytes, in 16 hexadecimal digits; empty for any other file. `width` and `height` are
    those that browsers show, in pixels, EXIF's rotation applied. `ground` names the colour behind the picture while it
    loads, empty where it is transparent. `fault` says why a file that begins like a picture is none. `pages` are those
    of a PDF, 0 if they are not known.
    """

    digest: str = ""
    kind: str = ""
    width: int = 0
    height: int = 0
    ground: str = ""
    is_animated: bool = False
    fault: str = ""
    pages: int = 0

    @property
    def is_varied(self) -> bool:
        """Whether variants can be made of the picture."""
        return self.kind in VARIED and not self.is_animated and not self.fault


NOTHING = FileFacts()
"""Of a file that is no picture, or not there."""


def digest_of(data: bytes) -> str:
    """Return the digest that a picture goes by."""
    return hashlib.sha256(data).hexdigest()[:16]


def read_facts(path: str, size: int, known: Mapping[str, FileFacts]) -> FileFacts:
    """Return the facts of a file; those of bytes that are `known` by their digest are not worked out again."""
    kind = kind_of(read_head(path, _HEAD)) if size <= _MOST_BYTES else ""
    if not kind:
        return NOTHING
    data = read_file(path)
    if kind == "pdf":
        return FileFacts(kind=kind, pages=_pdf_pages(data))
    digest = digest_of(data)
    return known.get(digest) or _look_at(data, kind)._replace(digest=digest)


def kind_of(head: bytes) -> str:
    """Return the kind of a file by how it begins, "" for one of no kind that matters here."""
    for begins, kind in _BEGINNINGS:
        if head.startswith(begins):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return {b"avif": "avif", b"avis": "avif"}.get(head[8:12], "heic" if head[8:12] in _HEIF else "")
    return "svg" if _SVG.search(head) else ""


_BEGINNINGS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"%PDF-", "pdf"),
    (b"\0\0\1\0", "ico"),
)
_HEIF = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis")


def _look_at(data: bytes, kind: str) -> FileFacts:
    if kind in ("svg", "ico"):
        width, height = picture_size(data) or (0, 0)
        return FileFacts(kind=kind, width=width, height=height)
    if kind == "heic":
        return FileFacts(kind=kind, fault="is a HEIC, which few browsers show")
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd EXIF, of a size that the limit below is for
            with Image.open(BytesIO(data), formats=[kind.upper()]) as picture:
                return _of_picture(picture, kind)
    except Image.DecompressionBombError:
        return FileFacts(kind=kind, fault="has too many pixels")
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError) as error:
        return FileFacts(kind=kind, fault=_broken(error))
    except Exception as error:  # noqa: BLE001 - decoders raise what they like over bytes that an editor may upload
        return FileFacts(kind=kind, fault=_broken(error))


def _broken(error: Exception) -> str:
    return "is cut short" if "truncated" in str(error) else "cannot be read as a picture"


def _of_picture(picture: Any, kind: str) -> FileFacts:
    """Look at an open picture. Raises what the decoder raises."""
    from exporter.pictures.decoding import oriented_size

    width, height = oriented_size(picture)
    frames = getattr(picture, "n_frames", 1)
    most = MOST_PIXELS_OF_JPEG if kind == "jpeg" else MOST_PIXELS
    if frames * width * height > most:
        fault = f"has too many pixels ({f'{frames} × ' if frames > 1 else ''}{width} × {height})"
        return FileFacts(kind=kind, width=width, height=height, fault=fault)
    if frames > 1:
        return FileFacts(kind=kind, width=width, height=height, is_animated=True)
    return FileFacts(kind=kind, width=width, height=height, ground=_ground(picture))


def _ground(picture: Any) -> str:
    """Return the name of the colour that most of a picture has; "" where it is transparent. Decodes all of it."""
    from exporter.pictures.decoding import in_srgb, plain_mode

    picture.draft("RGB", (_COLOUR_SIDE * 4, _COLOUR_SIDE * 4))
    small = plain_mode(picture, most=_COLOUR_SIDE)
    if "A" in small.getbands() and small.getchannel("A").getextrema()[0] < 255:
        return ""
    small = in_srgb(small, picture.info.get("icc_profile")).convert("RGB")
    reduced = small.quantize(6)
    palette, counts = reduced.getpalette(), reduced.getcolors()
    index = max(counts, key=lambda found: (found[0], -found[1]))[1]
    return "".join(str(round(level * _LEVELS / 255)) for level in palette[3 * index : 3 * index + 3])


def _pdf_pages(data: bytes) -> int:
    """Return the number of pages of a PDF as far as it is written plainly: the greatest count of a tree of pages."""
    if len(data) > _LARGEST_PDF:
        return 0
    counts = [int(first or second) for first, second in _PDF_COUNT.findall(data)]
    return max(counts, default=0) or len(_PDF_PAGE.findall(data))
