"""Which pages a guide has and where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.config import Site
from exporter.errors import ConfigError
from exporter.guide.library import Library
from exporter.guide.pages import LONGEST_LIST, Plan, first_letter, plan_pages
from exporter.model import Item, Key, Model, read_content_type, read_locale
from tests.conftest import CATEGORY, PLACE, SLUG, content_type, entry, link, locale

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

THREE = [locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar", "en-US")]
RESERVED = {"con", "prn", "aux", "nul", "com1", "lpt1"}


def plan(
    entries: list[dict[str, Any]],
    *types: dict[str, Any],
    locales: list[dict[str, Any]] | None = None,
    **site: Any,
) -> Plan:
    """Plan the pages of a guide over these entries, in memory."""
    model = Model(
        {each["sys"]["id"]: read_content_type(each) for each in types or (PLACE,)},
        {each["code"]: read_locale(each) for each in locales or [THREE[0]]},
    )
    items = {Key("entry", each["sys"]["id"]): each for each in entries}
    read = {key: Item(key, items[key]) for key in sorted(items)}
    wanted = Site.model_validate({"title": "Guide", "source": {"local": "demo"}, **site})
    return plan_pages(Library(model, {}, read, {}, {}), wanted)


def addresses(found: Plan) -> list[str]:
    return sorted(found.by_url)


def address_of(found: Plan, identifier: str, code: str = "en-US") -> str:
    return found.by_key[Key("entry", identifier), code].url


def test_first_locale_lies_at_the_root_and_the_others_under_their_code() -> None:
    mill = entry("place", "m", title={"en-US": "Mill", "de-DE": "Mühle", "ar": "طاحونة"}, slug="mill")
    assert addresses(plan([mill], locales=THREE)) == [
        "/",
        "/ar/",
        "/ar/place/",
        "/ar/place/mill/",
        "/de-DE/",
        "/de-DE/place/",
        "/de-DE/place/mill/",
        "/place/",
        "/place/mill/",
    ]


def test_guide_that_names_its_locales_puts_its_own_first_one_at_the_root() -> None:
    mill = entry("place", "m", title={"en-US": "Mill", "de-DE": "Mühle", "ar": "طاحونة"}, slug="mill")
    found = plan([mill], locales=THREE, locales_=None) if False else plan_with_locales([mill], ["ar", "en-US"])
    assert addresses(found) == ["/", "/en-US/", "/en-US/place/", "/en-US/place/mill/", "/place/", "/place/mill/"]
    assert found.by_url["/place/mill/"].locale == "ar"


