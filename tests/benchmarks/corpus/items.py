"""The items and the content model of the corpus, as the Delivery API sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.benchmarks.corpus import texts
from tests.benchmarks.corpus.places import CHANGES, SPACE, changed_words, identifier, picture, published, slug
from tests.benchmarks.corpus.texts import LOCALES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from tests.benchmarks.corpus.places import Corpus

    Json = dict[str, Any]

ENVIRONMENT = "master"
DEFAULT = LOCALES[0]


def link(kind: str, target: str) -> Json:
    """Return a Link."""
    return {"sys": {"type": "Link", "linkType": kind, "id": target}}


def all_items(corpus: Corpus) -> Iterator[Json]:
    """Yield all items, the newest first."""
    for kind, count in corpus.counts.items():
        for number in range(count):
            if kind == "place":
                yield place(corpus, number)
            else:
                yield asset(number) if kind == "asset" else named(kind, number)


def named(kind: str, number: int) -> Json:
    """Return a category or a city."""
    fields = _names(kind, number)
    fields["summary"] = _localized(lambda locale: texts.stream(kind, number).one(texts.sentences(locale)))
    return _entry(kind, number, fields)


def place(corpus: Corpus, number: int) -> Json:
    """Return a place."""
    known = corpus.place(number)
    fields = _names("place", number)
    fields["body"] = _localized(lambda locale: texts.body(number, locale))
    fields["category"] = {DEFAULT: link("Entry", identifier("category", known.category))}
    fields["city"] = {DEFAULT: link("Entry", identifier("city", known.city))}
    fields["images"] = {DEFAULT: [link("Asset", identifier("asset", picture)) for picture in known.pictures]}
    fields["location"] = {DEFAULT: {"lat": known.latitude, "lon": known.longitude}}
    fields["rating"] = {DEFAULT: known.rating}
    fields["tags"] = {DEFAULT: list(known.tags)}
    return _entry("place", number, fields)


def changed_place(corpus: Corpus, change: int) -> Json:
    """Return the place that changes, with other words at the end of its body for every change from 1 on."""
    raw = place(corpus, corpus.changing)
    raw["fields"]["body"][DEFAULT] += f" {changed_words(change)}"
    raw["sys"]["revision"] += change
    raw["sys"]["publishedVersion"] += 2 * change
    raw["sys"]["updatedAt"] = _time(published("change", CHANGES - change))
    return raw


def asset(number: int) -> Json:
    """Return a picture."""
    url = picture(number)
    file = {
        "url": url,
        "details": {"size": 90_000 + number % 50_000, "image": {"width": 1600, "height": 1067}},
        "fileName": url.rpartition("/")[2],
        "contentType": "image/jpeg",
    }
    fields = {"title": _localized(lambda locale: texts.title("asset", number, locale)), "file": {DEFAULT: file}}
    return {"metadata": _metadata(), "sys": _sys("Asset", "asset", number), "fields": fields}


def _names(kind: str, number: int) -> Json:
    return {
        "title": _localized(lambda locale: texts.title(kind, number, locale)),
        "slug": {DEFAULT: slug(kind, number)},
    }


def _entry(kind: str, number: int, fields: Json) -> Json:
    system = {**_sys("Entry", kind, number), "contentType": link("ContentType", kind)}
    return {"metadata": _metadata(), "sys": system, "fields": fields}


def _sys(type_name: str, kind: str, number: int) -> Json:
    return {
        "space": link("Space", SPACE),
        "id": identifier(kind, number),
        "type": type_name,
        "createdAt": _time(published("asset", 2 * number)),
        "updatedAt": _time(published(kind, number)),
        "environment": link("Environment", ENVIRONMENT),
        "publishedVersion": 3 + number % 40,
        "revision": 1 + number % 9,
    }


def _metadata() -> Json:
    return {"tags": [], "concepts": []}


def _time(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _localized(text: Callable[[str], str]) -> dict[str, str]:
    return {locale: text(locale) for locale in LOCALES}


def content_types() -> list[Json]:
    """Return the content model."""
    names = [_field("title", "Symbol", localized=True), _field("slug", "Symbol")]
    summary = [*names, _field("summary", "Text", localized=True)]
    of_place = [
        *names,
        _field("body", "Text", localized=True),
        _field("category", "Link", linkType="Entry"),
        _field("city", "Link", linkType="Entry"),
        _field("images", "Array", items={"type": "Link", "linkType": "Asset", "validations": []}),
        _field("location", "Location"),
        _field("rating", "Number"),
        _field("tags", "Array", items={"type": "Symbol", "validations": []}),
    ]
    return [_content_type("category", summary), _content_type("city", summary), _content_type("place", of_place)]


def _content_type(name: str, fields: list[Json]) -> Json:
    system = {**_sys("ContentType", "category", 0), "id": name}
    return {"sys": system, "name": name.title(), "displayField": "title", "description": "", "fields": fields}


def _field(name: str, kind: str, *, localized: bool = False, **more: Any) -> Json:
    flags = {"localized": localized, "required": False, "disabled": False, "omitted": False}
    return {"id": name, "name": name.title(), "type": kind, **flags, **more}


def locales() -> list[Json]:
    """Return the locales; what is missing in one is taken from the default."""
    return [
        {
            "code": code,
            "name": code,
            "default": code == DEFAULT,
            "fallbackCode": None if code == DEFAULT else DEFAULT,
            "sys": {"id": f"locale-{code}", "type": "Locale", "version": 1},
        }
        for code in LOCALES
    ]
