"""From the Management API's items and model to the Delivery API's: what is published, in the form that is delivered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.core.model import link_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.core.encoding import Json

_SYS = ("space", "id", "type", "createdAt", "environment", "publishedVersion", "contentType")
_TAG_SYS = ("type", "id", "visibility", "space", "environment", "version", "createdAt", "updatedAt")
_FIELD = ("id", "name", "type", "localized", "required", "disabled", "omitted", "linkType", "items")


def is_published(raw: Json) -> bool:
    """Whether the service delivers an item; one exported with `--delivery-token` has its revision already."""
    sys = _sys(raw)
    if sys.get("archivedVersion") or sys.get("archivedAt"):
        return False
    return bool(sys.get("publishedVersion") or sys.get("revision"))


@dataclass(frozen=True)
class DeliveredModel:
    """The model as it is delivered, and what that leaves out of items."""

    content_types: list[Json]
    locales: list[Json]
    tags: list[Json]
    _omitted_fields: Mapping[str, frozenset[str]]
    _hidden_locales: frozenset[str]
    _private_tags: frozenset[str]

    @classmethod
    def of(cls, content_types: list[Json], locales: list[Json], tags: list[Json]) -> DeliveredModel:
        """Make it from the managed content types, locales and tags; those without an id or code are skipped."""
        types = [raw for raw in content_types if _id(raw)]
        coded = [raw for raw in locales if isinstance(raw.get("code"), str)]
        hidden = [raw for raw in coded if raw.get("contentDeliveryApi") is False]
        private = [raw for raw in tags if _sys(raw).get("visibility") == "private"]
        return cls(
            [_content_type(raw) for raw in types if is_published(raw)],
            [_locale(raw) for raw in coded if raw not in hidden],
            [_tag(raw) for raw in tags if _id(raw) and raw not in private],
            {_id(raw): frozenset(field["id"] for field in _fields(raw) if field.get("omitted")) for raw in types},
            frozenset(raw["code"] for raw in hidden),
            frozenset(map(_id, private)),
        )

    def item(self, raw: Json) -> Json:
        """Return a published entry or asset in the form that is delivered."""
        omitted = self._omitted_fields.get(link_id(_sys(raw).get("contentType")) or "", frozenset())
        fields = raw["fields"] if isinstance(raw.get("fields"), dict) else {}
        values = {name: self._values(value) for name, value in fields.items() if name not in omitted}
        return {
            "metadata": self._metadata(raw.get("metadata")),
            "sys": _published(_sys(raw)),
            "fields": {name: value for name, value in values.items() if value is not None},
        }

    def _values(self, by_locale: Json) -> Json:
        """Return a field's values without those of hidden locales; None where none is left."""
        if not isinstance(by_locale, dict) or self._hidden_locales.isdisjoint(by_locale):
            return by_locale
        return {code: value for code, value in by_locale.items() if code not in self._hidden_locales} or None

    def _metadata(self, metadata: Json) -> Json:
        found = metadata if isinstance(metadata, dict) else {"tags": [], "concepts": []}
        tags = found.get("tags")
        if not isinstance(tags, list):
            return found
        return {**found, "tags": [tag for tag in tags if link_id(tag) not in self._private_tags]}


def _sys(raw: Json) -> Mapping[str, Json]:
    sys = raw.get("sys")
    return sys if isinstance(sys, dict) else {}


def _id(raw: Json) -> str:
    found = _sys(raw).get("id")
    return found if isinstance(found, str) else ""


def _fields(content_type: Json) -> list[Json]:
    fields = content_type.get("fields")
    listed = fields if isinstance(fields, list) else []
    return [field for field in listed if isinstance(field, dict) and isinstance(field.get("id"), str)]


def _published(sys: Mapping[str, Json]) -> Json:
    """Return the delivered `sys`, with time and count of the last publishing."""
    facts = {
        "updatedAt": sys.get("publishedAt") or sys.get("updatedAt"),
        "revision": sys.get("publishedCounter") or sys.get("revision"),
    }
    return _only(sys, _SYS) | {name: value for name, value in facts.items() if value is not None}


def _only(raw: Mapping[str, Json], names: tuple[str, ...]) -> dict[str, Json]:
    return {name: raw[name] for name in names if name in raw}


def _content_type(raw: Json) -> Json:
    facts = _only(raw, ("displayField", "name", "description"))
    return {"sys": _published(_sys(raw)), **facts, "fields": [_only(field, _FIELD) for field in _fields(raw)]}


def _locale(raw: Json) -> Json:
    sys = {"id": _id(raw) or raw["code"], "type": "Locale", "version": _sys(raw).get("version", 1)}
    return {**_only(raw, ("code", "name", "default", "fallbackCode")), "sys": sys}


def _tag(raw: Json) -> Json:
    return {**_only(raw, ("name",)), "sys": _only(_sys(raw), _TAG_SYS)}
