"""What a guide with a base URL has for machines: feeds, a sitemap, hreflang, Open Graph, JSON-LD, robots.txt, 404."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree, html

from exporter.core.encoding import canonical
from exporter.core.model import Key
from exporter.core.naming import content_type_paths, item_path
from exporter.guide.pages import other_pages as list_pages
from exporter.render.view import lists as list_views
from tests.conftest import CATEGORY, PLACE, SLUG, asset, content_type, entry, link, locale
from tests.support.steps import edit, mill, setting, step, template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Guide, SpaceFiles

BASE = "https://guide.example.org/small"
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"

# RFC 4287, as far as feeds of pages need it: what an element must and may contain, once except links and entries.
ATOM_SCHEMA = """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
<start><element name="feed"><ref name="language"/><interleave>
  <ref name="id"/><ref name="title"/><ref name="updated"/>
  <optional><element name="subtitle"><ref name="plain"/></element></optional>
  <oneOrMore><element name="author"><element name="name"><ref name="words"/></element></element></oneOrMore>
  <oneOrMore><ref name="link"/></oneOrMore>
  <zeroOrMore><element name="entry"><interleave>
    <ref name="id"/><ref name="title"/><ref name="updated"/>
    <optional><element name="published"><ref name="moment"/></element></optional>
    <optional><element name="summary"><ref name="plain"/></element></optional>
    <oneOrMore><ref name="link"/></oneOrMore>
  </interleave></element></zeroOrMore>
</interleave></element></start>
<define name="language">
  <attribute name="lang" ns="http://www.w3.org/XML/1998/namespace"><data type="language"/></attribute>
</define>
<define name="id"><element name="id"><data type="anyURI"><param name="pattern">https://.+</param></data></element></define>
<define name="title"><element name="title"><ref name="plain"/></element></define>
<define name="updated"><element name="updated"><ref name="moment"/></element></define>
<define name="moment">
  <data type="dateTime"><param name="pattern">.+T.+(Z|[+\\-]\\d\\d:\\d\\d)</param></data>
</define>
<define name="plain"><optional><attribute name="type"><value>text</value></attribute></optional><text/></define>
<define name="words"><data type="string"><param name="pattern">(.|\\s)*\\S(.|\\s)*</param></data></define>
<define name="link"><element name="link">
  <attribute name="rel"><choice><value>self</value><value>alternate</value></choice></attribute>
  <attribute name="href"><data type="anyURI"><param name="pattern">https://[!-~]+</param></data></attribute>
  <attribute name="type"/>
  <optional><attribute name="hreflang"><data type="language"/></attribute></optional>
</element></define>
</grammar>"""

# The sitemaps protocol 0.9: a set of URLs, or an index of such sets.
SITEMAP_SCHEMA = """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.sitemaps.org/schemas/sitemap/0.9"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
<start><choice>
  <element name="urlset"><oneOrMore><element name="url">
    <ref name="place"/>
    <zeroOrMore><element name="link" ns="http://www.w3.org/1999/xhtml">
      <attribute name="rel"><value>alternate</value></attribute>
      <attribute name="hreflang"><data type="language"/></attribute>
      <attribute name="href"><ref name="address"/></attribute>
    </element></zeroOrMore>
  </element></oneOrMore></element>
  <element name="sitemapindex"><oneOrMore><element name="sitemap"><ref name="place"/></element></oneOrMore></element>
</choice></start>
<define name="place">
  <element name="loc"><ref name="address"/></element>
  <optional><element name="lastmod"><choice><data type="date"/><data type="dateTime"/></choice></element></optional>
</define>
<define name="address">
  <data type="anyURI"><param name="pattern">https://[!-~]+</param><param name="maxLength">2047</param></data>
</define>
</grammar>"""


def based(guide: Guide) -> Guide:
    """Set a guide's base URL and build it."""
    setting(guide, f"base_url: {BASE}/\n")
    guide.build()
    return guide


