"""The readable twins of an entry: Markdown with front matter, one a locale that has values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from exporter.core.model import Item, link_id
from exporter.mirror.twins.frontmatter import front_matter
from exporter.mirror.twins.rich_text import link_text, to_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporter.core.encoding import Json
    from exporter.core.model import ContentType, Model

VERSION = 1
"""The version of the twins' format; another one makes the next sync write all of them."""

_SYS = re.compile(rb"---\n(sys:\n(?:  .*\n){3})")
"""What every twin begins with."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def twins(item: Item, model: Model) -> dict[str, bytes]:
    """Write an entry's twins, by locale: a function of the item and the content model alone."""
    content_type = model.types.get(item.content_type)
    order = _field_order(item, content_type)
    locales = {code for name in order for code, value in item.localized(name).items() if value is not None}
    return {code: _twin(item, content_type, order, code) for code in sorted(locales)}


def read_sys(data: bytes) -> dict[str, str] | None:
    """Read what a twin says about itself: `id`, `type`, `locale`; None for a file that is no twin."""
    import yaml

    found, loader = _SYS.match(data), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        sys = yaml.load(found[1], loader)["sys"] if found else None  # noqa: S506 - a safe one, in C where there is that
    except (yaml.YAMLError, ValueError):
        return None
    if not isinstance(sys, dict) or set(sys) != {"id", "type", "locale"}:
        return None
    return sys if all(isinstance(text, str) for text in sys.values()) else None


def _field_order(item: Item, content_type: ContentType | None) -> list[str]:
    """Return the fields in the editor's order, then those that the model does not name."""
    known = [field.id for field in content_type.fields if field.id in item.fields] if content_type else []
    return known + sorted(set(item.fields) - set(known))


def _twin(item: Item, content_type: ContentType | None, order: Iterable[str], code: str) -> bytes:
    values = {name: values[code] for name in order if (values := item.localized(name)).get(code) is not None}
    texts = {name: _plain(value) for name, value in values.items() if _is_long(content_type, name, value)}
    body = max(texts, key=lambda name: len(texts[name]), default=None)
    front: dict[str, Any] = {"sys": {"id": item.key.id, "type": item.content_type, "locale": _clean(code)}}
    labels = _labels(item.raw.get("metadata"))
    if labels:
        front["metadata"] = labels
    for name, value in values.items():
        if name != body:
            front[f"fields.{name}" if name in front else _clean(name)] = texts.get(name) or _plain(value)
    text = front_matter(front)
    tail = f"\n{texts[body].strip()}\n" if body is not None and texts[body].strip() else ""
    return f"---\n{_clean(text)}---\n{_clean(tail)}".encode()


def _is_long(content_type: ContentType | None, name: str, value: Json) -> bool:
    found = content_type.find(name) if content_type else None
    if isinstance(value, dict):
        return value.get("nodeType") == "document"
    return isinstance(value, str) and found is not None and found.type == "Text"


def _plain(value: Json) -> Any:
    """Return a value as front matter shows it: links as `entry/ID`, Rich Text as Markdown, the rest as it is."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, list):
        return [_plain(member) for member in value]
    if isinstance(value, dict):
        if value.get("nodeType") == "document":
            return _clean(to_markdown(value))
        return _clean(link_text(value)) or {_clean(name): _plain(value[name]) for name in sorted(value)}
    return value


def _labels(metadata: Json) -> Mapping[str, list[str]]:
    """Return the ids of tags and concepts."""
    found = {}
    for name in ("tags", "concepts"):
        links = metadata.get(name) if isinstance(metadata, dict) else None
        ids = [identifier for link in links if (identifier := link_id(link))] if isinstance(links, list) else []
        if ids:
            found[name] = ids
    return found


def _clean(text: str) -> str:
    """Replace lone surrogates, which no UTF-8 file can hold, by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text
