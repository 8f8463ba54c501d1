"""The schema of site.yaml: read and checked as a whole, into one frozen SiteConfig."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema

from exporter.config.environment import expand
from exporter.config.site_errors import sentence, shown
from exporter.config.url_patterns import check_list_address, check_pattern, check_sort, one_or_several
from exporter.config.yaml_lines import read_yaml
from exporter.core.errors import ConfigError
from exporter.core.suggestions import nearest
from exporter.report.problems import CODES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
"""No plug-in has a say in site.yaml, and looking for them takes as long as a small sync."""

DELIVERY_URL = "https://cdn.contentful.com"
_NARROWING = ("content_type", "newer_than", "max")


def _check_address(text: Any) -> str:
    parts = urlsplit(text) if isinstance(text, str) else urlsplit("")
    odd = "@" in parts.netloc or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not parts.hostname or odd or not text.isprintable() or " " in text:
        raise ValueError("expected an address like https://guide.example.org/lisbon/")
    return str(text).rstrip("/")


def _check_source(text: Any) -> str:
    address = _check_address(expand(text))
    parts = urlsplit(address)
    if "/spaces" in parts.path:
        raise ValueError("expected the host alone: space and environment are keys of their own")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("expected https: the access token must not travel in the clear")
    return address


def _check_offline(value: Any) -> Any:
    """Return whether the guide is offered offline, or its farewell. Raises ValueError."""
    if isinstance(value, Offline) or value in (True, False, "true", "false"):
        return value if isinstance(value, Offline) else value in (True, "true")
    if isinstance(value, dict) and set(value) == {"farewell"}:
        target = value["farewell"]
        if target not in (True, "true"):
            _check_address(target)  # readers are led to it as it is written: a slash at its end can matter to a host
        return Offline(farewell="" if target in (True, "true") else target)
    raise ValueError("expected true, false or {farewell: true}, or an address in place of that true")


def _check_code(text: str) -> str:
    if text not in CODES:
        near = nearest(text, CODES)
        raise ValueError(
            f"there is no such code: did you mean {near}?" if near else f"expected one of {', '.join(CODES)}"
        )
    return text


def _check_id(text: Any) -> Any:
    """Expand variables; refuse what cannot be an id, such as an address. Raises ValueError."""
    found = expand(text)
    if isinstance(found, str) and (re.search(r"[\s/?#:]", found) or re.search(r"\$(?!\{)", text)):
        raise ValueError("expected an id alone, as it stands in Contentful's settings, or ${NAME} for a variable")
    return found


Expanded = Annotated[str, BeforeValidator(_check_id), Field(min_length=1)]
Address = Annotated[str, BeforeValidator(_check_address), Field(json_schema_extra={"pattern": "^https?://"})]
SourceAddress = Annotated[str, BeforeValidator(_check_source)]


_TEXT: dict[str, Any] = {"type": ["string", "number", "boolean"]}
"""What an editor may accept for a text: every scalar is read as one."""
_ROOTED = Field(json_schema_extra={"pattern": "^/(.*/)?$"})
_TEXTS = WithJsonSchema({"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]})


class Part(BaseModel):
    """A group of keys: plain values alone, which settings.py caches and restores without this schema."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Search(Part):
    """The newest entries by search, the alternative to sync: at most `max`, changed within `newer_than`, or both.

    `include` says how many links away from them items come along.
    """

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": [key]} for key in _NARROWING]})

    content_type: Annotated[str, Field(min_length=1)] | None = None
    newer_than: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,4}[smhdw]$")] | None = None
    max: Annotated[int, Field(ge=1)] | None = None
    include: Annotated[int, Field(ge=0, le=10)] = 1


class Source(Part):
    """Where the content comes from: a space at Contentful, or a local one behind an endpoint of its own."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["local"]}, {"required": ["space"]}],
            "not": {"required": ["only", "search"]},
        }
    )

    local: Annotated[str, Field(min_length=1)] | None = None
    space: Expanded | None = None
    environment: Expanded = "master"
    url: SourceAddress = DELIVERY_URL
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000
    only: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)] | None = None
    search: Search | None = None


class Content(Part):
    """What the mirror holds, and how its files are published.

    `active` says what becomes of files that browsers run (HTML, XML, JavaScript, what is active in SVG).
    """

    formats: Annotated[
        tuple[Literal["json", "markdown"], ...], Field(json_schema_extra={"contains": {"const": "json"}})
    ] = ("json", "markdown")
    assets: Literal["download", "link"] = "download"
    active: Literal["rename", "keep"] = "rename"


class PagePattern(Part):
    """The address and template of a content type's pages."""

    url: Annotated[str, BeforeValidator(lambda text: check_pattern(str(text))), _ROOTED] | None = None
    template: Annotated[str, Field(pattern=r"^[A-Za-z0-9_./-]+\.html$")] | None = None


