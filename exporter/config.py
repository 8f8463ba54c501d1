"""site.yaml, the environment and .env: read, checked as a whole, given as one frozen Config."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from exporter.errors import ConfigError
from exporter.layout import url_path
from exporter.problems import CODES
from exporter.yaml_lines import dotted, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from exporter.model import ContentType

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
"""None has a say in site.yaml, and looking for them takes as long as many a sync."""

FILE_NAME = "site.yaml"
DELIVERY_URL = "https://cdn.contentful.com"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET_PARTS = re.compile(r".*@|[?#].*", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_NARROWING = ("content_type", "newer_than", "max")


def _expand(text: Any) -> Any:
    """Put the environment's values for ${NAME}; raises ValueError naming those that are not set."""
    if not isinstance(text, str):
        return text
    missing = [name for name in _VARIABLE.findall(text) if not os.environ.get(name)]
    if missing:
        raise ValueError(f"the environment has no {' and no '.join(missing)}")
    return _VARIABLE.sub(lambda found: os.environ[found[1]], text)


def _check_address(text: Any) -> str:
    parts = urlsplit(text) if isinstance(text, str) else urlsplit("")
    odd = "@" in parts.netloc or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not parts.hostname or odd or not text.isprintable() or " " in text:
        raise ValueError("expected an address like https://guide.example.org/lisbon/")
    return str(text).rstrip("/")


def _check_source(text: Any) -> str:
    address = _check_address(_expand(text))
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("expected https: the access token must not travel in the clear")
    return address


def _check_pattern(text: str) -> str:
    literal = _PLACEHOLDER.sub("x", text)
    if not text.startswith("/") or not text.endswith("/") or url_path(literal) != literal[1:-1]:
        raise ValueError("expected a pattern like /places/{slug}/, of plain letters, digits, . _ - and {field}")
    if not all(re.fullmatch(r"[A-Za-z0-9_]+", name) for name in _PLACEHOLDER.findall(text)):
        raise ValueError("expected field ids between the braces, as in {slug}")
    return text


def _check_code(text: str) -> str:
    if text not in CODES:
        raise ValueError(f"expected one of {', '.join(CODES)}")
    return text


Expanded = Annotated[str, BeforeValidator(_expand), Field(min_length=1)]
Address = Annotated[str, BeforeValidator(_check_address)]
SourceAddress = Annotated[str, BeforeValidator(_check_source)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Search(_Part):
    """The newest entries by search, the alternative to sync: `max` of them, those changed within `newer_than`, or both.

    `include` says how many steps links are followed from them.
    """

    content_type: Annotated[str, Field(min_length=1)] | None = None
    newer_than: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,4}[smhdw]$")] | None = None
    max: Annotated[int, Field(ge=1)] | None = None
    include: Annotated[int, Field(ge=0, le=10)] = 1

    @property
    def window(self) -> timedelta | None:
        """How old an entry's last change may be; None for any age."""
        if self.newer_than is None:
            return None
        return timedelta(**{_UNITS[self.newer_than[-1]]: int(self.newer_than[:-1])})


class Source(_Part):
    """Where the content comes from: a space at Contentful, or a local one through its own endpoint."""

    local: Annotated[str, Field(min_length=1)] | None = None
    space: Expanded | None = None
    environment: Expanded = "master"
    url: SourceAddress = DELIVERY_URL
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000
    only: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)] | None = None
    search: Search | None = None

    @property
    def filter(self) -> dict[str, Any] | None:
        """What `.syncstate` says of the filter: another one is another source."""
        if self.search is not None:
            return {"search": self.search.model_dump(exclude_none=True)}
        return {"only": sorted(set(self.only))} if self.only else None


class Content(_Part):
    """What the mirror holds."""

    formats: tuple[Literal["json", "markdown"], ...] = ("json", "markdown")
    assets: Literal["download", "link"] = "download"


