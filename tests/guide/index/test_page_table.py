"""Pages are read from the index as they were planned."""

from __future__ import annotations

from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from exporter.guide.index.guide_index import GuideIndex
from exporter.guide.index.records import NewPage, Page, PageKind

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
PAGES = st.builds(
    Page,
    st.sampled_from(PageKind),
    TEXT,
    TEXT,
    st.none() | TEXT,
    TEXT,
    TEXT,
    st.integers(0, 99),
    st.integers(0, 99),
    st.integers(0, 99),
    TEXT,
)


@given(st.lists(PAGES, max_size=5))
def test_page_is_read_back_as_it_was_planned(pages: list[Page]) -> None:
    with closing(GuideIndex(None)) as index:
        index.pages.insert(NewPage(page, None, None) for page in pages)
        found = index.pages.all()
        assert [page for _, page in found] == pages
        assert {type(page.kind) for _, page in found} <= {PageKind}
        assert index.pages.numbered([number for number, _ in found]) == dict(found)


def test_every_kind_of_page_is_found_by_its_kind() -> None:
    with closing(GuideIndex(None)) as index:
        index.pages.insert(NewPage(Page(kind, f"/{kind}/", "en"), None, None) for kind in PageKind)
        for kind in PageKind:
            assert [page.url for _, page in index.pages.of_kinds([kind])] == [f"/{kind}/"]
        assert index.pages.sitemap_files() == 1
        assert {page.kind for _, page in index.pages.redirects_at(["/moved/", "/home/"])} == {PageKind.MOVED}


def test_urls_are_found_whatever_their_case() -> None:
    with closing(GuideIndex(None)) as index:
        index.pages.insert([NewPage(Page(PageKind.HOME, "/De/", "de"), None, None)])
        assert [page.url for _, page in index.pages.at("/de/")] == ["/De/"]
        assert (index.pages.is_at("/DE/"), index.pages.is_at("/d/")) == (True, False)
        assert (index.pages.is_below("/d"), index.pages.is_below("/de")) == (False, True)
