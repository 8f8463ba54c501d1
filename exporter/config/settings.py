"""The project: the values of site.yaml and the guide's folder, checked once and then cached.

Loading the schema takes longer than most builds do. So the values that it read from a site.yaml are kept in the cache,
and used as long as that file has exactly the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from exporter import __version__
from exporter.config.environment import DELIVERY_TOKEN, PREVIEW_TOKEN, VARIABLE, access_tokens, expand, read_secret
from exporter.config.site_file import FILE_NAME, read_site_text
from exporter.config.url_patterns import fields_linked, paths_of
from exporter.core.errors import ConfigError, SettingsError
from exporter.core.files import read_bytes, write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from exporter.config.site_schema import SiteConfig
    from exporter.core.model import ContentType

PREVIEW = ".export/preview"
"""The folder of a preview: its mirror, its guide, its cache."""
_CACHE_FILE = "settings.json"
_EXPANDED_LATER = (("source", "space"), ("source", "environment"))
"""Keys whose ${NAME} is cached as written, so that each run reads it from the environment."""

_SCHEMA_FILES = (
    "environment.py",
    "settings.py",
    "site_schema.py",
    "url_patterns.py",
    "yaml_lines.py",
    "../core/naming.py",
)


@dataclass(frozen=True)
class Project:
    """site.yaml and the guide's folder; `text` is that of a site.yaml whose values are not cached yet.

    `file` is site.yaml as it was named, for errors. `below` is the folder, under that of the guide, in which the
    program's own folders are: empty but for a preview.
    """

    site: SiteConfig
    root: Path
    file: Path
    text: str | None = None
    below: str = ""

    @property
    def content(self) -> Path:
        """The mirror."""
        return self.root / self.below / "content"

    @property
    def output(self) -> Path:
        """The guide."""
        return self.root / self.below / "site"

    @property
    def state_file(self) -> Path:
        """Where the sync token is kept."""
        return self.root / self.below / ".syncstate"

    @property
    def cache(self) -> Path:
        """The folder that may be deleted at any moment."""
        return self.root / self.below / ".export"

    @property
    def stores_token(self) -> bool:
        """Whether a sync continues from the last sync token; a search and a preview host start over each time."""
        return not self.is_preview and self.site.source.search is None

    @property
    def is_preview(self) -> bool:
        """Whether the source is a preview host, which has its own access token."""
        return is_preview_host(self.site.source.url)

    @property
    def filter(self) -> dict[str, Any] | None:
        """The filter as `.syncstate` records it: with another one it is another source."""
        source = self.site.source
        if source.search is not None:
            return {"search": {name: value for name, value in vars(source.search).items() if value is not None}}
        return {"only": sorted(set(source.only))} if source.only else None

    def address_fields(self, type_id: str, types: Mapping[str, ContentType]) -> tuple[str, ...]:
        """Return the fields of a content type that addresses use: those of its pages and of what links to it."""
        content_type = types.get(type_id)
        pages = self.site.pages
        pattern = pages[type_id].url if type_id in pages else None
        own = content_type.address_field if content_type else ""
        names = [own] if pattern is None else [path[0] for path in paths_of(pattern)]
        linked = (name or own for name in sorted(linked_fields(self.site, types)))
        names += [name for name in linked if content_type is not None and content_type.find(name)]
        return tuple(dict.fromkeys(name for name in names if name not in ("", "sys")))

    def access_token(self) -> str:
        """Return the access token from the environment or the .env file next to site.yaml.

        Raises ConfigError if there is none. A local source accepts any token and needs none.
        """
        if self.site.source.local is not None:
            return "local"
        name = PREVIEW_TOKEN if self.is_preview else DELIVERY_TOKEN
        secret = read_secret(name, self.root / ".env")
        if secret is None:
            raise ConfigError(
                "token-missing",
                f"the access token is missing: set {name} in the environment or in {self.root / '.env'}; "
                "Contentful has it under Settings, API keys",
            )
        odd = {*secret.value} & {*" \"'"}
        if not secret.value.isascii() or not secret.value.isprintable() or odd:
            raise ConfigError(
                "token-invalid", f"{secret.place} contains characters that no access token has: copy the token again"
            )
        return secret.value


def is_preview_host(url: str) -> bool:
    """Whether a source's address is that of a preview host, which delivers drafts."""
    try:
        return (urlsplit(url).hostname or "").startswith("preview.")
    except ValueError:
        return False


def preview_of(project: Project) -> Project:
    """Return the project over the preview host of its space, in folders of its own: no draft gets into the guide.

    Raises ConfigError for a local space, which has no drafts, and for a search.
    """
    source = project.site.source
    if source.local is not None or source.search is not None:
        what = "a local space has no drafts" if source.local is not None else "source.search has no preview"
        raise ConfigError("preview-impossible", f"{what}: a preview needs source.space of a space at Contentful")
    address = urlsplit(source.url)
    if not project.is_preview and not (address.hostname or "").startswith("cdn."):
        raise ConfigError("preview-impossible", f"{project.file}: source.url has no preview host: {source.url}")
    url = address._replace(netloc=address.netloc.replace("cdn.", "preview.", 1)).geturl()
    values = {**vars(source), "url": url}
    site = _Values({**vars(project.site), "source": _Values(values), "offline": False})
    return Project(cast("SiteConfig", site), project.root, project.file, below=PREVIEW)


def linked_fields(site: SiteConfig, types: Mapping[str, ContentType]) -> frozenset[str]:
    """Return the fields that addresses read from linked entries; "" stands for what its own address is made of."""
    patterns = {name: page.url for name, page in site.pages.items() if page.url is not None}
    by = ((wanted.type, wanted.by) for wanted in site.lists.values() if wanted.by is not None)
    return fields_linked(patterns, types, by)


