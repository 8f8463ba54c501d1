"""Assets with the addresses of their files at the endpoint, for clients that load them from where an item says."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from exporter.core.encoding import Json


def with_own_urls(body: Json, host: str) -> Json:
    """Return a response's body, or an item of it, with every asset's file at `host` (with its port).

    The addresses have no scheme, as the service's have none. A file of one locale and a map of all are both read.
    """
    if not isinstance(body, dict):
        return body
    if _is_asset(body):
        return _with_own_url(body, host)
    items, includes = body.get("items"), body.get("includes")
    found: dict[str, Json] = {}
    if isinstance(items, list):
        found["items"] = [_with_own_url(item, host) if _is_asset(item) else item for item in items]
    if isinstance(includes, dict) and isinstance(includes.get("Asset"), list):
        found["includes"] = {**includes, "Asset": [_with_own_url(item, host) for item in includes["Asset"]]}
    return {**body, **found}


def _is_asset(raw: Json) -> bool:
    sys = raw.get("sys") if isinstance(raw, dict) else None
    return isinstance(sys, dict) and sys.get("type") == "Asset"


def _with_own_url(raw: Json, host: str) -> Json:
    fields = raw.get("fields")
    file = fields.get("file") if isinstance(fields, dict) else None
    if not isinstance(file, dict):
        return raw
    is_one = isinstance(file.get("url"), str)
    here = _file(file, host) if is_one else {code: _file(value, host) for code, value in file.items()}
    return {**raw, "fields": {**fields, "file": here}}


def _file(value: Json, host: str) -> Json:
    url = value.get("url") if isinstance(value, dict) else None
    try:
        parts = urlsplit(url) if isinstance(url, str) and url else None
    except ValueError:
        parts = None
    if parts is None:
        return value
    query = f"?{parts.query}" if parts.query else ""
    return {**value, "url": f"//{host}/{parts.path.removeprefix('/')}{query}"}
