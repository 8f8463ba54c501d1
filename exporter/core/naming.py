"""Names on disk and in addresses: the one way from a name that came over the network to a path."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.model import Upsert, read_change

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporter.core.encoding import Json
    from exporter.core.model import Item, Key

_OWN_NAME = re.compile(
    r"(?!\.git|(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z))[a-z0-9._-]{0,99}[a-z0-9_-]", re.ASCII | re.IGNORECASE
)
"""Up to 100 characters; no name that Windows reserves, nothing that git or Windows treats specially."""

_NOT_STEM = re.compile(r"[^A-Za-z0-9_-]+")
_STEM_LENGTH = 60


def is_own_name(identifier: str) -> bool:
    """Whether an id can be its own file name on every system."""
    return _OWN_NAME.fullmatch(identifier) is not None


def file_name(identifier: str, *, clash: bool = False) -> str:
    """Return the file name of an id: the id itself, or a readable stem, `~` and 10 hex digits of its SHA-256.

    `clash` says that another id in the same folder differs from this one only by case.
    """
    if is_own_name(identifier) and not clash:
        return identifier
    stem = _NOT_STEM.sub("-", identifier)[:_STEM_LENGTH].strip("-")
    return f"{stem}~{hashlib.sha256(identifier.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def file_names(identifiers: Iterable[str]) -> dict[str, str]:
    """Return the file names of all ids of one folder; ids that differ only by case all get the suffix."""
    plain = {identifier: file_name(identifier) for identifier in identifiers}
    folds = Counter(name.lower() for name in plain.values())
    return {identifier: file_name(identifier, clash=folds[name.lower()] > 1) for identifier, name in plain.items()}


@lru_cache(maxsize=1024)
def _type_folder(content_type: str, *, clash: bool) -> str:
    return f"entries/{file_name(content_type, clash=clash)}"


def item_folder(key: Key, content_type: str, *, clash: bool = False) -> str:
    """Return the folder under content/ that holds an item's files.

    `clash` says that the mirror has another content type whose id differs from this one's only by case.
    """
    return _type_folder(content_type, clash=clash) if key.kind == "entry" else "assets"


def parted_folders(folders: Iterable[str]) -> dict[str, str]:
    """Return the folders among those given (named without a clash) that differ only by case, with their own names."""
    types = {folder.partition("/")[2]: folder for folder in folders}
    folds = Counter(name.lower() for name in types)
    return {
        folder: f"entries/{file_name(name, clash=True)}" for name, folder in types.items() if folds[name.lower()] > 1
    }


def item_path(key: Key, content_type: str, *, clash: bool = False) -> str:
    """Return the path of an item's JSON under content/."""
    return f"{item_folder(key, content_type)}/{file_name(key.id, clash=clash)}.json"


def is_item_path(path: str, key: Key, content_type: str) -> bool:
    """Whether a path under content/ is one that the item's JSON can have, with or without a clash."""
    folder, _, name = path.rpartition("/")
    if name == f"{key.id}.json" and is_own_name(key.id) and folder == item_folder(key, content_type):
        return True
    return name.removesuffix(".json") in {file_name(key.id, clash=clash) for clash in (False, True)} and folder in {
        item_folder(key, content_type, clash=clash) for clash in (False, True)
    }


def item_at(path: str, raw: Json) -> Item | None:
    """Return the item whose JSON stands at its own path under content/; None for a foreign file."""
    try:
        change = read_change(raw)
    except ValueError:
        return None
    if not isinstance(change, Upsert):
        return None
    return change.item if is_item_path(path, change.key, change.item.content_type) else None


def twin_paths(path: str, locales: Iterable[str]) -> dict[str, str]:
    """Return the paths of an item's Markdown twins by locale, given the path of its JSON."""
    stem = path.removesuffix(".json")
    return {code: f"{stem}.{name}.md" for code, name in _twin_names(tuple(locales)).items()}


@lru_cache(maxsize=256)
def _twin_names(locales: tuple[str, ...]) -> Mapping[str, str]:
    """Return the locales' names in twins; one with a dot gets the suffix, as its dot would look like the id's end."""
    return {code: file_name(code, clash=True) if "." in code else name for code, name in file_names(locales).items()}