def read(guide: Guide, path: str, schema: str) -> etree._Element:
    """Parse a file of the guide and validate it against a schema."""
    found = etree.fromstring((guide.root / "site" / path).read_bytes())
    etree.RelaxNG(etree.fromstring(schema)).assertValid(found)
    return found


def heads(guide: Guide) -> dict[str, html.HtmlElement]:
    """Return all pages except redirects, by their absolute URL."""
    site = guide.root / "site"
    files = {path.parent.relative_to(site).as_posix(): path for path in site.rglob("index.html")}
    pages = {f"{BASE}/{path}/".replace("/./", "/"): html.parse(str(file)).getroot() for path, file in files.items()}
    return {url: page for url, page in pages.items() if not page.xpath("//meta[@http-equiv='refresh']")}


def sitemap(guide: Guide) -> dict[str, dict[str, str]]:
    """Return the URLs of the sitemap with their languages; no URL is in two of its files."""
    top = read(guide, "sitemap.xml", SITEMAP_SCHEMA)
    files = [str(element.text).removeprefix(f"{BASE}/") for element in top.iter(f"{SITEMAP}loc")]
    roots = [top] if top.tag == f"{SITEMAP}urlset" else [read(guide, path, SITEMAP_SCHEMA) for path in files]
    urls = [element for root in roots for element in root.iter(f"{SITEMAP}url")]
    found = {
        str(url.findtext(f"{SITEMAP}loc")): {
            str(link.get("hreflang")): str(link.get("href")) for link in url.iter(f"{XHTML}link")
        }
        for url in urls
    }
    assert len(found) == len(urls)
    return found


def data_of(page: html.HtmlElement) -> dict[str, Any]:
    """Return a page's JSON-LD."""
    (script,) = page.xpath("//script[@type='application/ld+json']")
    found: dict[str, Any] = json.loads(script.text)
    return found


def properties(page: html.HtmlElement) -> dict[str, str]:
    """Return a page's Open Graph properties."""
    found = page.xpath("//meta[starts-with(@property, 'og:')]")
    return {meta.get("property").removeprefix("og:"): meta.get("content") for meta in found}


def feeds(guide: Guide) -> Iterator[tuple[str, etree._Element]]:
    for file in sorted((guide.root / "site").rglob("feed.xml")):
        path = file.relative_to(guide.root / "site").as_posix()
        yield path, read(guide, path, ATOM_SCHEMA)


def test_guide_without_a_base_url_has_none_of_it(guide: Guide) -> None:
    guide.build()
    files = guide.files("site")
    assert not [path for path in files if path.endswith((".xml", "robots.txt", "404.html"))]
    assert not [path for path, data in files.items() if b"canonical" in data or b'property="og:' in data]
    assert not [path for path, data in files.items() if b'rel="alternate"' in data]


def test_feeds_are_valid_and_link_to_existing_pages(guide: Guide) -> None:
    based(guide)
    pages = heads(guide)
    found = dict(feeds(guide))
    assert sorted(found) == sorted(["place/feed.xml", "de-DE/place/feed.xml", "ar/place/feed.xml"])
    ids = [element.text for feed in found.values() for element in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids)) == 3 + 4
    for path, feed in found.items():
        links = {element.get("rel"): str(element.get("href")) for element in feed.findall(f"{ATOM}link")}
        assert links == {"self": f"{BASE}/{path}", "alternate": f"{BASE}/{path.removesuffix('feed.xml')}"}
        assert {str(element.get("href")) for element in feed.iter(f"{ATOM}link")} - pages.keys() == {f"{BASE}/{path}"}
        (address,) = pages[links["alternate"]].xpath("//link[@type='application/atom+xml']/@href")
        assert address == links["self"]


def test_feed_has_the_times_of_its_entries_and_not_of_the_build(guide: Guide, space: SpaceFiles) -> None:
    space.put(mill(9))
    based(guide)
    feed = read(guide, "place/feed.xml", ATOM_SCHEMA)
    assert feed.findtext(f"{ATOM}updated") == "2026-01-10T08:00:00Z"
    dates = {
        element.findtext(f"{ATOM}title"): element.findtext(f"{ATOM}updated") for element in feed.iter(f"{ATOM}entry")
    }
    assert dates == {"The mill": "2026-01-10T08:00:00Z", "The castle": "2026-01-02T08:00:00Z"}
    assert [element.text for element in feed.iter(f"{ATOM}summary")] == ["On a hill."]


