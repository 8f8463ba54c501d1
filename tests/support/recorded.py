"""Real spaces to build guides from: exports, and initial syncs in recordings with the content model that they need."""

from __future__ import annotations

import io
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from PIL import Image

from tests.conftest import RECORDINGS
from tests.journeys.test_recordings import chains, locales_in, read
from tests.support.stub import Reply, Request, error, listing, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP", "image/x-icon": "ICO"}
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 2"><path fill="#888" d="M0 0h3v2H0z"/></svg>'
HOSTS = re.compile(r"//(?:images|assets|videos|downloads)\.(?:ctfassets\.net|contentful\.com)")
LARGEST = 240
"""Pixels of a made-up picture, at most; it has the proportions of the original."""


@dataclass(frozen=True)
class Recorded:
    """The answers of a space's server: its syncs one after another, its content types and locales."""

    name: str
    pages: tuple[Any, ...]
    types: list[Any]
    locales: list[Any]
    _files: dict[str, bytes] = field(default_factory=dict)

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serve the space while the block runs: each sync returns the next page, each asset's URL a real file."""
        steps = iter(self.pages)
        files = {path: data for page in self.pages for path, data in files_of(page["items"])}
        here = ""

        def script(request: Request) -> Reply:
            if unquote(request.path) in files:
                return Reply(files[unquote(request.path)])
            if request.last == "sync":
                return self._moved(next(steps), here)
            found = {"locales": self.locales, "content_types": self.types, "tags": []}.get(request.last)
            return listing(*found) if found is not None else error(404, "NotFound")

        with serve(script) as stub:
            here = urlsplit(stub.url).netloc
            yield stub.url

    def _moved(self, body: Any, host: str) -> Reply:
        """Return a page with the URLs of its asset files on the server's own host."""
        return Reply(json.loads(HOSTS.sub(f"//{host}", json.dumps(body))))


def files_of(items: list[Any]) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of each asset's files: a picture of its type and proportions, or text, of its size."""
    for item in items:
        for value in item.get("fields", {}).get("file", {}).values() if item["sys"]["type"] == "Asset" else ():
            if value and value.get("url"):
                yield unquote(urlsplit(value["url"]).path), file_like(value)


def file_like(value: dict[str, Any]) -> bytes:
    """Make a file of the type and size that an asset's metadata states."""
    details = value.get("details") or {}
    kind = str(value.get("contentType"))
    data = DRAWING if kind == "image/svg+xml" else b"A file.\n"
    if kind in FORMATS:
        dimensions = details.get("image") or {"width": 30, "height": 20}
        factor = min(1.0, LARGEST / max(dimensions["width"], dimensions["height"]))
        size = (max(1, round(dimensions["width"] * factor)), max(1, round(dimensions["height"] * factor)))
        hue = sum(map(ord, value["url"])) % 200
        made = io.BytesIO()
        Image.linear_gradient("L").resize(size).convert("RGB").point(lambda tone: (tone + hue) % 256).save(
            made, FORMATS[kind], **({"quality": 30} if kind == "image/jpeg" else {})
        )
        data = made.getvalue()
    wanted = details.get("size") or len(data)
    return data[:wanted].ljust(wanted, b"\0" if kind in FORMATS else b"\n")


def initial_syncs() -> Iterator[Recorded]:
    """Yield every recording that contains an initial sync: with its own content model and with made-up ones."""
    for number, chain in enumerate(chains()):
        if chain.first_token is None:
            name = re.sub(r"\W+", "-", f"{number} {chain.name.split('?')[0]}").strip("-").replace("https-cdn-", "")
            own = recorded_types(chain.name)
            made = made_up_types([item for page in chain.pages for item in page["items"]])
            locales = recorded_locales(chain.name) or locales_in(chain.pages)
            if own:
                known = {item["sys"]["id"] for item in own}
                yield Recorded(
                    f"{name}-own", chain.pages, [*own, *(t for t in made if t["sys"]["id"] not in known)], locales
                )
            yield Recorded(f"{name}-made", chain.pages, made, locales)
            yield Recorded(f"{name}-bare", chain.pages, [bare(item) for item in made], locales_in(chain.pages))