def content_type_paths(type_ids: Iterable[str]) -> dict[str, str]:
    """Return the paths under content/ of the JSON of all of a space's content types, by id."""
    return {type_id: f"model/content_types/{name}.json" for type_id, name in file_names(type_ids).items()}


LOCALES_PATH = "model/locales.json"
TAGS_PATH = "model/tags.json"
MOVED_PATH = "moved.json"

_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


def folders_above(url: str) -> list[tuple[str, str]]:
    """Return the folders that a page's address is in, nearest first, each with the relative way up to it."""
    parts = url.split("/")[:-1]
    return [("/".join([*parts[: len(parts) - up], ""]), "../" * up) for up in range(len(parts))]


def page_path(url: str) -> str:
    """Return the path under site/ of the file at an address of the guide."""
    return f"{url[1:]}index.html" if url.endswith("/") else url[1:]


class AssetFile(NamedTuple):
    """A file of an asset.

    Its locales, its path under content/, the suffix of its name, the URL it is fetched from, its size in bytes, its
    content type as the space has it.
    """

    locales: tuple[str, ...]
    path: str
    suffix: str
    url: str
    size: int | None
    content_type: str = ""

    @property
    def folder(self) -> str:
        """The folder of all files of its asset."""
        return "/".join(self.path.split("/")[:2])

    @property
    def public_path(self) -> str:
        """Its path under site/; a changed name gets its suffix back, since hosts derive the type from it."""
        plain = _SUFFIX.fullmatch(self.suffix) is not None and not self.path.lower().endswith(self.suffix)
        return f"{self.path}{self.suffix}" if plain else self.path

    def path_in_site(self, *, keeps_active: bool) -> str:
        """Return its path under site/; a file that browsers would run gets a name that no host serves as such.

        Where the guide `keeps_active`, it has its own name. An SVG always has: what is active in it is left out.
        """
        path = self.public_path
        return path if keeps_active or not is_active(path, self.content_type) else _as_text(path, self.content_type)


def is_active(path: str, content_type: str) -> bool:
    """Whether a browser or host may run a file of this name and content type as a page or script of the guide.

    Apache derives the type of `page.html.bak` from the last extension that it knows, and runs `x.php.txt` where any of
    them is one of PHP. SVG pictures and tracks in XML are not meant: they are read and made harmless under their own
    names.
    """
    name = path.rpartition("/")[2].lower()
    last = suffix_of(name)
    if re.search(_RUN_BY_HOSTS, name) is not None or name in _OBEYED:
        return True
    if last in HARMLESS_XML or last == ".txt":
        return False
    kind = content_type.partition(";")[0].strip().lower()
    return re.fullmatch(_ACTIVE_SUFFIX, _known_suffix(name)) is not None or re.fullmatch(_ACTIVE_TYPE, kind) is not None


def _known_suffix(name: str) -> str:
    """Return the last extension of a name in lower case that hosts know to be active or harmless, "" for none."""
    for suffix in reversed(name.split(".")[1:]):
        if suffix in _HARMLESS or re.fullmatch(_ACTIVE_SUFFIX, f".{suffix}") is not None:
            return f".{suffix}"
    return ""


def _as_text(path: str, content_type: str) -> str:
    """Return a path for an active file that no host runs; `.txt` is put behind it unless what is left is harmless."""
    folder, _, name = path.rpartition("/")
    plain = f"{folder}/{re.sub(_RUN_BY_HOSTS, _JOINED, name)}"
    suffix = suffix_of(plain)
    is_known = suffix in HARMLESS_XML or suffix[1:] in _HARMLESS
    return plain if is_known and not is_active(plain, content_type) else f"{plain}.txt"


def suffix_of(path: str) -> str:
    """Return what a host derives the type of a file from: the end of its name, in lower case, with the dot."""
    name = path.rpartition("/")[2].lower()
    return f".{name.rpartition('.')[2]}" if "." in name else ""