class PagePattern(_Part):
    """The address and template of a content type's pages."""

    url: Annotated[str, BeforeValidator(lambda text: _check_pattern(str(text)))] | None = None
    template: Annotated[str, Field(pattern=r"^[A-Za-z0-9_./-]+\.html$")] | None = None


class Theme(_Part):
    """The few things of the theme's looks that need no template."""

    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    logo: Annotated[str, Field(min_length=1)] | None = None


class Site(_Part):
    """The whole of site.yaml."""

    title: Annotated[str, Field(min_length=1)]
    description: str = ""
    base_url: Address | None = None
    locales: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    source: Source
    content: Content = Content()
    pages: dict[str, PagePattern] = {}
    offline: bool = True
    theme: Theme = Theme()
    check: dict[Annotated[str, AfterValidator(_check_code)], Literal["off", "warning", "error"]] = {}

    def address_fields(self, type_id: str, content_type: ContentType | None) -> tuple[str, ...]:
        """Give the fields that the addresses of a content type's pages are made of."""
        pattern = self.pages[type_id].url if type_id in self.pages else None
        if pattern is not None:
            return tuple(_PLACEHOLDER.findall(pattern))
        return (content_type.address_field,) if content_type and content_type.address_field else ()


@dataclass(frozen=True)
class Config:
    """site.yaml and the folder that it governs."""

    site: Site
    root: Path

    @property
    def content(self) -> Path:
        """The mirror."""
        return self.root / "content"

    @property
    def output(self) -> Path:
        """The guide."""
        return self.root / "site"

    @property
    def state_file(self) -> Path:
        """Where the sync token is kept."""
        return self.root / ".syncstate"

    @property
    def cache(self) -> Path:
        """The folder that may be deleted at any moment."""
        return self.root / ".export"

    @property
    def stores_token(self) -> bool:
        """Tell whether a sync goes on from the last one's token; a search and a preview host begin anew each time."""
        return not self.is_preview and self.site.source.search is None

    @property
    def is_preview(self) -> bool:
        """Tell whether the source is a preview host, which has its own access token."""
        return (urlsplit(self.site.source.url).hostname or "").startswith("preview.")

    def access_token(self) -> str:
        """Read the access token from the environment or the .env file beside site.yaml.

        Raises ConfigError where there is none. A local source takes any token and needs none.
        """
        if self.site.source.local is not None:
            return "local"
        name = "CONTENTFUL_PREVIEW_TOKEN" if self.is_preview else "CONTENTFUL_ACCESS_TOKEN"
        value = os.environ.get(name) or _read_env_file(self.root / ".env").get(name)
        if not value:
            raise ConfigError(
                "token-missing",
                f"the access token is missing: set {name} in the environment or in {self.root / '.env'}",
            )
        if not value.isascii() or not value.isprintable() or " " in value:
            raise ConfigError("token-invalid", f"{name} holds characters that no access token has: set it anew")
        return value


def _read_env_file(path: Path) -> dict[str, str]:
    """Read NAME=value lines; quotes around a value and `export` before a name are taken off."""
    try:
        text = path.read_text("utf-8-sig") if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        raise ConfigError("env-unreadable", f"{path} cannot be read: expected NAME=value lines in UTF-8") from None
    found = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            found[name.strip()] = value.strip().strip("\"'")
    return found


def load_config(folder: Path, file: Path | None = None) -> Config:
    """Read and check site.yaml; the guide's folder is the one that the file lies in.

    Raises ConfigError with all that is wrong at once, a line each.
    """
    path = file if file is not None else folder / FILE_NAME
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError("config-missing", f"there is no {path}: run in a guide's folder or name it with -C") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("config-unreadable", f"{path} cannot be read: {error}") from None
    return Config(_check(text, path), path.resolve().parent)


