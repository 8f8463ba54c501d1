"""The page as templates see it."""

from __future__ import annotations

import pytest

from exporter.guide.index.records import Page, PageKind
from exporter.render.view.page_object import page_object


@pytest.mark.parametrize(
    ("page", "letter"),
    [
        (Page(PageKind.LIST, "/place/", "en", type_id="place"), ""),
        (Page(PageKind.LIST, "/place/~a/", "en", type_id="place", letter="A"), "A"),
        (Page(PageKind.LIST, "/news/page/2/", "en", type_id="@news", number=2), "2"),
        (Page(PageKind.LIST, "/news/", "en", type_id="@news", number=0), ""),
    ],
)
def test_letter_is_the_part_of_a_list(page: Page, letter: str) -> None:
    seen = page_object(page)
    assert (seen.kind, seen.url, seen.type_id, seen.letter) == ("list", page.url, page.type_id, letter)


@pytest.mark.parametrize("kind", PageKind)
def test_kind_is_the_documented_text(kind: PageKind) -> None:
    seen = page_object(Page(kind, "/x.xml", "en", sitemap_files=2)).kind
    assert type(seen) is str
    assert seen == ("sitemap" if kind is PageKind.SITEMAP_INDEX else kind.value)


def test_path_is_the_file_under_site() -> None:
    assert page_object(Page(PageKind.HOME, "/de/", "de")).path == "de/index.html"