def recorded_types(name: str) -> list[Any]:
    """Return the content types that a recording contains besides its syncs."""
    if name == "watermark":
        return list(read("fix_wcc_content_types_cdn")["items"])
    if name == "rich text":
        return list(read("fix_java_rich_text_content_types")["items"])
    found = {
        answer["body"]["sys"]["id"]: answer["body"] for answer in _answers(name) if "/content_types/" in answer["url"]
    }
    return list(found.values())


def recorded_locales(name: str) -> list[Any]:
    """Return the locales that a recording contains besides its syncs."""
    found = [answer["body"]["items"] for answer in _answers(name) if urlsplit(answer["url"]).path.endswith("/locales")]
    return list(found[0]) if found else []


def _answers(name: str) -> list[Any]:
    file = name.split(":")[0]
    if not (RECORDINGS / f"{file}.json").is_file():
        return []
    return [
        interaction
        for interaction in read(file)["interactions"]
        if interaction["status"] == 200 and isinstance(interaction["body"], dict)
    ]


def made_up_types(items: list[Any]) -> list[Any]:
    """Derive the content types of entries from their fields, as an editor could have made them."""
    types: dict[str, dict[str, Any]] = {}
    for item in items:
        if item["sys"]["type"] == "Entry":
            fields = types.setdefault(item["sys"]["contentType"]["sys"]["id"], {})
            for name, values in item.get("fields", {}).items():
                for value in values.values():
                    if value is not None:
                        fields[name] = {**field_of(name, value), "localized": len(values) > 1}
    return [
        {
            "sys": {"type": "ContentType", "id": identifier, "revision": 1},
            "name": words(identifier),
            "displayField": next((name for name in fields if fields[name]["type"] in ("Symbol", "Text")), None),
            "fields": list(fields.values()),
        }
        for identifier, fields in types.items()
    ]


def words(identifier: str) -> str:
    """Return the name that an editor would give to an id."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[-_]", " ", identifier).capitalize()


def bare(content_type: dict[str, Any]) -> dict[str, Any]:
    """Return a content type without display field, names, validations of links and localised fields."""
    fields = [{**field, "name": field["id"], "localized": False} for field in content_type["fields"]]
    return {**content_type, "displayField": None, "fields": fields}


def field_of(name: str, value: Any) -> dict[str, Any]:
    """Return the field definition that fits a value."""
    definition: dict[str, Any] = {"id": name, "name": words(name), "required": False}
    if isinstance(value, list):
        first = value[0] if value else ""
        items = {"type": "Symbol"} if isinstance(first, str) else {"type": "Link", "linkType": link_type(first)}
        typed = isinstance(first, str) or link_type(first) is not None
        return {**definition, "type": "Array", "items": items} if typed else {**definition, "type": "Object"}
    if link_type(value) is not None:
        return {**definition, "type": "Link", "linkType": link_type(value)}
    if isinstance(value, dict):
        kinds = {"nodeType": "RichText", "lat": "Location"}
        return {**definition, "type": next((kind for key, kind in kinds.items() if key in value), "Object")}
    if isinstance(value, str):
        if re.fullmatch(r"\d{4}-\d\d-\d\d(T.*)?", value):
            return {**definition, "type": "Date"}
        return {**definition, "type": "Text" if len(value) > 120 or "\n" in value else "Symbol"}
    return {**definition, "type": {bool: "Boolean", int: "Integer"}.get(type(value), "Number")}


def link_type(value: Any) -> str | None:
    """Return the type that a Link points to, or None for another value."""
    sys = value.get("sys") if isinstance(value, dict) else None
    return sys["linkType"] if isinstance(sys, dict) and sys.get("type") == "Link" else None


def exports() -> list[str]:
    """Return the names of the exports."""
    return sorted(path.name for path in RECORDINGS.glob("export_*.json"))


def put_export(name: str, folder: Path) -> Path:
    """Copy an export into a folder, with its assets' files next to it as `--download-assets` puts them."""
    file = folder / name
    file.write_bytes((RECORDINGS / name).read_bytes())
    for asset in json.loads(file.read_bytes())["assets"]:
        for value in asset["fields"].get("file", {}).values():
            parts = urlsplit(value["url"])
            target = folder / parts.netloc / unquote(parts.path).lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file_like(value))
    return file
