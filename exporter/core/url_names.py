"""Segments of addresses: what a slug, a title or an id becomes in a path, and how a path is written in a link.

Letters of scripts that have capitals (Latin, Greek, Cyrillic …) become `a` to `z`, digits of all scripts `0` to `9`.
Letters of all other scripts stay as they are: there is no one way to spell them in Latin letters, and what one language
calls them is wrong in another. Of those nothing but the Unicode form can differ between two spellings, which is always
NFC; so no two segments that are different here are one name on a disk that ignores case or the form.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256
from itertools import groupby, pairwise
from urllib.parse import quote, unquote

from exporter.core.naming import is_own_name

LONGEST_NAME = 255
"""Bytes of UTF-8 that the name of a file may have on the systems that allow least."""
_LONGEST_SEGMENT = 180
"""Bytes of a segment made here: it leaves room for what tells it from another one."""
_LONGEST_SLUG = 80
"""Characters of a segment that is not the value itself."""
_FILES = (".html", ".htm", ".xml", ".txt")
"""Endings that no segment has: pages and feeds use them, and a folder cannot share a file's name."""
_LONGEST_OWN = 100
"""Characters of a segment that is the value itself."""
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_HYPHENS = re.compile("-{2,}")
_FIRST_WITHOUT_CAPITALS = "\u0590"
"""Scripts before this character have capitals: Latin, Greek, Cyrillic, Armenian."""
_UNSEEN = re.compile("[\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Letters and marks that nobody sees: with one of them an address looks like another."""
_UNQUOTED = re.compile(r"[A-Za-z0-9_.~/-]*")
_OTHERS_IN_URLS = "/~%?#&=:@!$'()*+,;"
"""What stands in an address that is a whole one already."""


def url_segment(value: str) -> str:
    """Return one segment of an address: the value itself if all of it can stand there, else its slug; "" for neither.

    The result holds `A-Za-z0-9._-` and letters of scripts without capitals, is in NFC, starts with a letter or digit,
    and is no name of the guide's own files.
    """
    value = value if value.isascii() else unicodedata.normalize("NFC", value)
    if _is_plain(value):
        return value
    slug = _slug(value)
    return slug if not slug or _is_plain(slug) else f"{slug}-page"


def url_path(value: str) -> str:
    """Return the end of an address for a slug; slashes in it separate segments."""
    if "/" not in value:
        return url_segment(value)
    return "/".join(filter(None, map(url_segment, value.split("/"))))


def with_ending(address: str, ending: str) -> str:
    """Return an address whose last segment ends in something that tells it from another: `/a/b/` becomes `/a/b-c/`."""
    above, _, last = address.removesuffix("/").rpartition("/")
    return f"{above}/{_cut(last, LONGEST_NAME - 1 - len(ending.encode()))}-{ending}/"


def bounded(address: str) -> str:
    """Return an address with each segment as a file name can hold it: a longer one ends in its digest instead."""
    if len(address) * 4 <= LONGEST_NAME or (address.isascii() and len(address) <= LONGEST_NAME):
        return address
    return "/".join(map(_bounded, address.split("/")))


def is_site_name(name: str) -> bool:
    """Whether a name can be that of a file or folder which this program makes under site/."""
    shape = _shape(name).replace("~", "-")
    ends = shape if len(shape) <= _LONGEST_OWN else shape[: _LONGEST_OWN // 2] + shape[-_LONGEST_OWN // 2 :]
    is_plain = _NAME.fullmatch(shape) is not None and is_own_name(ends)
    return is_plain and unicodedata.is_normalized("NFC", name) and len(name.encode()) <= LONGEST_NAME


def quoted(path: str) -> str:
    """Return a path of the guide as links have it: percent-encoded."""
    return path if _UNQUOTED.fullmatch(path) else quote(path, safe="/~")


def quoted_url(url: str) -> str:
    """Return an address with whatever else it holds, such as a query, with percent-encoded letters."""
    return url if _UNQUOTED.fullmatch(url) else quote(url, safe=_OTHERS_IN_URLS)


def written_path(path: str) -> str:
    """Return the path that somebody wrote in a link, encoded or not, as the guide's addresses have it."""
    return unicodedata.normalize("NFC", unquote(path))


def _slug(value: str) -> str:
    from slugify import slugify  # imported here: a sync seldom needs it

    if not any(map(_stays, value)):
        return str(slugify(value, max_length=_LONGEST_SLUG, word_boundary=True))
    parts = []
    for stays, run in groupby(value, _stays):
        text = "".join(run)
        # The two letters keep the hyphens at the ends of a run: "東京 Tower".
        parts.append(_without_lone_marks(text) if stays else slugify(f"x{text}x")[1:-1])
    return _shortened(_HYPHENS.sub("-", "".join(parts)).strip("-"))


def _shortened(slug: str) -> str:
    """Cut a slug where it is too long, at a hyphen if more than half of it is before that."""
    cut = _cut(slug[:_LONGEST_SLUG], _LONGEST_SEGMENT)
    if cut == slug or slug[len(cut)] == "-":
        return cut.strip("-")
    whole = cut.rpartition("-")[0]
    return whole.strip("-") if len(whole) * 2 > len(cut) else cut


def _cut(text: str, most: int) -> str:
    """Return the beginning of a text that has so many bytes at most."""
    return text if len(text) * 4 <= most else text.encode()[:most].decode("utf-8", "ignore")


def _bounded(segment: str) -> str:
    data = segment.encode()
    if len(data) <= LONGEST_NAME:
        return segment
    ending = f"~{sha256(data).hexdigest()[:10]}"
    return _cut(segment, LONGEST_NAME - len(ending)) + ending


def _is_plain(value: str) -> bool:
    """Whether a value can be a segment as it is."""
    shape = _shape(value)
    if not _PLAIN.fullmatch(shape) or not is_own_name(shape) or value.lower().endswith(_FILES):
        return False
    if value.isascii():
        return True
    lone = any(_joins(character) and not _stays(before) for before, character in pairwise(f"-{value}"))
    return not lone and len(value.encode()) <= _LONGEST_SEGMENT


def _shape(value: str) -> str:
    """Return a value with an x for each letter that stays."""
    return value if value.isascii() else "".join(["x" if _stays(character) else character for character in value])


def _without_lone_marks(run: str) -> str:
    """Return letters that stay without the marks at their beginning, which have nothing to stand on."""
    first = next((number for number, character in enumerate(run) if not _joins(character)), len(run))
    return run[first:]


@lru_cache(maxsize=1 << 14)
def _stays(character: str) -> bool:
    """Whether a character stays in addresses: a letter of a script without capitals, or a mark on one."""
    return (
        character >= _FIRST_WITHOUT_CAPITALS
        and unicodedata.category(character) in ("Lo", "Lm", "Mn", "Mc", "Nl")
        and character == character.casefold() == character.upper()
        and not _UNSEEN.match(character)
    )


def _joins(character: str) -> bool:
    """Whether a character is one with that before it: a mark, or the vowel or final consonant of a Korean syllable."""
    return "\u1160" <= character <= "\u11ff" or unicodedata.category(character).startswith("M")
