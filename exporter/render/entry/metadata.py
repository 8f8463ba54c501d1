"""What a page says about itself to machines: Open Graph and JSON-LD, by what the model shows that an entry is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from exporter.core.url_names import quoted_url
from exporter.guide.index.records import PageKind
from exporter.guide.library import questions
from exporter.guide.schema.dates import read_date
from exporter.pictures.offers import FOLDER
from exporter.pictures.recipe import Recipe
from exporter.render.markup.picture import variant_path
from exporter.render.view.assets import own_file
from exporter.render.view.fields import title_of, type_of, url_of
from exporter.render.view.lazy import site_text
from exporter.render.view.view import Asset, Entry, loaded_of, read_field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.core.encoding import Json
    from exporter.core.model import ContentType, Field
    from exporter.render.view.view import View

_START = re.compile(r"start|begin", re.IGNORECASE)
_END = re.compile(r"end|until|finish", re.IGNORECASE)
_LOCALE = re.compile(r"[a-z]{2,3}_[A-Z]{2}")
_HEADLINE_CHARACTERS = 110
SHARED = Recipe(fit="fill", width=1200, height=630, kind="jpg")
"""What is made of a picture for pages that are shared: the size and kind that all services show."""
_SHARED_SIZE = {"image:width": "1200", "image:height": "630"}
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_NAMED = {"address": "address", "phone": "telephone", "telephone": "telephone"}
_IN_A_SCRIPT = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})
"""Escapes the characters that could end a script or begin markup in it."""


def absolute(view: View, url: str) -> str:
    """Return the absolute address of an address of the guide, "" if site.yaml has no base_url."""
    base = view.ask(questions.site_value("base_url"))
    return f"{base}{quoted_url(url)}" if base and url else ""


def absolute_url(view: View, thing: Entry | Asset) -> str:
    """Return the absolute address of an entry's page or an asset's file, "" if it has none."""
    if isinstance(thing, Entry):
        page = view.page_of(loaded_of(thing))
        return absolute(view, page[1] if page else "")
    path = own_file(thing)
    return absolute(view, f"/{path}" if path else "")


def metadata(view: View, title: str, description: str, picture: Asset | None, entry: Entry | None) -> Markup:
    """Return a page's JSON-LD as an element of its head and, where the guide has an address, its Open Graph."""
    url = absolute(view, view.page.url)
    image = _image(view, picture) if url else ""
    thing = _thing(view, entry) if entry is not None else {"@type": _OTHERS.get(view.page.kind, "WebPage")}
    about = {"name": title, "description": description, "url": url, "image": image}
    if thing["@type"] not in ("Place", "Event"):
        about["inLanguage"] = view.locale
    if thing["@type"] == "Article":
        about["headline"] = title[:_HEADLINE_CHARACTERS]
    whole = {"@context": "https://schema.org", **thing, **{name: value for name, value in about.items() if value}}
    text = _ENCODE(whole).translate(_IN_A_SCRIPT)
    graph = _open_graph(view, thing["@type"], about) if url else ""
    return Markup(f'{graph}<script type="application/ld+json">{text}</script>')  # noqa: S704 - all in it is escaped


def _image(view: View, picture: Asset | None) -> str:
    """Return the absolute address of the picture that stands for a page where it is shared, else that of the logo."""
    if picture is not None:
        path = variant_path(picture, SHARED)
        return absolute(view, f"/{path}") if path else absolute_url(view, picture)
    logo = view.ask(questions.site_value("logo"))
    return absolute(view, f"/{logo}") if logo else ""


def _open_graph(view: View, kind: str, about: dict[str, str]) -> str:
    locale = view.locale.replace("-", "_")
    properties = {
        "title": about["name"],
        "type": "article" if kind == "Article" else "website",
        "site_name": site_text(view, "title"),
        "locale": locale if _LOCALE.fullmatch(locale) else "",
        "description": about["description"],
        "url": about["url"],
        "image": about["image"],
        **(_SHARED_SIZE if f"/{FOLDER}/" in about["image"] else {}),
    }
    return "".join(
        f'<meta property="og:{name}" content="{escape(value)}">\n' for name, value in properties.items() if value
    )