HARMLESS_XML = frozenset({".svg", ".gpx", ".kml", ".tcx"})
"""Suffixes of pictures and tracks: XML that readers' apps know by its name, which is published without what runs."""

_ACTIVE_SUFFIX = (
    r"\.(?:[dx]?html?|xht|svgz?|gpx|kml|tcx|xml|xslt?|xsd|xul|rss|atom|rdf|mathml|mml|wsdl|[cm]?js|jsx|mht(?:ml)?"
    r"|hta|htc)"
)
"""What browsers run; of SVG pictures and tracks only where another extension that hosts may not know is behind it."""
_RUN_BY_HOSTS = r"(?ai)\.(php[0-9]?|pht|phtml|phar|shtml?|stm|f?cgi|asis|aspx?|as[hm]x|jspx?|cfm)(?=\.|\Z)"
"""What hosts run themselves, some of them wherever it is in a name."""
_JOINED = r"-\1"
"""What becomes of that in a name that nobody runs: `x.php` is published as `x-php.txt`."""
_OBEYED = {".htaccess"}
"""A file that hosts obey: it could have the texts beside it served as pages."""
_HARMLESS = frozenset(
    [
        "txt",
        "pdf",
        "rtf",
        "epub",
        "csv",
        "json",
        "css",
        "ics",
        "vcf",
        "zip",
        "7z",
        "rar",
        "woff",
        "woff2",
        "ttf",
        "otf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "odt",
        "ods",
        "odp",
        "jpg",
        "jpeg",
        "jpe",
        "png",
        "gif",
        "webp",
        "avif",
        "ico",
        "bmp",
        "tif",
        "tiff",
        "heic",
        "mp3",
        "m4a",
        "oga",
        "ogg",
        "opus",
        "wav",
        "flac",
        "aac",
        "mp4",
        "m4v",
        "webm",
        "mov",
        "ogv",
        "avi",
        "mkv",
    ]
)
"""Extensions of files that no browser runs and of which every host knows the type."""
_ACTIVE_TYPE = (
    r"text/(?:html|xml|xsl|(?:x-)?(?:java|ecma|live|j)script[0-9.]*)|application/(?:xml|(?:x-)?(?:java|ecma)script)"
    r"|multipart/related|message/rfc822|application/x-mimearchive|[^/]+/[^/]+\+xml"
)


def file_folder(path: str) -> str:
    """Return the folder of the files of an asset whose JSON is at `path`."""
    return f"files/{path.removeprefix('assets/').removesuffix('.json')}"


def asset_files(item: Item, path: str) -> tuple[AssetFile, ...]:
    """Return the files of an asset whose JSON is at `path`, one for each URL.

    Where they differ by locale, each is in a locale's folder. A file without a `url` (a draft that is still being
    processed) is left out.
    """
    by_url: dict[str, list[str]] = {}
    values = {code: value for code, value in item.localized("file").items() if isinstance(value, dict)}
    for code, value in sorted(values.items()):
        if isinstance(value.get("url"), str) and value["url"]:
            by_url.setdefault(value["url"], []).append(code)
    folder = file_folder(path)
    inner = file_names(codes[0] for codes in by_url.values()) if len(by_url) > 1 else {}
    found = []
    for url, codes in by_url.items():
        value = values[codes[0]]
        name = _asset_name(value)
        inside = f"{inner[codes[0]]}/{file_name(name)}" if inner else file_name(name)
        suffix = PurePosixPath(name).suffix.lower()
        found.append(
            AssetFile(
                tuple(codes), f"{folder}/{inside}", suffix, url, _size(value), str(value.get("contentType") or "")
            )
        )
    return tuple(found)


def _asset_name(value: Mapping[str, Json]) -> str:
    name = value.get("fileName")
    if not isinstance(name, str) or not name:
        name = value["url"].partition("?")[0].rsplit("/", 1)[-1]
    return name or "file"


def _size(value: Mapping[str, Json]) -> int | None:
    details = value.get("details")
    size = details.get("size") if isinstance(details, dict) else None
    return size if isinstance(size, int) else None