def load_project(folder: Path, file: Path | None = None) -> Project:
    """Read and check site.yaml, or take its values from the cache; the guide's folder is the one that contains it.

    Raises ConfigError with everything that is wrong, one line each.
    """
    path = file if file is not None else folder / FILE_NAME
    text = read_site_text(path)
    root = path.resolve().parent
    project = _cached_project(path, root, text)
    if project is None:
        from exporter.config.site_schema import read_site

        project = Project(read_site(text, path), root, path, text)
    _refuse_tokens(project)
    return project


def _cached_project(path: Path, root: Path, text: str) -> Project | None:
    """Return the project with the cached values of a site.yaml; None if there are none of this text."""
    try:
        return Project(_from_cache(read_bytes(root / ".export" / _CACHE_FILE) or b"", text), root, path)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _refuse_tokens(project: Project) -> None:
    """Raise ConfigError where an access token is in a place that errors, requests and .syncstate show."""
    source = project.site.source
    if source.local is not None:
        return
    shown = {"space": source.space, "environment": source.environment}
    tokens = access_tokens(project.root / ".env")
    with line_numbers(project):
        for name, value in shown.items():
            if value in tokens:
                advice = f"put the id of the {name} here; the token is read from {DELIVERY_TOKEN} by itself"
                raise SettingsError((("source", name), f"source.{name}: this is the access token: {advice}"))


@contextmanager
def line_numbers(project: Project) -> Iterator[None]:
    """Add the file and the line to what the block says about settings. Raises ConfigError."""
    try:
        yield
    except SettingsError as error:
        lines = _lines_of(project.file)
        located = []
        for path, sentence in error.problems:
            line = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 1)
            located.append((line, f"{project.file.name}:{line}: {sentence}"))
        raise ConfigError(error.code, "\n".join(sentence for _, sentence in sorted(set(located)))) from None


def _lines_of(file: Path) -> Mapping[tuple[Any, ...], int]:
    """Return the lines of the keys of a site.yaml; none if it was changed for the worse meanwhile."""
    from exporter.config.yaml_lines import read_yaml

    with suppress(OSError, UnicodeDecodeError, ConfigError):
        return read_yaml(file.read_text("utf-8"), file).lines
    return {}


def keep_settings(project: Project) -> None:
    """Cache the values of a site.yaml that was checked, where they can be cached; else the next run checks it again."""
    if project.text is None:
        return
    with suppress(OSError, TypeError):
        values = _as_json(project.site)
        for path, written in _variables(project.text):
            if path not in _EXPANDED_LATER:
                return
            values["part"]["source"]["part"][path[1]] = written
        kept = json.dumps(values)
        write_atomic(project.cache / _CACHE_FILE, f"{_digest(project.text, kept)}\n{kept}\n".encode(), project.cache)


def _from_cache(data: bytes, text: str) -> SiteConfig:
    """Return the cached values of a site.yaml. Raises ValueError if they are of another text or damaged."""
    digest, kept, end = data.decode("utf-8").split("\n")
    if end or digest != _digest(text, kept):
        raise ValueError("of another site.yaml, or damaged")
    try:
        values = json.loads(kept)
    except RecursionError:
        raise ValueError("nested too deep") from None
    source = values["part"]["source"]["part"]
    for _, name in _EXPANDED_LATER:
        source[name] = expand(source[name])
    return cast("SiteConfig", _Values.of(values))


def _digest(text: str, kept: str) -> str:
    """Return the digest of a site.yaml, the program that read it and the values cached."""
    folder = os.path.dirname(__file__)  # noqa: PTH120 - a Path takes as long as all else here
    looks = [os.stat(f"{folder}/{name}") for name in _SCHEMA_FILES]  # noqa: PTH116 - paths as text
    program = [__version__, sys.version, *((found.st_size, found.st_mtime_ns) for found in looks)]
    return hashlib.blake2b(json.dumps([program, text, kept]).encode(), digest_size=16).hexdigest()


class _Values:
    """The values of a part of the schema, as attributes that cannot be set."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        vars(self).update(values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name} cannot be changed")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Values) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment] # what holds a dict has none

    @classmethod
    def of(cls, value: Any) -> Any:
        """Return the values that `_as_json` wrote."""
        if not isinstance(value, dict):
            return value
        ((kind, inside),) = value.items()
        if kind == "list":
            return tuple(map(cls.of, inside))
        found = {name: cls.of(part) for name, part in inside.items()}
        return cls(found) if kind == "part" else found


def _as_json(value: Any) -> Any:
    """Return a part of the schema as JSON, each value under its kind. Raises TypeError for what JSON would change."""
    from exporter.config.site_schema import Part

    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, tuple):
        return {"list": [_as_json(part) for part in value]}
    if not isinstance(value, Part | dict):
        raise TypeError(f"no plain value: {type(value)}")
    inside = value if isinstance(value, dict) else vars(value)
    return {"keys" if isinstance(value, dict) else "part": {str(name): _as_json(part) for name, part in inside.items()}}


def _variables(text: str) -> list[tuple[tuple[Any, ...], str]]:
    """Return the values of a site.yaml that contain a ${NAME}, with the keys that lead to them."""
    from pathlib import Path

    from exporter.config.yaml_lines import read_yaml

    found: list[tuple[tuple[Any, ...], str]] = []
    left: list[tuple[tuple[Any, ...], Any]] = [((), read_yaml(text, Path(FILE_NAME)).value)]
    for path, value in left:  # which grows while it is walked
        if isinstance(value, dict | list):
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            left += [((*path, name), inner) for name, inner in pairs]
        elif isinstance(value, str) and VARIABLE.search(value):
            found.append((path, value))
    return found