def test_entry_of_a_feed_keeps_its_id_when_it_moves(guide: Guide, space: SpaceFiles) -> None:
    based(guide)
    before = [element.text for element in read(guide, "place/feed.xml", ATOM_SCHEMA).iter(f"{ATOM}id")]
    space.put(mill(slug="windmill"))
    step(guide)
    assert [element.text for element in read(guide, "place/feed.xml", ATOM_SCHEMA).iter(f"{ATOM}id")] == before


def test_feed_contains_the_newest_entries_by_the_date_that_its_list_is_sorted_by(
    guide: Guide, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_views, "FEED_ENTRIES", 2)
    news = content_type("news", ("title", "Symbol"), {"id": "day", "name": "Day", "type": "Date", "localized": False})
    space.put_model(news, PLACE, CATEGORY, locales=[locale("en-US", default=True)])
    for number in (3, 1, 2):
        space.put(entry("news", f"n{number}", title=f"N{number}", day=f"2026-05-0{number}"))
    setting(guide, "lists: {old: {type: news, sort: day}, quiet: {type: news, feed: false}}\n")
    based(guide)
    feed = read(guide, "old/feed.xml", ATOM_SCHEMA)
    assert [element.findtext(f"{ATOM}title") for element in feed.iter(f"{ATOM}entry")] == ["N3", "N2"]
    assert [element.text for element in feed.iter(f"{ATOM}published")] == [
        "2026-05-03T00:00:00Z",
        "2026-05-02T00:00:00Z",
    ]
    assert not (guide.root / "site/quiet/feed.xml").exists()


def test_feed_is_valid_whatever_an_entry_is_called(guide: Guide, space: SpaceFiles) -> None:
    odd = "</title> ]]> &amp; <b>\u0000\u0007\ufffe “x” \U0001f600"
    space.put(entry("place", "odd", title=odd, summary=odd, slug="odd"))
    space.put(entry("place", "late", title="Late", updatedAt="x"))
    raw = entry("place", "never", title="Never")
    raw["sys"] |= {"updatedAt": "yesterday", "createdAt": 7}
    space.put(raw)
    based(guide)
    feed = read(guide, "place/feed.xml", ATOM_SCHEMA)
    titles = [element.findtext(f"{ATOM}title") for element in feed.iter(f"{ATOM}entry")]
    assert "</title> ]]> &amp; <b> “x” \U0001f600" in titles
    assert "Never" in titles


def test_sitemap_names_every_page_and_the_languages_point_at_each_other(guide: Guide) -> None:
    based(guide)
    pages, found = heads(guide), sitemap(guide)
    assert found.keys() == pages.keys()
    assert len(found) == len(set(map(str.casefold, found)))
    for url, alternates in found.items():
        for code, other in alternates.items():
            assert found[other] == alternates, (url, code)
    assert {len(languages) for languages in found.values()} == {0, 3, 4}


def test_readers_of_other_languages_get_the_page_in_the_guides_first_language_if_it_exists(
    guide: Guide, space: SpaceFiles
) -> None:
    space.put(entry("category", "foreign", title={"de-DE": "Fern", "ar": "بعيد"}, slug={"de-DE": "fern", "ar": "fern"}))
    based(guide)
    found = sitemap(guide)
    assert found[f"{BASE}/ar/place/castle/"]["x-default"] == f"{BASE}/place/castle/"
    assert found[f"{BASE}/ar/"]["x-default"] == f"{BASE}/"
    assert set(found[f"{BASE}/ar/category/fern/"]) == {"de-DE", "ar"}


def test_head_of_a_page_has_its_own_url_and_the_same_languages_as_the_sitemap(guide: Guide) -> None:
    based(guide)
    found = sitemap(guide)
    for url, page in heads(guide).items():
        assert page.xpath("//link[@rel='canonical']/@href") == [url]
        alternates = {element.get("hreflang"): element.get("href") for element in page.xpath("//head/link[@hreflang]")}
        assert alternates == found[url]