_OTHERS = {PageKind.HOME: "WebSite", PageKind.LIST: "CollectionPage"}


def _thing(view: View, entry: Entry) -> dict[str, Any]:
    """Return an entry's type and its members: what begins is an Event, what is somewhere a Place.

    Of the others, what has a text is an Article and the rest a WebPage.
    """
    content_type = view.content_type(type_of(entry))
    fields = content_type.fields if content_type is not None else ()
    starts = _first(fields, "Date", _START)
    location = _first(fields, "Location")
    start = _moment(view, entry, starts.id) if starts is not None else ""
    if start and starts is not None:
        return {"@type": "Event", "startDate": start, **_end(view, entry, fields), **_venue(view, entry, fields)}
    if location is not None:
        return {"@type": "Place", **_geo(view, entry, location.id), **_named(view, entry, content_type)}
    long = (field.id for field in fields if field.type in ("Text", "RichText"))
    if any(view.answer(loaded_of(entry), name)[0] for name in long):
        return {"@type": "Article", **_published(view, entry, fields)}
    return {"@type": "WebPage"}


def _first(fields: tuple[Field, ...], kind: str, like: re.Pattern[str] | None = None) -> Field | None:
    return next((field for field in fields if field.type == kind and (like is None or like.search(field.id))), None)


def _moment(view: View, entry: Entry, name: str) -> str:
    value = view.answer(loaded_of(entry), name)[0]
    return value if isinstance(value, str) and read_date(value) is not None else ""


def _end(view: View, entry: Entry, fields: tuple[Field, ...]) -> dict[str, Any]:
    ends = _first(fields, "Date", _END)
    end = _moment(view, entry, ends.id) if ends is not None else ""
    return {"endDate": end} if end else {}


def _venue(view: View, entry: Entry, fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return where an event is: at the first entry linked as venue, place or location, or at its own location."""
    content_type = view.content_type(type_of(entry))
    for field in fields:
        is_venue = field.link_type == "Entry" and _is_venue(field.id)
        linked = read_field(entry, field.id)[0] if is_venue else None
        if isinstance(linked, Entry):
            url = absolute_url(view, linked) if url_of(linked) else ""
            return {"location": {"@type": "Place", "name": title_of(linked), **({"url": url} if url else {})}}
    location = _first(fields, "Location")
    geo = _geo(view, entry, location.id) if location is not None else {}
    place = {**geo, **_named(view, entry, content_type)}
    return {"location": {"@type": "Place", **place}} if place else {}


def _is_venue(name: str) -> bool:
    return any(word in name.lower() for word in ("venue", "place", "location"))


def _geo(view: View, entry: Entry, name: str) -> dict[str, Any]:
    value: Json = view.answer(loaded_of(entry), name)[0]
    if not isinstance(value, dict) or not (_is_degree(value.get("lat"), 90) and _is_degree(value.get("lon"), 180)):
        return {}
    return {"geo": {"@type": "GeoCoordinates", "latitude": value["lat"], "longitude": value["lon"]}}


def _is_degree(value: Json, most: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most


def _named(view: View, entry: Entry, content_type: ContentType | None) -> dict[str, Any]:
    """Return the values of fields with well-known names."""
    return dict(_known(view, entry, content_type))


def _known(view: View, entry: Entry, content_type: ContentType | None) -> Iterator[tuple[str, str]]:
    for name, wanted in _NAMED.items():
        if content_type is not None and content_type.find(name):
            value = view.answer(loaded_of(entry), name)[0]
            if isinstance(value, str) and value.strip():
                yield wanted, value


def _published(view: View, entry: Entry, fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return when an article was published: its first date, else when the entry was created.

    When it was changed is only in sitemap and feed, so that an edit that shows nowhere leaves the page as it is.
    """
    dated = _first(fields, "Date")
    date = (
        _moment(view, entry, dated.id)
        if dated is not None
        else view.of_item(loaded_of(entry), questions.sys_value("createdAt"))
    )
    return {"datePublished": date} if isinstance(date, str) and read_date(date) is not None else {}