def _check(text: str, path: Path) -> Site:
    read = read_yaml(text, path)
    data = read.value
    if not isinstance(data, dict):
        raise ConfigError("config-invalid", f"{path}: expected keys like title and source, found {_shown(data)}")
    found = [*read.problems, *_between_keys(data, read.lines)]
    try:
        site = Site.model_validate(data)
    except ValidationError as error:
        found += [_sentence(each, read.lines) for each in error.errors(include_url=False)]
    if found:
        raise ConfigError("config-invalid", "\n".join(f"{path}:{line}: {said}" for line, said in sorted(set(found))))
    return site


def _between_keys(data: Mapping[str, Any], lines: Mapping[tuple[Any, ...], int]) -> Iterator[tuple[int, str]]:
    """Check what one key says of another; beside the schema, so that all errors come at once."""
    source, content = data.get("source"), data.get("content")
    if isinstance(source, dict) and ("local" in source) == ("space" in source):
        yield lines["source",], "source: expected either local (demo, or a path) or space (an id)"
    if isinstance(source, dict) and None not in (source.get("only"), source.get("search")):
        yield lines["source", "search"], "source.search: only stands beside it: keep one of the two"
    search = source.get("search") if isinstance(source, dict) else None
    if isinstance(search, dict) and all(search.get(each) is None for each in _NARROWING):
        yield lines["source", "search"], f"source.search: expected at least one of {', '.join(_NARROWING)}"
    formats = content.get("formats") if isinstance(content, dict) else None
    if isinstance(formats, list) and "json" not in formats:
        yield lines["content", "formats"], "content.formats: json is always among them"


_WORDS = {
    "missing": "is missing: it must stand",
    "int_parsing": "expected a whole number",
    "int_type": "expected a whole number",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "string_type": "expected a text",
    "string_too_short": "expected a text with something in it",
    "tuple_type": "expected a list, as in [en-US, de-DE]",
    "dict_type": "expected keys and values",
    "model_type": "expected keys and values",
    "too_short": "expected at least one",
}


def _sentence(error: Mapping[str, Any], lines: Mapping[tuple[Any, ...], int]) -> tuple[int, str]:
    """Say one error of the schema in the program's own words, with its line."""
    path, kind, context = tuple(error["loc"]), error["type"], error.get("ctx", {})
    path = path[:-1] if path[-1:] == ("[key]",) else path
    line = next(lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines)
    if kind == "extra_forbidden":
        return line, f"unknown key {dotted(path)}{_nearest(path)}"
    words = {
        "literal_error": f"expected one of {context.get('expected', '')}",
        "greater_than_equal": f"expected at least {context.get('ge')}",
        "less_than_equal": f"expected at most {context.get('le')}",
        "string_pattern_mismatch": f"expected something like {_EXAMPLES.get(str(path[-1]), '')}",
        "value_error": str(context.get("error", "")),
    }.get(kind) or _WORDS.get(kind, error["msg"])
    found = "" if kind == "missing" or isinstance(error["input"], dict) else f", found {_shown(error['input'])}"
    return line, f"{dotted(path) or 'the file'}: {words}{found}"


_EXAMPLES = {"accent": '"#0b6e4f"', "template": "place.html", "newer_than": "12h, 30d or 8w"}


_PARTS: dict[tuple[str, ...], type[_Part]] = {
    ("source",): Source,
    ("source", "search"): Search,
    ("content",): Content,
    ("theme",): Theme,
    (): Site,
}


def _nearest(path: tuple[Any, ...]) -> str:
    """Name the known key that is most like an unknown one, or those allowed at that place."""
    known = list(_PARTS.get(path[:-1], PagePattern).model_fields)
    import difflib

    near = difflib.get_close_matches(str(path[-1]), known, n=1)
    return f": did you mean {near[0]}?" if near else f": allowed are {', '.join(known)}"


def _shown(value: Any) -> str:
    """Show what was found; what may be a secret in an address is left out."""
    if isinstance(value, str):
        return repr(_SECRET_PARTS.sub("…", value))
    return "nothing" if value is None else {"list": "a list", "dict": "keys"}.get(type(value).__name__, "something")