def test_list_and_page_of_another_kind_at_the_same_address_are_no_translations(guide: Guide) -> None:
    setting(guide, "lists: {mill: {type: place, url: /own/mill/}}\npages: {place: {url: '/de-DE/own/{slug}/'}}\n")
    edit(guide, "site.yaml", "lists:", "locales: [en-US]\nlists:")
    based(guide)
    assert heads(guide)[f"{BASE}/own/mill/"].xpath("//link[@hreflang]") == []


def test_one_change_rewrites_one_of_several_sitemap_files(
    guide: Guide, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_pages, "LARGEST_SITEMAP", 12)
    for number in range(30):
        space.put(entry("place", f"p{number}", title=f"Place {number}", slug=f"p{number}", body="Words."))
    based(guide)
    assert sitemap(guide).keys() == heads(guide).keys()
    files = sorted(path.name for path in (guide.root / "site").glob("sitemap-*.xml"))
    assert files == [f"sitemap-{number}.xml" for number in range(1, 5)]
    before = guide.files("site")
    space.put(entry("place", "p7", 3, title="Place 7", slug="p7", body="Other words."))
    report = step(guide).report["render"]
    after = guide.files("site")
    changed = sorted(path for path in after if after[path] != before[path])
    assert len([path for path in changed if "sitemap" in path]) == 1
    assert changed[-2:] == ["site/place/p7/index.html", next(path for path in changed if "sitemap-" in path)]
    assert (report["rendered"], report["written"]) == (3, 3)  # the page, the feed, one file of the sitemap
    space.put(entry("place", "p7", 3, title="Place 7", slug="moved", body="Other words."))
    step(guide)
    last = guide.files("site")
    assert len([path for path in last if "sitemap" in path and last[path] != after[path]]) == 1
    assert sitemap(guide).keys() == heads(guide).keys()


def test_redirect_is_in_no_sitemap_and_names_its_target(guide: Guide, space: SpaceFiles) -> None:
    based(guide)
    space.put(mill(slug="windmill"))
    step(guide)
    moved = html.fromstring(guide.page("/place/mill/"))
    assert moved.xpath("//link[@rel='canonical']/@href") == [f"{BASE}/place/windmill/"]
    assert f"{BASE}/place/mill/" not in sitemap(guide)
    assert f"{BASE}/place/windmill/" in sitemap(guide)


def test_robots_txt_and_the_404_page_have_absolute_urls(guide: Guide) -> None:
    based(guide)
    robots = (guide.root / "site/robots.txt").read_text("utf-8").splitlines()
    assert robots[-1] == f"Sitemap: {BASE}/sitemap.xml"
    missing = html.parse(str(guide.root / "site/404.html")).getroot()
    links = [*missing.xpath("//a/@href"), *missing.xpath("//link/@href")]
    assert {link for link in links if not link.startswith(f"{BASE}/")} == {"#main.text"}
    assert {f"{BASE}/", f"{BASE}/style.css", f"{BASE}/de-DE/", f"{BASE}/place/"} <= {*links}
    assert missing.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert missing.xpath("//link[@rel='canonical']") == []


def test_template_of_the_project_replaces_the_themes_for_files_too(guide: Guide) -> None:
    template(guide, "robots.txt", "User-agent: *\nDisallow: /ar/\n")
    based(guide)
    assert (guide.root / "site/robots.txt").read_text("utf-8") == "User-agent: *\nDisallow: /ar/\n"


def test_static_file_of_the_project_replaces_the_guides_own(guide: Guide) -> None:
    based(guide)
    before = guide.files("site")
    for name in ("robots.txt", "404.html", "sitemap.xml", "place/feed.xml"):
        template(guide, f"static/{name}", "own")
    found = step(guide)
    assert found.report["problems"] == []
    assert [data for path, data in guide.files("site").items() if before[path] != data].count(b"own") == 4
    assert b"feed.xml" not in guide.files("site")["site/place/index.html"]
    shutil.rmtree(guide.root / "templates/static")
    step(guide)
    assert guide.files("site") == before