class ListPattern(Part):
    """A list of entries of one content type: those whose fields match `where`, in the order of `sort`.

    `by` makes one more list for each value of a field; `per_page` cuts it into pages numbered from the oldest end.
    """

    type: Annotated[str, Field(min_length=1)]
    url: Annotated[str, BeforeValidator(lambda text: check_list_address(str(text))), _ROOTED] | None = None
    title: str = ""
    where: dict[str, Annotated[tuple[str, ...], BeforeValidator(one_or_several), Field(min_length=1), _TEXTS]] = {}
    by: Annotated[str, Field(min_length=1)] | None = None
    sort: Annotated[tuple[str, ...], BeforeValidator(check_sort), Field(min_length=1), _TEXTS] | None = None
    per_page: Annotated[int, Field(ge=1, le=1000)] | None = None
    template: Annotated[str, Field(pattern=r"^[A-Za-z0-9_./-]+\.html$")] | None = None
    feed: bool = True


class Offline(Part):
    """A guide that is no longer offered offline: readers' devices let go of it and say where it went.

    `farewell` is its new address, empty if there is none.
    """

    farewell: Annotated[str | Literal[True], Field(json_schema_extra={"pattern": "^https?://"})]


class Theme(Part):
    """What can be changed of the theme's looks without a template."""

    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    logo: Annotated[str, Field(min_length=1)] | None = None


class SiteConfig(Part):
    """The whole of site.yaml."""

    title: Annotated[str, Field(min_length=1)]
    description: str = ""
    base_url: Address | None = None
    locales: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    source: Source
    content: Content = Content()
    pages: dict[str, PagePattern] = {}
    lists: Annotated[
        dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")], ListPattern],
        Field(json_schema_extra={"additionalProperties": False}),
    ] = {}
    untranslated: bool = False
    offline: Annotated[bool | Offline, BeforeValidator(_check_offline)] = True
    theme: Theme = Theme()
    host: Literal["netlify", "nginx"] | None = None
    check: Annotated[
        dict[Annotated[str, AfterValidator(_check_code)], Literal["off", "warning", "error"]],
        Field(json_schema_extra={"propertyNames": {"enum": [*CODES]}}),
    ] = {}


class _Schema(GenerateJsonSchema):
    """The JSON Schema of site.yaml: scalars are read as texts, and keys need no titles."""

    def str_schema(self, schema: Any) -> dict[str, Any]:
        """Accept every scalar as a text, unless it has a pattern."""
        found = super().str_schema(schema)
        return found if "pattern" in found else {**found, **_TEXT}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        """Leave out titles that only repeat the key."""
        return False


def site_schema() -> str:
    """Return the JSON Schema of site.yaml, for editors; exporter/site.schema.json is generated from it."""
    schema = SiteConfig.model_json_schema(schema_generator=_Schema)
    return json.dumps({"$schema": _Schema.schema_dialect, **schema, "title": "site.yaml"}, indent=2) + "\n"


def read_site(text: str, path: Path) -> SiteConfig:
    """Read and check the text of a site.yaml. Raises ConfigError with everything that is wrong, one line each."""
    read = read_yaml(text, path)
    data = read.value
    if not isinstance(data, dict):
        raise ConfigError(
            "config-invalid",
            f"{path}: expected keys like title and source, as in title: My guide, found {shown(data)}",
        )
    found = [*read.problems, *_between_keys(data, read.lines)]
    try:
        site = SiteConfig.model_validate(data)
    except ValidationError as error:
        found += [sentence(part, read.lines, _keys_at) for part in error.errors(include_url=False)]
    if found:
        raise ConfigError(
            "config-invalid", "\n".join(f"{path.name}:{line}: {message}" for line, message in sorted(set(found)))
        )
    return site


def _between_keys(data: Mapping[str, Any], lines: Mapping[tuple[Any, ...], int]) -> Iterator[tuple[int, str]]:
    """Check keys against each other; apart from the schema, so that all errors are reported at once."""
    source, content = data.get("source"), data.get("content")
    if isinstance(source, dict) and ("local" in source) == ("space" in source):
        yield lines["source",], "source: expected either local (demo, or a path) or space (an id)"
    if isinstance(source, dict) and None not in (source.get("only"), source.get("search")):
        yield lines["source", "search"], "source.search: cannot be combined with source.only: keep one of the two"
    search = source.get("search") if isinstance(source, dict) else None
    if isinstance(search, dict) and all(search.get(key) is None for key in _NARROWING):
        yield lines["source", "search"], f"source.search: expected at least one of {', '.join(_NARROWING)}"
    formats = content.get("formats") if isinstance(content, dict) else None
    if isinstance(formats, list) and "json" not in formats:
        yield lines["content", "formats"], "content.formats: json cannot be left out"


_PARTS: dict[tuple[str, ...], type[Part]] = {
    ("source",): Source,
    ("source", "search"): Search,
    ("content",): Content,
    ("theme",): Theme,
    (): SiteConfig,
}


def _keys_at(path: tuple[Any, ...]) -> list[str]:
    """Return the keys that are allowed in the place of an unknown one."""
    return list(_PARTS.get(path[:-1], ListPattern if path[0] == "lists" else PagePattern).model_fields)