def test_page_added_at_the_path_of_a_static_file_stays(guide: Guide, space: SpaceFiles) -> None:
    template(guide, "static/place/new/index.html", "own")
    guide.build()
    space.put(entry("place", "new", title="New", slug="new"))
    found = step(guide)
    assert ([problem["code"] for problem in found.report["problems"]], found.gone) == (["static-hidden"], [])
    assert "New" in guide.page("/place/new/")


def test_open_graph_says_what_a_page_is(guide: Guide) -> None:
    based(guide)
    page = properties(heads(guide)[f"{BASE}/place/castle/"])
    assert page == {
        "title": "The castle",
        "type": "article",
        "site_name": "Small guide",
        "locale": "en_US",
        "description": "On a hill.",
        "url": f"{BASE}/place/castle/",
        "image": f"{BASE}/files/pic/castle.svg",
    }
    assert (guide.root / "site/files/pic/castle.svg").is_file()
    assert properties(heads(guide)[f"{BASE}/ar/"])["type"] == "website"


LOCATION = {"id": "location", "name": "Location", "type": "Location", "localized": False}
WHEN = {"name": "When", "type": "Date", "localized": False}
EVENT = content_type("event", ("title", "Symbol"), SLUG, WHEN | {"id": "startDate"}, WHEN | {"id": "endDate"}, LOCATION)
SPOT = content_type("spot", ("title", "Symbol"), ("address", "Symbol"), ("body", "Text"), LOCATION)
STORY = content_type("story", ("title", "Symbol"), ("body", "RichText"), WHEN | {"id": "date"})
NOTE = content_type("note", ("title", "Symbol"), ("line", "Symbol"))


@pytest.fixture
def kinds(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide of an event, a place, an article and a note."""
    space.put_model(EVENT, SPOT, STORY, NOTE, PLACE, CATEGORY, locales=[locale("en-US", default=True)])
    here = {"lat": 38.7, "lon": -9.1}
    times: dict[str, Any] = {"startDate": "2026-05-01T20:00+01:00", "endDate": "2026-05-02"}
    space.put(entry("event", "e", title="Concert", slug="e", location=here, **times))
    space.put(entry("event", "u", title="Undated", slug="u", startDate="soon", location=here))
    space.put(entry("spot", "s", title="Spot", address="Rua 1", body="Text.", location=here))
    space.put(entry("spot", "far", title="Far", location={"lat": 1e9, "lon": 0}))
    text = {"nodeType": "text", "value": "Words.", "marks": [], "data": {}}
    document = {
        "nodeType": "document",
        "data": {},
        "content": [{"nodeType": "paragraph", "data": {}, "content": [text]}],
    }
    space.put(entry("story", "a", title="Story", body=document, date="2026-04-01"))
    space.put(entry("note", "n", title="Note", line="x"))
    return guide


def test_json_ld_describes_an_entry_by_the_fields_of_its_type(kinds: Guide) -> None:
    kinds.build()
    geo = {"@type": "GeoCoordinates", "latitude": 38.7, "longitude": -9.1}
    expected: dict[str, dict[str, Any]] = {
        "/event/e/": {
            "@type": "Event",
            "name": "Concert",
            "startDate": "2026-05-01T20:00+01:00",
            "endDate": "2026-05-02",
            "location": {"@type": "Place", "geo": geo},
        },
        "/event/u/": {"@type": "Place", "name": "Undated", "geo": geo},
        "/spot/spot/": {"@type": "Place", "name": "Spot", "address": "Rua 1", "geo": geo},
        "/spot/far/": {"@type": "Place", "name": "Far"},
        "/story/story/": {
            "@type": "Article",
            "name": "Story",
            "headline": "Story",
            "inLanguage": "en-US",
            "datePublished": "2026-04-01",
        },
        "/note/note/": {"@type": "WebPage", "name": "Note", "inLanguage": "en-US"},
        "/": {"@type": "WebSite", "name": "Small guide", "inLanguage": "en-US"},
    }
    for url, data in expected.items():
        found = data_of(html.fromstring(kinds.page(url)))
        assert found == {"@context": "https://schema.org", **data}, url
    assert data_of(html.fromstring(kinds.page("/spot/")))["@type"] == "CollectionPage"


def test_every_page_has_json_ld_with_what_its_kind_requires(kinds: Guide) -> None:
    based(kinds)
    required = {"Event": "startDate", "Article": "headline", "Place": "name", "WebSite": "url", "WebPage": "url"}
    for url, page in heads(kinds).items():
        found = data_of(page)
        assert (found["@context"], found["url"], bool(found["name"])) == ("https://schema.org", url, True)
        assert found.get(required.get(found["@type"], "name")), url


def test_title_of_the_guide_is_plain_text_in_json_ld(guide: Guide) -> None:
    edit(guide, "site.yaml", "Small guide", "'Black & <white>'")
    based(guide)
    page = heads(guide)[f"{BASE}/"]
    assert (data_of(page)["name"], properties(page)["title"]) == ("Black & <white>", "Black & <white>")


@pytest.mark.parametrize("name", ["+", "+x", "@x", "+@x", "@x/y"])
def test_content_type_with_the_name_of_a_list_breaks_nothing(guide: Guide, space: SpaceFiles, name: str) -> None:
    odd = content_type(name, ("title", "Symbol"))
    path = content_type_paths([name])[name]
    space.write(path, canonical(odd))
    space.write(item_path(Key("entry", "o"), name), canonical(entry(name, "o", title="Odd", updatedAt="x")))
    based(guide)
    assert sitemap(guide).keys() == heads(guide).keys()
    assert len(list(feeds(guide))) >= 3


@pytest.mark.parametrize(
    "text",
    [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "]]>\u2028\u2029'\"&lt;/script&gt;",
        "</SCRIPT\t>",
    ],
)
def test_no_field_ends_the_script_element_of_json_ld(guide: Guide, space: SpaceFiles, text: str) -> None:
    space.put(mill(title=text, summary=text))
    based(guide)
    source = guide.page("/place/mill/")
    head = source.partition("</head>")[0]
    assert len(re.findall("(?i)<script", head)) == len(re.findall("(?i)</script", head)) == 2  # and the theme's own
    found = data_of(html.fromstring(source))
    summary = " ".join(text.split())
    assert (found["name"], found["description"]) == (text, summary)
    page = properties(html.fromstring(source))
    assert (page["title"], page["description"]) == (text, summary)


def test_picture_that_is_not_downloaded_is_in_no_open_graph(guide: Guide, space: SpaceFiles) -> None:
    space.put(asset("pic", "castle.svg", 1))
    edit(guide, "site.yaml", "title:", "content: {assets: link}\ntitle:")
    based(guide)
    assert "image" not in properties(heads(guide)[f"{BASE}/place/castle/"])


def test_edit_shown_nowhere_keeps_the_page_and_updates_its_date_in_sitemap_and_feed(
    guide: Guide, space: SpaceFiles
) -> None:
    based(guide)
    before = guide.files("site")
    space.put(mill(20, unknown="x"))
    step(guide)
    after = guide.files("site")
    changed = [path for path in after if after[path] != before[path]]
    assert sorted(changed) == ["site/place/feed.xml", "site/sitemap.xml"]


def test_lists_by_what_they_link_to_have_feeds_of_their_own(guide: Guide, space: SpaceFiles) -> None:
    space.put(mill(category=link("Entry", "works")))
    space.put(entry("category", "works", title="Works", slug="works"))
    setting(guide, "lists: {kinds: {type: place, by: category}}\n")
    based(guide)
    feed = read(guide, "kinds/works/feed.xml", ATOM_SCHEMA)
    assert [element.findtext(f"{ATOM}title") for element in feed.iter(f"{ATOM}entry")] == ["The mill"]
    assert feed.findtext(f"{ATOM}title") == "Works – Small guide"
